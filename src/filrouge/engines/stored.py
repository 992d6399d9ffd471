"""The results of a run as files: what `search` and `explain` read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.fold import fold_texts
from filrouge.ads.tokens import Vocabulary, tokenize_chunks
from filrouge.compare.runs import Int32Array
from filrouge.compare.search import Index, copied_words, postings
from filrouge.engines.local import Findings
from filrouge.engines.prepare import find_marks, make_masks
from filrouge.engines.voices import run_record_of, write_voices
from filrouge.errors import NoFindings, UnknownAd
from filrouge.networks.ties import TYING_KINDS
from filrouge.progress import Silent

FORMAT: Final = 1
"""Raised when the files of a folder change their meaning; `run.json` says which one wrote it."""
ARRAYS: Final = ("keys", "numbers", "words", "offsets", "price", "begins", "ads")
NEEDED: Final = ("ads.parquet", "run.json", "index/words.npy", "index/clusters.parquet")


@dataclass(frozen=True)
class Stretch:
    """A piece of an ad's raw text, and whether the other text has it too."""

    text: str
    common: bool


@dataclass(frozen=True)
class Shared:
    """An identifier that two texts have in common.

    `holders`: ads of the corpus that carry it. `bits`: log2(ads / holders).
    """

    kind: str
    value: str
    holders: int
    bits: float


@dataclass(frozen=True)
class Hit:
    """An ad beside another text.

    `bits`: saved by writing the ad with that text beside it. `stretches`: the raw text, in order.
    `shared`: identifiers that both have. `cluster`, `template`: "" for an ad that nothing ties.
    """

    id: str
    agency: str
    posted: str | None
    location: str
    cluster: str
    template: str
    bits: float
    stretches: tuple[Stretch, ...]
    shared: tuple[Shared, ...]


@dataclass(frozen=True)
class Explanation:
    """Why two ads are tied, or why not.

    `text_bits`: saved by writing the one with the other beside it. `cut`: the bits that strangers
    reach by chance in this corpus.
    """

    one: Hit
    other: Hit
    text_bits: float
    cut: float
    shared: tuple[Shared, ...]
    same_cluster: bool


def write_index(folder: Path, findings: Findings) -> None:
    """Write what `Stored` reads, beside `ads.parquet` and `run.json`: one .npy file for each array."""
    folder.mkdir(parents=True, exist_ok=True)
    found, tokens = findings.comparison, findings.tokens
    # Prices and word numbers are those of the different texts; spread them over all ads.
    first_word = np.repeat(found.corpus.offsets[found.text] - tokens.offsets[:-1], np.diff(tokens.offsets))
    at = first_word + np.arange(first_word.size)
    words = found.corpus.words[at]
    count = found.corpus.sizes[0]
    key_of = np.zeros(count, np.uint64)
    key_of[words] = tokens.key
    order = np.argsort(key_of, kind="stable")
    begins, ads = postings(words, tokens.offsets, count)
    arrays: dict[str, NDArray[Any]] = {
        "keys": key_of[order],
        "numbers": order.astype(np.int32),
        "words": words,
        "offsets": tokens.offsets,
        "price": found.clustering.price[at],
        "begins": begins,
        "ads": ads,
        "start": tokens.start,
        "end": tokens.end,
        "plain_words": findings.vocabulary.keys,
        "plain_counts": findings.vocabulary.counts,
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    names = [findings.groups.name(k) for k in range(len(found.templates))] + [""]
    templates = [*findings.groups.template_names, ""]
    pl.DataFrame(
        {"cluster": [names[k] for k in found.cluster], "template": [templates[k] for k in found.cluster]},
        schema={"cluster": pl.String, "template": pl.String},
    ).write_parquet(folder / "clusters.parquet")
    findings.identifiers.filter(pl.col("kind").is_in(TYING_KINDS)).select(
        "ad", "kind", "value"
    ).unique().sort("kind", "value", "ad").write_parquet(folder / "identifiers.parquet")
    write_voices(folder, findings)


class Stored:
    """The results of a run, opened for questions.

    Raises:
        NoFindings: if the folder holds none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for needed in NEEDED:
            if not (folder / needed).exists():
                raise NoFindings(str(folder), needed)
        self._index = Index(*(self._array(name) for name in ARRAYS))
        self._start, self._end = self._array("start"), self._array("end")
        self._ads = pl.read_parquet(folder / "ads.parquet")
        self._clusters = pl.read_parquet(folder / "index" / "clusters.parquet")
        self._identifiers = pl.read_parquet(folder / "index" / "identifiers.parquet")
        self._cut = float(run_record_of(folder)["cut"])

    def _array(self, name: str) -> NDArray[Any]:
        array: NDArray[Any] = np.load(self._folder / "index" / f"{name}.npy", mmap_mode="r")
        return array

    def search(self, text: str, top: int) -> list[Hit]:
        """The ads nearest to `text`, at most `top`, best first.

        An ad is near by its words (bits saved) or by an identifier that the text names
        (log2(ads / holders)). Those with an identifier come first: who names a phone asks for it.
        """
        words, named = self._read(text)
        shared = self._holders(named)
        strength = {ad: max(s.bits for s in found) for ad, found in shared.items()}
        for ad, bits in self._index.nearest(words, top):
            strength[ad] = max(bits, strength.get(ad, 0.0))
        best = sorted(strength, key=lambda ad: (ad not in shared, -strength[ad], ad))[:top]
        return [self._hit(ad, words, shared.get(ad, ())) for ad in best]

    def explain(self, one: str, other: str) -> Explanation:
        """Why two ads are tied, or why not.

        Raises:
            UnknownAd: if no ad has one of the ids.
        """
        a, b = self._find(one), self._find(other)
        mine = self._identifiers.filter(pl.col("ad") == a).select("kind", "value")
        shared = self._holders(mine).get(b, ())
        first = self._hit(a, self._words(b), shared)
        second = self._hit(b, self._words(a), shared)
        same = bool(first.cluster) and first.cluster == second.cluster
        return Explanation(first, second, max(first.bits, second.bits), self._cut, shared, same)

    def _read(self, text: str) -> tuple[Int32Array, pl.DataFrame]:
        """The word numbers of a text from outside, and the identifiers in it."""
        folded = [fold_texts([text])]
        marks = find_marks([text], folded, ["CA"], 1, Silent())
        vocabulary = Vocabulary(np.array(self._array("plain_words")), np.array(self._array("plain_counts")))
        tokens = tokenize_chunks(folded, make_masks(marks, folded), vocabulary=vocabulary)
        named = marks.identifiers.filter(pl.col("kind").is_in(TYING_KINDS)).select("kind", "value").unique()
        return self._index.known(tokens.key), named

    def _holders(self, named: pl.DataFrame) -> dict[int, tuple[Shared, ...]]:
        """Per ad the identifiers of `named` that it carries."""
        rows = (
            self._identifiers.join(named, on=["kind", "value"])
            .with_columns(holders=pl.len().over("kind", "value"))
            .sort("ad", "kind", "value")
        )
        out: dict[int, tuple[Shared, ...]] = {}
        for ad, kind, value, holders in rows.select("ad", "kind", "value", "holders").iter_rows():
            bits = round(float(np.log2(self._ads.height / holders)), 1)
            out[ad] = (*out.get(ad, ()), Shared(kind, value, holders, bits))
        return out

    def _slice(self, ad: int) -> slice:
        return slice(int(self._index.offsets[ad]), int(self._index.offsets[ad + 1]))

    def _words(self, ad: int) -> Int32Array:
        return np.array(self._index.words[self._slice(ad)])

    def _hit(self, ad: int, other: Int32Array, shared: tuple[Shared, ...]) -> Hit:
        here = self._slice(ad)
        bits, places = copied_words(self._words(ad), np.array(self._index.price[here]), other)
        row = self._ads.row(ad, named=True)
        return Hit(
            id=row["id"],
            agency=row["agency"],
            posted=row["posted"].strftime("%Y-%m-%d") if row["posted"] else None,
            location=row["location"],
            cluster=self._clusters["cluster"][ad],
            template=self._clusters["template"][ad],
            bits=round(bits, 1),
            stretches=stretches(row["text"], self._start[here], self._end[here], places >= 0),
            shared=shared,
        )

    def _find(self, name: str) -> int:
        at = self._ads.select(pl.arg_where(pl.col("id") == name)).to_series()
        if at.is_empty():
            raise UnknownAd(name, str(self._folder))
        return int(at[0])


def stretches(raw: str, start: Int32Array, end: Int32Array, common: np.ndarray) -> tuple[Stretch, ...]:
    """A raw text cut where it begins and ends to be common; what stands between two common words is common, too.

    Args:
        raw: the text.
        start, end: of its words in it.
        common: bool, which words the other text has.
    """
    edges = np.flatnonzero(np.diff(common, prepend=False, append=False))
    out, at = [], 0
    for first, past in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        begin, finish = max(at, int(start[first])), max(at, int(end[first:past].max()))
        out += [Stretch(raw[at:begin], False), Stretch(raw[begin:finish], True)]
        at = finish
    out.append(Stretch(raw[at:], False))
    return tuple(stretch for stretch in out if stretch.text)


def search(folder: Path, text: str, top: int) -> list[Hit]:
    """The ads of a run nearest to a text, best first; see `Stored.search`."""
    return Stored(folder).search(text, top)


def explain(folder: Path, one: str, other: str) -> Explanation:
    """Why two ads of a run are tied, or why not; see `Stored.explain`."""
    return Stored(folder).explain(one, other)
