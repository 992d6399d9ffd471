"""The language of an ad, by its commonest small words, or by its script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

SMALL_WORDS: Final = {
    "en": "the and with you your are for this that have is of to my me or we our us will from not can",
    "fr": "le les des et avec pour vous une dans est je chez sur du au pas nous votre mon ma mes qui ou ce",
    "es": "el los las y con para una por del mi su muy tu yo es en eres soy pero más tus está un al se",
    "pt": "o os e com para uma você não em do da meu minha por seu sua um no na ao mais é muito dos das",
}
"""A small word that two of them have ("para") counts for both."""
SCRIPTS: Final = {
    "cyrillic": r"\p{Cyrillic}",
    "arabic": r"\p{Arabic}",
    "greek": r"\p{Greek}",
    "hebrew": r"\p{Hebrew}",
    "thai": r"\p{Thai}",
    "hangul": r"\p{Hangul}",
    "han": r"[\p{Han}\p{Hiragana}\p{Katakana}]",
}
LANGUAGES: Final = (*SMALL_WORDS, *SCRIPTS)
LEAST_WORDS: Final = 3
"""Small words of a language that an ad must hold."""
READ: Final = 600
"""Characters of an ad that are read for it."""
LEAD: Final = 2.0
"""So many times as many as of any other language; an ad in two languages is of neither."""


def languages(texts: Sequence[str] | pl.Series) -> NDArray[np.int8]:
    """Per text the number of its language in `LANGUAGES`, -1 where it can't be told; shape (texts,)."""
    text = pl.Series("text", texts, dtype=pl.String).str.head(READ).str.to_lowercase()
    if not text.len():
        return np.zeros(0, np.int8)
    # Words are given a blank on either side, so that two small words in a row are both found.
    spaced = " " + text.str.replace_all(r"[^\p{L}\p{M}']+", "  ") + " "
    counts = spaced.to_frame("text").select(
        *(
            pl.col("text").str.count_matches(" (?:" + "|".join(words.split()) + ") ").alias(name)
            for name, words in SMALL_WORDS.items()
        )
    )
    table = counts.to_numpy().astype(np.float64)
    best = table.argmax(1)
    top = table.max(1)
    second = np.sort(table, axis=1)[:, -2]
    found = np.where((top >= LEAST_WORDS) & (top >= LEAD * second), best, -1).astype(np.int8)
    foreign = text.str.contains("|".join(SCRIPTS.values())).fill_null(False).to_numpy().nonzero()[0]
    if foreign.size:
        found[foreign] = _by_script(text.gather(foreign), found[foreign])
    return found


def _by_script(text: pl.Series, otherwise: NDArray[np.int8]) -> NDArray[np.int8]:
    """The script that most letters are of; Latin letters leave it at `otherwise`."""
    frame = text.to_frame("text")
    letters = frame.select(pl.col("text").str.count_matches(r"\p{L}"))["text"].fill_null(0).to_numpy()
    counts = frame.select(
        *(pl.col("text").str.count_matches(script).alias(name) for name, script in SCRIPTS.items())
    )
    table = counts.fill_null(0).to_numpy()
    found = np.where(
        2 * table.max(1) > np.maximum(letters, 2 * LEAST_WORDS), table.argmax(1) + len(SMALL_WORDS), otherwise
    )
    return found.astype(np.int8)
