"""Near-identifiers: numbers and names that differ from one another by little, and what that is worth.

A phone with one digit changed, two neighbours swapped or the next number; a handle with a "2" behind it. It may
be a slip of the pen, a second SIM card from one shop, or chance: in a full exchange every number has neighbours.
So a near pair weighs as much as it is rarer than by chance here, and always less than the identifier itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.networks.name_chance import expected_by_chance

LINE_DIGITS: Final = 4
"""The last digits of a number; what stands before them is its exchange."""
OWN_DIGITS: Final = 10
"""Digits from the end that may differ; before them stands the country."""
DENSITY_DIGITS: Final = (2, 3, 4, 7)
"""Blocks in which a number's surroundings are counted: its hundred, thousand, exchange and area."""
ROW_OF_FRIENDS: Final = 3
"""More others than this in one row of ten are a business's block; up to it, SIM cards bought together."""
SHARE_OF_EXACT: Final = 0.5
"""A near-identifier never says more than this share of what the identifier itself would."""
LEAST_BITS: Final = 1.0
LEAST_STEM: Final = 4
LONGEST_SUFFIX: Final = 4
MOST_OF_STEM: Final = 8
"""A stem that more names have is a word ("massage1" to "massage9")."""
STRANGER_OF_STEM: Final = 0.25
"""So likely each further name with a stem is held to be a stranger's, however rare the stem looks."""
HOLDERS_PAIRED: Final = 4
"""So many ads of each of two near values are tied with each other; the rest hang on them by the value."""

_NAMES: Final = ("handle", "email")

Int64Array = NDArray[np.int64]
Float64Array = NDArray[np.float64]


def near_pairs(identifiers: pl.DataFrame, ads: int) -> pl.DataFrame:
    """Pairs of different values that are nearly one.

    Args:
        identifiers: `ad`, `kind`, `value` (phones as E.164, handles as `service:name`).
        ads: how many there are in all.

    Returns:
        `kind`, `value_a` < `value_b`, `how` ("consecutive", "swapped", "changed", "suffix", "elsewhere": the
        same name with another service or domain), `by_chance` (how many such neighbours would be expected of
        a stranger's value), `bits` (Float32, `LEAST_BITS` or more). Sorted by kind and values.
    """
    held = (
        identifiers.filter(pl.col("kind").is_in(["phone", *_NAMES]))
        .group_by("kind", "value")
        .agg(pl.col("ad").n_unique().alias("holders"))
        .sort("kind", "value")
    )
    found = pl.concat([_near_phones(held.filter(pl.col("kind") == "phone")), _near_names(held)])
    holders = held.select("kind", "value", "holders")
    return (
        found.join(holders.rename({"value": "value_a", "holders": "h_a"}), on=["kind", "value_a"])
        .join(holders.rename({"value": "value_b", "holders": "h_b"}), on=["kind", "value_b"])
        .with_columns(
            bits=pl.min_horizontal(
                -pl.col("by_chance").log(2),
                SHARE_OF_EXACT * (ads / (pl.col("h_a") + pl.col("h_b"))).log(2),
            ).cast(pl.Float32)
        )
        .filter(pl.col("bits") >= LEAST_BITS)
        .sort("kind", "value_a", "value_b", "by_chance")
        .unique(["kind", "value_a", "value_b"], keep="first", maintain_order=True)
        .select("kind", "value_a", "value_b", "how", "by_chance", "bits")
    )


def near_ties(identifiers: pl.DataFrame, ads: int) -> pl.DataFrame:
    """Pairs of ads that hold near-identical values.

    Returns:
        `a` < `b` (Int32), `near` (Float32, the best of the pair's bits: two near phones are no two
        observations), sorted.
    """
    pairs = near_pairs(identifiers, ads)
    first = (
        identifiers.select(pl.col("ad").cast(pl.Int32), "kind", "value")
        .unique()
        .sort("kind", "value", "ad")
        .group_by("kind", "value", maintain_order=True)
        .head(HOLDERS_PAIRED)
    )
    return (
        pairs.join(first.rename({"ad": "x", "value": "value_a"}), on=["kind", "value_a"])
        .join(first.rename({"ad": "y", "value": "value_b"}), on=["kind", "value_b"])
        .filter(pl.col("x") != pl.col("y"))
        .group_by(
            pl.min_horizontal("x", "y").alias("a"),
            pl.max_horizontal("x", "y").alias("b"),
        )
        .agg(pl.col("bits").max().alias("near"))
        .sort("a", "b")
    )


def _near_phones(held: pl.DataFrame) -> pl.DataFrame:
    """Near pairs of numbers with what is expected by chance."""
    digits = held["value"].str.strip_prefix("+")
    usable = digits.str.contains(r"^\d{7,15}$").fill_null(False).to_numpy()
    values = held["value"].filter(pl.Series(usable, dtype=pl.Boolean))
    number = digits.filter(pl.Series(usable, dtype=pl.Boolean)).cast(pl.Int64).to_numpy()
    order = np.argsort(number)
    number = number[order]
    values = values.gather(order)
    fictional = _is_fictional(number)
    a, b, how, low = _phone_candidates(number)
    density = _densities(number)
    around = np.maximum(density[a], density[b])
    ways = np.array(_WAYS, np.float64)[how, low.astype(int)]
    dense = _row_is_full(number)
    expected = ways * around
    real = _share_beyond_chance(expected, 2 * how + low, density)
    expected = 1 / (1 + real * np.maximum(1 / expected - 1, 0))
    expected[fictional[a] | fictional[b] | (dense[a] & dense[b])] = np.inf
    out = pl.DataFrame(
        {
            "value_a": values.gather(a),
            "value_b": values.gather(b),
            "how": pl.Series(np.array(_HOWS)[how].tolist(), dtype=pl.String),
            "by_chance": expected,
        }
    ).with_columns(kind=pl.lit("phone"))
    return _in_order(out)


_HOWS: Final = ("consecutive", "swapped", "changed")
_WAYS: Final = (
    (2, 2),
    (OWN_DIGITS - LINE_DIGITS, LINE_DIGITS - 1),
    (9 * (OWN_DIGITS - LINE_DIGITS), 9 * LINE_DIGITS),
)
"""How many numbers stand in each relation to a given one: with the difference before its last digits, within them."""


def _phone_candidates(number: Int64Array) -> tuple[Int64Array, Int64Array, Int64Array, NDArray[np.bool_]]:
    """Pairs (rows of the sorted numbers), the relation, and whether they differ in the last digits only.

    A pair that differs in one digit has an equal key where that digit is wiped out; one with two neighbours
    swapped, where the two are put in order. So each number has one key for each place, and pairs are equal keys.
    """
    parts: list[tuple[Int64Array, Int64Array, int, bool]] = []
    next_one = np.flatnonzero(np.diff(number) == 1)
    parts.append((next_one, next_one + 1, 0, True))
    for place in range(OWN_DIGITS):
        unit = 10**place
        digit = number // unit % 10
        if place + 1 < OWN_DIGITS:
            higher = number // (10 * unit) % 10
            rest = number - digit * unit - higher * 10 * unit
            key = rest + np.minimum(digit, higher) * unit + np.maximum(digit, higher) * 10 * unit
            a, b = _equal_keys(key, 1)
            parts.append((a, b, 1, place + 1 < LINE_DIGITS))
        a, b = _equal_keys(number - digit * unit, 9)
        parts.append((a, b, 2, place < LINE_DIGITS))
    a = np.concatenate([p[0] for p in parts])
    b = np.concatenate([p[1] for p in parts])
    how = np.concatenate([np.full(p[0].size, p[2], np.int64) for p in parts])
    low = np.concatenate([np.full(p[0].size, p[3], np.bool_) for p in parts])
    a, b = np.minimum(a, b), np.maximum(a, b)
    # A wiped leading digit would make numbers of unlike length alike.
    same = np.log10(number[a].clip(1)).astype(int) == np.log10(number[b].clip(1)).astype(int)
    return a[same], b[same], how[same], low[same]


def _equal_keys(key: Int64Array, steps: int) -> tuple[Int64Array, Int64Array]:
    """Pairs of rows with equal keys, up to `steps` apart in the sorted order."""
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    a, b = [], []
    for step in range(1, steps + 1):
        hit = np.flatnonzero(sorted_key[step:] == sorted_key[:-step]) if key.size > step else np.zeros(0, int)
        a.append(order[hit])
        b.append(order[hit + step])
    return np.concatenate(a), np.concatenate(b)


def _densities(number: Int64Array) -> Float64Array:
    """Share of the numbers around each that are in the corpus: the densest of its blocks, without a pair.

    In the area (the widest block) one more is granted, so that an empty surrounding is rare, not impossible.
    """
    out = np.zeros(number.size)
    for digits in DENSITY_DIGITS:
        _, block, counts = np.unique(number // 10**digits, return_inverse=True, return_counts=True)
        others = np.maximum(counts[block] - 2, 0) + (1 if digits == max(DENSITY_DIGITS) else 0)
        out = np.maximum(out, others / (10**digits - 2))
    return out


def _share_beyond_chance(expected: Float64Array, sort: Int64Array, density: Float64Array) -> Float64Array:
    """For each pair the share of those like it that chance does not explain.

    Like it are the pairs of its sort that are as rare, within a factor of two. Chance makes as many of them as
    the numbers with such surroundings lead to expect, give or take a standard deviation.
    """
    out = np.zeros(expected.size)
    ways = np.array(_WAYS, np.float64).ravel()
    for k in np.unique(sort).tolist():
        pairs = np.flatnonzero(sort == k)
        of_numbers = ways[k] * density
        rarity, index = np.unique(np.floor(np.log2(expected[pairs])), return_inverse=True)
        found = np.bincount(index)
        at = np.searchsorted(rarity, np.floor(np.log2(of_numbers)))
        at = np.where(
            rarity[np.minimum(at, rarity.size - 1)] == np.floor(np.log2(of_numbers)), at, rarity.size
        )
        chance = np.bincount(at, of_numbers / 2, minlength=rarity.size + 1)[: rarity.size]
        out[pairs] = np.maximum((found - chance - np.sqrt(chance)) / found, 0.0)[index]
    return out


def _row_is_full(number: Int64Array) -> NDArray[np.bool_]:
    """Whether a number's row of ten holds more others than friends would buy together."""
    _, row, counts = np.unique(number // 10, return_inverse=True, return_counts=True)
    full: NDArray[np.bool_] = counts[row] - 1 > ROW_OF_FRIENDS
    return full


def _is_fictional(number: Int64Array) -> NDArray[np.bool_]:
    """North American 555-01xx, kept for films and examples."""
    fictional: NDArray[np.bool_] = (number // 10**10 == 1) & (number // 100 % 10**5 == 55501)
    return fictional


def _near_names(held: pl.DataFrame) -> pl.DataFrame:
    """Near pairs of handles and e-mail names with what is expected by chance."""
    parts = (
        held.filter(pl.col("kind").is_in(list(_NAMES)))
        .with_columns(
            name=pl.when(pl.col("kind") == "email")
            .then(pl.col("value").str.split("@").list.first())
            .otherwise(pl.col("value").str.splitn(":", 2).struct.field("field_1"))
            .str.to_lowercase()
            .str.replace_all(r"[^\p{L}\p{N}]", ""),
        )
        .drop_nulls("name")
        .with_columns(stem=pl.col("name").str.replace(r"\p{N}+$", ""))
        .filter(pl.col("stem").str.len_chars() >= LEAST_STEM)
    )
    if not parts.height:
        return _in_order(
            held.clear().select(
                value_a="value", value_b="value", how="value", by_chance=pl.lit(0.0), kind="kind"
            )
        )
    # A name with letters behind it is found by its own beginnings, a number behind it by the stem.
    beginnings = pl.concat(
        [
            parts.select(
                "kind",
                "value",
                "name",
                pl.col("stem").str.head(pl.col("stem").str.len_chars() - cut).alias("key"),
            )
            for cut in range(LONGEST_SUFFIX + 1)
        ]
    ).filter(pl.col("key").str.len_chars() >= LEAST_STEM)
    members = parts.select(
        "kind", pl.col("value").alias("value_b"), pl.col("name").alias("name_b"), pl.col("stem").alias("key")
    )
    of_stem = parts.group_by("kind", "stem").agg(pl.len().alias("of_stem"))
    pairs = (
        beginnings.join(of_stem.rename({"stem": "key"}), on=["kind", "key"])
        .filter(pl.col("of_stem") <= MOST_OF_STEM)
        .join(members, on=["kind", "key"])
        .filter(pl.col("value") != pl.col("value_b"))
        .with_columns(
            beginnings_of=pl.col("value").n_unique().over("kind", "key"),
            how=pl.when(pl.col("name") == pl.col("name_b"))
            .then(pl.lit("elsewhere"))
            .otherwise(pl.lit("suffix")),
        )
        .filter(pl.col("beginnings_of") <= MOST_OF_STEM)
    )
    stems = pairs["key"].unique().sort()
    chance = pl.DataFrame(
        {"key": stems, "alone": expected_by_chance(stems.to_list(), parts["stem"].to_list())}
    )
    out = (
        pairs.join(chance, on="key")
        .with_columns(
            # Each further name with that beginning makes it more of a word and less of a name.
            by_chance=pl.max_horizontal(
                pl.col("alone") * (pl.col("beginnings_of").cast(pl.Int64) - 1).clip(1),
                STRANGER_OF_STEM * (pl.col("beginnings_of").cast(pl.Int64) - 2),
            ),
            value_a=pl.min_horizontal("value", "value_b"),
            value_b=pl.max_horizontal("value", "value_b"),
        )
        .sort("kind", "value_a", "value_b", "by_chance")
        .unique(["kind", "value_a", "value_b"], keep="first", maintain_order=True)
    )
    return _in_order(out)


def _in_order(found: pl.DataFrame) -> pl.DataFrame:
    schema: dict[str, type[pl.DataType]] = {
        "kind": pl.String, "value_a": pl.String, "value_b": pl.String, "how": pl.String, "by_chance": pl.Float64,
    }  # fmt: skip
    low, high = pl.min_horizontal("value_a", "value_b"), pl.max_horizontal("value_a", "value_b")
    return found.with_columns(value_a=low, value_b=high).select(*schema).cast(pl.Schema(schema))
