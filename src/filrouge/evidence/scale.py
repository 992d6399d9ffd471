"""Bits in words.

The scale is the one that ENFSI gives as an example (*Guideline for Evaluative Reporting in Forensic Science*,
2015), in steps of the likelihood ratio. The guideline itself could not be read when this was written: steps and
English words agree with public code that cites it (the Netherlands Forensic Institute's for the first three);
the French words are our translation. Its words speak of what is seen, given one source or two; never of how
probable one source is. They come after the number and do not replace it.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import lru_cache
from math import isnan, log2

from filrouge import i18n

STEPS = (2.0, 10.0, 100.0, 1_000.0, 10_000.0, 1_000_000.0)
"""Likelihood ratios at which a stronger word begins; below the first, there is none."""
AT = tuple(log2(step) for step in STEPS)
"""The same in bits."""


def verbal(bits: float, language: str | None = None) -> str:
    """How strongly bits speak for one source, or for two, in words: "strong support for one source".

    Args:
        bits: log2 likelihood ratio; may be infinite.
        language: "en" or "fr"; None for the language spoken now.

    Raises:
        ValueError: if bits are no number, or filrouge does not speak the language.
    """
    if isnan(bits):
        raise ValueError("bits must be a number")
    return _words(_translator(language))[verbal_level(bits)]


def verbal_level(bits: float) -> int:
    """0 for no support, 1 to 6 for one source, −1 to −6 for two."""
    level = sum(abs(bits) >= step for step in AT)
    return level if bits > 0 else -level


def _words(_: Callable[[str], str]) -> dict[int, str]:
    return {
        0: _("no support for one source over two"),
        1: _("weak support for one source"),
        2: _("moderate support for one source"),
        3: _("moderately strong support for one source"),
        4: _("strong support for one source"),
        5: _("very strong support for one source"),
        6: _("extremely strong support for one source"),
        -1: _("weak support for two sources"),
        -2: _("moderate support for two sources"),
        -3: _("moderately strong support for two sources"),
        -4: _("strong support for two sources"),
        -5: _("very strong support for two sources"),
        -6: _("extremely strong support for two sources"),
    }


def _translator(language: str | None) -> Callable[[str], str]:
    if language is None or language == i18n.language():
        return i18n._
    if language not in i18n.LANGUAGES:
        raise ValueError(f"filrouge speaks {' and '.join(i18n.LANGUAGES)}, not {language!r}")
    return _catalog(language).gettext


@lru_cache
def _catalog(language: str) -> gettext.NullTranslations:
    # A page may show both languages, so the one spoken now is left alone.
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(i18n.DOMAIN, i18n.LOCALE_DIR, languages=[language], fallback=True)
