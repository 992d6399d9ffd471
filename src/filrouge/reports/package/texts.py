"""The texts of a package as numbers, with the counts that the price of each word follows from.

Words are numbered within the package, in the order in which its ads hold them: the numbers say nothing outside of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.align import pair_bits
from filrouge.compare.strangers import continuations, corpus_of, count_voices
from filrouge.reports.package.gather import Gathered


@dataclass(frozen=True)
class Numbered:
    """Words by package-local numbers.

    Attributes:
        words: per place in the findings, the words of the ad.
        runs: the same for the runs of up to three words that end at each; they have the prices.
        templates: per cluster id, the words of its template.
    """

    words: dict[int, list[int]]
    runs: dict[int, list[int]]
    templates: dict[int, list[int]]


class PackagedTexts:
    """The words of the ads of a package, and what they cost a stranger."""

    def __init__(self, found: Gathered) -> None:
        self._found = found
        self._comparison = found.findings.comparison
        plain = self._comparison.corpus
        # The comparison has forgotten its runs; the words have the same numbers still.
        self._corpus = corpus_of(plain.words, plain.kinds, plain.offsets)

    def here(self, row: int) -> slice:
        """Where the words of an ad lie in the corpus."""
        text = int(self._comparison.text[row])
        return slice(int(self._corpus.offsets[text]), int(self._corpus.offsets[text + 1]))

    def template(self, cluster: int) -> int:
        """Which template of the comparison is that of a cluster of the workspace."""
        row = int(np.flatnonzero(self._found.cluster == cluster)[0])
        return int(self._comparison.cluster[row])

    @cached_property
    def numbered(self) -> Numbered:
        """All words of the package by numbers of its own."""
        words, runs = _Numbers(), _Numbers()
        rows = self._found.rows.tolist()
        mine = {row: words.of(self._corpus.words[self.here(row)]) for row in rows}
        theirs = {row: runs.of(self._corpus.triples[self.here(row)]) for row in rows}
        templates = {
            cluster: words.of(self._comparison.templates[self.template(cluster)].words)
            for cluster in self._found.clusters
        }
        self._runs = runs.known
        return Numbered(mine, theirs, templates)

    def prices(self) -> list[dict[str, Any]]:
        """Each run of the package with the counts of voices that its price follows from; see `check.word_price`."""
        _ = self.numbered
        corpus, runs = self._corpus, self._corpus.runs
        voices = count_voices(corpus, self._comparison.clustering.label)
        times_one, ways_one = continuations(runs.pair_before, voices.pairs, voices.words.size)
        times_two, ways_two = continuations(runs.before, voices.triples, voices.pairs.size)
        total = max(int(voices.words.sum()), 1)
        price = self._price_of_runs
        out = []
        for run, number in self._runs.items():
            word, pair, before = (int(part[run]) for part in (runs.word, runs.pair, runs.before))
            one = int(runs.pair_before[pair])
            whole = before >= 0 and int(runs.pair_before[before]) >= 0
            out.append(
                {
                    "run": number,
                    "is_word": int(corpus.said[word]),
                    "length": 1 + (one >= 0) + whole,
                    "word": int(voices.words[word]),
                    "total": total,
                    "pair": int(voices.pairs[pair]) if one >= 0 else 0,
                    "after_one": int(times_one[one]) if one >= 0 else 0,
                    "ways_one": int(ways_one[one]) if one >= 0 else 0,
                    "triple": int(voices.triples[run]) if whole else 0,
                    "after_two": int(times_two[before]) if whole else 0,
                    "ways_two": int(ways_two[before]) if whole else 0,
                    "price": round(float(price[run]), 5),
                }
            )
        return out

    @cached_property
    def _price_of_runs(self) -> dict[int, np.float32]:
        price = self._comparison.clustering.price
        return {
            int(run): cost
            for row in self._found.rows.tolist()
            for run, cost in zip(self._corpus.triples[self.here(row)], price[self.here(row)], strict=True)
        }

    def saved(self, models: NDArray[np.int64], texts: NDArray[np.int64]) -> NDArray[np.float32]:
        """Bits saved by writing each ad `texts[k]` with the ad `models[k]` beside it; both by place in the findings."""
        of = self._comparison.text
        return pair_bits(
            of[models], of[texts], self._corpus.words, self._comparison.clustering.price, self._corpus.offsets
        )

    def saved_by_template(self, cluster: int) -> dict[int, float]:
        """What the template of a cluster saves each of its ads in the package."""
        template = self._comparison.templates[self.template(cluster)]
        place = {text: k for k, text in enumerate(template.members.tolist())}
        rows = [row for row in self._found.rows.tolist() if self._found.cluster[row] == cluster]
        return {row: float(template.bits[place[int(self._comparison.text[row])]]) for row in rows}


class _Numbers:
    """Numbers in the order in which things are met."""

    def __init__(self) -> None:
        self.known: dict[int, int] = {}

    def of(self, values: NDArray[np.integer]) -> list[int]:
        return [self.known.setdefault(int(value), len(self.known)) for value in values]
