"""The words that announce an identifier, and the trie by which a kernel finds them in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.identifiers.number_words import FILLERS, WORD_DIGITS


class Cue(IntEnum):
    """What a place in the text announces. Signs come first; a word's cue depends on the tables below."""

    AT_SIGN = 1
    CURRENCY_SIGN = 2
    DOT = 3
    COLON_DIGITS = 4
    ALL_HOURS = 5
    SCHEME = 6
    LONG_CODE = 7
    IBAN_HEAD = 8
    AT_WORD = 16
    DOT_WORD = 17
    SERVICE = 18
    WALLET = 19
    UNIT = 20
    RATE = 21
    AGE_AFTER = 22
    AGE_BEFORE = 23
    TIME = 24
    TRANSFER = 25
    WWW = 26


NEEDS_DIGIT_BEFORE: Final = 64
NEEDS_DIGIT_AFTER: Final = 128
KIND_MASK: Final = 63

SERVICES: Final[dict[str, str]] = {
    "telegram": "telegram", "telegramm": "telegram", "tg": "telegram", "tele": "telegram",
    "whatsapp": "whatsapp", "whatsap": "whatsapp", "whats": "whatsapp", "wa": "whatsapp",
    "instagram": "instagram", "insta": "instagram", "ig": "instagram",
    "snapchat": "snapchat", "snap": "snapchat", "sc": "snapchat",
    "signal": "signal", "wechat": "wechat", "weixin": "wechat", "line": "line", "kik": "kik",
    "twitter": "twitter", "facebook": "facebook", "fb": "facebook", "messenger": "facebook",
    "skype": "skype", "viber": "viber", "discord": "discord", "threema": "threema", "wickr": "wickr",
    "tiktok": "tiktok", "imessage": "imessage", "session": "session", "qq": "qq", "zangi": "zangi",
}  # fmt: skip
"""Names of messengers and sites of profiles, and the name under which a handle is filed."""

WALLETS: Final[dict[str, str]] = {
    "cashapp": "cashapp", "cash": "cashapp", "venmo": "venmo", "paypal": "paypal", "revolut": "revolut",
    "wise": "wise", "chime": "chime",
}  # fmt: skip
"""Ways to pay that have handles."""

TRANSFERS: Final[dict[str, str]] = {
    "interac": "interac", "etransfer": "interac", "etransfert": "interac", "emt": "interac",
    "transfer": "interac", "transfert": "interac", "virement": "interac", "zelle": "zelle",
    "bizum": "bizum", "lydia": "lydia",
}  # fmt: skip
"""Ways to pay to an e-mail address or a phone."""

CURRENCIES: Final[dict[str, str]] = {
    "cad": "CAD", "usd": "USD", "eur": "EUR", "euro": "EUR", "euros": "EUR", "gbp": "GBP", "mxn": "MXN",
    "aud": "AUD", "nzd": "NZD", "chf": "CHF", "pounds": "GBP", "quid": "GBP", "livres": "GBP",
    "dollar": "$", "dollars": "$", "dolares": "$", "bucks": "$", "piastres": "$", "pesos": "MXN",
    "roses": "", "rose": "", "kisses": "", "diamonds": "", "donation": "", "donations": "", "rosas": "",
    "flowers": "", "hugs": "",
}  # fmt: skip
"""Words after an amount; `$` is the dollar of the ad's country, the empty string no currency."""

RATES: Final = "hr hrs hour hours heure heures hora horas hh session visit visita night nuit noche day jour"
AGE_AFTER: Final = "yr yrs year years yo yos ans anos y yrd old"
AGE_BEFORE: Final = "age aged edad agee"
TIMES: Final = "am pm h a p"


def _entries() -> list[tuple[str, int]]:
    """Each word with its cue and what must stand beside it; a word may have one cue only, the first wins."""
    before = NEEDS_DIGIT_BEFORE
    return [
        *((word, Cue.SERVICE.value) for word in SERVICES),
        *((word, Cue.WALLET.value) for word in WALLETS),
        *((word, Cue.TRANSFER.value) for word in TRANSFERS),
        *((word, Cue.UNIT | before) for word in CURRENCIES),
        *((word, Cue.AGE_AFTER | before) for word in AGE_AFTER.split()),
        *((word, Cue.TIME | before) for word in TIMES.split()),
        *((word, Cue.RATE | before) for word in [*RATES.split(), "per", "par", "por", "each"]),
        *((word, Cue.AGE_BEFORE | NEEDS_DIGIT_AFTER) for word in AGE_BEFORE.split()),
        *((word, Cue.AT_WORD.value) for word in ("at", "arobase", "arobas", "arroba")),
        *((word, Cue.DOT_WORD.value) for word in ("dot", "point", "punto")),
        ("http", Cue.SCHEME.value),
        ("https", Cue.SCHEME.value),
        ("www", Cue.WWW.value),
    ]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A trie over the letters a to z; node 0 is the root, and 0 as a next node means that there is none.

    Attributes:
        next: shape (nodes, 26).
        digits: how many digits the number word that ends at a node stands for, else 0, shape (nodes,).
        cue: the cue, with what it needs beside it, of the word that ends at a node, else 0, shape (nodes,).
        filler: whether the word may stand between the digits of a phone, shape (nodes,).
    """

    next: NDArray[np.int16]
    digits: NDArray[np.uint8]
    cue: NDArray[np.uint8]
    filler: NDArray[np.bool_]


@cache
def lexicon() -> Lexicon:
    """The trie of all words that the tables list."""
    nodes: list[dict[str, int]] = [{}]
    digits: dict[int, int] = {}
    cue: dict[int, int] = {}
    filler: set[int] = set()

    def node(word: str) -> int:
        at = 0
        for letter in word:
            if letter not in nodes[at]:
                nodes.append({})
                nodes[at][letter] = len(nodes) - 1
            at = nodes[at][letter]
        return at

    for word, count in WORD_DIGITS.items():
        digits[node(word)] = count
    for word, code in _entries():
        cue.setdefault(node(word), code)
    for word in FILLERS:
        filler.add(node(word))
    table = np.zeros((len(nodes), 26), np.int16)
    for at, children in enumerate(nodes):
        for letter, child in children.items():
            table[at, ord(letter) - ord("a")] = child
    everywhere = range(len(nodes))
    return Lexicon(
        table,
        np.array([digits.get(at, 0) for at in everywhere], np.uint8),
        np.array([cue.get(at, 0) for at in everywhere], np.uint8),
        np.array([at in filler for at in everywhere], np.bool_),
    )
