"""From what one file says to ads as everyone else knows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filrouge.ads.columns import GuessedColumns, speaks_day_first
from filrouge.ads.dates import read_dates
from filrouge.ads.images import read_hashes
from filrouge.ads.readers.opening import STDIN, printable
from filrouge.ads.readers.part import Part
from filrouge.ads.schema import Reject, ads_schema
from filrouge.i18n import _

if TYPE_CHECKING:
    import polars as pl

_COMPRESSED: Final = re.compile(r"\.(gz|gzip|zst|zstd)$", re.I)
_SHOWN: Final = 40
LONGEST_AD: Final = 32 << 20
"""Bytes of a text that can be one ad: a quote that is never closed makes longer ones."""


def stem_of(name: str) -> str:
    """What a file is called without its folder and endings: `exports/alpha.csv.gz` is `alpha`."""
    if name == STDIN:
        return "stdin"
    bare = _COMPRESSED.sub("", printable(Path(name).name))
    return Path(bare).stem if bare else printable(name)


def file_agencies(names: Sequence[str]) -> list[str]:
    """An agency for each file, by its name; files of one name in several folders keep the folder too."""
    stems = [stem_of(name) for name in names]
    longer = [f"{printable(Path(name).parent.name)}/{stem}" for name, stem in zip(names, stems, strict=True)]
    full = [printable(name) for name in names]
    return [
        next(way[place] for way in (stems, longer, full) if way is full or way.count(way[place]) == 1)
        for place in range(len(names))
    ]


def finish(part: Part, name: str, agency: str) -> tuple[pl.DataFrame, GuessedColumns | None, list[Reject]]:
    """The ads of one file as `ads_schema` has them.

    Args:
        part: what the file says.
        name: of the file, as given.
        agency: of its ads where the file does not say it.

    Returns:
        The ads, the columns with the order of dates, and a line for each thing not taken as it stands.
    """
    import polars as pl

    frame, source, rejects = part.frame, printable(name), []
    dates = frame.columns.count("posted") > 0
    frame = frame.with_columns(pl.col(pl.String).fill_null(""))
    frame, empty = _with_text(frame)
    rejects += [Reject(source, row, "text", _("there is no text")) for row in empty]
    frame, endless = _no_longer_than(frame, LONGEST_AD)
    rejects += [
        Reject(source, row, "text", _("the text is too long to be one ad: a quote may not be closed"))
        for row in endless
    ]
    frame, unnamed = _with_ids(frame, stem_of(name))
    rejects += [
        Reject(source, row, "id", _("there is no id; the ad is called “{id}”").format(id=new))
        for row, new in unnamed
    ]
    guessed = part.guessed
    if dates:
        frame, order, lines = _with_moments(frame, source, guessed, part.expects_dates)
        rejects += lines
        if guessed is not None and order:
            guessed = replace(guessed, order=order)
    else:
        frame = frame.with_columns(posted=pl.lit(None, pl.Datetime("us")))
    if "image" in frame.columns:
        frame, lines = _with_hashes(frame, source)
        rejects += lines
    ads = frame.select(
        "id",
        "text",
        pl.col("agency").str.strip_chars() if "agency" in frame.columns else pl.lit(agency).alias("agency"),
        "posted",
        pl.col("location").str.strip_chars() if "location" in frame.columns else pl.lit("").alias("location"),
        pl.col("image") if "image" in frame.columns else pl.lit("").alias("image"),
        pl.lit(source).alias("source"),
        "row",
    ).cast(dict(ads_schema()))  # type: ignore[arg-type]
    return ads, guessed, rejects


def _with_text(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """The rows that have a text, their title in front of it; and the numbers of the others."""
    import polars as pl

    if "title" in frame.columns:
        title = pl.col("title").str.strip_chars()
        bare = (title == "") | pl.col("text").str.starts_with(title)
        joined = pl.concat_str(title, pl.col("text"), separator="\n")
        only = pl.col("text").str.strip_chars() == ""
        frame = frame.with_columns(text=pl.when(bare).then("text").when(only).then(title).otherwise(joined))
    filled = frame["text"].str.contains(r"\S")
    if filled.all():
        return frame, []
    return frame.filter(filled), frame.filter(~filled)["row"].to_list()


def _no_longer_than(frame: pl.DataFrame, most: int) -> tuple[pl.DataFrame, list[int]]:
    """The rows whose text has at most so many bytes, and the numbers of the others."""
    fits = frame["text"].str.len_bytes() <= most
    if fits.all():
        return frame, []
    return frame.filter(fits), frame.filter(~fits)["row"].to_list()


def _with_ids(frame: pl.DataFrame, stem: str) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """The rows with an id each; and those that lack one in a file that has ids, with the one they got."""
    import polars as pl

    made = pl.concat_str(pl.lit(f"{stem}-"), pl.col("row").cast(pl.String))
    if "id" not in frame.columns:
        return frame.with_columns(id=made), []
    frame = frame.with_columns(pl.col("id").str.strip_chars())
    lacking = frame.select("row", id=made).filter(frame["id"] == "")
    if not lacking.height:
        return frame, []
    return frame.with_columns(id=pl.when(pl.col("id") == "").then(made).otherwise("id")), list(
        lacking.iter_rows()
    )


def _with_moments(
    frame: pl.DataFrame, source: str, guessed: GuessedColumns | None, expected: bool
) -> tuple[pl.DataFrame, str, list[Reject]]:
    """The rows with `posted` as a moment, the order of day and month, and a line for each date not read."""
    import polars as pl

    written = frame["posted"]
    order = ""
    if written.dtype == pl.String:
        french = guessed is not None and speaks_day_first(list(guessed.fields.values()))
        read = read_dates(written, prefer_day_first=french)
        order = read.order
        missing = frame.select("row", written=written).filter(read.posted.is_null())
        frame = frame.with_columns(read.posted.alias("posted"))
    else:
        missing = frame.filter(written.is_null()).select("row", written=pl.lit(""))
    lines = []
    for row, what in missing.iter_rows():
        if what.strip():
            shown = what.strip()[:_SHOWN]
            lines.append(
                Reject(source, row, "posted", _("“{date}” is no date that can be read").format(date=shown))
            )
        elif expected:
            lines.append(Reject(source, row, "posted", _("there is no date")))
    return frame, order, lines


def _with_hashes(frame: pl.DataFrame, source: str) -> tuple[pl.DataFrame, list[Reject]]:
    """The rows with the image hashes that can be read, and a line for each cell with something else."""
    hashes, wrong = read_hashes(frame["image"])
    rows = frame["row"]
    why = _("“{cell}” is no image hash of 16 or 64 hex digits")
    lines = [Reject(source, rows[at], "image", why.format(cell=piece[:_SHOWN])) for at, piece in wrong]
    return frame.with_columns(hashes), lines


def with_unique_ids(ads: pl.DataFrame, rows: Sequence[int]) -> tuple[pl.DataFrame, list[list[Reject]]]:
    """The ads with an id each of its own, and per file a line for each that got another.

    Args:
        ads: of all files.
        rows: how many ads each file has, in order.
    """
    import polars as pl

    lines: list[list[Reject]] = [[] for _file in rows]
    again = (~ads["id"].is_first_distinct()).arg_true().to_list()
    if not again:
        return ads, lines
    ids = ads["id"].to_list()
    taken = set(ids)
    times: dict[str, int] = {}
    ends, total = [], 0
    for count in rows:
        total += count
        ends.append(total)
    where = ads.select("source", "row")
    file = 0
    for place in again:
        # `times` spares trying #2 to #1000 again for the thousandth of one id.
        old = ids[place]
        times[old] = times.get(old, 1) + 1
        while (new := f"{old}#{times[old]}") in taken:
            times[old] += 1
        taken.add(new)
        ids[place] = new
        while place >= ends[file]:
            file += 1
        why = _("the id “{id}” was there before; the ad is called “{new}”").format(id=old, new=new)
        source, row = where.row(place)
        lines[file].append(Reject(source, row, "id", why))
    return ads.with_columns(pl.Series("id", ids, dtype=pl.String)), lines
