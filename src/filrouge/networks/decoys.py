"""Decoys: pairs of strangers that look like the pairs that are really compared.

What a number of bits means on a corpus is what strangers reach there. Strangers from two ends of the country reach
nothing; those that count are of one agency, language, town and month, as the real candidates are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.networks.languages import languages
from filrouge.networks.organisation import FEW_WRITERS, SHARE_OF_WRITERS
from filrouge.networks.units import TYING

LEVELS: Final = (
    ("agency", "language", "length", "place", "month"),
    ("agency", "language", "length", "place"),
    ("agency", "language", "length", "month"),
    ("agency", "language", "length"),
    ("agency", "language"),
    ("language",),
    (),
)
"""On what a decoy is matched; the next where the last finds nobody."""
TRIES: Final = 6
"""Draws at each level before the next."""

Int32Array = NDArray[np.int32]


@dataclass(frozen=True)
class Strangers:
    """Pairs of strangers.

    Attributes:
        pairs: `a` < `b` (Int32, ads), `level` (UInt8, index in `LEVELS`), each pair once, sorted.
        asked: how many were wanted.
    """

    pairs: pl.DataFrame
    asked: int

    @property
    def by_level(self) -> dict[str, int]:
        """How many pairs were matched on what, all levels, the closest first."""
        counts = np.bincount(self.pairs["level"].to_numpy(), minlength=len(LEVELS))
        return {", ".join(on) or "nothing": int(n) for on, n in zip(LEVELS, counts.tolist(), strict=True)}


def stranger_pairs(
    ads: pl.DataFrame,
    unit: NDArray[np.integer[Any]],
    n: int,
    seed: int,
    *,
    identifiers: pl.DataFrame | None = None,
    like: tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]] | None = None,
    language: NDArray[np.integer[Any]] | None = None,
    kin: NDArray[np.integer[Any]] | None = None,
    side: NDArray[np.bool_] | None = None,
) -> Strangers:
    """Pairs of ads of different voices that no identifier joins, matched as real candidate pairs are.

    Of a candidate pair (x, y) one is kept, and the other replaced by an ad of another voice that is of y's
    agency, language, length, place and month. So decoys agree in these things just as often as candidates.

    Args:
        ads: `text`, `agency`, `posted`, `location`.
        unit: voice of each ad, shape (ads,).
        n: how many are wanted; fewer come where there are not so many, each pair of voices once.
        seed: the same draw for the same seed.
        identifiers: `ad`, `kind`, `value`. Voices that share one are no strangers, unless it is one that
            many share (a switchboard's, the agency's own).
        like: candidate pairs of ads, shape (pairs,) each. Without, an ad's partner is of its own stratum.
        language: of each ad; told from the text if not given.
        kin: of each ad; ads of one number are no strangers, though they share nothing themselves.
        side: of each ad; strangers are drawn from one side, so that what is learned on one meets nobody of
            the other.

    Returns:
        The pairs and on what each was matched.
    """
    voice: NDArray[np.int64] = np.asarray(unit, np.int64)
    total = voice.size
    schema = {"a": pl.Int32, "b": pl.Int32, "level": pl.UInt8}
    if total < 2 or n < 1:
        return Strangers(pl.DataFrame(schema=schema), n)
    draw = np.random.default_rng(seed)
    traits = _traits(ads, languages(ads["text"]) if language is None else np.asarray(language))
    tied = _Tied(voice, identifiers, ads["agency"], np.asarray(voice if kin is None else kin, np.int64))
    sides = np.zeros(total, np.int64) if side is None else np.asarray(side, np.int64)
    if like is not None:
        one_side = sides[like[0]] == sides[like[1]]
        like = like[0][one_side], like[1][one_side]
    # Some draws come twice or fail; a few rounds fill up.
    found: list[NDArray[np.int64]] = []
    have = 0
    for _round in range(4):
        if have >= n:
            break
        kept, model = _starts(total, int(1.1 * (n - have)) + 8, like, draw)
        for level, x, y in _matched(traits, sides, kept, model, voice, tied, draw):
            found.append(np.stack([np.minimum(x, y), np.maximum(x, y), np.full(x.size, level)]))
        together = np.concatenate(found, axis=1)
        # Two voices are one pair, however many ads they have. The closest match of it is kept.
        voices = np.sort(voice[together[:2]], axis=0)
        order = np.lexsort((together[1], together[0], together[2], voices[1], voices[0]))
        together, voices = together[:, order], voices[:, order]
        first = np.ones(together.shape[1], np.bool_)
        first[1:] = (np.diff(voices) != 0).any(axis=0)
        found = [together[:, first]]
        have = found[0].shape[1]
    pairs = found[0]
    if pairs.shape[1] > n:
        pairs = pairs[:, np.sort(draw.choice(pairs.shape[1], n, replace=False))]
    return Strangers(
        pl.DataFrame(dict(zip(schema, pairs, strict=True))).cast(pl.Schema(schema)).sort("a", "b"), n
    )


def _starts(
    total: int,
    n: int,
    like: tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]] | None,
    draw: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ads that are kept, and those that stand for what their partner should be like."""
    if like is None or not len(like[0]):
        kept = draw.integers(0, total, n)
        return kept, kept
    chosen = draw.integers(0, len(like[0]), n)
    a, b = (np.asarray(side, np.int64)[chosen] for side in like)
    swap = draw.random(n) < 0.5
    return np.where(swap, b, a), np.where(swap, a, b)


def _matched(
    traits: dict[str, NDArray[np.int64]],
    sides: NDArray[np.int64],
    kept: NDArray[np.int64],
    model: NDArray[np.int64],
    unit: NDArray[np.int64],
    tied: _Tied,
    draw: np.random.Generator,
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Level by level the kept ads with a partner; who finds none goes on to the next level."""
    for level, names in enumerate(LEVELS):
        stratum = _strata([sides, *(traits[name] for name in names)], unit.size)
        order = np.argsort(stratum, kind="stable")
        start = np.r_[0, np.cumsum(np.bincount(stratum))]
        for _try in range(TRIES):
            if not kept.size:
                return
            s = stratum[model]
            size = start[s + 1] - start[s]
            other = order[start[s] + (draw.random(kept.size) * size).astype(np.int64)]
            good = (unit[other] != unit[kept]) & (unit[other] != unit[model])
            good[good] = ~tied.share(kept[good], other[good])
            yield level, kept[good], other[good]
            kept, model = kept[~good], model[~good]


def _traits(ads: pl.DataFrame, language: NDArray[np.integer[Any]]) -> dict[str, NDArray[np.int64]]:
    length = ads["text"].str.len_chars().fill_null(0).to_numpy().astype(np.float64)
    return {
        "agency": _codes(ads["agency"]),
        "language": np.asarray(language, np.int64) + 1,
        # Half octaves: lengths within a factor of 1.4.
        "length": np.round(2 * np.log2(1 + length)).astype(np.int64),
        "place": _codes(ads["location"].str.strip_chars().str.to_lowercase()),
        "month": _codes(ads["posted"].dt.strftime("%Y-%m")),
    }


def _codes(values: pl.Series) -> NDArray[np.int64]:
    """Numbers for values; null is one of them."""
    return values.rank("dense").fill_null(0).to_numpy().astype(np.int64)


def _strata(traits: list[NDArray[np.int64]], total: int) -> NDArray[np.int64]:
    """One number for each combination, from 0."""
    out = np.zeros(total, np.int64)
    for trait in traits:
        _, out = np.unique(out * (int(trait.max()) + 1) + trait, return_inverse=True)
    return out


class _Tied:
    """Which ads are of voices that share an identifier that is not everyone's, or of kin."""

    def __init__(
        self,
        unit: NDArray[np.int64],
        identifiers: pl.DataFrame | None,
        agency: pl.Series,
        kin: NDArray[np.int64],
    ) -> None:
        self._unit, self._kin = unit, kin
        self._held = pl.DataFrame(schema={"unit": pl.Int64, "value": pl.UInt32})
        if identifiers is None or not identifiers.height:
            return
        voices = pl.DataFrame({"ad": np.arange(unit.size, dtype=np.int32), "unit": unit, "agency": agency})
        few = pl.max_horizontal(pl.lit(FEW_WRITERS), SHARE_OF_WRITERS * pl.col("voices"))
        of_agency = voices.group_by("agency").agg(pl.col("unit").n_unique().alias("voices"))
        held = (
            identifiers.filter(pl.col("kind").is_in(TYING))
            .select(pl.col("ad").cast(pl.Int32), pl.concat_str("kind", "value", separator=":").alias("name"))
            .join(voices, on="ad")
            .with_columns(value=pl.col("name").rank("dense").cast(pl.UInt32))
        )
        common = (
            held.group_by("value", "agency")
            .agg(pl.col("unit").n_unique().alias("holders"))
            .join(of_agency, on="agency")
            .filter(pl.col("holders") > few)
        )
        self._held = held.join(common, on="value", how="anti").select("unit", "value").unique()

    def share(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.bool_]:
        """bool, shape (pairs,)."""
        out: NDArray[np.bool_] = self._kin[a] == self._kin[b]
        if self._held.height:
            pairs = pl.DataFrame({"pair": np.arange(a.size), "a": self._unit[a], "b": self._unit[b]})
            hits = pairs.join(self._held.rename({"unit": "a"}), on="a").join(
                self._held.rename({"unit": "b"}), on=["b", "value"], how="semi"
            )
            out[hits["pair"].to_numpy()] = True
        return out
