"""Tables that a spreadsheet can open without danger, and a folder that is replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from filrouge.errors import CannotWrite, FilrougeError
from filrouge.i18n import _

if TYPE_CHECKING:
    import polars as pl

RISKY: Final = r"\A[=+\-@\t\r\n＝＋－＠]"
"""How a cell begins that a spreadsheet may run as a formula (OWASP, CSV injection); also in full width."""
HARMLESS: Final = r"\A[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\z"
"""Plain numbers. A phone in E.164 is one: at worst the spreadsheet drops its plus sign when it shows it."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
PROOF: Final = "run.json"
"""The file by which a folder of findings is known."""


class ForeignFolder(FilrougeError):
    """An output folder that holds something else than findings."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            _(
                "{folder}: this folder is not empty and holds no findings of filrouge, so it is left alone. "
                "Choose another --out, or empty the folder."
            ).format(folder=folder)
        )


class NotAFolder(FilrougeError):
    """An output folder whose name is that of a file."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            _("{folder}: this is a file. The findings are a folder: choose another --out.").format(
                folder=folder
            )
        )


def neutralised(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with an apostrophe before every text that a spreadsheet would take for a formula.

    The apostrophe says "text" to a spreadsheet. Plain numbers, and so phones in E.164, stay as they are.
    """
    import polars as pl

    cells = pl.col(pl.String)
    # `contains` of a null is null, and `when` then takes the other branch: a null stays a null.
    risky = cells.str.contains(RISKY) & ~cells.str.contains(HARMLESS)
    return frame.with_columns(pl.when(risky).then(pl.lit("'") + cells).otherwise(cells).name.keep())


def write_csv(path: Path, frame: pl.DataFrame) -> None:
    """Write `frame` as CSV: RFC 4180, UTF-8 without a byte order mark, formulas neutralised.

    Raises:
        OSError: if it cannot be written.
    """
    import polars as pl

    # An empty text is written as nothing, not as a pair of quotes.
    cells = neutralised(frame).with_columns(pl.col(pl.String).replace("", None))
    cells.write_csv(path, line_terminator="\r\n")


class OutputFolder:
    """A folder that appears whole under its name, or not at all. Use in a `with`.

    What is written goes to a hidden folder beside it (`.NAME.partial-PID`), which takes the name when the
    block ends well. If anything fails, Ctrl-C included, the hidden folder goes and the earlier one stays as
    it was. A folder that cannot be renamed, such as a mounted one, is filled from a hidden folder inside it.

    Args:
        path: the folder; may be missing, empty, or hold findings of an earlier run, which are replaced.

    Raises:
        NotAFolder, ForeignFolder: on entry, if the path is not ours to replace.
        CannotWrite: if there is no space or no permission to write there.
    """

    def __init__(self, path: Path) -> None:
        self._given = path
        self._target = path
        self._work = path
        self._made: list[Path] = []
        self._inside = False

    def __enter__(self) -> Path:
        target = self._target = Path(os.path.realpath(self._given))
        try:
            os.fspath(target).encode()
        except UnicodeEncodeError as trouble:  # polars writes to names in UTF-8 only
            name = os.fsencode(self._given).decode("utf-8", "replace")
            raise CannotWrite(name, os.strerror(errno.EILSEQ)) from trouble
        try:
            if target.exists() and not target.is_dir():
                raise NotAFolder(str(self._given))
            if target.is_dir() and not (target / PROOF).exists() and any(_entries(target)):
                raise ForeignFolder(str(self._given))
            self._inside = target.is_dir() and (
                os.path.ismount(target) or target == Path.cwd() or not os.access(target.parent, os.W_OK)
            )
            home = target if self._inside else target.parent
            for parent in reversed([p for p in (home, *home.parents) if not p.exists()]):
                parent.mkdir()
                self._made.append(parent)
            self._work = home / f".{target.name}.partial-{os.getpid()}"
            if self._work.exists():  # of a run that was killed and whose number is ours now
                shutil.rmtree(self._work)
            self._work.mkdir()
        except OSError as trouble:
            self._forget()
            raise CannotWrite(str(self._given), _why(trouble)) from trouble
        return self._work

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._swap()
        except OSError as trouble:
            self._forget()
            raise CannotWrite(str(self._given), _why(trouble)) from trouble
        except BaseException:
            self._forget()
            raise
        if error is not None:
            self._forget()
            if is_full(error):
                raise CannotWrite(str(self._given), _why(error)) from error

    def _swap(self) -> None:
        """Put the new folder in the place of the old one."""
        old = self._work.with_name(f".{self._target.name}.old-{os.getpid()}")
        if self._inside:
            old.mkdir()
            _exchange(self._target, self._work, old)
            self._work.rmdir()
        elif self._target.exists():
            shutil.copymode(self._target, self._work)
            self._target.rename(old)
            try:
                self._work.rename(self._target)
            except BaseException:
                old.rename(self._target)
                raise
        else:
            self._work.rename(self._target)
        shutil.rmtree(old, ignore_errors=True)

    def _forget(self) -> None:
        """Remove all that this run made."""
        if self._work not in (self._given, self._target):
            shutil.rmtree(self._work, ignore_errors=True)
        for parent in reversed(self._made):
            try:
                parent.rmdir()
            except OSError:  # somebody else put something there meanwhile
                break


def _entries(folder: Path) -> list[Path]:
    """What a folder holds, apart from what a file system or a killed run leaves there."""
    return [
        p for p in folder.iterdir() if p.name != "lost+found" and not p.name.startswith(f".{folder.name}.")
    ]


def _exchange(target: Path, new: Path, old: Path) -> None:
    """Move what `target` holds to `old` and what `new` holds to `target`; if a move fails, move all back."""
    moves = [(p, old / p.name) for p in sorted(_entries(target))] + [
        # The proof comes last: a folder with it is whole.
        (p, target / p.name)
        for p in sorted(new.iterdir(), key=lambda p: (p.name == PROOF, p.name))
    ]
    done: list[tuple[Path, Path]] = []
    try:
        for source, goal in moves:
            source.rename(goal)
            done.append((source, goal))
    except BaseException:
        for source, goal in reversed(done):
            goal.rename(source)
        old.rmdir()
        raise


def is_full(error: BaseException) -> bool:
    """Whether `error` says that there is no room to write, or no way to."""
    if isinstance(error, OSError) and (error.errno in _FULL or _is_short_write(error)):
        return True
    # Polars reports the trouble of the system in words only, and as errors of several classes.
    is_polars = isinstance(error, OSError) or type(error).__module__.startswith("polars")
    return is_polars and any(f"(os error {code})" in str(error) for code in _FULL)


def _is_short_write(error: OSError) -> bool:
    """Whether NumPy could write only a part of an array: it says so without the system's number."""
    return error.errno is None and " requested and " in str(error) and str(error).endswith(" written")


def _why(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, OSError) and _is_short_write(error):
        return os.strerror(errno.ENOSPC)
    for code in _FULL:
        if f"(os error {code})" in str(error):
            return os.strerror(code)
    return str(error)
