"""From ads to what is kept of them, chunk by chunk: identifiers, places, names and words.

A chunk is small and of fixed size, so that memory is bounded and the result does not depend on the cores.
Only which disguised words are joined depends on more than the chunk: on the words that are written plainly
in all ads known.
"""

from __future__ import annotations

from collections.abc import Sequence, Sized
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.fold import Folded, fold_texts
from filrouge.ads.identifiers import find_identifiers
from filrouge.ads.identifiers.numbering import DEFAULT_COUNTRY
from filrouge.ads.names import find_names
from filrouge.ads.places import Gazetteer, Place
from filrouge.ads.plain_split import plain_words
from filrouge.ads.tokens import (
    SLOT_KINDS,
    Masks,
    Vocabulary,
    WrittenWords,
    join_disguised,
    vocabulary_of,
    written_words,
)
from filrouge.corpus.chunks import MOST_ADS, Chunk

if TYPE_CHECKING:
    from filrouge.progress import Progress

CHUNK = MOST_ADS
"""Ads that are cleaned together: bounds memory, and is the unit of work for a core."""
WORTH_A_PROCESS = 40_000
"""Below this many ads a second process takes longer to start than it saves."""

_LAYER = {"place": 1, "name": 2}


@dataclass(frozen=True)
class Marks:
    """What was found inside the texts, one row per find: `ad` counts from the first ad of all."""

    identifiers: pl.DataFrame
    places: pl.DataFrame
    names: pl.DataFrame

    def together(self) -> pl.DataFrame:
        """All finds in one table, by kind."""
        columns = ("ad", "start", "end", "kind", "value")
        return pl.concat(
            [
                self.identifiers.select(columns),
                self.places.with_columns(kind=pl.lit("place")).select(columns),
                self.names.with_columns(kind=pl.lit("name")).select(columns),
            ],
            how="vertical_relaxed",
        )


@dataclass(frozen=True)
class Written:
    """A chunk whose disguised words are not joined yet."""

    ads: pl.DataFrame
    words: WrittenWords
    marks: Marks
    located: pl.DataFrame


def prepare(ads: pl.DataFrame, vocabulary: Vocabulary | None = None) -> Chunk:
    """All that is kept of some ads.

    Args:
        ads: see `ads_schema`; at most CHUNK of them, for the memory's sake.
        vocabulary: the words that are written plainly in what the ads are compared with; theirs alone if None.
    """
    written = as_written(ads)
    return joined(written, vocabulary or vocabulary_of([written.words]))


def as_written(ads: pl.DataFrame) -> Written:
    """All that is kept of a chunk of ads, but for the joining of disguised words."""
    texts = ads["text"].to_list()
    folded = fold_texts(texts)
    countries, located = countries_of(ads)
    marks = marks_of(folded, texts, countries)
    return Written(ads, written_words(folded, make_masks(marks, [folded])[0]), marks, located)


def joined(written: Written, vocabulary: Vocabulary) -> Chunk:
    """A chunk with its disguised words joined, as the vocabulary decides."""
    marks = written.marks
    return Chunk(
        written.ads,
        join_disguised(written.words, vocabulary),
        marks.identifiers,
        marks.places,
        marks.names,
        written.located,
    )


def marks_of(folded: Folded, texts: Sequence[str], countries: Sequence[str], first: int = 0) -> Marks:
    """Identifiers, places and names in the texts of one chunk, whose first ad has the number `first`."""
    identifiers = find_identifiers(folded, countries)
    words = plain_words(folded)
    places = Gazetteer.load().find(folded, countries, words)
    names = find_names(folded, texts, words)
    shift = pl.col("ad").cast(pl.Int32) + first
    return Marks(*(frame.with_columns(shift.alias("ad")) for frame in (identifiers, places, names)))


def _marks_of_texts(texts: list[str], countries: list[str], first: int) -> Marks:
    return marks_of(fold_texts(texts), texts, countries, first)


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
            found.append(marks_of(chunk, texts[s : s + CHUNK], countries[s : s + CHUNK], s))
            progress.advance(min(CHUNK, len(texts) - s))
    if not found:
        found = [marks_of(fold_texts([]), [], [])]
    return Marks(
        *(pl.concat([getattr(m, name) for m in found]) for name in ("identifiers", "places", "names"))
    )


def first_come(ad: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which spans overlap none that was kept before them in the same ad; `ad` ascends."""
    from filrouge.ads.mask_kernels import first_come as kernel

    kept: NDArray[np.bool_] = kernel(ad, start, end)
    return kept


def make_masks(marks: Marks, chunks: Sequence[Sized]) -> list[Masks]:
    """The spans that stand for one word each, no two overlapping: identifiers before places before names.

    Args:
        marks: what was found.
        chunks: the ads in order, in pieces, of which only the lengths count.
    """
    kind = {name: k for k, name in enumerate(SLOT_KINDS)}
    layers = (
        marks.together()
        .with_columns(
            rank=pl.col("kind").replace_strict(_LAYER, default=0, return_dtype=pl.UInt8),
            kind=pl.col("kind").replace_strict(kind, return_dtype=pl.UInt8),
        )
        # As they come where a span is of two kinds (a phone that is paid to): no two ads must differ in that.
        .sort("ad", "rank", "start", maintain_order=True)
    )
    ad, start, end = (layers[c].to_numpy().astype(np.int64) for c in ("ad", "start", "end"))
    rows = layers.filter(pl.Series(first_come(ad, start, end))).sort("ad", "start")
    columns = [rows[c].to_numpy() for c in ("ad", "start", "end", "kind")]
    out, first = [], 0
    for chunk in chunks:
        after = first + len(chunk)
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


@lru_cache(maxsize=1 << 16)
def _resolved(location: str) -> Place | None:
    # Remembered: the ads of a town all say where it is in the same words.
    return Gazetteer.load().resolve(location)


def place_of(location: str) -> Place | None:
    """The place that a value of a location column means, None if it names no town."""
    return _resolved(location)


def countries_of(ads: pl.DataFrame) -> tuple[list[str], pl.DataFrame]:
    """The country of each ad by its location (CA where that says nothing), and the place that it names."""
    places = [_resolved(where) if where else None for where in ads["location"].to_list()]
    countries = [place.country if place else DEFAULT_COUNTRY for place in places]
    rows = [(ad, place.label) for ad, place in enumerate(places) if place]
    return countries, pl.DataFrame(rows, schema={"ad": pl.Int32, "value": pl.String}, orient="row")
