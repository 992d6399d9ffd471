"""What speaks against one source: different languages throughout, different trades.

Each is worth what this corpus bears out: how often two voices of *one* phone differ so, against how often two
strangers do. Where too few share a phone to tell, it says nothing. It is never evidence for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from filrouge.networks.languages import LANGUAGES, languages

__all__ = [
    "LANGUAGES",
    "Against",
    "disjoint_languages",
    "disjoint_services",
    "language_bits",
    "languages",
    "service_bits",
    "topic_words",
]

LEAST_PAIRS: Final = 30
"""Pairs of voices with one phone, of which something is known, from which a rate is read."""
MOST_BITS: Final = {"language": 6.0, "services": 2.0}
"""Bounds. Organisations write in several languages and serve several trades; a word list is weak."""
LEAST_TOPICS: Final = 5
"""Topic words that both must have before having none in common means anything."""
RAREST_TOPIC: Final = 0.002
COMMONEST_TOPIC: Final = 0.15
"""Shares of voices: rarer words are names, commoner ones are what all ads say."""
LEAST_VOICES: Final = 5
ADS_OF_A_VOICE: Final = 5
"""Ads of one voice whose words are looked at: its trade doesn't change with the hundredth copy."""
AGENCY_LEAD: Final = 4.0
"""A word that some agency's voices have so many times oftener than all voices is of that agency's form."""
STRANGERS: Final = 20_000

Int32Array = NDArray[np.int32]
Float32Array = NDArray[np.float32]
Judged = tuple[NDArray[np.bool_], NDArray[np.bool_]]


@dataclass(frozen=True)
class Against:
    """Rates of disjointness, and the bits that follow.

    Attributes:
        kind: "language" or "services".
        one_source, strangers: shares of pairs that are disjoint.
        pairs: how many pairs of one source that rests on.
    """

    kind: str
    one_source: float
    strangers: float
    pairs: int

    @staticmethod
    def of(kind: str, same: Judged, strange: Judged) -> Against:
        """Rates from pairs of voices of one source, and of strangers: each (known, disjoint).

        Half a pair is added to each side, so that "never seen" is rare, not impossible.
        """
        rates = []
        for known, disjoint in (same, strange):
            rates.append((float((known & disjoint).sum()) + 0.5) / (float(known.sum()) + 1))
        return Against(kind, rates[0], rates[1], int(same[0].sum()))

    @property
    def weight(self) -> float:
        """Bits of a disjoint pair: 0 or less, 0 where the corpus doesn't tell."""
        if self.pairs < LEAST_PAIRS:
            return 0.0
        return float(np.clip(np.log2(self.one_source / self.strangers), -MOST_BITS[self.kind], 0.0))

    def bits(self, judged: Judged) -> Float32Array:
        """float32, shape (pairs,): `weight` where a pair is known to be disjoint, else 0."""
        known, disjoint = judged
        return np.where(known & disjoint, self.weight, 0.0).astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        """For run.json."""
        return {
            "kind": self.kind,
            "one_source": round(self.one_source, 5),
            "strangers": round(self.strangers, 5),
            "pairs": self.pairs,
            "bits": round(self.weight, 3),
        }


def disjoint_languages(
    language: NDArray[np.int8], unit: Int32Array, unit_a: Int32Array, unit_b: Int32Array
) -> Judged:
    """Whether pairs of voices have no language in common throughout.

    Args:
        language: of each ad, see `languages`; -1 unknown.
        unit: voice of each ad, from 0.
        unit_a, unit_b: shape (pairs,).

    Returns:
        (known: both have an ad whose language is told, disjoint), bool, shape (pairs,).
    """
    speaks = np.zeros((int(unit.max(initial=-1)) + 1, len(LANGUAGES)), np.bool_)
    told = (language >= 0) & (unit >= 0)
    speaks[unit[told], language[told]] = True
    any_of: NDArray[np.bool_] = np.any(speaks, axis=1)
    known: NDArray[np.bool_] = any_of[unit_a] & any_of[unit_b]
    common: NDArray[np.bool_] = np.any(speaks[unit_a] & speaks[unit_b], axis=1)
    return known, known & ~common


def language_bits(
    language: NDArray[np.int8],
    unit: Int32Array,
    unit_a: Int32Array,
    unit_b: Int32Array,
    *,
    same: tuple[Int32Array, Int32Array],
    strangers: tuple[Int32Array, Int32Array],
) -> tuple[Float32Array, Against]:
    """Bits against where two voices have no language in common, and the rates that they rest on.

    Args:
        language, unit, unit_a, unit_b: as for `disjoint_languages`.
        same: pairs of different voices that share a phone: what one source does.
        strangers: pairs of any voices, see `random_strangers`: what two sources do.

    Returns:
        float32, shape (pairs,), 0 or less; and the rates.
    """
    rates = Against.of(
        "language",
        disjoint_languages(language, unit, *same),
        disjoint_languages(language, unit, *strangers),
    )
    return rates.bits(disjoint_languages(language, unit, unit_a, unit_b)), rates


def service_bits(
    topics: TopicWords,
    unit_a: Int32Array,
    unit_b: Int32Array,
    *,
    same: tuple[Int32Array, Int32Array],
    strangers: tuple[Int32Array, Int32Array],
    language: NDArray[np.int8],
    unit: Int32Array,
) -> tuple[Float32Array, Against]:
    """Bits against where two voices of one language have no topic word in common, and the rates.

    Args:
        topics: see `topic_words`.
        unit_a, unit_b, same, strangers, language, unit: as for `language_bits`.
    """

    def judged(a: Int32Array, b: Int32Array) -> Judged:
        return disjoint_services(topics, a, b, disjoint_languages(language, unit, a, b)[1])

    rates = Against.of("services", judged(*same), judged(*strangers))
    return rates.bits(judged(unit_a, unit_b)), rates


@dataclass(frozen=True)
class TopicWords:
    """The topic words of each voice: `words[start[u]:start[u + 1]]`, sorted; `keys[word]` says which they are."""

    words: Int32Array
    keys: NDArray[np.uint64]
    start: NDArray[np.int64]


def topic_words(
    key: NDArray[np.uint64],
    kind: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    unit: Int32Array,
    agency: NDArray[np.integer[Any]],
    order: Int32Array | None = None,
) -> TopicWords:
    """The words by which voices' trades differ: neither everyone's nor a name, and of no one agency.

    Args:
        key, kind, offsets: the words of all ads, see ads.tokens.Tokens; only kind 0 (plain words) counts.
        unit: voice of each ad, from 0.
        agency: number of each ad's agency.
        order: the ads in an order that the file does not decide, in which a voice's first ads are its first; that
            of the file if not given.
    """
    units = int(unit.max(initial=-1)) + 1
    order = np.arange(unit.size, dtype=np.int32) if order is None else order
    in_order = pl.DataFrame({"unit": unit[order], "agency": np.asarray(agency, np.int64)[order]})
    nth = np.empty(unit.size, np.int64)
    nth[order] = in_order.select(nth=pl.int_range(pl.len()).over("unit"))["nth"].to_numpy()
    looked_at = (unit >= 0) & (nth < ADS_OF_A_VOICE)
    of_ad = np.repeat(looked_at, np.diff(offsets)) & (kind == 0)
    held = (
        pl.DataFrame({"unit": np.repeat(unit, np.diff(offsets))[of_ad], "key": key[of_ad]})
        .lazy()
        .select("unit", "key")
        .unique()
    )
    common_from = max(LEAST_VOICES, RAREST_TOPIC * units)
    middling = (
        held.with_columns(voices=pl.len().over("key"))
        .filter(pl.col("voices").is_between(common_from, COMMONEST_TOPIC * units))
        .collect()
    )
    # A voice counts for the agency where it was seen first.
    home = (
        in_order.filter(pl.col("unit") >= 0)
        .unique("unit", keep="first", maintain_order=True)
        .with_columns(size=pl.len().over("agency"))
    )
    # One hit is taken off: a small agency with one such voice is chance.
    lead = (pl.len() - 1) / pl.col("size").first() > AGENCY_LEAD * pl.col("voices").first() / max(units, 1)
    of_one = middling.join(home, on="unit").group_by("key", "agency").agg(lead.alias("lead")).filter("lead")
    kept = (
        middling.join(of_one, on="key", how="anti")
        .with_columns(word=(pl.col("key").rank("dense") - 1).cast(pl.Int32))
        .sort("unit", "word")
    )
    start = np.zeros(units + 1, np.int64)
    np.cumsum(np.bincount(kept["unit"].to_numpy(), minlength=units), out=start[1:])
    return TopicWords(kept["word"].to_numpy().astype(np.int32), kept["key"].unique().sort().to_numpy(), start)


def disjoint_services(
    topics: TopicWords,
    unit_a: Int32Array,
    unit_b: Int32Array,
    other_languages: NDArray[np.bool_] | None = None,
) -> Judged:
    """Whether pairs of voices have no topic word in common, `LEAST_TOPICS` of which each must have.

    Args:
        topics: see `topic_words`.
        unit_a, unit_b: shape (pairs,).
        other_languages: pairs that are of different languages anyway; nothing is known of their trades.

    Returns:
        (known, disjoint), bool, shape (pairs,).
    """
    count = np.diff(topics.start)
    known = (count[unit_a] >= LEAST_TOPICS) & (count[unit_b] >= LEAST_TOPICS)
    if other_languages is not None:
        known &= ~other_languages
    shared = _shared(topics.words, topics.start, np.asarray(unit_a, np.int32), np.asarray(unit_b, np.int32))
    return known, known & ~shared


@njit(cache=True, nogil=True)
def _shared(words: Int32Array, start: NDArray[np.int64], a: Int32Array, b: Int32Array) -> NDArray[np.bool_]:
    """Whether two sorted lists have a number in common, for each pair."""
    out = np.zeros(a.size, np.bool_)
    for k in range(a.size):
        i, j = start[a[k]], start[b[k]]
        while i < start[a[k] + 1] and j < start[b[k] + 1]:
            if words[i] == words[j]:
                out[k] = True
                break
            if words[i] < words[j]:
                i += 1
            else:
                j += 1
    return out


def random_strangers(units: int, seed: int, n: int = STRANGERS) -> tuple[Int32Array, Int32Array]:
    """Pairs of different voices, drawn evenly: int32 arrays."""
    draw = np.random.default_rng(seed)
    a, b = draw.integers(0, max(units, 1), (2, n))
    return a[a != b].astype(np.int32), b[a != b].astype(np.int32)
