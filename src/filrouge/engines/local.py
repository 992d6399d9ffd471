"""The main job on this machine's cores: from files to findings."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from filrouge.ads.columns import Columns
from filrouge.ads.fold import Folded, fold_texts
from filrouge.ads.identifiers import find_identifiers
from filrouge.ads.names import find_names
from filrouge.ads.places import Gazetteer
from filrouge.ads.readers import read_ads
from filrouge.ads.schema import ReadResult
from filrouge.ads.tokens import (
    SLOT_KINDS,
    Masks,
    Tokens,
    Vocabulary,
    join_chunks,
    split_chunks,
    vocabulary_of,
)
from filrouge.compare.comparison import Comparison, compare
from filrouge.engines.ahead import Ahead
from filrouge.guide import load_indicators
from filrouge.i18n import _
from filrouge.networks.finding import FoundNetworks, find_networks
from filrouge.networks.groups import Groups
from filrouge.networks.listed import Listed, listed_words
from filrouge.networks.texts import Texts
from filrouge.networks.ties import all_ties
from filrouge.networks.values import SlotValues

if TYPE_CHECKING:
    from filrouge.progress import Progress

CHUNK = 20_000
"""Ads that are cleaned together: bounds memory, and is the unit of work for a core."""
WORTH_A_PROCESS = 40_000
"""Below this many ads a second process takes longer to start than it saves."""


@dataclass(frozen=True)
class Marks:
    """What was found inside the texts, one row per find: `ad` counts from the first ad of all."""

    identifiers: pl.DataFrame
    places: pl.DataFrame
    names: pl.DataFrame


@dataclass
class Findings:
    """Everything that the main job found; what is written to the folder and drawn in the report."""

    read: ReadResult
    identifiers: pl.DataFrame
    comparison: Comparison
    tokens: Tokens
    vocabulary: Vocabulary
    groups: Groups
    records: list[dict[str, Any]]
    ties: pl.DataFrame
    located: pl.DataFrame
    names: pl.DataFrame
    listed: Listed
    networks: FoundNetworks
    seconds: dict[str, float] = field(default_factory=dict)


class _Clock:
    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self.progress = progress
        self._name = ""
        self._began = 0.0

    def begin(self, key: str) -> None:
        """Time a stage that tells of itself."""
        self.stop()
        self._name, self._began = key, time.perf_counter()

    def stage(self, key: str, words: str, total: int | None = None) -> None:
        """Time a stage and tell of it."""
        self.begin(key)
        self.progress.stage(words, total)

    def stop(self) -> None:
        if self._name:
            self.seconds[self._name] = round(time.perf_counter() - self._began, 3)
        self._name = ""


def _marks(folded: Folded, texts: list[str], countries: list[str], first: int) -> Marks:
    identifiers = find_identifiers(folded, countries)
    places = Gazetteer.load().find(folded, countries)
    names = find_names(folded, texts)
    shift = pl.col("ad").cast(pl.Int32) + first
    return Marks(*(frame.with_columns(shift.alias("ad")) for frame in (identifiers, places, names)))


def _marks_of_texts(texts: list[str], countries: list[str], first: int) -> Marks:
    return _marks(fold_texts(texts), texts, countries, first)


def find_marks(
    texts: list[str], folded: list[Folded], countries: list[str], jobs: int, progress: Progress
) -> Marks:
    """Identifiers, places and names in the texts, chunk by chunk, in the order of the ads."""
    starts = list(range(0, len(texts), CHUNK))
    found: list[Marks] = []
    if jobs > 1 and len(texts) >= WORTH_A_PROCESS:
        import multiprocessing

        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("forkserver")) as pool:
            waiting = [
                pool.submit(_marks_of_texts, texts[s : s + CHUNK], countries[s : s + CHUNK], s)
                for s in starts
            ]
            for s, done in zip(starts, waiting, strict=True):
                found.append(done.result())
                progress.advance(min(CHUNK, len(texts) - s))
    else:
        for s, chunk in zip(starts, folded, strict=True):
            found.append(_marks(chunk, texts[s : s + CHUNK], countries[s : s + CHUNK], s))
            progress.advance(min(CHUNK, len(texts) - s))
    if not found:
        found = [_marks(fold_texts([]), [], [], 0)]
    return Marks(
        *(pl.concat([getattr(m, name) for m in found]) for name in ("identifiers", "places", "names"))
    )


def _all_marks(marks: Marks) -> pl.DataFrame:
    """All finds in one table, by kind."""
    columns = ("ad", "start", "end", "kind", "value")
    return pl.concat(
        [
            marks.identifiers.select(columns),
            marks.places.with_columns(kind=pl.lit("place")).select(columns),
            marks.names.with_columns(kind=pl.lit("name")).select(columns),
        ],
        how="vertical_relaxed",
    )


def _first_come(ad: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """bool, which spans overlap none that was kept before them in the same ad; `ad` ascends."""
    keep = np.zeros(ad.size, bool)
    begins: list[int] = []
    ends: list[int] = []
    last = -1
    for k, (of, a, b) in enumerate(zip(ad.tolist(), start.tolist(), end.tolist(), strict=True)):
        if of != last:
            last, begins, ends = of, [], []
        # What was kept does not overlap, so both lists ascend and only two of it can be in the way.
        at = bisect_left(begins, b)
        if a < b and (at == 0 or ends[at - 1] <= a):
            begins.insert(at, a)
            ends.insert(at, b)
            keep[k] = True
    return keep


def make_masks(marks: Marks, chunks: list[Folded]) -> list[Masks]:
    """The spans that stand for one word each, no two overlapping: identifiers before places before names."""
    kind = {name: k for k, name in enumerate(SLOT_KINDS)}
    rank = {"place": 1, "name": 2}
    layers = (
        _all_marks(marks)
        .with_columns(
            rank=pl.col("kind").replace_strict(rank, default=0, return_dtype=pl.UInt8),
            kind=pl.col("kind").replace_strict(kind, return_dtype=pl.UInt8),
        )
        .sort("ad", "rank", "start")
    )
    ad, start, end = (layers[c].to_numpy().astype(np.int64) for c in ("ad", "start", "end"))
    rows = layers.filter(pl.Series(_first_come(ad, start, end))).sort("ad", "start")
    columns = [rows[c].to_numpy() for c in ("ad", "start", "end", "kind")]
    out, first = [], 0
    for chunk in chunks:
        after = first + chunk.offsets.size - 1
        a, b = np.searchsorted(columns[0], [first, after])
        out.append(
            Masks(
                (columns[0][a:b] - first).astype(np.int32),
                columns[1][a:b].astype(np.int32),
                columns[2][a:b].astype(np.int32),
                columns[3][a:b].astype(np.uint8),
            )
        )
        first = after
    return out


def _countries(ads: pl.DataFrame) -> tuple[list[str], pl.DataFrame]:
    """The country of each ad by its location (CA where that says nothing), and the place that it names."""
    gazetteer = Gazetteer.load()
    resolved = {where: gazetteer.resolve(where) for where in ads["location"].unique().to_list() if where}
    countries, rows = [], []
    for ad, where in enumerate(ads["location"].to_list()):
        place = resolved.get(where)
        countries.append(place.country if place else "CA")
        if place:
            rows.append((ad, place.label))
    return countries, pl.DataFrame(rows, schema={"ad": pl.Int32, "value": pl.String}, orient="row")


def analyse(
    paths: Sequence[str], *, columns: Columns, jobs: int, progress: Progress, ahead: Ahead | None = None
) -> Findings:
    """Read the ads and find their clusters, templates, identifiers, ties and networks.

    The result does not depend on `jobs`: chunks have a fixed size and are joined in order.

    Args:
        paths: files of ads, folders of saved pages, or "-" for standard input.
        columns: which column is what, where the person said so.
        jobs: cores to use.
        progress: told how far the work is.
        ahead: who compiles the comparison meanwhile, if anybody does.

    Raises:
        FilrougeError: if a file cannot be read.
    """
    clock = _Clock(progress)
    clock.begin("read")
    read = read_ads(paths, columns, progress=progress)
    ads = read.ads
    texts = ads["text"].to_list()
    clock.stage("clean", _("Cleaning"), ads.height)
    starts = range(0, len(texts), CHUNK)
    with ThreadPoolExecutor(jobs) as pool:
        folded = list(pool.map(lambda s: fold_texts(texts[s : s + CHUNK]), starts))
    clock.stage("identify", _("Looking for phones, places and other identifiers"), ads.height)
    countries, located = _countries(ads)
    marks = find_marks(texts, folded, countries, jobs, progress)
    clock.stage("words", _("Splitting into words"), None)
    written = split_chunks(folded, make_masks(marks, folded), jobs)
    listed = listed_words(load_indicators(), folded)
    del folded
    vocabulary = vocabulary_of(written, jobs)
    tokens = join_chunks(written, vocabulary, jobs)
    del written
    clock.stage("compare", _("Comparing"), None)
    if ahead:
        ahead.wait_for_comparison()
    found = compare(tokens.key, tokens.kind, tokens.offsets, jobs)
    clock.stage("describe", _("Describing the groups"), None)
    values = SlotValues(_all_marks(marks), SLOT_KINDS)
    texts_in_words = Texts(ads, tokens.start, tokens.end, tokens.offsets, SLOT_KINDS, values)
    groups = Groups(found, texts_in_words, marks.identifiers, located)
    records = [groups.record(cluster) for cluster in groups.rank]
    ties = all_ties(found, marks.identifiers)
    clock.stage("networks", _("Weighing ties and finding networks"), None)
    networks = find_networks(found, ads, tokens, marks.identifiers, located, _all_marks(marks), groups)
    clock.stop()
    return Findings(
        read,
        marks.identifiers,
        found,
        tokens,
        vocabulary,
        groups,
        records,
        ties,
        located,
        marks.names,
        listed,
        networks,
        clock.seconds,
    )
