"""Where the key of a practice workspace lies. Of its own, since every command asks it and none should wait for more."""

from __future__ import annotations

from pathlib import Path


def key_of(where: Path) -> Path:
    """Where the key of a practice workspace lies: beside its data, since these are invented."""
    return where / "casework" / "practice.key"


def found_key(where: str, key_file: Path | None) -> Path | None:
    """The key of a workspace if it is for practice and nobody named one; else what was named."""
    key = key_of(Path(where))
    return key if key_file is None and "://" not in where and key.exists() else key_file
