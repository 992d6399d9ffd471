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
from filrouge.ads.synthetic.plan import Plan, Posting, make_plan
from filrouge.errors import CannotWrite

if TYPE_CHECKING:
    import polars as pl

FIRST_DAY = datetime(2026, 1, 1)

README = """\
These ads are SYNTHETIC. filrouge invented them: {ads:,} ads, seed {seed}, difficulty {difficulty}.

No person, organisation, agency or phone in them exists: phones are numbers kept for fiction (555-01xx in
North America, Arcep's in France), addresses are under example.com, example.org and example.net.

ads.csv                the ads: id, text, agency, posted, location
truth.csv              what is true of each ad:
    cluster            ads of one cluster were written from one template; empty: the template was used once
    organisation       who used the template; empty: a person alone, whose repeated ads are a cluster too
    template, language, trade
    noise              share of the template's words that were dropped, replaced, added to or disguised
    layout             plain, reordered, shortened (by a third) or embedded (set into another text)
    shared_paragraph   true where the ad has only a paragraph in common with its cluster (layout embedded)
    dressing           what was done to all the words: capitals, ornaments, mojibake, ...
identifiers_truth.csv  phones, e-mails, urls and handles: value in canonical form, and as written in the ad;
                       owner "agency" if it stands in the house text of the agency

Made again, byte for byte, by:
    filrouge synth --ads {ads} --seed {seed} --difficulty {difficulty} --out DIR
Scored by:
    filrouge compare DIR/ads.csv --out FINDINGS
    filrouge evaluate --truth DIR/truth.csv --clusters FINDINGS/clusters.csv
"""


@dataclass(frozen=True)
class SyntheticCorpus:
    """Invented ads and what is true of them.

    Attributes:
        ads: id, text, agency, posted (null for a few), location ("" for a few); in the order of posting.
        truth: one row per ad, in the same order: id, cluster ("" if its template was used once),
            organisation ("" for a person alone), template, language, trade, noise, layout,
            shared_paragraph, dressing.
        identifiers: one row per mention: id, kind (phone, email, url, handle), value (canonical: E.164,
            small letters, without scheme, service:name), written (a stretch of the text), owner
            (ad or agency).
    """

    ads: pl.DataFrame
    truth: pl.DataFrame
    identifiers: pl.DataFrame


def synthesise(ads: int, seed: int, difficulty: float) -> SyntheticCorpus:
    """Invent `ads` ads; the same three arguments give the same corpus on any machine.

    The authors, templates, places and dates depend on `ads` and `seed` only: at another difficulty the
    same ads are posted, more or less changed.

    Args:
        ads: how many, at least 1.
        seed: any whole number from 0.
        difficulty: from 0, plain copies with other slots, to 1; see `copies.write_copy`.

    Raises:
        ValueError: if an argument is out of its range.
    """
    if ads < 1 or seed < 0 or not 0 <= difficulty <= 1:
        raise ValueError(f"cannot synthesise {ads} ads from seed {seed} at difficulty {difficulty}")
    plan = make_plan(ads, seed)
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
    dice = Dice(seed, 5)
    ads, truth = [], []
    identifiers: list[tuple[str, ...]] = []
    for place, number in enumerate(order, start=1):
        posting, copy = plan.postings[number], copies[number]
        ad = f"ad-{place:07d}"
        # Some sites do not say when.
        posted = None if dice.chance(0.02) else FIRST_DAY + timedelta(minutes=posting.minute)
        ads.append((ad, copy.text, posting.agency.name, posted, copy.location))
        truth.append(_truth(ad, posting, copy, uses))
        identifiers.extend((ad, *mention) for mention in copy.mentions)
    return SyntheticCorpus(
        pl.DataFrame(
            ads,
            schema={
                "id": pl.String,
                "text": pl.String,
                "agency": pl.String,
                "posted": pl.Datetime("us"),
                "location": pl.String,
            },
            orient="row",
        ),
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
        template.organisation,
        template.name,
        template.language,
        template.trade.name,
        round(copy.noise, 4),
        copy.layout,
        copy.layout == "embedded",
        copy.dressing,
    )


def write_synthetic(out: Path, ads: int, seed: int, difficulty: float) -> None:
    """Write a corpus to the folder `out`: ads.csv, truth.csv, identifiers_truth.csv and README.

    Files of these names are replaced, all of them or none; others there are left alone.

    Raises:
        CannotWrite: if the folder cannot be made or written to.
        ValueError: as `synthesise`.
    """
    corpus = synthesise(ads, seed, difficulty)
    try:
        out.mkdir(parents=True, exist_ok=True)
        beside = Path(mkdtemp(prefix=".synth-", dir=out))
        try:
            corpus.ads.write_csv(beside / "ads.csv", datetime_format="%Y-%m-%d %H:%M")
            corpus.truth.write_csv(beside / "truth.csv")
            corpus.identifiers.write_csv(beside / "identifiers_truth.csv")
            text = README.format(ads=ads, seed=seed, difficulty=difficulty)
            (beside / "README").write_text(text, encoding="utf-8")
            for path in beside.iterdir():
                path.replace(out / path.name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as trouble:
        raise CannotWrite(str(out), trouble.strerror or str(trouble)) from trouble
