"""Ads from saved HTML pages: a folder of them, or one file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filrouge.ads.readers.kinds import PAGE_NAME
from filrouge.ads.readers.opening import STDIN, decompressed, file_trouble, printable
from filrouge.ads.readers.page import Page, parse_page
from filrouge.ads.readers.part import Content, Part
from filrouge.ads.schema import Reject, Source
from filrouge.errors import FilrougeError, FolderWithoutPages
from filrouge.i18n import _

_NAMES_SHOWN: Final = 4


@dataclass(frozen=True)
class _Found:
    """A page and where it was."""

    id: str
    folder: str
    row: int
    page: Page


def read_folder(name: str) -> tuple[Part, Source]:
    """The ads of all pages in the folder `name` and the folders within it, in the order of their paths.

    The SHA-256 of the folder is of lines `PATH NUL SHA-256 LF`, one per page, in that order, with PATH
    relative to the folder and parted by `/`.

    Raises:
        FolderWithoutPages: no file in it is called .html or .htm.
        NotPermitted, UnreadableFile: the folder itself cannot be listed.
    """
    paths, others = _listed(name)
    if not paths:
        raise FolderWithoutPages(printable(name), _shown(others))
    found: list[_Found] = []
    rejects: list[Reject] = []
    fingerprint = hashlib.sha256()
    size = 0
    for row, path in enumerate(paths, start=1):
        relative = path.relative_to(name).as_posix()
        try:
            data = path.read_bytes()
        except OSError as trouble:
            rejects.append(Reject(printable(name), row, "", str(file_trouble(relative, trouble))))
            continue
        size += len(data)
        digest = hashlib.sha256(data).hexdigest()
        fingerprint.update(os.fsencode(relative) + b"\0" + digest.encode() + b"\n")
        try:
            page, why = _page(relative, data)
        except FilrougeError as trouble:
            rejects.append(Reject(printable(name), row, "", str(trouble)))
            continue
        if why:
            rejects.append(Reject(printable(name), row, "", why))
        found.append(_Found(printable(relative), printable(path.parent.resolve().name), row, page))
    part = _part(found, rejects)
    return part, Source(printable(name), fingerprint.hexdigest(), size, 0)


def read_page(content: Content) -> Part:
    """The one ad of a saved page that was given as a file; its id is the file's name."""
    path = content.origin.path
    page = parse_page(content.data)
    folder = "" if path == STDIN else printable(Path(path).resolve().parent.name)
    page_id = "stdin" if path == STDIN else printable(Path(path).name)
    return _part([_Found(page_id, folder, 1, page)], [])


def _page(relative: str, data: bytes) -> tuple[Page, str]:
    """The page in a file, and what is wrong with the file."""
    data, truncated = decompressed(relative, data)
    why = _("{file}: the file is truncated").format(file=relative) if truncated else ""
    return parse_page(data), why


def _part(found: list[_Found], rejects: list[Reject]) -> Part:
    import polars as pl

    columns = {
        "row": pl.Series([each.row for each in found], dtype=pl.Int64),
        "id": pl.Series([each.id for each in found], dtype=pl.String),
        "text": pl.Series([each.page.text for each in found], dtype=pl.String),
        "title": pl.Series([each.page.title for each in found], dtype=pl.String),
        "agency": pl.Series([each.page.site or each.folder for each in found], dtype=pl.String),
        "posted": pl.Series([each.page.posted for each in found], dtype=pl.String),
        "location": pl.Series([each.page.location for each in found], dtype=pl.String),
    }
    return Part(pl.DataFrame(columns), None, rejects, expects_dates=False)


def _listed(name: str) -> tuple[list[Path], list[str]]:
    """The pages below the folder, sorted, and the names of the other files."""
    troubles: list[OSError] = []
    pages, others = [], []
    for folder, folders, files in os.walk(name, onerror=troubles.append):
        folders.sort()
        for file in sorted(files):
            path = Path(folder) / file
            if PAGE_NAME.search(file):
                pages.append(path)
            elif not file.startswith("."):
                others.append(printable(path.relative_to(name).as_posix()))
    if troubles and not pages and not others:
        raise file_trouble(name, troubles[0])
    return sorted(pages, key=lambda path: path.relative_to(name).parts), others


def _shown(names: list[str]) -> list[str]:
    shown = sorted(names)[:_NAMES_SHOWN]
    return [*shown, "…"] if len(names) > len(shown) else shown
