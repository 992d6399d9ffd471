"""The parts of a block written: words, texts and marks of up to 512 ads, and the words' keys of all of a key.

Parts of a chunk, each sealed by itself:
    keys: the pseudonyms of the words of one key's ads, commonest first, and the length each mostly has.
    words: of each ad, the numbers of its words among those keys, and by what its text is ordered. All that
        comparing needs.
    texts: what the files say of each ad.
    marks: where words, identifiers, places and names stand in the texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.corpus.blocks import ADS, BlockName, planes, seal_block
from filrouge.corpus.columns import few, steps, strings
from filrouge.corpus.kernels import Int32Array, UInt8Array, UInt64Array, usual_lengths, written_positions
from filrouge.corpus.keys import DataKey

if TYPE_CHECKING:
    from filrouge.corpus.chunks import Chunk

#: Columns of the marks, and how each is written: values of few kinds, strings, or spans.
MARK_COLUMNS = {
    "identifiers": {"kind": "few", "value": "strings", "start": "start", "end": "end"},
    "places": {
        "value": "few", "place": "few", "lat": "few", "lon": "few", "country": "few",
        "start": "start", "end": "end",
    },
    "names": {"value": "strings", "start": "start", "end": "end"},
    "located": {"value": "few"},
}  # fmt: skip
BLOCK_SCHEMA = {
    "chunk": pl.Int32, "block": pl.Int32, "part": pl.String, "key_id": pl.String, "first_n": pl.Int64,
    "span": pl.Int32, "ads": pl.Int32, "words": pl.Int64, "offset": pl.Int64, "length": pl.Int64,
    "sha256": pl.Binary,
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The words of ads of one key: `pseudonyms` commonest first, and which of them each word is, shape (T,).

    `order`: by what the text of each ad is ordered, see `filrouge.compare.ordering`.
    """

    pseudonyms: UInt64Array
    words: Int32Array
    order: UInt64Array


class Sealer:
    """Seals the blocks of one chunk, end to end."""

    def __init__(self, workspace: str, batch: str, chunk: int) -> None:
        self._workspace = workspace
        self._batch = batch
        self._chunk = chunk
        self._pack: list[bytes] = []
        self._size = 0
        self._block = 0
        self._rows: list[tuple[Any, ...]] = []

    def add(self, group: Group, part: Chunk, key: DataKey, first: int) -> None:
        """Seal ads of one key, the first of which has the number `first` in the chunk."""
        t = part.tokens
        usual = usual_lengths(group.words, t.start, t.end, group.pseudonyms.size)
        ads = part.ads.height
        self._seal("keys", self._block, keys_fields(group.pseudonyms, usual), key, (first, ads, ads, 0))
        starts = range(0, ads, ADS)
        narrow = np.uint16 if group.pseudonyms.size <= 1 << 16 else np.uint32
        numbers = group.words.astype(narrow)
        for name in ("words", "texts", "marks"):
            for k, a in enumerate(starts):
                b = min(a + ADS, ads)
                words = int(t.offsets[b] - t.offsets[a])
                if name == "words":
                    sizes = np.diff(t.offsets[a : b + 1])
                    fields = words_fields(sizes, numbers[t.offsets[a] : t.offsets[b]], group.order[a:b])
                elif name == "texts":
                    fields = texts_fields(part.ads[a:b])
                else:
                    fields = _marks_of(part, group.words, usual, a, b)
                self._seal(name, self._block + k, fields, key, (first + a, b - a, b - a, words))
        self._block += len(starts)

    def done(self) -> tuple[bytes, pl.DataFrame]:
        """All blocks end to end, and their rows."""
        return b"".join(self._pack), pl.DataFrame(self._rows, schema=BLOCK_SCHEMA, orient="row")

    def _seal(
        self, part: str, block: int, fields: list[bytes], key: DataKey, counts: tuple[int, ...]
    ) -> None:
        name = BlockName(self._workspace, self._batch, self._chunk, block, part)
        sealed = seal_block(fields, name, key.cipher)
        row = (
            self._chunk,
            block,
            part,
            key.key_id,
            *counts,
            self._size,
            len(sealed),
            sha256(sealed).digest(),
        )
        self._rows.append(row)
        self._pack.append(sealed)
        self._size += len(sealed)


def keys_fields(pseudonyms: UInt64Array, usual: UInt8Array) -> list[bytes]:
    """Fields of the part "keys"."""
    return [pseudonyms.tobytes(), usual.tobytes()]


def words_fields(
    sizes: NDArray[np.int64],
    words: NDArray[Any],
    order: UInt64Array,
    places: NDArray[np.uint16] | None = None,
) -> list[bytes]:
    """Fields of the part "words": words of each ad, their numbers, the order; `places` where ads were taken out."""
    # Not in planes: whole numbers repeat where texts do, and that is what zstd finds.
    numbers = [bytes([words.itemsize]), words.tobytes()]
    return [_places(places), planes(sizes.astype(np.uint32)), *numbers, order.tobytes()]


def texts_fields(ads: pl.DataFrame, places: NDArray[np.uint16] | None = None) -> list[bytes]:
    """Fields of the part "texts"."""
    posted = ads["posted"].cast(pl.Int64)
    return [
        _places(places),
        *strings(ads["id"]),
        *strings(ads["text"]),
        *strings(ads["image"]),
        *few(ads["agency"]),
        *few(ads["location"]),
        *few(ads["source"]),
        steps(posted.fill_null(0).to_numpy()),
        np.packbits(posted.is_null().to_numpy()).tobytes(),
        steps(ads["row"].cast(pl.Int64).to_numpy()),
    ]


def marks_fields(
    positions: tuple[UInt8Array, UInt8Array, Int32Array],
    frames: dict[str, pl.DataFrame],
    places: NDArray[np.uint16] | None = None,
) -> list[bytes]:
    """Fields of the part "marks": positions of words, then each frame of `MARK_COLUMNS`, its `ad` by place."""
    gaps, lengths, wide = positions
    fields = [_places(places), gaps.tobytes(), lengths.tobytes(), wide.tobytes()]
    for name, columns in MARK_COLUMNS.items():
        frame = frames[name]
        fields.append(planes(frame["ad"].cast(pl.UInt16).to_numpy()))
        for column, how in columns.items():
            values = frame[column]
            if how == "few":
                fields += few(values)
            elif how == "strings":
                fields += strings(values)
            elif how == "start":
                fields.append(planes(values.cast(pl.Int32).to_numpy()))
            else:
                fields.append(planes((values - frame["start"]).cast(pl.Int32).to_numpy()))
    return fields


def _marks_of(part: Chunk, words: Int32Array, usual: UInt8Array, a: int, b: int) -> list[bytes]:
    t = part.tokens
    here = slice(int(t.offsets[a]), int(t.offsets[b]))
    positions = written_positions(
        words[here], t.start[here], t.end[here], t.offsets[a : b + 1] - t.offsets[a], usual
    )
    return marks_fields(positions, {name: rows_of(getattr(part, name), a, b) for name in MARK_COLUMNS})


def rows_of(frame: pl.DataFrame, first: int, after: int) -> pl.DataFrame:
    """The rows of ads `first` to `after`, whose `ad` then counts from 0; `ad` ascends."""
    begin, end = np.searchsorted(frame["ad"].to_numpy(), [first, after]).tolist()
    return frame[begin:end].with_columns(pl.col("ad") - first)


def _places(places: NDArray[np.uint16] | None) -> bytes:
    """Which ads of the block are still in it; nothing where all are."""
    return b"" if places is None else planes(places)
