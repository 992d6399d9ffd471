"""Numbers that stand for words, identifiers and ads, and tell nothing to who has no key.

Equal things get equal pseudonyms within one workspace, and unrelated ones in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
import polars as pl

from filrouge.ads.tokens import KIND_BITS
from filrouge.corpus.kernels import (
    Int64Array,
    UInt8Array,
    UInt64Array,
    sip_hash_each,
    sip_hash_runs,
)

_AT_ONCE: Final = 50_000
"""Ads whose texts are copied at once: a file may be as large as half the memory."""


def token_pseudonyms(keys: UInt64Array, kinds: UInt8Array, pepper: bytes) -> UInt64Array:
    """What stands for each word: SipHash-2-4 of its key, with its kind in the low 4 bits.

    Args:
        keys: comparison keys of words, shape (T,), see `filrouge.ads.tokens`.
        kinds: 0 for a word, else 1 + index in SLOT_KINDS, shape (T,).
        pepper: the workspace's own, 32 bytes.
    """
    k0, k1 = _halves(pepper[:16])
    hashed = sip_hash_each(np.ascontiguousarray(keys, np.uint64), k0, k1)
    marked: UInt64Array = (hashed & ~np.uint64(KIND_BITS)) | kinds.astype(np.uint64)
    return marked


def text_keys(words: UInt64Array, offsets: Int64Array, pepper: bytes) -> UInt64Array:
    """What stands for all words of an ad in their order: equal for ads of the same words.

    Args:
        words: pseudonyms of the words, shape (T,).
        offsets: those of ad i lie at `offsets[i]` to `offsets[i + 1]`, shape (n + 1,).
        pepper: the workspace's own.
    """
    k0, k1 = _halves(pepper[16:32])
    hashed: UInt64Array = sip_hash_runs(words, offsets, k0, k1)
    return hashed


def identifier_pseudonym(kind: str, value: str, pepper: bytes) -> int:
    """What stands for one identifier: 64 bits of a keyed BLAKE2b of its kind and canonical value."""
    digest = blake2b(
        b"%d:%s%s" % (len(kind.encode()), kind.encode(), value.encode()),
        digest_size=8, key=pepper, person=b"identifier",
    ).digest()  # fmt: skip
    return int.from_bytes(digest, "little")


def identifier_pseudonyms(kinds: Sequence[str], values: Sequence[str], pepper: bytes) -> UInt64Array:
    """What stands for each identifier, shape (n,); see `identifier_pseudonym`."""
    known: dict[tuple[str, str], int] = {}
    out = np.empty(len(values), np.uint64)
    for i, pair in enumerate(zip(kinds, values, strict=True)):
        found = known.get(pair)
        if found is None:
            found = known[pair] = identifier_pseudonym(*pair, pepper)
        out[i] = found
    return out


def ad_keys(ads: pl.DataFrame, pepper: bytes, *, own_ids: bool = True) -> pl.Series:
    """What an ad is known by when its file is given again: 16 bytes, from all that the file says of it.

    Ads that are alike in everything are told apart by which of them they are within their file, so
    `ads` must hold whole files.

    Args:
        ads: as `filrouge.ads.schema.ads_schema` describes.
        pepper: the workspace's own.
        own_ids: whether the ids stand in the file; those that the reader made up say nothing.
    """
    columns = ["agency", *(["id"] if own_ids else []), "posted", "location", "text", "image"]
    parts = []
    for name in columns:
        value = pl.col(name).cast(pl.Int64).cast(pl.String) if name == "posted" else pl.col(name)
        value = value.fill_null("")
        # Each value with its length before it: no two rows run together into one string.
        parts += [value.str.len_bytes().cast(pl.String), pl.lit(":"), value]
    digests: list[bytes] = []
    for some in ads.iter_slices(_AT_ONCE):
        lines = some.select(pl.concat_str(parts)).to_series().to_list()
        digests += [
            blake2b(line.encode(), digest_size=16, key=pepper, person=b"ad").digest() for line in lines
        ]
    keyed = pl.DataFrame({"source": ads["source"], "key": pl.Series(digests, dtype=pl.Binary)})
    again = keyed.select(pl.int_range(pl.len()).over("source", "key")).to_series().to_numpy()
    for at in np.flatnonzero(again).tolist():
        number = int(again[at]).to_bytes(8, "little")
        digests[at] = blake2b(digests[at] + number, digest_size=16, key=pepper, person=b"ad again").digest()
    return pl.Series("ad_key", digests, dtype=pl.Binary)


def _halves(key: bytes) -> tuple[np.uint64, np.uint64]:
    if len(key) != 16:
        raise ValueError(f"a key of SipHash has 16 bytes, not {len(key)}")
    first, second = np.frombuffer(key, "<u8")
    return np.uint64(first), np.uint64(second)
