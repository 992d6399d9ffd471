"""Features of style: how a text is written, apart from what it says.

Signs, spaces, lines, capitals, emoji, function words, misspellings, numbers and the shapes that follow each
other. Identifiers, places, names and the words of a template are left out, with the signs between a
template's words. Counts are drawn towards the corpus where a text is short, compared within a language, and
relieved of what all ads of an agency have in common.

Source: shapes and signs rather than words, Sapkota et al., "Not all character n-grams are created equal"
(NAACL 2015); misspellings and habits of spacing, Abbasi & Chen (ACM TOIS 26:2, 2008).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filrouge.networks.style_columns import (
    BARE_CONTRACTIONS,
    COLUMNS,
    FUNCTION_WORDS,
    NUMBER_WORDS,
    PRIORS,
    PUNCTUATION,
    SAME_SIGN,
    SHORTHAND,
    WIDTH,
    place,
)

Float32Array = NDArray[np.float32]
CHUNK: Final = 10_000
"""Ads that are counted together; bounds memory."""
CLIP: Final = 3.0
"""Standard deviations beyond which a habit counts no further."""
_TABLE: Final = 0x20000
_VOICES: Final = 5.0
"""An agency's habits are drawn towards the corpus as by this many voices."""
_OWN_SPREAD: Final = 200
"""Ads of a language from which it has its own spread of each habit."""


@dataclass(frozen=True)
class Spans:
    """What of the texts is no habit of the writer's: raw offsets, in any order; they may overlap.

    Attributes:
        ad: number of the text, shape (S,).
        start, end: raw offsets in characters, end exclusive, shape (S,).
        template: bool, whether it is a word that the ad's template supplies; else it is an identifier, a
            place or a name, shape (S,).
    """

    ad: NDArray[np.integer]
    start: NDArray[np.integer]
    end: NDArray[np.integer]
    template: NDArray[np.bool_]

    @classmethod
    def none(cls) -> Spans:
        """Nothing is masked."""
        nothing = np.zeros(0, np.int64)
        return cls(nothing, nothing, nothing, np.zeros(0, bool))


def style_features(
    texts: Sequence[str],
    spans: Spans | None = None,
    *,
    agency: NDArray[np.integer] | None = None,
    weight: NDArray[np.floating] | None = None,
) -> Float32Array:
    """How each text is written, against how the others of its language and agency are.

    Args:
        texts: raw texts.
        spans: what is masked.
        agency: number of each ad's agency, shape (ads,); what its ads have in common is taken off.
        weight: how much each ad says of its agency's habits, shape (ads,); 1 / ads of its cluster lets a
            template that was posted five hundred times count as one voice.

    Returns:
        Shape (ads, 1 + habits), float32. Column 0 is the number of characters that were not masked; the
        others, in the order of `COLUMNS`, are standard deviations from the mean, within ±3.
    """
    if not len(texts):
        return np.zeros((0, 1 + len(COLUMNS)), np.float32)
    counts = _counts(texts, spans if spans is not None else Spans.none())
    out = np.empty((len(texts), 1 + len(COLUMNS)), np.float32)
    out[:, 0] = counts[:, place("chars")]
    rates = out[:, 1:]
    _fill_rates(counts, rates)
    languages = _languages(counts)
    _standardise(rates, languages)
    if agency is not None:
        _, site = np.unique(agency, return_inverse=True)
        _take_off(rates, site * 4 + languages, np.ones(len(texts)) if weight is None else weight)
    np.clip(rates, -CLIP, CLIP, out=rates)
    return out


@cache
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.uint32]]:
    """By code point: class, small letter, letter without its accent."""
    from filrouge.networks import style_kernels as k

    kinds = np.zeros(_TABLE, np.uint8)
    lower = np.arange(_TABLE, dtype=np.uint32)
    base = np.arange(_TABLE, dtype=np.uint32)
    by_category = {
        "Ll": k.LOWER, "Lu": k.UPPER, "Lt": k.UPPER, "Lo": k.LETTER, "Lm": k.LETTER, "Nd": k.DIGIT,
        "Zs": k.SPACE, "Zl": k.NEWLINE, "Zp": k.NEWLINE, "So": k.ORNAMENT, "Sk": k.ORNAMENT,
        "Mn": k.MODIFIER, "Me": k.MODIFIER, "Cf": k.MODIFIER,
    }  # fmt: skip
    for point in range(_TABLE):
        if 0xD800 <= point < 0xE000:
            continue
        char = chr(point)
        kinds[point] = by_category.get(unicodedata.category(char), k.OTHER)
        if kinds[point] in (k.LOWER, k.UPPER):
            small = char.lower()
            lower[point] = ord(small) if len(small) == 1 else point
            base[point] = ord(unicodedata.normalize("NFD", small)[0])
    kinds[0x2600:0x27C0] = k.EMOJI
    kinds[[0x2605, 0x2606, 0x2729, 0x272A, 0x2730]] = k.ORNAMENT  # stars as lines are drawn with
    kinds[0x1F000:0x1FB00] = k.EMOJI
    kinds[0x1F3FB:0x1F400] = k.MODIFIER
    kinds[0x09] = k.SPACE
    kinds[[0x0A, 0x0B, 0x0C]] = k.NEWLINE
    kinds[0x0D] = k.MODIFIER
    for at, sign in enumerate(PUNCTUATION):
        kinds[ord(sign)] = k.FIRST_SIGN + at
    for sign, same in SAME_SIGN.items():
        kinds[ord(sign)] = k.FIRST_SIGN + PUNCTUATION.index(same)
    return kinds, lower, base


@cache
def _listed_words() -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32]]:
    """Sorted keys of the words that are habits, and the two counts that each raises (-1: none)."""
    from filrouge.networks.style_kernels import key_of

    raises: dict[str, tuple[int, int]] = {}
    for word in " ".join(FUNCTION_WORDS.values()).split():
        raises[word] = (place(f"word {word}"), -1)
    for word in SHORTHAND.split():
        raises.setdefault(word, (place("shorthand"), -1))
    for word in NUMBER_WORDS.split():
        raises.setdefault(word, (place("small_numbers"), -1))
    for word in BARE_CONTRACTIONS.split():
        raises[word] = (place("bare contraction"), place("contractions"))
    keys = []
    for word in raises:
        letters = np.array([ord(c) for c in word], np.uint32)
        keys.append(key_of(letters, 0, letters.size, -1))
    found = np.array(keys, np.uint64)
    order = np.argsort(found)
    both = np.array(list(raises.values()), np.int32)[order]
    return found[order], both[:, 0].copy(), both[:, 1].copy()


@dataclass(frozen=True)
class _Chunk:
    first: int
    chars: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    state: NDArray[np.uint8]
    offsets: NDArray[np.int64]


def _chunks(texts: Sequence[str], spans: Spans) -> Iterator[_Chunk]:
    from filrouge.networks.style_kernels import hide

    table = _tables()[0]
    order = np.argsort(spans.ad, kind="stable")
    columns = [np.asarray(c)[order] for c in (spans.ad, spans.start, spans.end, spans.template)]
    for first in range(0, len(texts), CHUNK):
        some = texts[first : first + CHUNK]
        chars = np.frombuffer("".join(some).encode("utf-32-le", "surrogatepass"), np.uint32).copy()
        offsets = np.zeros(len(some) + 1, np.int64)
        np.cumsum([len(text) for text in some], out=offsets[1:])
        kinds = table[np.minimum(chars, _TABLE - 1)]
        state = np.zeros(chars.size, np.uint8)
        a, b = np.searchsorted(columns[0], [first, first + len(some)])
        ad, start, end = (c[a:b].astype(np.int64) for c in columns[:3])
        hide(state, offsets, kinds, ad - first, start, end, columns[3][a:b].astype(np.uint8))
        yield _Chunk(first, chars, kinds, state, offsets)


def _counts(texts: Sequence[str], spans: Spans) -> NDArray[np.uint16]:
    """Counts of habits and exposures, shape (ads, WIDTH)."""
    from filrouge.networks import style_kernels as kernels
    from filrouge.networks import style_spelling as spelling
    from filrouge.networks.style_counts import count_signs, count_words

    _, lower, base = _tables()
    words = spelling.no_words()
    for chunk in _chunks(texts, spans):
        split = kernels.split_words(chunk.chars, chunk.state, chunk.offsets, chunk.kinds, lower)
        ad = 0
        while ad < chunk.offsets.size - 1:
            more = np.diff(split[3][[ad, min(ad + 1000, chunk.offsets.size - 1)]])[0]
            words = spelling.grown(words, int(more))
            ad = spelling.add_words(words, *split, chunk.state, chunk.kinds, ad, chunk.first)
    ads, size = words.ads[: words.used[0]], words.size[: words.used[0]]
    common = np.flatnonzero((ads >= spelling.COMMON) & (size > 0))
    # Of equally common words the first comes first, so that one corpus has one result.
    common = common[np.argsort(-ads[common], kind="stable")]
    kinds_of = spelling.misspelled(words, common, base)
    listed, column, also = _listed_words()
    out = np.zeros((len(texts), WIDTH), np.uint16)
    for chunk in _chunks(texts, spans):
        rows = out[chunk.first : chunk.first + chunk.offsets.size - 1]
        count_signs(chunk.chars, chunk.state, chunk.offsets, chunk.kinds, rows)
        split = kernels.split_words(chunk.chars, chunk.state, chunk.offsets, chunk.kinds, lower)
        count_words(
            *split, chunk.state, chunk.kinds, chunk.offsets, listed, column, also, words.slots, kinds_of, rows
        )
    return out


def _fill_rates(counts: NDArray[np.uint16], out: NDArray[np.float32]) -> None:
    """Square roots of how often each habit shows, drawn towards the corpus where there is little to go by."""
    total = counts.sum(axis=0, dtype=np.float64)
    per = np.array([place(column.per) for column in COLUMNS])
    prior = np.array([PRIORS.get(column.per, 2.0) for column in COLUMNS], np.float32)
    mean = (total[: len(COLUMNS)] / np.maximum(total[per], 1.0)).astype(np.float32)
    for first in range(0, len(counts), CHUNK):
        some = counts[first : first + CHUNK].astype(np.float32)
        rate = (some[:, : len(COLUMNS)] + prior * mean) / (some[:, per] + prior)
        out[first : first + CHUNK] = np.sqrt(rate)


def _languages(counts: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Which list of function words each ad holds most of; 3 where it holds fewer than two."""
    lists = [set(words.split()) for words in FUNCTION_WORDS.values()]
    hits = []
    for k, own in enumerate(lists):
        others = set().union(*(lists[:k] + lists[k + 1 :]))
        # A word of two languages tells neither.
        hits.append(counts[:, [place(f"word {word}") for word in sorted(own - others)]].sum(axis=1))
    table = np.stack(hits, axis=1)
    return np.where(table.max(axis=1) >= 2, table.argmax(axis=1), 3).astype(np.int64)


def _standardise(rates: NDArray[np.float32], languages: NDArray[np.int64]) -> None:
    """In place: each habit less its mean, by its spread, within each language."""
    spread = np.maximum(rates.std(axis=0), 1e-4)
    for language in range(4):
        rows = np.flatnonzero(languages == language)
        if not rows.size:
            continue
        own = rates[rows]
        scale = np.maximum(own.std(axis=0), 0.3 * spread) if rows.size >= _OWN_SPREAD else spread
        rates[rows] = np.clip((own - own.mean(axis=0)) / scale, -2 * CLIP, 2 * CLIP)


def _take_off(rates: NDArray[np.float32], site: NDArray[np.int64], weight: NDArray[np.floating]) -> None:
    """In place: what the ads of a site (and language) have in common is taken off each of them."""
    order = np.argsort(site, kind="stable")
    _, at = np.unique(site[order], return_index=True)
    for rows in np.split(order, at[1:]):
        w = np.asarray(weight[rows], np.float32)
        common = (w @ rates[rows]) / (w.sum() + np.float32(_VOICES))
        rates[rows] -= common.astype(np.float32)
