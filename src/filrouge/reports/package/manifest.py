"""The manifest of a package: what it is, what it was made from and on which terms, and the hash of each file."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from filrouge import __version__
from filrouge.reports.package.gather import Gathered
from filrouge.reports.package.what import Ads, Terms

FORMAT: Final = 1
"""Of packages; raised when files of one change their meaning."""


def manifest_of(found: Gathered, terms: Terms, files: Mapping[str, bytes], key: str) -> dict[str, Any]:
    """What manifest.json says.

    Args:
        found: what was gathered.
        terms: of the package.
        files: the content of all files but the manifest and its signature.
        key: the fingerprint of the key that signs.
    """
    what, snapshot = found.what, found.ws.snapshot
    about: dict[str, Any] = {"ads": sorted(set(what.ads))} if isinstance(what, Ads) else {"id": what.id}
    if isinstance(what, Ads) and what.alone:
        about["alone"] = True
    if found.apart:
        about["joins_kept_apart"] = found.apart
    return {
        "format": FORMAT,
        "kind": "filrouge evidence package",
        "what": {"kind": type(what).__name__.lower(), "name": what.name, **about},
        "case": found.case,
        "workspace": found.ws.id,
        "snapshot": {
            "seq": snapshot.seq,
            "at": snapshot.at.isoformat(),
            "fingerprint": snapshot.fingerprint(),
            "run": found.run.seq,
        },
        "code": {"filrouge": __version__, "commit": commit(), "libraries": libraries()},
        "terms": {
            "made_by": terms.made_by,
            "made_at": f"{terms.made_at:%Y-%m-%dT%H:%M:%S}Z",
            "recipient": terms.recipient,
            "purpose": terms.purpose,
            "authority": terms.authority,
            "language": terms.language,
            "text": "open" if terms.is_open else "masked",
            "reason_for_opening": terms.opened,
        },
        "signed_by": key,
        "files": {
            name: {"bytes": len(content), "sha256": sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        },
    }


@lru_cache
def commit() -> str | None:
    """The git commit of the code, where it runs from a checkout; with "+" behind it if that was changed."""
    folder = Path(__file__).resolve().parent
    root = next(
        (p for p in folder.parents if (p / ".git").exists() and (p / "src" / "filrouge").is_dir()), None
    )
    if root is None:
        return None
    try:
        said = [
            subprocess.run(
                ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True
            )
            for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--", "src"))
        ]
    except (OSError, subprocess.SubprocessError):
        return None
    return said[0].stdout.strip() + ("+" if said[1].stdout.strip() else "")


@lru_cache
def libraries() -> dict[str, str]:
    """The versions of what the bytes of a package depend on."""
    from importlib.metadata import version

    return {name: version(name) for name in ("numpy", "polars", "numba", "typst", "python-docx")}
