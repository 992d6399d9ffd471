"""What a file is, by its content; its name may say anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal

from filrouge.ads.columns import is_known_header
from filrouge.i18n import _

Kind = Literal["table", "json", "parquet", "warc", "page"]

#: How files that are no ads begin, and what to call them.
_MAGIC: Final[tuple[tuple[bytes, Callable[[], str]], ...]] = (
    (b"%PDF-", lambda: _("a PDF document")),
    (b"\x89PNG\r\n", lambda: _("an image")),
    (b"\xff\xd8\xff", lambda: _("an image")),
    (b"GIF87a", lambda: _("an image")),
    (b"GIF89a", lambda: _("an image")),
    (b"II*\x00", lambda: _("an image")),
    (b"MM\x00*", lambda: _("an image")),
    (b"SQLite format 3\x00", lambda: _("a SQLite database")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", lambda: _("an old Office document (.xls, .doc)")),
    (b"{\\rtf", lambda: _("an RTF document")),
    (b"Rar!\x1a\x07", lambda: _("an archive")),
    (b"7z\xbc\xaf\x27\x1c", lambda: _("an archive")),
    (b"BZh", lambda: _("a bzip2 file")),
    (b"\xfd7zXZ\x00", lambda: _("an xz file")),
    (b"\x04\x22\x4d\x18", lambda: _("an LZ4 file")),
    (b"\x7fELF", lambda: _("a program")),
    (b"MZ\x90\x00", lambda: _("a program")),
    (b"ARROW1\x00", lambda: _("an Arrow file")),
    (b"ORC\x01", lambda: _("an ORC file")),
    (b"Obj\x01", lambda: _("an Avro file")),
    (b"\x89HDF\r\n", lambda: _("an HDF5 file")),
    (b"ID3\x03", lambda: _("a sound")),
    (b"OggS\x00", lambda: _("a sound")),
    (b"<?xml", lambda: _("an XML file")),
)
#: Files in a zip that tell what the zip is.
_ZIPPED: Final[tuple[tuple[bytes, Callable[[], str]], ...]] = (
    (b"xl/", lambda: _("an Excel workbook")),
    (b"word/", lambda: _("a Word document")),
    (b"opendocument.spreadsheet", lambda: _("a spreadsheet")),
    (b"opendocument", lambda: _("an office document")),
)
_SAMPLE: Final = 8192
_CONTROLS: Final = bytes(sorted({*range(32)} - {0x09, 0x0A, 0x0C, 0x0D, 0x1B})) + b"\x7f"
_PAGE: Final = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.I | re.S
)
#: What saved pages are called.
PAGE_NAME: Final = re.compile(r"\.x?html?(\.gz|\.zst)?$", re.I)
_JSON: Final = re.compile(rb"\s*(?:\{|\[\s*[\{\]])")


def binary_kind(data: bytes) -> str:
    """What a file that can hold no ads is, in words such as "an image"; "" for all others."""
    for magic, what in _MAGIC:
        if data.startswith(magic):
            # XHTML is XML, and a page all the same.
            return "" if magic == b"<?xml" and b"<html" in data[:_SAMPLE].lower() else what()
    if data.startswith(b"PK\x03\x04"):
        ends = data[:_SAMPLE] + data[-_SAMPLE:]
        return next((what() for mark, what in _ZIPPED if mark in ends), _("an archive"))
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"AVI ", b"WAVE"):
        return _("an image, a film or a sound")
    if data[257:262] == b"ustar":
        return _("an archive")
    return ""


def looks_binary(data: bytes) -> bool:
    """Whether UTF-8 or Windows-1252 text can hardly be what `data` is."""
    sample = data[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    # Rows full of NULs are a table all the same if its header says so.
    first = sample.split(b"\n", 1)[0].decode("utf-8", "replace")
    if any(is_known_header(name) for name in re.split(r"[,;|\t\"]", first)):
        return False
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        # A character cut by the end of the sample is none that is wrong.
        if error.start < len(sample) - 4:
            return controls > len(sample) * 0.03
    return controls > len(sample) * 0.3


def kind_of(data: bytes, path: str = "") -> Kind:
    """Which reader takes `data`, bytes of UTF-8 unless they are no text.

    `path` decides only where the content leaves it open: a page may begin with any tag.
    """
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith(b"WARC/"):
        return "warc"
    head = data[:_SAMPLE]
    if PAGE_NAME.search(path) and head.lstrip().startswith(b"<"):
        return "page"
    if _PAGE.match(head) or (head.startswith(b"<?xml") and b"<html" in head.lower()):
        return "page"
    return "json" if _JSON.match(head) else "table"
