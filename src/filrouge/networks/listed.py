"""What the word lists of the guide say of all texts: where their words stand, and which language each text is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.fold import Folded
from filrouge.guide import Indicator, load_guide
from filrouge.networks.phrases import THREADS, Wanted, WordsOfTexts
from filrouge.networks.rules import STREET_WORDS, STREETS


@dataclass(frozen=True)
class Listed:
    """What was found.

    Attributes:
        phrases: see `WordsOfTexts.find`; the owners are ids of indicators, and `rules.STREETS`.
        language: see `WordsOfTexts.languages`. Shape (texts,).
    """

    phrases: pl.DataFrame
    language: NDArray[np.int8]


def together(parts: Sequence[Listed]) -> Listed:
    """What was found in the texts of all parts, one part after another."""
    firsts = np.cumsum([0, *(part.language.size for part in parts)]).tolist()
    phrases = [
        part.phrases.with_columns(pl.col("ad") + pl.lit(first, pl.Int32))
        for part, first in zip(parts, firsts[:-1], strict=True)
    ]
    return Listed(pl.concat(phrases), np.concatenate([part.language for part in parts]))


def listed_words(indicators: Sequence[Indicator], folded: Sequence[Folded]) -> Listed:
    """Where the words of these indicators stand in the texts, and the texts' languages.

    Few pieces are looked at together, so that the words of a large corpus are never all in memory.

    Args:
        indicators: of which some have words.
        folded: the texts folded, in pieces, in order.
    """
    guide = load_guide()
    denials = [word for list_ in guide.denials.values() for word in list_]
    wanted = [
        Wanted(one.id, [phrase for list_ in one.words.values() for phrase in list_], one.unless_denied)
        for one in indicators
        if one.words
    ]
    wanted.append(Wanted(STREETS, STREET_WORDS))
    phrases, languages, first = [], [], 0
    for at in range(0, max(len(folded), 1), THREADS):
        pieces = folded[at : at + THREADS]
        texts = WordsOfTexts(pieces)
        phrases.append(texts.find(wanted, denials).with_columns(pl.col("ad") + pl.lit(first, pl.Int32)))
        languages.append(texts.languages(guide.common_words))
        first += sum(len(piece) for piece in pieces)
    return Listed(pl.concat(phrases), np.concatenate(languages))
