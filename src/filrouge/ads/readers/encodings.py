"""Bytes of text in whatever encoding, as UTF-8.

What is neither UTF-16 nor UTF-8 is read as Windows-1252: it is what the programs of the trade export, and
unlike a guess by statistics it never turns French into Polish.
"""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from filrouge.i18n import _

_STEP: Final = 1 << 20
_SAMPLE: Final = 4096
#: Bytes beyond ASCII that tell the encoding of the rest.
_ENOUGH: Final = 10_000

#: Where Windows-1252 differs from Latin-1. As in browsers, the five bytes that it leaves free are control
#: characters.
_DIFFERENT: Final = {
    chr(byte): bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_CONTROL: Final = re.compile("[\x80-\x9f]")
_SEQUENCE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH: Final = re.compile(rb"[\x80-\xff]")


class AsUtf8(NamedTuple):
    """Text as UTF-8 bytes. `clean`: it is valid; else stray bytes are left for `decode` to mend."""

    data: bytes
    clean: bool
    note: str  # what was decided about the encoding, "" for plain UTF-8


def _mend(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return windows(error.object[error.start : error.end]), error.end


codecs.register_error("filrouge-windows", _mend)


def windows(data: bytes) -> str:
    """`data` as Windows-1252; any byte is a character in it."""
    # Latin-1 first: a decoder by a table of all bytes takes four times as long.
    return _CONTROL.sub(lambda found: _DIFFERENT.get(found[0], found[0]), data.decode("latin-1"))


def decode(data: bytes) -> tuple[str, bool]:
    """UTF-8 with bytes that are not UTF-8 taken for Windows-1252; and whether there were any."""
    try:
        return data.decode(), False
    except UnicodeDecodeError:
        return data.decode("utf-8", "filrouge-windows"), True


def is_utf8(data: bytes) -> bool:
    """Whether all of `data` is valid UTF-8; needs no second copy of it."""
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _STEP):
            decoder.decode(view[start : start + _STEP])
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def as_utf8(label: str, data: bytes) -> AsUtf8:
    """`data` as UTF-8, whatever it was written in; without a byte order mark."""
    wide = wide_encoding(data)
    if wide:
        text = data.decode(wide, "replace").removeprefix("\ufeff")
        note = _("{file}: read as {encoding}.").format(file=label, encoding=wide.upper())
        return AsUtf8(text.encode("utf-8", "replace"), True, note)
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    if is_utf8(data):
        return AsUtf8(data, True, "")
    if _is_mostly_utf8(data):
        return AsUtf8(data, False, "")
    note = _("{file}: not UTF-8; read as Windows-1252 (Western European).").format(file=label)
    return AsUtf8(b"".join(_recoded(data)), True, note)


def _recoded(data: bytes) -> list[bytes]:
    return [windows(data[start : start + _STEP]).encode() for start in range(0, len(data), _STEP)]


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether more of the bytes beyond ASCII are UTF-8 than are not."""
    sequences = stray = 0
    for start in range(0, len(data), _STEP):
        rest, found = _SEQUENCE.subn(b"", data[start : start + _STEP])
        sequences += found
        stray += len(_HIGH.findall(rest))
        if sequences + stray > _ENOUGH:
            break
    return sequences > stray


def wide_encoding(data: bytes) -> str:
    """The encoding of two or four bytes a character that `data` is in, by its mark or its NULs; or ""."""
    # The mark of UTF-32 begins with that of UTF-16.
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) and len(data) % 4 == 0:
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[: min(_SAMPLE, len(data) // 2 * 2)]
    if len(sample) < 8:
        return ""
    half = len(sample) / 2
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be"
    return ""
