"""Sealed blocks: fields of bytes, packed by zstd and sealed by AES-GCM.

A sealed block is one byte of format, 12 of nonce, and the ciphertext with its tag. What the block is (its
workspace, batch, chunk, number and part) goes into the seal, so a block that was moved does not open.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from filrouge.corpus.keys import NONCE, seal, unseal

ADS: Final = 512
"""Ads in a block at most: larger packs better, smaller opens faster."""
FORMAT: Final = 1
LEVELS: Final = {"keys": 3, "words": 6, "texts": 5, "marks": 3, "reason": 3, "state": 3, "plain words": 3}
"""How hard zstd tries on each part. Measured on ads of 424 bytes: above these, slower and hardly smaller."""


class NotAsSealed(Exception):
    """A block that does not open: damaged, moved, or sealed with another key."""


@dataclass(frozen=True)
class BlockName:
    """Which block of a workspace it is."""

    workspace: str
    batch: str
    chunk: int
    block: int
    part: str

    def bytes(self) -> bytes:
        """The same as the bytes that the seal covers."""
        return f"{self.workspace}|{self.batch}|{self.chunk}|{self.block}|{self.part}".encode()


def seal_block(fields: Sequence[bytes], name: BlockName, key: AESGCM) -> bytes:
    """The fields as one sealed block."""
    plain = struct.pack(f"<{len(fields) + 1}I", len(fields), *map(len, fields)) + b"".join(fields)
    packed = zstandard.ZstdCompressor(level=LEVELS[name.part], write_checksum=False).compress(plain)
    return _sealed(packed, name, key)


def _sealed(packed: bytes, name: BlockName, key: AESGCM) -> bytes:
    return bytes([FORMAT]) + seal(key, packed, name.bytes())


def open_block(sealed: bytes | memoryview, name: BlockName, key: AESGCM) -> list[memoryview]:
    """The fields of a sealed block.

    Raises:
        NotAsSealed: if it is not the block of that name as it was sealed with that key.
    """
    if len(sealed) < 1 + NONCE + 16 or sealed[0] != FORMAT:
        raise NotAsSealed("not a sealed block")
    try:
        packed = unseal(key, memoryview(sealed)[1:], name.bytes())
    except InvalidTag as e:
        raise NotAsSealed("its seal is broken") from e
    return fields_of(_unpacker().decompress(packed))


def fields_of(plain: bytes) -> list[memoryview]:
    """The fields within the plain content of a block."""
    (count,) = struct.unpack_from("<I", plain)
    at = 4 + 4 * count
    view = memoryview(plain)
    fields = []
    for size in struct.unpack_from(f"<{count}I", plain, 4):
        fields.append(view[at : at + size])
        at += size
    return fields


_threads = threading.local()


def _unpacker() -> zstandard.ZstdDecompressor:
    # One for each thread: they are dear to make and not to be shared.
    found: zstandard.ZstdDecompressor | None = getattr(_threads, "unpacker", None)
    if found is None:
        found = _threads.unpacker = zstandard.ZstdDecompressor()
    return found


def planes(array: NDArray[Any]) -> bytes:
    """The array as bytes, first the lowest byte of each number, then the next: zstd packs these better."""
    return np.ascontiguousarray(array).view(np.uint8).reshape(-1, array.itemsize).T.tobytes()


def from_planes(field: memoryview, dtype: type[np.generic]) -> NDArray[Any]:
    """The array that `planes` wrote."""
    size = np.dtype(dtype).itemsize
    return np.frombuffer(field, np.uint8).reshape(size, -1).T.copy().reshape(-1).view(dtype)
