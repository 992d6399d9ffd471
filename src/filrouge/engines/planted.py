"""Small planted operations: whether the program finds what is surely there, among this corpus' own texts.

Single ads of one agency and language that nothing tied are made into operations, in a copy of the corpus: they are
given a fresh phone, or a fresh handle, in common; or each is posted again in a few towns, the same days in each.
The copy is compared anew as the corpus was. Nothing of it is kept, so that it is in no result.

The voices were written by strangers, of different trades, so style and trade speak against each operation, as they
do where a group has several writers.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from filrouge.ads.columns import Columns
from filrouge.ads.places import Gazetteer, Place
from filrouge.engines.local import analyse
from filrouge.networks.languages import languages
from filrouge.networks.movement import MOVE_KM
from filrouge.networks.travel import great_circle_km
from filrouge.networks.units import QUIET_DAYS
from filrouge.progress import Progress

KINDS: Final = ("phone", "handle", "movement")
"""By what the voices of a planted operation hang together; by nothing else."""
VOICES: Final = 3
TOWNS: Final = 5
SEED: Final = 20
_FIELDS: Final = ("id", "text", "agency", "posted", "location", "image")
_AREAS: Final = ("416", "514", "604", "403", "902", "204")


@dataclass(frozen=True)
class Operation:
    """A planted one: its kind, and the ids of each voice's ads."""

    kind: str
    voices: tuple[tuple[str, ...], ...]


def planted_in(folder: Path, each: int, *, jobs: int, progress: Progress) -> list[dict[str, Any]]:
    """Plant operations in a copy of a run's ads, compare the copy, and say what was found.

    Args:
        folder: the findings.
        each: how many of each kind; fewer where the corpus has not so many single ads.
        jobs, progress: as for `analyse`.

    Returns:
        For each of `KINDS` what `recovered` says.
    """
    ads = pl.read_parquet(folder / "ads.parquet")
    corpus, operations = plant(ads, _lone(folder, ads), each, SEED)
    if not operations:
        return recovered([], {}, {})
    with tempfile.TemporaryDirectory(prefix="filrouge-planted-") as place:
        copy = Path(place) / "corpus.parquet"
        corpus.write_parquet(copy)
        same: dict[str, Any] = {name: name for name in corpus.columns}
        named = Columns(**same)
        findings = analyse([str(copy)], columns=named, jobs=jobs, progress=progress)
    ids, found = findings.read.ads["id"].to_list(), findings.networks
    return recovered(
        operations,
        dict(zip(ids, found.units.of.tolist(), strict=True)),
        dict(zip(ids, found.of_ad.tolist(), strict=True)),
    )


def plant(
    ads: pl.DataFrame, lone: Sequence[int], each: int, seed: int
) -> tuple[pl.DataFrame, list[Operation]]:
    """A copy of the ads in which some lone ones are made into operations, and these.

    Args:
        ads: `id`, `text`, `agency`, `posted`, `location`, and `image` if there are any.
        lone: rows that may be taken; each has a contact of its own.
        each: operations of each kind.
        seed: decides which ads, numbers and towns.
    """
    dice = np.random.default_rng(seed)
    route = _towns(ads)
    table = {name: ads[name].to_list() for name in _FIELDS if name in ads.columns}
    threes = _neighbours(ads, lone)
    operations = []
    # Kinds take turns, so that in a small corpus each has some.
    for turn, chosen in enumerate(dice.permutation(len(threes))[: each * len(KINDS)].tolist()):
        rows, kind = threes[chosen], KINDS[turn % len(KINDS)]
        more: list[list[str]] = [[] for _row in rows]
        if kind == "movement":
            begin, towns = min(table["posted"][row] for row in rows), _route(route, dice)
            if len(towns) < TOWNS:
                continue
            for week, town in enumerate(towns):
                for voice, row in enumerate(rows):
                    more[voice].append(f"planted-{turn}-{voice}-{week}")
                    again = {name: values[row] for name, values in table.items()}
                    again |= {
                        "id": more[voice][-1],
                        "location": town,
                        "posted": begin + timedelta(weeks=week + 1),
                    }
                    for name, values in table.items():
                        values.append(again[name])
        else:
            contact = _phone(dice) if kind == "phone" else f"Telegram: @desk{dice.integers(10**7, 10**8)}"
            for row in rows:
                table["text"][row] += f"\n{contact}"
        operations.append(
            Operation(kind, tuple((table["id"][row], *new) for row, new in zip(rows, more, strict=True)))
        )
    return pl.DataFrame(table, schema={name: ads.schema[name] for name in table}), operations


def _neighbours(ads: pl.DataFrame, lone: Sequence[int]) -> list[list[int]]:
    """Lone ads of one agency and language, three at a time, posted so close that one number could be theirs."""
    some = ads[np.asarray(lone, np.int64)].select("agency", "posted")
    some = some.with_columns(row=pl.Series(lone, dtype=pl.Int64))
    some = some.with_columns(language=pl.Series(languages(ads["text"].gather(some["row"]))))
    found = []
    for _group, group in some.sort("agency", "language", "posted", "row").group_by(
        "agency", "language", maintain_order=True
    ):
        rows, days = group["row"].to_list(), group["posted"].to_list()
        for at in range(0, len(rows) - VOICES + 1, VOICES):
            if days[at + VOICES - 1] - days[at] < timedelta(days=QUIET_DAYS):
                found.append(rows[at : at + VOICES])
    return found


def recovered(
    operations: Sequence[Operation], voice: dict[str, int], network: dict[str, int]
) -> list[dict[str, Any]]:
    """What became of the operations.

    Args:
        operations: the planted ones.
        voice: of each ad.
        network: rank of each ad's network, -1 for none.

    Returns:
        For each of `KINDS`: `kind`, `planted`, `found` (all voices in one network), `partly` (two or more, not
        all), and `strangers`: voices that were not planted there and stand in a network of two of its voices.
    """
    members: dict[int, set[int]] = {}
    for ad, rank in network.items():
        if rank >= 0:
            members.setdefault(rank, set()).add(voice[ad])
    out: list[dict[str, Any]] = []
    for kind in KINDS:
        row = Counter(planted=0, found=0, partly=0, strangers=0)
        for operation in operations:
            if operation.kind != kind:
                continue
            inside = [{network[ad] for ad in ads} - {-1} for ads in operation.voices]
            counts = {rank: sum(rank in one for one in inside) for one in inside for rank in one}
            best = max(counts.values(), default=0)
            row["planted"] += 1
            row["found"] += best == len(inside)
            row["partly"] += 1 < best < len(inside)
            own = {voice[ad] for ads in operation.voices for ad in ads}
            row["strangers"] += sum(len(members[rank] - own) for rank, n in counts.items() if n > 1)
        out.append({"kind": kind, **row})
    return out


def _lone(folder: Path, ads: pl.DataFrame) -> list[int]:
    """Ads that are voices of their own, in no network, with a day and a phone."""
    voices = pl.read_parquet(folder / "index" / "voices.parquet")
    phones = pl.read_csv(folder / "identifiers.csv", infer_schema_length=0).filter(pl.col("kind") == "phone")
    rows = (
        ads.select("id", "posted")
        .with_row_index("row")
        .hstack(voices)
        .filter((pl.len().over("unit") == 1) & (pl.col("part") < 0) & pl.col("posted").is_not_null())
        .join(phones.select("id").unique(), on="id", how="semi", maintain_order="left")
    )
    return rows["row"].to_list()


def _towns(ads: pl.DataFrame) -> list[tuple[str, Place]]:
    """The locations of the corpus whose place is known."""
    gazetteer = Gazetteer.load()
    names = ads["location"].drop_nulls().unique().sort().to_list()
    return [(name, place) for name in names if name and (place := gazetteer.resolve(name))]


def _route(towns: Sequence[tuple[str, Place]], dice: np.random.Generator) -> list[str]:
    """Some of the towns, each far enough from the others to count as a move."""
    chosen: list[tuple[str, Place]] = []
    for at in dice.permutation(len(towns)).tolist():
        name, here = towns[at]
        if all(float(great_circle_km(here.lat, here.lon, p.lat, p.lon)) >= MOVE_KM for _name, p in chosen):
            chosen.append((name, here))
        if len(chosen) == TOWNS:
            break
    return [name for name, _place in chosen]


def _phone(dice: np.random.Generator) -> str:
    return f"+1 {dice.choice(_AREAS)} {dice.integers(220, 500)} {dice.integers(0, 10_000):04d}"
