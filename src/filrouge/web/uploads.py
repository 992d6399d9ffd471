"""Files that a form sends, written to the spool as they come: never held whole, never on the disk in the clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from filrouge.casework.errors import Refused
from filrouge.casework.files import Arrived
from filrouge.casework.models import SignedIn
from filrouge.casework.spool import Spool, Writing
from filrouge.i18n import _

MOST_FILES: Final = 100
_LONGEST_FIELD: Final = 64 * 1024


@dataclass
class _Part:
    """A part of the form that is being read."""

    disposition: bytes = b""
    name: str = ""
    filename: str = ""
    writing: Writing | None = None
    value: bytearray = field(default_factory=bytearray)


class _Reading:
    """What the parser of forms calls as it finds things."""

    def __init__(self, spool: Spool, most: int, csrf: str, proven: bool) -> None:
        self.arrived: list[Arrived] = []
        self.ended = False
        self.proven = proven
        self._spool = spool
        self._most = most
        self._csrf = csrf
        self._part = _Part()
        self._header = (bytearray(), bytearray())

    def part_begin(self) -> None:
        self._part = _Part()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def header_end(self) -> None:
        if bytes(self._header[0]).lower() == b"content-disposition":
            self._part.disposition = bytes(self._header[1])
        self._header = (bytearray(), bytearray())

    def headers_finished(self) -> None:
        _kind, options = parse_options_header(self._part.disposition)
        self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        self._part.filename = options[b"filename"].decode("utf-8", "replace")
        # Nothing is written before the form has proven that it is ours.
        if not self.proven:
            raise HTTPException(403)
        if not self._part.filename:
            return  # a field for files in which none was chosen
        if len(self.arrived) >= MOST_FILES:
            raise Refused(_("Bring at most {most} files at once.").format(most=MOST_FILES))
        self._part.writing = self._spool.writer(self._most)

    def part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.writing is not None:
            part.writing.write(data[start:end])
        elif len(part.value) + end - start <= _LONGEST_FIELD:
            part.value += data[start:end]
        else:
            raise HTTPException(413)

    def part_end(self) -> None:
        part = self._part
        if part.writing is not None:
            part.writing.close()
            self.arrived.append(Arrived.of(part.filename, part.writing))
            part.writing = None
        elif part.name == "csrf":
            if not compare_digest(bytes(part.value), self._csrf.encode()):
                raise HTTPException(403)
            self.proven = True

    def end(self) -> None:
        self.ended = True

    def give_up(self) -> None:
        """Delete what was written."""
        if self._part.writing is not None:
            self._part.writing.abandon()
        for file in self.arrived:
            self._spool.delete(file.spooled)


async def received(request: Request, session: SignedIn | None, spool: Spool, most: int) -> list[Arrived]:
    """The files of a form, in the spool.

    Args:
        request: whose gate was `allowed(..., streaming=True)`: that the form is ours is checked here, by the token in
            its header, or in its first field.
        session: whose token it must bring; None for one that no browser sends.
        spool: where the files go.
        most: bytes that a file may have.

    Raises:
        HTTPException: 403 if the form is none of ours, 400 if it is none at all.
        Refused: if a file is too big, or the disk full; nothing is kept then.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    proven = session is None or request.headers.get("x-csrf-token") is not None
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise HTTPException(400 if proven else 403)
    reading = _Reading(spool, most, session.csrf if session else "", proven)
    parser = MultipartParser(
        options[b"boundary"],
        {
            "on_part_begin": reading.part_begin,
            "on_part_data": reading.part_data,
            "on_part_end": reading.part_end,
            "on_header_field": reading.header_field,
            "on_header_value": reading.header_value,
            "on_header_end": reading.header_end,
            "on_headers_finished": reading.headers_finished,
            "on_end": reading.end,
        },
    )
    try:
        async for piece in request.stream():
            if piece:
                await run_in_threadpool(parser.write, piece)
        parser.finalize()
    except FormParserError as trouble:
        await run_in_threadpool(reading.give_up)
        raise HTTPException(400) from trouble
    except BaseException:
        await run_in_threadpool(reading.give_up)
        raise
    if not (reading.proven and reading.ended):
        await run_in_threadpool(reading.give_up)
        raise HTTPException(400 if reading.proven else 403)
    return reading.arrived
