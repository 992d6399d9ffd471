"""Searching in the results of a run, and explaining a pair of its ads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from filrouge.ads.fold import fold_texts
from filrouge.ads.identifiers import find_identifiers
from filrouge.ads.names import find_names
from filrouge.ads.places import Gazetteer
from filrouge.ads.tokens import tokenize_chunks
from filrouge.compare.search import Index, copied_words, postings
from filrouge.engines.local import Findings, Marks, make_masks
from filrouge.errors import FilrougeError
from filrouge.i18n import _

ARRAYS = ("keys", "numbers", "words", "offsets", "price", "begins", "ads")


class NoResults(FilrougeError):
    """A folder that holds no results of `filrouge compare`."""


class UnknownAd(FilrougeError):
    """An id that none of the ads has."""


@dataclass(frozen=True)
class Stretch:
    """A piece of an ad's raw text, and whether the other text has it too."""

    text: str
    common: bool


@dataclass(frozen=True)
class Hit:
    """An ad near to the text that was asked for."""

    id: str
    agency: str
    posted: str | None
    location: str
    cluster: str
    template: str
    bits: float
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Shared:
    """An identifier that both ads have, and what it is worth."""

    kind: str
    value: str
    holders: int
    bits: float


@dataclass(frozen=True)
class Explanation:
    """Why two ads are tied, or why not."""

    one: Hit
    other: Hit
    text_bits: float
    """Bits saved by writing the one with the other beside it."""
    cut: float
    """Bits that strangers reach by chance in this corpus."""
    shared: tuple[Shared, ...]
    same_cluster: bool


def write_index(folder: Path, findings: Findings) -> None:
    """Write the arrays that `search` and `explain` read; one .npy file each."""
    folder.mkdir(parents=True, exist_ok=True)
    found = findings.comparison
    tokens = findings.tokens
    # Prices and word numbers are those of the different texts; spread them over all ads.
    lengths = np.diff(tokens.offsets)
    at = np.repeat(found.corpus.offsets[found.text] - tokens.offsets[:-1], lengths) + np.arange(int(tokens.offsets[-1]))
    words = found.corpus.words[at]
    count = found.corpus.sizes[0]
    key_of = np.zeros(count, np.uint64)
    key_of[words] = tokens.key
    order = np.argsort(key_of, kind="stable")
    begins, ads = postings(words, tokens.offsets, count)
    arrays = (key_of[order], order.astype(np.int32), words, tokens.offsets, found.clustering.price[at], begins, ads)
    for name, array in zip(ARRAYS, arrays, strict=True):
        np.save(folder / f"{name}.npy", array)
    np.save(folder / "start.npy", tokens.start)
    np.save(folder / "end.npy", tokens.end)


class Stored:
    """The results of a run, opened for questions.

    Raises:
        NoResults: if the folder holds none.
    """

    def __init__(self, folder: Path) -> None:
        for needed in ("ads.parquet", "clusters.csv", "run.json", "index/words.npy"):
            if not (folder / needed).exists():
                raise NoResults(_("{folder} holds no results: {file} is not there. Run `filrouge compare ... --out {folder}` first.")
                                .format(folder=folder, file=needed))
        arrays = [np.load(folder / "index" / f"{name}.npy", mmap_mode="r") for name in ARRAYS]
        self._index = Index(*arrays)
        self._start = np.load(folder / "index" / "start.npy", mmap_mode="r")
        self._end = np.load(folder / "index" / "end.npy", mmap_mode="r")
        self._ads = pl.read_parquet(folder / "ads.parquet")
        self._clusters = pl.read_parquet(folder / "index" / "clusters.parquet")
        self._identifiers = pl.read_parquet(folder / "index" / "identifiers.parquet")
        self._run: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))

    def _words_of(self, text: str) -> np.ndarray:
        folded = fold_texts([text])
        marks = Marks(find_identifiers(folded, ["CA"]), Gazetteer.load().find(folded, ["CA"]), find_names(folded))
        return self._index.known(tokenize_chunks([folded], make_masks(marks, [folded]), threads=1).key)

    def _slice(self, ad: int) -> slice:
        return slice(int(self._index.offsets[ad]), int(self._index.offsets[ad + 1]))

    def _hit(self, ad: int, other: np.ndarray) -> Hit:
        here = self._slice(ad)
        bits, places = copied_words(np.asarray(self._index.words[here]), np.asarray(self._index.price[here]), other)
        row = self._ads.row(ad, named=True)
        raw: str = row["text"]
        stretches: list[Stretch] = []
        at = 0
        for t, place in zip(range(here.start, here.stop), places.tolist(), strict=True):
            start, end = int(self._start[t]), int(self._end[t])
            common = place >= 0
            if stretches and stretches[-1].common == common:
                stretches[-1] = Stretch(stretches[-1].text + raw[at:end], common)
            else:
                if at < start:
                    stretches.append(Stretch(raw[at:start], False))
                stretches.append(Stretch(raw[start:end], common))
            at = end
        if at < len(raw):
            stretches.append(Stretch(raw[at:], False))
        cluster, template = self._clusters.row(ad)[:2]
        posted = row["posted"].strftime("%Y-%m-%d") if row["posted"] else None
        return Hit(row["id"], row["agency"], posted, row["location"], cluster, template, round(bits, 1), tuple(stretches))

    def search(self, text: str, top: int) -> list[Hit]:
        """The ads nearest to a text, best first, with the words in common."""
        words = self._words_of(text)
        return [self._hit(ad, words) for ad, _bits in self._index.nearest(words, top)]

    def _find(self, name: str) -> int:
        at = self._ads.select(pl.arg_where(pl.col("id") == name)).to_series()
        if at.is_empty():
            raise UnknownAd(_("No ad has the id {id}. The ids stand in the first column of clusters.csv.").format(id=repr(name)))
        return int(at[0])

    def explain(self, one: str, other: str) -> Explanation:
        """Why two ads are tied, or why not.

        Raises:
            UnknownAd: if no ad has one of the ids.
        """
        a, b = self._find(one), self._find(other)
        first = self._hit(a, np.asarray(self._index.words[self._slice(b)]))
        second = self._hit(b, np.asarray(self._index.words[self._slice(a)]))
        return Explanation(first, second, second.bits, float(self._run["cut"]), self._shared(a, b),
                           bool(first.cluster) and first.cluster == second.cluster)

    def _shared(self, a: int, b: int) -> tuple[Shared, ...]:
        table = self._identifiers
        mine = table.filter(pl.col("ad") == a).select("kind", "value").unique()
        both = mine.join(table.filter(pl.col("ad") == b).select("kind", "value").unique(), on=["kind", "value"]).sort("kind", "value")
        out = []
        for kind, value in both.iter_rows():
            holders = table.filter((pl.col("kind") == kind) & (pl.col("value") == value))["ad"].n_unique()
            out.append(Shared(kind, value, holders, round(float(np.log2(self._ads.height / holders)), 1)))
        return tuple(out)


def search(folder: Path, text: str, top: int) -> list[Hit]:
    """The ads of a run nearest to a text, best first."""
    return Stored(folder).search(text, top)


def explain(folder: Path, one: str, other: str) -> Explanation:
    """Why two ads of a run are tied, or why not."""
    return Stored(folder).explain(one, other)
