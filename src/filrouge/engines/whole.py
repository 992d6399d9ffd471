"""Reading a folder of findings that may have come to harm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path

from polars.exceptions import PolarsError

from filrouge.errors import DamagedFindings


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """What reads the files of `folder` runs in here.

    Raises:
        DamagedFindings: if one of them is gone, cut short, or says what no run writes.
    """
    try:
        yield
    except (EOFError, FileNotFoundError, JSONDecodeError, PolarsError) as trouble:
        raise DamagedFindings(
            str(folder), str(trouble).partition("\n")[0] or type(trouble).__name__
        ) from trouble
