"""Ads from web archives (WARC, ISO 28500): each saved answer that is an HTML page is an ad."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any, Final

from filrouge.ads.readers.page import Page, host_of, parse_page
from filrouge.ads.readers.part import Content, Part
from filrouge.ads.schema import Reject
from filrouge.errors import BrokenFile
from filrouge.i18n import _

_HTML: Final = ("text/html", "application/xhtml+xml")
#: Bytes of a page; a record may be packed so that a few become many.
_LONGEST_PAGE: Final = 32 << 20
#: An answer without a type is a page if it begins like one.
_MARK: Final = b"<"


def read_archive(content: Content) -> Part:
    """The ads of an archive. `row` is the number of the record among all records, from 1.

    The id is the address; if it was saved several times, `#2` and so on behind it.

    Raises:
        BrokenFile: no record could be read.
    """
    import polars as pl
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    name = content.origin.name
    rejects: list[Reject] = []
    found: list[tuple[int, str, str, Page]] = []
    row = 0
    try:
        for row, record in enumerate(ArchiveIterator(io.BytesIO(content.data), auto_decode="all"), start=1):
            if record.record_type != WarcRecordType.response:
                continue
            page, why = _page(record)
            address = str(record.headers.get("WARC-Target-URI") or "").strip("<> ")
            if why:
                rejects.append(Reject(name, row, "", f"{address}: {why}"))
            if page is not None:
                found.append((row, address, str(record.headers.get("WARC-Date") or ""), page))
    except (OSError, ValueError, RuntimeError, EOFError, UnicodeError) as trouble:
        if not row:
            raise BrokenFile(content.origin.label, " ".join(str(trouble).split())[:100]) from trouble
        rejects.append(Reject(name, row + 1, "", _("the archive is damaged here; the rest was not read")))
    times: Counter[str] = Counter()
    ids = []
    for _row, address, _date, _page_found in found:
        times[address] += 1
        ids.append(f"{address}#{times[address]}" if times[address] > 1 else address)
    frame = pl.DataFrame(
        {
            "row": pl.Series([each[0] for each in found], dtype=pl.Int64),
            "id": pl.Series(ids, dtype=pl.String),
            "text": pl.Series([each[3].text for each in found], dtype=pl.String),
            "title": pl.Series([each[3].title for each in found], dtype=pl.String),
            "agency": pl.Series([host_of(each[1]) for each in found], dtype=pl.String),
            "posted": pl.Series([each[2] for each in found], dtype=pl.String),
            "location": pl.Series([each[3].location for each in found], dtype=pl.String),
        }
    )
    return Part(frame, None, rejects, expects_dates=False)


def _page(record: Any) -> tuple[Page | None, str]:
    """The page in a record of an answer, None if it is none; and what is wrong with it."""
    http = record.http_headers
    status = getattr(http, "status_code", None) if http is not None else None
    if status is not None and not 200 <= status < 300:
        return None, _("the server answered {status}, not with a page").format(status=status)
    kind = (record.http_content_type or "").lower()
    if kind and kind not in _HTML:
        return None, ""
    body = record.reader.read(_LONGEST_PAGE)
    if not kind and not body.lstrip().startswith(_MARK):
        return None, ""
    return parse_page(body, record.http_charset or ""), ""
