"""Each test begins with an English environment and leaves the language as it found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from filrouge import i18n


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in ("FILROUGE_LANG", "LC_ALL", "LC_MESSAGES", "FILROUGE_DEBUG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "en")  # so that what `main` sets is undone
    yield
    i18n.set_language("en")
