"""Packs: the sealed blocks of a batch end to end in one file, read piece by piece."""

from __future__ import annotations

import os
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import IO, Final

from filrouge.corpus.errors import CannotStore, DamagedPack
from filrouge.corpus.files import Files, NotThere

FOLDER: Final = "packs"
_OPEN: Final = 128
"""Packs that are held open at once."""


def pack_path(pack: str) -> str:
    """Where a pack lies in the workspace."""
    return f"{FOLDER}/{pack}.pack"


class Packs:
    """Reads pieces of packs; safe to use from threads."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._open: OrderedDict[str, IO[bytes]] = OrderedDict()
        self._lock = Lock()

    def read(self, pack: str, offsets: Sequence[int], lengths: Sequence[int]) -> list[bytes]:
        """Pieces of a pack.

        Raises:
            DamagedPack: if the pack is missing or too short.
        """
        try:
            if self._files.folder is None:
                found = self._files.ranges(pack_path(pack), offsets, lengths)
            else:
                with self._lock:
                    number = self._opened(pack).fileno()
                    found = [os.pread(number, size, at) for at, size in zip(offsets, lengths, strict=True)]
        except (NotThere, FileNotFoundError) as e:
            raise DamagedPack(pack_path(pack), offsets[0], lengths[0], "the file is missing") from e
        except OSError as e:
            raise CannotStore(pack_path(pack), e.strerror or str(e)) from e
        for at, size, piece in zip(offsets, lengths, found, strict=True):
            if len(piece) != size:
                raise DamagedPack(pack_path(pack), at, size, "the file is too short")
        return found

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            for file in self._open.values():
                file.close()
            self._open.clear()

    def __del__(self) -> None:
        """Files are let go of with the view that read them."""
        self.close()

    def _opened(self, pack: str) -> IO[bytes]:
        file = self._open.pop(pack, None)
        if file is None:
            assert self._files.folder is not None
            file = (self._files.folder / pack_path(pack)).open("rb", buffering=0)
            if len(self._open) >= _OPEN:
                self._open.popitem(last=False)[1].close()
        self._open[pack] = file
        return file


class PackWriter:
    """Writes a new pack; for an object store it is gathered in a temporary file first (sealed, like the pack)."""

    def __init__(self, files: Files, pack: str) -> None:
        self.pack = pack
        self.size = 0
        self._files = files
        self._file: IO[bytes] | None = None

    def append(self, blocks: bytes) -> int:
        """Add sealed blocks, and return where they begin."""
        at = self.size
        if blocks:
            try:
                self._opened().write(blocks)
            except OSError as e:
                raise CannotStore(pack_path(self.pack), e.strerror or str(e)) from e
            self.size += len(blocks)
        return at

    def blank(self, offset: int, length: int) -> None:
        """Write zeros over a block that is not wanted after all."""
        file = self._opened()
        file.seek(offset)
        file.write(bytes(length))
        file.seek(self.size)

    def read(self, offset: int, length: int) -> bytes:
        """A block that was added before."""
        file = self._opened()
        file.flush()
        return os.pread(file.fileno(), length, offset)

    def finish(self) -> None:
        """See that the pack is in its place for good; more may be added afterwards and finished again."""
        if self._file is None:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            if self._files.folder is None:
                self._file.seek(0)
                self._files.put(pack_path(self.pack), self._file)
                self._file.seek(self.size)
            else:
                self._files.settle(pack_path(self.pack))
        except OSError as e:
            raise CannotStore(pack_path(self.pack), e.strerror or str(e)) from e

    def close(self, *, keep: bool) -> None:
        """Let go of the file, and if it is not to be kept, delete it."""
        if self._file is not None:
            self._file.close()
            self._file = None
            if not keep:
                self._files.delete(pack_path(self.pack))

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            if self._files.folder is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115, closed by `close`
            else:
                path: Path = self._files.folder / pack_path(self.pack)
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("w+b")
        return self._file
