"""Given names in ads: by themselves if they can be nothing else, or by the words that announce a name.

"Jennifer" is a name anywhere; "Grace" is one in "ask for grace" and "hi, I'm Grace", not in "with grace".
After "my name is" even a word that no list has ("Xiulan") is a name, unless it is an everyday word; after
"ask for", if it is written with a capital.

Names: the lists of Faker (MIT) for Canada, the United States, France, Spain and Mexico. The words around
them: `data/name_words.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.fold import Folded
from filrouge.ads.gazetteer import gazetteer_tables, hashed
from filrouge.ads.plain_split import PlainWords, plain_words

if TYPE_CHECKING:
    import polars as pl

_WHERE_THE_NAMES_ARE_FROM: Final = ("CA", "US", "FR", "ES", "MX")
_INHABITANTS_OF_A_CITY: Final = 50_000


@dataclass(frozen=True)
class _NameTables:
    slots: NDArray[np.uint64]
    number: NDArray[np.int32]
    bits: NDArray[np.uint16]


@cache
def given_names() -> frozenset[str]:
    """Given names that are no ordinary words, folded."""
    return _all_given_names() - _set("ordinary") - _set("describing") - _set("after_cue")


@cache
def ordinary_names() -> frozenset[str]:
    """Given names that are ordinary words, or describe, as well; folded."""
    return _all_given_names() - given_names()


def find_names(
    folded: Folded, texts: Sequence[str] | None = None, words: PlainWords | None = None
) -> pl.DataFrame:
    """The given names in texts, in the order in which they stand.

    Args:
        folded: the texts.
        texts: the same as they were before; with them a word of no list that is asked for ("ask for Xiulan")
            is a name if it has a capital, without them it is none.
        words: their `plain_words`, if the caller has them.

    Returns:
        ad (Int32, number of the text), value (String, the folded name), start and end (Int32, raw offsets).
    """
    import polars as pl

    from filrouge.ads.name_kernels import find_names as find

    t = _name_tables()
    key, start, end, gap, first = words or plain_words(folded)
    ad, left, right, doubtful = find(key, start, end, gap, first, folded.chars, t.slots, t.number, t.bits)
    keep = ~doubtful
    if texts is not None:
        for at in np.flatnonzero(doubtful).tolist():
            raw = texts[ad[at]][folded.origin[left[at]] : folded.origin_end[right[at] - 1]]
            keep[at] = raw[:1].isupper() and not raw[1:].isupper()
    ad, left, right = ad[keep], left[keep], right[keep]
    return pl.DataFrame(
        {
            "ad": ad,
            "value": pl.Series(_texts(folded.chars, left, right), dtype=pl.String),
            "start": folded.origin[left],
            "end": folded.origin_end[right - 1],
        }
    )


def _texts(chars: NDArray[np.uint32], left: NDArray[np.int64], right: NDArray[np.int64]) -> list[str]:
    """The characters of each span."""
    return [
        chars[a:b].tobytes().decode("utf-32-le") for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_read("name_words.toml"))


def _set(key: str) -> frozenset[str]:
    return frozenset(_words()[key].split())


def _read(name: str) -> str:
    return (files("filrouge.ads") / "data" / name).read_text(encoding="utf-8")


@cache
def _all_given_names() -> frozenset[str]:
    return frozenset(_read("given_names.txt").split()) | _set("more")


def _called_like_cities() -> frozenset[str]:
    """Names of cities of the countries that the given names are from."""
    t = gazetteer_tables()
    near = np.array([code in _WHERE_THE_NAMES_ARE_FROM for code in t.countries])
    city = near[t.country] & (t.people >= _INHABITANTS_OF_A_CITY)
    phrase = np.repeat(np.arange(len(t.phrases)), np.diff(t.place_of))
    return frozenset(t.phrases[p] for p in np.unique(phrase[city[t.places]]).tolist())


@cache
def _name_tables() -> _NameTables:
    """What each word and phrase says about names."""
    from filrouge.ads import name_kernels as k

    words = _words()
    every = _all_given_names()
    groups: list[tuple[int, frozenset[str]]] = [
        (k.GIVEN, every),
        (k.UNMISTAKABLE, given_names() - _called_like_cities()),
        (k.ORDINARY, _set("ordinary")),
        (k.DESCRIBING, _set("describing")),
        (k.NOT_A_NAME, frozenset(words["words"]["not_names"].split())),
        (k.ANY_FOLLOWS, frozenset(words["cues"]["any"])),
        (k.ASKED_FOR_FOLLOWS, frozenset(words["cues"]["asked_for"])),
        (k.KNOWN_FOLLOWS, frozenset(words["cues"]["known"])),
        (k.WEAKLY_FOLLOWS, frozenset(words["cues"]["weak"])),
        (k.TITLE, frozenset(words["around"]["titles"])),
        (k.NOT_BEFORE_NAME, frozenset(words["around"]["before"])),
        (k.NOT_AFTER_NAME, frozenset(words["around"]["after"])),
    ]
    bits: dict[str, int] = {}
    for bit, phrases in groups:
        for phrase in phrases:
            bits[phrase] = bits.get(phrase, 0) | bit
    listed = sorted(bits)
    slots, number = hashed(listed)
    return _NameTables(slots, number, np.array([bits[phrase] for phrase in listed], np.uint16))
