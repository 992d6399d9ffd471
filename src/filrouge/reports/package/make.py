"""Making a package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filrouge.reports.package.what import Book, Terms, What

if TYPE_CHECKING:
    from filrouge.progress import Progress


@dataclass(frozen=True)
class Made:
    """A package.

    Attributes:
        name: that its file may have: "filrouge-N12-s45.zip".
        content: the ZIP.
        sha256: of the content.
        manifest: what manifest.json says.
    """

    name: str
    content: bytes
    sha256: str
    manifest: Mapping[str, Any]


def package(
    book: Book,
    what: What,
    terms: Terms,
    *,
    audit: Sequence[Mapping[str, Any]] = (),
    key_file: Path | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Made:
    """Make a package.

    Args:
        book: the view and the case.
        what: a network, a cluster, or ads.
        terms: for whom, why, when, by whom; masked or open.
        audit: rows of an audit trail that concern it, as plain values; they go into audit.csv and audit.jsonl.
        key_file: with an Ed25519 private key (PEM) that signs; else one made from the workspace's secret.
        jobs: cores to use; the package is the same.
        progress: told how far the work is.

    Raises:
        NoRunYet: if nothing was compared.
        NothingToPackage: if the case holds no ad of it.
        TooManyAds: if there are more than a package can hold.
    """
    raise NotImplementedError
