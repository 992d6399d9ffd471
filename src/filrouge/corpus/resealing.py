"""Blocks sealed again without some of their ads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.corpus.blocks import BlockName, seal_block
from filrouge.corpus.kernels import ranges, written_positions
from filrouge.corpus.keys import KeyRing
from filrouge.corpus.opening import Fields, Gathering, OpenKeys, OpenWords, read_keys, read_words
from filrouge.corpus.sealing import MARK_COLUMNS, keys_fields, marks_fields, texts_fields, words_fields

Open = Callable[[Mapping[str, Any]], Fields]
Append = Callable[[bytes], int]


def without(
    rows: pl.DataFrame, gone: Mapping[tuple[int, int], Sequence[int]], *, workspace: str, batch: str, pack: str,
    keys: KeyRing, opened: Open, append: Append,
) -> tuple[pl.DataFrame, pl.DataFrame]:  # fmt: skip
    """Seal blocks of a batch again without some ads, and their keys without the words that only those had.

    Args:
        rows: the rows of all blocks of the batch.
        gone: (chunk, block) to the places of the ads to take out.
        workspace: its id.
        batch: the id of the batch.
        pack: the pack that the new blocks go to.
        keys: of the workspace.
        opened: opens the block of a row.
        append: writes a sealed block, and says where.

    Returns:
        The rows of the new blocks; the rows that they take the place of. A block of which no ad is left has
        no new row.
    """
    touched = pl.DataFrame(
        {"chunk": [c for c, _ in gone], "block": [b for _, b in gone]},
        schema={"chunk": pl.Int32, "block": pl.Int32},
    )
    old = rows.join(touched, on=["chunk", "block"], how="semi").filter(pl.col("part") != "keys")
    groups = old.select("chunk", "key_id").unique(maintain_order=True)
    old_keys = rows.filter(pl.col("part") == "keys").join(groups, on=["chunk", "key_id"], how="semi")
    new: list[dict[str, Any]] = []

    def seal(row: Mapping[str, Any], fields: list[bytes], **changed: int) -> None:
        name = BlockName(workspace, batch, row["chunk"], row["block"], row["part"])
        sealed = seal_block(fields, name, keys.get(row["key_id"]).cipher)
        new.append(
            {**row, **changed, "pack": pack, "offset": append(sealed), "length": len(sealed),
             "sha256": sha256(sealed).digest()}
        )  # fmt: skip

    for keys_row in old_keys.iter_rows(named=True):
        group = (pl.col("chunk") == keys_row["chunk"]) & (pl.col("key_id") == keys_row["key_id"])
        mine = rows.filter(group)
        vocabulary = read_keys(opened(keys_row))
        used = np.zeros(vocabulary.pseudonyms.size, bool)
        left = 0
        for row in mine.filter(pl.col("part") == "words").iter_rows(named=True):
            words = read_words(opened(row))
            taken = gone.get((row["chunk"], row["block"]))
            if taken is None:
                used[words.words] = True
                left += row["ads"]
                continue
            kept = _kept(words, row["span"], taken)
            left += int(kept.size)
            parts = {
                r["part"]: r
                for r in mine.filter(pl.col("block") == row["block"], pl.col("part") != "keys").iter_rows(
                    named=True
                )
            }
            if kept.size:
                fields = _fields(words, kept, row["span"], opened(parts["texts"]), opened(parts["marks"]),
                                 vocabulary.usual)  # fmt: skip
                count = int(np.diff(words.offsets)[kept].sum())
                for part in ("words", "texts", "marks"):
                    seal(parts[part], fields[part], ads=int(kept.size), words=count)
                used[read_words([memoryview(f) for f in fields["words"]]).words] = True
        if left:
            pseudonyms = np.where(used, vocabulary.pseudonyms, np.uint64(0))
            usual = np.where(used, vocabulary.usual, 0).astype(np.uint8)
            seal(keys_row, keys_fields(pseudonyms, usual), ads=left)
    fresh = pl.DataFrame(new, schema=rows.schema) if new else rows.clear()
    return fresh, pl.concat([old_keys, old])


def _kept(words: OpenWords, span: int, taken: Sequence[int]) -> NDArray[np.int64]:
    """The rows of a block that stay."""
    places = np.arange(span) if words.places is None else words.places.astype(np.int64)
    return np.flatnonzero(~np.isin(places, np.asarray(taken)))


def _fields(
    words: OpenWords,
    kept: NDArray[np.int64],
    span: int,
    texts: Fields,
    marks: Fields,
    usual: NDArray[np.uint8],
) -> dict[str, list[bytes]]:
    places = (np.arange(span) if words.places is None else words.places)[kept].astype(np.uint16)
    out = Gathering()
    # The numbers of the words serve as their keys here: the block is only taken apart and put together again.
    itself = OpenKeys(np.arange(usual.size, dtype=np.uint64), usual)
    out.add(kept, kept, texts, marks, words, itself)
    opened = out.opened()
    sizes = np.diff(words.offsets)[kept]
    numbers = words.words[ranges(words.offsets[:-1][kept], sizes)]
    t = opened.tokens
    positions = written_positions(numbers.astype(np.int32), t.start, t.end, t.offsets, usual)
    return {
        "words": words_fields(sizes, numbers, words.order[kept], places),
        "texts": texts_fields(opened.ads, places),
        "marks": marks_fields(positions, {name: getattr(opened, name) for name in MARK_COLUMNS}, places),
    }
