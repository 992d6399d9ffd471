"""The one way in: files of any kind, to one table of ads with everything said about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from filrouge.ads.columns import Columns, GuessedColumns
from filrouge.ads.readers.archives import read_archive
from filrouge.ads.readers.delimited import read_delimited
from filrouge.ads.readers.encodings import as_utf8, wide_encoding
from filrouge.ads.readers.finishing import file_agencies, finish, with_unique_ids
from filrouge.ads.readers.kinds import binary_kind, kind_of, looks_binary
from filrouge.ads.readers.objects import read_objects
from filrouge.ads.readers.opening import STDIN, Shelf, decompressed, is_folder, label_of, printable, read_raw
from filrouge.ads.readers.pages import read_folder, read_page
from filrouge.ads.readers.parquet import read_parquet
from filrouge.ads.readers.part import Content, Origin, Part
from filrouge.ads.schema import ReadResult, Reject, Source, ads_schema, rejects_frame
from filrouge.errors import BinaryFile, EmptyFile, NoAds
from filrouge.i18n import N_, _

if TYPE_CHECKING:
    import polars as pl

    from filrouge.progress import Progress


@dataclass(frozen=True)
class ReadFile:
    """What one file, or folder of saved pages, says; `ads` may be empty and ids may stand twice."""

    ads: pl.DataFrame
    rejects: list[Reject]
    guessed: GuessedColumns | None
    source: Source
    notes: list[str]


def read_file(name: str, columns: Columns, agency: str = "", shelf: Shelf | None = None) -> ReadFile:
    """Read one file; see `read_ads`.

    Args:
        name: as the person gave it.
        columns: the columns that the person named.
        agency: of its ads where the file does not say it.
        shelf: where it lies, if not under its name on this machine.

    Raises:
        FilrougeError: it could not be read.
    """
    part, source = _read_one(name, columns, shelf)
    ads, decided, lines = finish(part, name, agency)
    if not ads.height:
        lines.insert(0, Reject(printable(name), 0, "", _("no ad is in there")))
    return ReadFile(ads, part.rejects + lines, decided, replace(source, rows=ads.height), part.notes)


def read_ads(paths: Sequence[str], columns: Columns, *, progress: Progress | None = None) -> ReadResult:
    """Read ads from files, folders of saved pages, or standard input ("-").

    A file's content says what it is: a table (CSV, TSV, parted by `;` or `|`), JSON, Parquet, HTML or WARC,
    in UTF-8, UTF-16 or Windows-1252, plain or in gzip or Zstandard. What cannot be taken as it stands, a row
    or a date, is in the rejects with the reason; ads keep the order of the files and of their rows. An id
    that was there before gets `#2`, `#3` behind it. Of several files, those without a column for the agency
    have their name for it.

    Args:
        paths: as the person gave them; a path given twice is read once.
        columns: the columns that the person named, in all files.
        progress: told of each file.

    Raises:
        FilrougeError: a file could not be read, or there is no ad in any; it names the file and what to do.
    """
    import polars as pl

    names = list(dict.fromkeys(paths))
    notes = [
        _("{file}: given twice, read once.").format(file=label_of(n)) for n in names if paths.count(n) > 1
    ]
    agencies = file_agencies(names) if len(names) > 1 else [""] * len(names)
    if progress is not None:
        progress.stage(N_("Reading files"), len(names))
    frames: list[pl.DataFrame] = []
    rejects: list[list[Reject]] = []
    guessed: list[GuessedColumns] = []
    sources: list[Source] = []
    for name, agency in zip(names, agencies, strict=True):
        read = read_file(name, columns, agency)
        frames.append(read.ads)
        rejects.append(read.rejects)
        sources.append(read.source)
        notes.extend(read.notes)
        if read.guessed is not None:
            guessed.append(read.guessed)
        del read
        if progress is not None:
            progress.advance()
    ads = pl.concat(frames) if frames else pl.DataFrame(schema=ads_schema())
    del frames
    if not ads.height:
        raise no_ads(names, [line for lines in rejects for line in lines])
    ads, renamed = with_unique_ids(ads, [source.rows for source in sources])
    ordered = [
        line
        for lines, more in zip(rejects, renamed, strict=True)
        for line in sorted(lines + more, key=lambda line: line.row)
    ]
    return ReadResult(ads, rejects_frame(ordered), guessed, sources, notes)


def no_ads(names: Sequence[str], lines: Sequence[Reject]) -> NoAds:
    """The error for input in which there is no ad, and what stands in its way."""
    every = [line for line in lines if line.row]
    first = _told(every[0]) if every else ""
    return NoAds([label_of(name) for name in names], len({(line.file, line.row) for line in every}), first)


def _told(line: Reject) -> str:
    where = _("row {row}").format(row=line.row)
    return f"{where}, {line.field}: {line.reason}" if line.field else f"{where}: {line.reason}"


def _read_one(name: str, columns: Columns, shelf: Shelf | None) -> tuple[Part, Source]:
    if shelf is None and name != STDIN and is_folder(name):
        return read_folder(name)
    raw = read_raw(name, shelf)
    source = Source(printable(name), raw.sha256, raw.size, 0)
    part = _read_bytes(name, raw.data, columns, shelf.most if shelf is not None else None)
    return part, source


def _read_bytes(name: str, raw: bytes, columns: Columns, most: int | None) -> Part:
    label = label_of(name)
    data, truncated = decompressed(label, raw, most)
    del raw
    content = Content(Origin(name, printable(name), label), data, columns, truncated, most)
    part = read_content(content)
    if truncated:
        why = _("the file is truncated or damaged: what stands before the break was read, the rest is lost")
        part.rejects.insert(0, Reject(printable(name), 0, "", why))
    return part


def read_content(content: Content) -> Part:
    """What the bytes of a file say.

    Raises:
        FilrougeError: they could not be read.
    """
    label = content.origin.label
    what = binary_kind(content.data)
    if what:
        raise BinaryFile(label, what)
    kind = kind_of(content.data, content.origin.path)
    if kind == "parquet":
        return read_parquet(content)
    if kind == "warc":
        return read_archive(content)
    if kind == "page":
        return read_page(content)
    if looks_binary(content.data) and not wide_encoding(content.data):
        raise BinaryFile(label, _("a binary file"))
    text = as_utf8(label, content.data)
    content.data = text.data
    if not text.data.strip(b" \t\r\n\x00"):
        raise EmptyFile(label)
    # Numbers of two bytes pass for UTF-16 until they are read as such.
    if text.note and looks_binary(text.data):
        raise BinaryFile(label, _("a binary file"))
    kind = kind_of(text.data, content.origin.path)
    if kind == "page":
        return read_page(content)
    part = read_objects(content, text.clean) if kind == "json" else read_delimited(content, text.clean)
    if text.note:
        part.notes.append(text.note)
    return part
