"""The bytes of a file: read, fingerprinted, decompressed."""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from filrouge.errors import BrokenFile, EmptyFile, MissingFile, NotPermitted, TooBig, UnreadableFile
from filrouge.i18n import _

STDIN = "-"
GZIP = b"\x1f\x8b"
ZSTANDARD = b"\x28\xb5\x2f\xfd"
#: A file compressed more often than this was made to do harm.
_MOST_LAYERS = 3


class Raw(NamedTuple):
    """A file as it lies on the disk."""

    data: bytes
    sha256: str
    size: int


class Shelf(Protocol):
    """Where files are taken from that have no path on this machine, or whose senders nobody knows."""

    @property
    def most(self) -> int:
        """Bytes that a file may have when it is unpacked."""

    def read(self, name: str) -> bytes:
        """All bytes of the file `name`."""

    def size(self, name: str) -> int:
        """How many those are."""


def label_of(name: str) -> str:
    """What messages call the file that was given as `name`."""
    return _("standard input") if name == STDIN else printable(name)


def printable(name: str) -> str:
    """A file's name, whose bytes may be no text, as text."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # it was made up, and no system gave it
        return name.encode("utf-8", "replace").decode()


def is_folder(name: str) -> bool:
    """Whether `name` is a folder; a name that no file can have is none."""
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def read_raw(name: str, shelf: Shelf | None = None) -> Raw:
    """All bytes of the file `name` ("-" is standard input), or of the one on a shelf, and their SHA-256.

    Raises:
        MissingFile, NotPermitted, UnreadableFile, EmptyFile: as they say.
    """
    label = label_of(name)
    try:
        if shelf is not None:
            data = shelf.read(name)
        elif name == STDIN:
            data = sys.stdin.buffer.read() if sys.stdin is not None else b""
        else:
            data = Path(name).read_bytes()
    except (OSError, ValueError) as trouble:
        raise file_trouble(label, trouble) from trouble
    if not data:
        raise EmptyFile(label)
    return Raw(data, hashlib.sha256(data).hexdigest(), len(data))


def file_trouble(label: str, trouble: OSError | ValueError) -> MissingFile | NotPermitted | UnreadableFile:
    """What the system said about the file, in words for the person."""
    # A ValueError is a name with a NUL in it, which no file can have.
    if isinstance(trouble, FileNotFoundError | NotADirectoryError | ValueError):
        return MissingFile(label)
    if isinstance(trouble, PermissionError):
        return NotPermitted(label)
    return UnreadableFile(label, trouble.strerror or type(trouble).__name__)


def decompressed(label: str, data: bytes, most: int | None = None) -> tuple[bytes, bool]:
    """The bytes inside gzip or Zstandard, told by their first bytes; and whether they break off.

    Args:
        label: what messages call the file.
        data: its bytes.
        most: how many bytes may be inside; None for any number.

    Raises:
        BrokenFile: nothing could be decompressed.
        TooBig: there are more than `most` inside.
    """
    broken = False
    for _layer in range(_MOST_LAYERS):
        if most is not None:
            _check_size(label, data, most)
        if data.startswith(GZIP):
            data, cut = _gunzipped(data)
        elif data.startswith(ZSTANDARD) or _is_skippable(data):
            data, cut = _unzstandarded(data)
        else:
            break
        broken |= cut
        if not data:
            if cut:
                raise BrokenFile(label, _("the compression is broken from the start"))
            raise EmptyFile(label)
    return data, broken


def beginning(data: bytes, most: int) -> bytes:
    """The first `most` bytes inside gzip or Zstandard, of a file of which perhaps only the beginning is there."""
    for _layer in range(_MOST_LAYERS):
        if not (data.startswith((GZIP, ZSTANDARD)) or _is_skippable(data)):
            break
        pieces: list[bytes] = []
        size = 0
        for piece in _unpacked(data):
            pieces.append(piece)
            size += len(piece)
            if size >= most:
                break
        data = b"".join(pieces)
    return data[:most]


def _check_size(label: str, data: bytes, most: int) -> None:
    size = len(data)
    if size <= most and (data.startswith((GZIP, ZSTANDARD)) or _is_skippable(data)):
        size = 0
        for piece in _unpacked(data):
            size += len(piece)
            if size > most:
                break
    if size > most:
        raise TooBig(label, most)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What is inside one layer of gzip or Zstandard, in pieces of at most a step, up to the first damage."""
    if data.startswith(GZIP):
        yield from _ungzipped_pieces(data)
        return
    import io

    import zstandard

    reader = zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(
        io.BytesIO(data), read_across_frames=True
    )
    while True:
        try:
            piece = reader.read(_STEP)
        except zstandard.ZstdError:
            return
        if not piece:
            return
        yield piece


def _ungzipped_pieces(data: bytes) -> Iterator[bytes]:
    while data.startswith(GZIP):
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            try:
                piece = member.decompress(data, _STEP)
            except zlib.error:
                return
            data = member.unused_data if member.eof else member.unconsumed_tail
            if piece:
                yield piece
            elif not data or not member.eof:
                break
        if not member.eof:
            return


def _gunzipped(data: bytes) -> tuple[bytes, bool]:
    pieces: list[bytes] = []
    at = 0
    while data[at : at + 2] == GZIP:
        member = zlib.decompressobj(wbits=31)
        try:
            at = _fed(member, data, at, pieces)
        except zlib.error:
            return b"".join(pieces), True
        if at < 0:
            return b"".join(pieces), True
    # gunzip passes over what follows the last member, mostly a tape's padding.
    return b"".join(pieces), False


_STEP = 1 << 20
#: What is lost, at most, before a damaged place.
_SMALL_STEP = 1 << 6
#: Zstandard cannot go back to before such a place.
_ZSTANDARD_STEP = 1 << 14


def _fed(member: zlib._Decompress, data: bytes, at: int, pieces: list[bytes]) -> int:
    """Decompress from `at` to the end of the member; the place after it, or -1 if the data end before.

    What stands before a damaged place is kept.

    Raises:
        zlib.error: there is a damaged place.
    """
    while at < len(data):
        before = member.copy()
        try:
            pieces.append(member.decompress(data[at : at + _STEP]))
        except zlib.error:
            for byte in range(at, at + _STEP, _SMALL_STEP):
                pieces.append(before.decompress(data[byte : byte + _SMALL_STEP]))
        at += _STEP
        if member.eof:
            return min(at, len(data)) - len(member.unused_data)
    return -1


def _is_skippable(data: bytes) -> bool:
    return len(data) >= 8 and data[1:4] == b"\x2a\x4d\x18" and 0x50 <= data[0] <= 0x5F


def _unzstandarded(data: bytes) -> tuple[bytes, bool]:
    import zstandard

    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        if _is_skippable(data[at : at + 8]):
            at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
            continue
        if data[at : at + 4] != ZSTANDARD:
            break
        frame = zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()
        ended = False
        while at < len(data) and not ended:
            try:
                pieces.append(frame.decompress(data[at : at + _ZSTANDARD_STEP]))
            except zstandard.ZstdError:
                return b"".join(pieces), True
            at += _ZSTANDARD_STEP
            if frame.eof:
                at = min(at, len(data)) - len(frame.unused_data)
                ended = True
        if not ended:
            return b"".join(pieces), True
    return b"".join(pieces), False
