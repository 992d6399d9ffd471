"""A labelled corpus of invented ads, in memory or as files."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from filrouge.ads.synthetic.copies import Copy, write_copy
from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.images import image_hash
from filrouge.ads.synthetic.plan import make_plan
from filrouge.ads.synthetic.readme import readme
from filrouge.ads.synthetic.scene import Plan, Posting
from filrouge.errors import CannotWrite

if TYPE_CHECKING:
    import polars as pl

FIRST_DAY = datetime(2026, 1, 1)


@dataclass(frozen=True)
class SyntheticCorpus:
    """Invented ads and what is true of them.

    Attributes:
        ads: id, text, agency, posted (null for a few), location ("" for a few), image_hash ("" for a third;
            not there with `templates_only`); in the order of posting.
        truth: one row per ad, in the same order: id, cluster ("" if its template was used once),
            organisation ("" for a person alone), template, language, trade, noise, layout,
            shared_paragraph, dressing, network ("" for none), role (organised, independent, spam, house),
            case (which planted case it is part of, "" for the ordinary ones).
        identifiers: one row per mention: id, kind (phone, email, url, handle), value (canonical: E.164,
            small letters, without scheme, service:name), written (a stretch of the text), owner
            (ad, agency or switchboard).
    """

    ads: pl.DataFrame
    truth: pl.DataFrame
    identifiers: pl.DataFrame


def synthesise(ads: int, seed: int, difficulty: float, *, templates_only: bool = False) -> SyntheticCorpus:
    """Invent `ads` ads; the same arguments give the same corpus on any machine.

    The authors, templates, places and dates depend on `ads` and `seed` only: at another difficulty the
    same ads are posted, more or less changed.

    Args:
        ads: how many, at least 1.
        seed: any whole number from 0.
        difficulty: from 0, plain copies with other slots, to 1; see `copies.write_copy`.
        templates_only: the same sets as in version 0.1, without planted networks, habits of writing and
            images: for scores of clusters that can be compared from version to version.

    Raises:
        ValueError: if an argument is out of its range.
    """
    if ads < 1 or seed < 0 or not 0 <= difficulty <= 1:
        raise ValueError(f"cannot synthesise {ads} ads from seed {seed} at difficulty {difficulty}")
    plan = make_plan(ads, seed, templates_only)
    order = sorted(range(ads), key=lambda number: (plan.postings[number].minute, number))
    copies = {
        number: write_copy(plan.postings[number], difficulty, Dice(seed, 4, number)) for number in order
    }
    return _tables(plan, order, copies, seed)


def _tables(plan: Plan, order: list[int], copies: dict[int, Copy], seed: int) -> SyntheticCorpus:
    import polars as pl

    uses: dict[str, int] = {}
    for posting in plan.postings:
        uses[posting.template.name] = uses.get(posting.template.name, 0) + 1
    dice, of_images = Dice(seed, 5), Dice(seed, 7)
    ads, truth = [], []
    identifiers: list[tuple[str, ...]] = []
    for place, number in enumerate(order, start=1):
        posting, copy = plan.postings[number], copies[number]
        ad = f"ad-{place:07d}"
        # Some sites do not say when.
        posted = None if dice.chance(0.02) else FIRST_DAY + timedelta(minutes=posting.minute)
        image = image_hash(posting.author.album, plan.stock_images, of_images)
        ads.append((ad, copy.text, posting.agency.name, posted, copy.location, image))
        truth.append(_truth(ad, posting, copy, uses))
        identifiers.extend((ad, *mention) for mention in copy.mentions)
    table = pl.DataFrame(
        ads,
        schema={
            "id": pl.String,
            "text": pl.String,
            "agency": pl.String,
            "posted": pl.Datetime("us"),
            "location": pl.String,
            "image_hash": pl.String,
        },
        orient="row",
    )
    return SyntheticCorpus(
        table if plan.stock_images else table.drop("image_hash"),
        pl.DataFrame(
            truth,
            schema={
                "id": pl.String,
                "cluster": pl.String,
                "organisation": pl.String,
                "template": pl.String,
                "language": pl.String,
                "trade": pl.String,
                "noise": pl.Float64,
                "layout": pl.String,
                "shared_paragraph": pl.Boolean,
                "dressing": pl.String,
                "network": pl.String,
                "role": pl.String,
                "case": pl.String,
            },
            orient="row",
        ),
        pl.DataFrame(
            identifiers,
            schema=dict.fromkeys(("id", "kind", "value", "written", "owner"), pl.String),
            orient="row",
        ),
    )


def _truth(ad: str, posting: Posting, copy: Copy, uses: dict[str, int]) -> tuple[object, ...]:
    template = posting.template
    return (
        ad,
        template.name if uses[template.name] > 1 else "",
        posting.truth.organisation,
        template.name,
        template.language,
        template.trade.name,
        round(copy.noise, 4),
        copy.layout,
        copy.layout == "embedded",
        copy.dressing,
        posting.truth.network,
        posting.truth.role,
        posting.truth.case,
    )


def write_synthetic(
    out: Path, ads: int, seed: int, difficulty: float, *, templates_only: bool = False
) -> None:
    """Write a corpus to the folder `out`: ads.csv, truth.csv, identifiers_truth.csv and README.

    Files of these names are replaced, all of them or none; others there are left alone.

    Raises:
        CannotWrite: if the folder cannot be made or written to.
        ValueError: as `synthesise`.
    """
    corpus = synthesise(ads, seed, difficulty, templates_only=templates_only)
    try:
        out.mkdir(parents=True, exist_ok=True)
        beside = Path(mkdtemp(prefix=".synth-", dir=out))
        try:
            corpus.ads.write_csv(beside / "ads.csv", datetime_format="%Y-%m-%d %H:%M")
            corpus.truth.write_csv(beside / "truth.csv")
            corpus.identifiers.write_csv(beside / "identifiers_truth.csv")
            text = readme(ads, seed, difficulty, templates_only)
            (beside / "README").write_text(text, encoding="utf-8")
            for path in beside.iterdir():
                path.replace(out / path.name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as trouble:
        raise CannotWrite(str(out), trouble.strerror or str(trouble)) from trouble
