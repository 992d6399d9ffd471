"""Making a package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filrouge.i18n import N_, speaking
from filrouge.progress import Silent
from filrouge.reports.package.check import zip_of
from filrouge.reports.package.data import Data
from filrouge.reports.package.docx import docx_of
from filrouge.reports.package.exported import exports
from filrouge.reports.package.gather import gathered
from filrouge.reports.package.manifest import manifest_of
from filrouge.reports.package.pdf import pdf_of
from filrouge.reports.package.readme import readme_of
from filrouge.reports.package.signing import fingerprint, public_pem, signing_key
from filrouge.reports.package.story import report_of
from filrouge.reports.package.what import Book, Terms, What
from filrouge.reports.package.written import json_bytes

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
        NoSigningKey: if the file holds none.
    """
    bar = progress or Silent()
    key = signing_key(book.ws, key_file)
    pem = public_pem(key)
    bar.stage(N_("Opening"), None)
    found = gathered(book, what, jobs=jobs, progress=bar)
    with speaking(terms.language):
        bar.stage(N_("Writing"), None)
        data = Data(found, terms, audit)
        report = report_of(data, fingerprint(pem))
        files = {
            **data.files,
            **exports(data),
            "README.md": readme_of(data, fingerprint(pem)),
            "report.pdf": pdf_of(report, terms.made_at),
            "report.docx": docx_of(report, terms.made_at),
            "public_key.pem": pem,
            "check.py": (resources("filrouge.reports.package") / "check.py").read_bytes(),
        }
    manifest = manifest_of(found, terms, files, fingerprint(pem))
    said = json_bytes(manifest)
    content = zip_of({**files, "manifest.json": said, "manifest.sig": key.sign(said)})
    name = f"filrouge-{what.name}-s{book.ws.snapshot.seq}.zip"
    return Made(name, content, sha256(content).hexdigest(), manifest)
