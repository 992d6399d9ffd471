"""What can go wrong for the person at the keyboard: one class per kind of trouble.

Each message names the file, the row and the field where they are known, and the next step. The command line
shows the message alone; a script catches `FilrougeError`, or the one class that it can do something about.
"""

from __future__ import annotations

from collections.abc import Sequence

from filrouge.i18n import _, number

#: Columns that a message names; more than these nobody reads.
_COLUMNS_SHOWN = 30


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(columns[:_COLUMNS_SHOWN])
    return shown if len(columns) <= _COLUMNS_SHOWN else f"{shown}, …"


class FilrougeError(Exception):
    """Trouble that a person can act on. `str(error)` is written for that person."""


class MissingFile(FilrougeError):
    """A file that is not there."""

    def __init__(self, file: str) -> None:
        super().__init__(_("{file}: there is no such file. Check the name and the folder.").format(file=file))


class NotPermitted(FilrougeError):
    """A file that this user may not read."""

    def __init__(self, file: str) -> None:
        super().__init__(
            _("{file}: you may not read this file. Ask its owner for the permission to read it.").format(
                file=file
            )
        )


class UnreadableFile(FilrougeError):
    """A file that the system could not read, for a reason of its own."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(
            _("{file}: could not be read ({why}). Copy the file to this machine and try again.").format(
                file=file, why=why
            )
        )


class EmptyFile(FilrougeError):
    """A file with nothing in it."""

    def __init__(self, file: str) -> None:
        super().__init__(_("{file}: the file is empty. Export it again.").format(file=file))


class BinaryFile(FilrougeError):
    """A file that is no table of text: a spreadsheet, an image, a program."""

    def __init__(self, file: str, what: str) -> None:
        super().__init__(
            _(
                "{file}: this is {what}, not a table of ads. "
                "Save it as CSV (UTF-8), TSV, JSONL or Parquet and give that file."
            ).format(file=file, what=what)
        )


class BrokenFile(FilrougeError):
    """A file damaged so that nothing in it can be read."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(
            _("{file}: the file is damaged ({why}). Copy or export it again.").format(file=file, why=why)
        )


class TooBig(FilrougeError):
    """A file that holds more than can be taken in at once."""

    def __init__(self, file: str, most: int) -> None:
        super().__init__(
            _("{file}: unpacked, the file has more than {most} MB. Part it, and give the parts.").format(
                file=file, most=number(most // 1_000_000)
            )
        )


class FolderWithoutPages(FilrougeError):
    """A folder given as input that holds no saved HTML page."""

    def __init__(self, folder: str, holds: Sequence[str]) -> None:
        if holds:
            message = _(
                "{folder}: this is a folder, and it holds no saved HTML page (.html, .htm). "
                "It holds {names}: give the files themselves."
            ).format(folder=folder, names=", ".join(holds))
        else:
            message = _(
                "{folder}: this folder is empty. Give files of ads, or a folder of saved pages."
            ).format(folder=folder)
        super().__init__(message)


class NoHeader(FilrougeError):
    """A table whose first row is an ad rather than the names of the columns."""

    def __init__(self, file: str, first: str) -> None:
        super().__init__(
            _(
                "{file}, row 1: the first row looks like an ad and not like column names (“{first}”). "
                "Add a first row with the names, such as: id,text,agency,posted,location"
            ).format(file=file, first=first)
        )


class WrongDelimiter(FilrougeError):
    """A table in which no known delimiter parts the columns."""

    def __init__(self, file: str, header: str) -> None:
        super().__init__(
            _(
                "{file}, row 1: the header “{header}” is one single column. "
                "Part the columns by a comma, a tab, a semicolon or a bar (|) and give the file again."
            ).format(file=file, header=header)
        )


class UnknownColumn(FilrougeError):
    """A column that was asked for and is not in the file."""

    def __init__(self, file: str, field: str, column: str, existing: Sequence[str]) -> None:
        super().__init__(
            _(
                "{file}: there is no column “{column}” for --{field}. The columns are: {existing}. "
                "Give one of these to --{field}."
            ).format(file=file, field=field, column=column, existing=_listed(existing))
        )


class AmbiguousColumn(FilrougeError):
    """A column that is needed and whose name stands twice in the header."""

    def __init__(self, file: str, field: str, column: str, places: Sequence[int]) -> None:
        super().__init__(
            _(
                "{file}, row 1: columns {places} are all called “{column}”, so the {field} could be any of "
                "them. Give each its own name."
            ).format(file=file, field=field, column=column, places=", ".join(str(place) for place in places))
        )


class NoTextColumn(FilrougeError):
    """A table in which no column can be the text of the ads."""

    def __init__(self, file: str, existing: Sequence[str]) -> None:
        super().__init__(
            _(
                "{file}: no column holds the text of the ads. The columns are: {existing}. "
                "Name the one with the text: --text COLUMN"
            ).format(file=file, existing=_listed(existing))
        )


class NoAds(FilrougeError):
    """Input that was read to its end and gave no ad."""

    def __init__(self, files: Sequence[str], rejected: int, reason: str) -> None:
        names = ", ".join(files)
        if rejected:
            message = _(
                "{files}: no ad could be read; {rejected} rows were rejected. The first: {reason}. "
                "Mend the rows, or name the right column with --text."
            ).format(files=names, rejected=rejected, reason=reason)
        else:
            message = _("{files}: no ad is in there. Export the ads again.").format(files=names)
        super().__init__(message)


class NoFindings(FilrougeError):
    """A folder that `compare` did not write, or did not finish."""

    def __init__(self, folder: str, missing: str) -> None:
        super().__init__(
            _(
                "{folder}: {missing} is not there, so this is not a folder of findings. "
                "Make one first: filrouge compare FILE... --out {folder}"
            ).format(folder=folder, missing=missing)
        )


class DamagedFindings(FilrougeError):
    """A folder of findings of which a file cannot be read any more."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(
            _(
                "{folder}: a file of the findings is damaged or missing ({reason}). "
                "Make them again: filrouge compare FILE... --out {folder}"
            ).format(folder=folder, reason=reason)
        )


class UnknownAd(FilrougeError):
    """An ad asked for by an id that no ad has."""

    def __init__(self, ad: str, folder: str) -> None:
        super().__init__(
            _("{folder}: no ad has the id “{ad}”. The ids are in the first column of clusters.csv.").format(
                folder=folder, ad=ad
            )
        )


class CannotWrite(FilrougeError):
    """An output that could not be written; what was there before is as it was."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            _(
                "{path}: could not be written ({why}). Nothing there was changed. "
                "Free some space or choose another --out."
            ).format(path=path, why=why)
        )
