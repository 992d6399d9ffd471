"""Image fingerprints that come with the ads: equal and near-equal ones tie, stock photos do not.

The program sees no pictures. A column may hold perceptual hashes that another tool made: PDQ (256 bits, 64 hex
digits) or pHash (64 bits, 16 hex digits). Two such hashes of one picture, resized or compressed anew, differ in
a few bits; those of two pictures in about half.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.images import HEX_DIGITS
from filrouge.networks.edges import components

MOST_DISTANCE: Final = {64: 6, 256: 31}
"""Bits in which two hashes of one picture may differ. PDQ: 31, as its authors advise (Meta, "The TMK+PDQF
Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019). pHash: tighter, as a quarter of the bits
leaves more to chance."""
LEAST_BALANCE: Final = 0.2
"""A hash with a smaller share of ones, or of noughts, is that of an empty picture."""
LEAST_KINDS_OF_DIGITS: Final = 4
"""A hash written with fewer different hex digits is a stripe or a plain surface."""
STOCK_UNITS: Final = 32
FEW_UNITS: Final = 4
"""Up to so many units a picture has its full weight, which fades to nothing at `STOCK_UNITS`."""
STOCK_SHARE: Final = 0.001
"""A picture that more units show than `STOCK_UNITS` and this share of all is a stock photo or a site's own."""
LEAST_BITS: Final = 1.0
NEIGHBOURS: Final = 4
"""Each ad that shows a picture is tied with this many that follow; near pictures through as many ads of each."""
_BAND: Final = 16
_MOST_IN_BUCKET: Final = 512
"""Hashes with one band in common; where more have it, the band is that of a background, and others tell."""

Int32Array = NDArray[np.int32]
UInt64Array = NDArray[np.uint64]


@dataclass(frozen=True)
class ImageHashes:
    """The different hashes of one length and the ads that show them.

    Attributes:
        size: bits of a hash.
        words: uint64, shape (hashes, size / 64).
        ad, hash: int32, who shows what, each once; sorted by hash and ad.
    """

    size: int
    words: UInt64Array
    ad: Int32Array
    hash: Int32Array


def image_hashes(column: Sequence[str | None] | pl.Series) -> list[ImageHashes]:
    """The hashes in a column, by length; those that say nothing are left out.

    Several in one cell may be set apart by spaces, semicolons, commas or bars; "0x" before one is allowed.

    Returns:
        One for each length in `HEX_DIGITS`, the shorter first.
    """
    cells = pl.Series("value", column, dtype=pl.String)
    found = (
        cells.to_frame()
        .with_row_index("ad")
        .filter(pl.col("value") != "")  # most ads have none, and the search costs
        .with_columns(
            pl.col("value").str.to_lowercase().str.replace_all("0x", "").str.extract_all(r"\b[0-9a-f]+\b")
        )
        .explode("value")
        .drop_nulls("value")
        .unique()
    )
    return [
        _of_length(found.filter(pl.col("value").str.len_bytes() == digits), digits) for digits in HEX_DIGITS
    ]


def _of_length(found: pl.DataFrame, digits: int) -> ImageHashes:
    distinct = found["value"].unique().sort()
    raw = np.frombuffer(bytes.fromhex("".join(distinct.to_list())), np.uint8).reshape(-1, digits // 2)
    ones = np.unpackbits(raw, axis=1).mean(1) if raw.size else np.zeros(0)
    nibbles = np.concatenate([raw >> 4, raw & 15], axis=1)
    kinds = np.zeros(raw.shape[0], np.int64)
    for digit in range(16):
        kinds += (nibbles == digit).any(1)
    telling = (np.abs(ones - 0.5) <= 0.5 - LEAST_BALANCE) & (kinds >= LEAST_KINDS_OF_DIGITS)
    number = pl.DataFrame({"value": distinct}).filter(pl.Series(telling, dtype=pl.Boolean))
    number = number.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).alias("hash"))
    shown = found.join(number, on="value").sort("hash", "ad")
    words = np.ascontiguousarray(raw[telling]).view(">u8").astype(np.uint64)
    return ImageHashes(
        4 * digits,
        words.reshape(-1, digits // 16),
        shown["ad"].to_numpy().astype(np.int32),
        shown["hash"].to_numpy().astype(np.int32),
    )


def near_hashes(hashes: ImageHashes, most: int | None = None) -> tuple[Int32Array, Int32Array, Int32Array]:
    """All pairs of different hashes that differ in at most `most` bits (`MOST_DISTANCE`): numbers and distance.

    Hashes are cut into bands of 16 bits. Of two that differ in fewer bits than twice the bands, some band
    differs in at most one (Norouzi, Punjani & Fleet 2012, multi-index hashing), so each hash looks up its
    bands and these with one bit turned.

    Raises:
        ValueError: if `most` is too large for that.
    """
    limit = MOST_DISTANCE[hashes.size] if most is None else most
    bands = hashes.size // _BAND
    if limit >= 2 * bands:
        raise ValueError(f"at most {2 * bands - 1} bits of {hashes.size} can be looked up, not {limit}")
    count = hashes.words.shape[0]
    found = [np.zeros(0, np.int64)]
    for a, b in _candidates(hashes.words, bands):
        near = np.bitwise_count(hashes.words[a] ^ hashes.words[b]).sum(1, dtype=np.int32) <= limit
        found.append(a[near].astype(np.int64) * count + b[near])
    pairs = np.unique(np.concatenate(found))
    a, b = pairs // max(count, 1), pairs % max(count, 1)
    distance = np.bitwise_count(hashes.words[a] ^ hashes.words[b]).sum(1, dtype=np.int32)
    return a.astype(np.int32), b.astype(np.int32), distance


def _candidates(words: UInt64Array, bands: int) -> Iterator[tuple[Int32Array, Int32Array]]:
    """Pairs a < b with a band that differs in at most one bit; a pair may come several times."""
    values = np.ascontiguousarray(words).view(np.uint16).reshape(words.shape[0], bands)
    for k in range(bands if words.size else 0):
        band = values[:, k]
        order = np.argsort(band, kind="stable").astype(np.int32)
        start = np.searchsorted(band[order], np.arange(2**_BAND + 1))
        for flip in (0, *(1 << bit for bit in range(_BAND))):
            asked = (band ^ np.uint16(flip)).astype(np.int64)
            many = start[asked + 1] - start[asked]
            many[many > _MOST_IN_BUCKET] = 0
            who = np.repeat(np.arange(band.size, dtype=np.int32), many)
            within = np.arange(who.size) - np.repeat(np.cumsum(many) - many, many)
            other = order[np.repeat(start[asked], many) + within]
            keep = who < other
            yield who[keep], other[keep]


def image_ties(column: Sequence[str | None] | pl.Series, unit: NDArray[np.integer]) -> pl.DataFrame:
    """Pairs of ads that show equal or near-equal pictures.

    A pair's bits are log2(ads / ads that show the picture or a copy of it), fading to 0 as many voices show it,
    less the distance's share of what is allowed: the further off, the rather it is another picture of the same make.

    Args:
        column: hashes of each ad, see `image_hashes`.
        unit: whose each ad is, shape (ads,); counts whether a picture is a stock photo.

    Returns:
        `a` < `b` (Int32), `image` (Float32: the best of the pair's pictures, since a set of them is copied
        as a whole) and `distance` (Int32, of that one), sorted.
    """
    parts = [_ties_of(hashes, np.asarray(unit)) for hashes in image_hashes(column) if hashes.ad.size]
    schema = {"a": pl.Int32, "b": pl.Int32, "image": pl.Float32, "distance": pl.Int32}
    return (
        pl.concat([pl.DataFrame(schema=schema), *parts])
        .filter(pl.col("image") >= LEAST_BITS)
        .sort("a", "b", "image", "distance", descending=[False, False, True, False])
        .unique(["a", "b"], keep="first", maintain_order=True)
    )


def _pictures(n: int, a: Int32Array, b: Int32Array) -> Int32Array:
    """Hashes that hang together by near pairs get one number: copies of copies are of one picture.

    Two copies may be further from each other than either from the original. So how common a picture is must be
    counted over all of them, or a stock photo looks rare to each of its copies.
    """
    return components(n, a, b)


def _ties_of(hashes: ImageHashes, unit: NDArray[np.integer]) -> pl.DataFrame:
    a, b, distance = near_hashes(hashes)
    shown = pl.DataFrame({"hash": hashes.hash, "ad": hashes.ad, "unit": unit[hashes.ad].astype(np.int32)})
    picture = _pictures(hashes.words.shape[0], a, b)
    common = (
        shown.with_columns(picture=pl.Series(picture[hashes.hash]))
        .group_by("picture")
        .agg(pl.col("ad").n_unique().alias("ads"), pl.col("unit").n_unique().alias("units"))
    )
    stock = max(STOCK_UNITS, STOCK_SHARE * np.unique(unit).size)
    fading = 1 - (pl.col("units") / FEW_UNITS).log() / np.log(stock / FEW_UNITS)
    rare = (
        pl.DataFrame({"hash": np.arange(picture.size, dtype=np.int32), "picture": picture})
        .join(common, on="picture")
        .select("hash", ((unit.size / pl.col("ads")).log(2) * fading.clip(0.0, 1.0)).alias("weight"))
    )
    equal = pl.concat(
        [
            shown.select(
                "hash", pl.col("ad").alias("x"), pl.col("ad").shift(-k).over("hash").alias("y")
            ).drop_nulls("y")
            for k in range(1, NEIGHBOURS + 1)
        ]
    ).join(rare, on="hash")
    first = shown.group_by("hash", maintain_order=True).head(NEIGHBOURS).select("hash", "ad")
    apart = (
        pl.DataFrame({"hash": a, "other": b, "distance": distance})
        .join(first.rename({"ad": "x"}), on="hash")
        .join(first.rename({"hash": "other", "ad": "y"}), on="other")
        .join(rare, on="hash")
        .join(rare.rename({"hash": "other", "weight": "weight_b"}), on="other")
    )
    share = 1 - pl.col("distance") / (MOST_DISTANCE[hashes.size] + 1)
    return pl.concat(
        [
            equal.select("x", "y", pl.col("weight").alias("image"), pl.lit(0, pl.Int32).alias("distance")),
            apart.select("x", "y", (pl.min_horizontal("weight", "weight_b") * share).alias("image"), "distance"),
        ]
    ).filter(pl.col("x") != pl.col("y")).select(
        pl.min_horizontal("x", "y").cast(pl.Int32).alias("a"),
        pl.max_horizontal("x", "y").cast(pl.Int32).alias("b"),
        pl.col("image").cast(pl.Float32),
        pl.col("distance").cast(pl.Int32),
    )  # fmt: skip
