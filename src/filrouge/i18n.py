"""Words for people, in English or French.

Strings are written in English where they are used and wrapped in `_`; the French is in
`locale/fr/LC_MESSAGES/filrouge.po`, and the compiled `.mo` beside it ships with the package. Languages
may be switched at run time, so wrap a string where it is shown, not where a module is loaded. A process speaks one
language; a web application answers each request in its own, see `speaking`.
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "fr")
DOMAIN = "filrouge"
LOCALE_DIR = Path(__file__).parent / "locale"

_translations: _gettext.NullTranslations | None = None
_language: str | None = None
_here: ContextVar[str | None] = ContextVar("filrouge_language", default=None)
"""The language of this request, where it is not that of the process."""


def default_language() -> str:
    """The language of the environment: `FILROUGE_LANG`, then `LC_ALL`, `LC_MESSAGES`, `LANG`; else "en"."""
    for variable in ("FILROUGE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def set_language(language: str | None) -> str:
    """Speak `language` from now on ("en" or "fr"; None asks the environment), and return it.

    Raises:
        ValueError: if filrouge does not speak that language.
    """
    global _translations, _language
    chosen = default_language() if language is None else language
    _translations = _catalog(chosen)
    _language = chosen
    return chosen


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within the block, and in the threads that it starts with its context, speak `language`.

    Raises:
        ValueError: if filrouge does not speak that language.
    """
    _catalog(language)
    token = _here.set(language)
    try:
        yield
    finally:
        _here.reset(token)


@cache
def _catalog(language: str) -> _gettext.NullTranslations:
    if language not in LANGUAGES:
        raise ValueError(f"filrouge speaks {' and '.join(LANGUAGES)}, not {language!r}")
    # English is the text in the code, so it needs no catalog and cannot be missing one.
    if language == "en":
        return _gettext.NullTranslations()
    return _gettext.translation(DOMAIN, LOCALE_DIR, languages=[language], fallback=True)


def language() -> str:
    """The language spoken now, "en" or "fr"."""
    return _here.get() or (_language if _language is not None else set_language(None))


def _spoken() -> _gettext.NullTranslations:
    here = _here.get()
    if here is not None:
        return _catalog(here)
    if _translations is None:
        set_language(None)
    assert _translations is not None
    return _translations


def _(message: str) -> str:
    """`message` in the language spoken now; the English itself where no translation is known."""
    # gettext answers the empty string with the header of the catalog.
    return _spoken().gettext(message) if message else ""


def N_(message: str) -> str:
    """`message` itself, put into the catalog: whoever shows it says `_` of it, in the language of who reads."""
    return message


def ngettext(singular: str, plural: str, count: int) -> str:
    """`singular` or `plural` for `count`, in the language spoken now."""
    return _spoken().ngettext(singular, plural, count)


def number(count: int) -> str:
    """`count` with its thousands set apart as the language does: 12,345 or 12 345."""
    # French sets thousands apart with a narrow no-break space.
    return f"{count:,}" if language() == "en" else f"{count:,}".replace(",", "\u202f")


def decimals(value: float, digits: int) -> str:
    """`value` with `digits` decimals after the sign of the language: 0.913 or 0,913."""
    return f"{value:.{digits}f}".replace(".", "." if language() == "en" else ",")
