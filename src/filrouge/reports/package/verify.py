"""Whether a package is as it was made, and its bits are right: by the product's own code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """Something in a package that does not agree.

    Attributes:
        file: of the package; "" for the package as a whole.
        line: of the file, from 1; None where it concerns the file as a whole.
        what: a sentence.
    """

    file: str
    line: int | None
    what: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.what}" if where else self.what


def check(path: str | Path, *, signed_by: str | None = None) -> list[Problem]:
    """All that does not agree in a package; nothing if it is as it was made and all its bits are right.

    Args:
        path: the ZIP.
        signed_by: the fingerprint of the key that must have signed it (SHA-256 of the public key, hex; as many of
            its first digits as are known, at least 16).
    """
    raise NotImplementedError
