"""Where money may be sent: cashtags and other handles, bank accounts and wallets, by their checksums."""

from __future__ import annotations

import re
from typing import Final

from filrouge.ads.identifiers.contacts import NO_NAME, Found
from filrouge.ads.identifiers.lexicon import CURRENCIES, WALLETS

_NAME = r"[a-z][a-z0-9_.-]{1,29}"
_AFTER_WALLET: Final = re.compile(
    rf"(?P<app>\s?-?app\b)?(?P<lead>[\s:=\u2022>(,/-]{{0,5}}"
    rf"(?:(?:is|tag|me|id|at|to|username|handle|name|a|est|es)\b[\s:=-]{{0,3}}){{0,2}})"
    rf"(?P<sign>[$@])?\s?(?P<name>{_NAME})"
)
_CASHTAG: Final = re.compile(r"\$([a-z][a-z0-9_-]{2,20})(?![a-z0-9$])")
_MONEY_NEAR: Final = re.compile(
    r"cash\s?app|cashtag|e-?transfer|deposit|payment|paiement|\bpay\b|payer|pago|venmo|zelle|acompte|\btag\b|anticipo"
)
_ETHEREUM: Final = re.compile(r"0x[0-9a-f]{40}")
_BASE58: Final = re.compile(r"[13][a-z1-9]{25,34}")
_IBAN: Final = re.compile(r"[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?(?![a-z0-9])")
_BECH32_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CHECKS: Final = (1, 0x2BC830A3)

IBAN_LENGTHS: Final[dict[str, int]] = {
    "ad": 24, "ae": 23, "al": 28, "at": 20, "az": 28, "ba": 20, "be": 16, "bg": 22, "bh": 22, "br": 29,
    "ch": 21, "cr": 22, "cy": 28, "cz": 24, "de": 22, "dk": 18, "do": 28, "ee": 20, "es": 24, "fi": 18,
    "fo": 18, "fr": 27, "gb": 22, "ge": 22, "gi": 23, "gl": 18, "gr": 27, "gt": 28, "hr": 21, "hu": 28,
    "ie": 22, "il": 23, "is": 26, "it": 27, "kw": 30, "kz": 20, "lb": 28, "li": 21, "lt": 20, "lu": 20,
    "lv": 21, "mc": 27, "md": 24, "me": 22, "mk": 19, "mt": 31, "nl": 18, "no": 15, "pk": 24, "pl": 28,
    "pt": 25, "qa": 29, "ro": 24, "rs": 22, "sa": 24, "se": 24, "si": 19, "sk": 24, "sm": 27, "tn": 24,
    "tr": 26, "ua": 29, "vg": 24, "xk": 20,
}  # fmt: skip
"""Length of an account number by country. Source: SWIFT IBAN registry."""


def handle_of_wallet(text: str, start: int, end: int) -> Found | None:
    """The handle after the name of a way to pay, or None."""
    word = text[start:end]
    found = _AFTER_WALLET.match(text, end)
    if found is None:
        return None
    sign, name = found.group("sign"), found.group("name").rstrip("._-")
    if word == "cash" and found.group("app") is None and sign != "$":
        return None
    if text[found.end("name") : found.end("name") + 1] == "@" or len(name) < 3:
        return None
    marked = re.search(r"[:=]|\b(?:tag|id|username|handle)\b", found.group("lead")) is not None
    shaped = re.search(r"[0-9_]", name) is not None
    if sign is None and (name in NO_NAME or name in CURRENCIES or not (marked or shaped)):
        return None
    begin = found.start("sign") if sign else found.start("name")
    return Found("payment", f"{WALLETS[word]}:{name}", begin, found.start("name") + len(name))


def cashtag(text: str, at: int) -> Found | None:
    """The cashtag that a dollar sign begins, or None where it stands for an s (`$pecial`) or for money."""
    found = _CASHTAG.match(text, at)
    if found is None or (at and (text[at - 1].isalnum() or text[at - 1] == "$")):
        return None
    name = found.group(1)
    if name in CURRENCIES or name in NO_NAME:
        return None
    near = text[max(0, at - 60) : at].rpartition("\0")[2]
    if re.search(r"[0-9_]", name) is None and _MONEY_NEAR.search(near) is None:
        return None
    return Found("payment", f"cashapp:{name}", at, found.end())


def account_in_code(text: str, start: int, end: int) -> Found | None:
    """The wallet or bank account that a long run of letters and digits is, or None.

    The checksum of a base58 Bitcoin address needs its capitals, which folded texts do not have: there the
    form alone decides.
    """
    code = text[start:end]
    if _ETHEREUM.fullmatch(code):
        return Found("payment", f"ethereum:{code}", start, end)
    if code.startswith("bc1") and is_bech32(code):
        return Found("payment", f"bitcoin:{code}", start, end)
    if code[:2] in IBAN_LENGTHS and is_iban(code):
        return Found("payment", f"iban:{code}", start, end)
    if _BASE58.fullmatch(code):
        digits = sum(c.isdigit() for c in code)
        if digits >= 3 and len(code) - digits >= 10 and len(set(code)) >= 12:
            return Found("payment", f"bitcoin:{code}", start, end)
    return None


def iban_in_groups(text: str, start: int) -> Found | None:
    """The bank account, written in groups of four, that begins at a place, or None."""
    if start and text[start - 1].isalnum():
        return None
    size = IBAN_LENGTHS.get(text[start : start + 2])
    if size is None:
        return None
    end = start
    code = ""
    while len(code) < size and end < len(text) and (text[end].isalnum() or text[end] in " -"):
        if text[end].isalnum():
            code += text[end]
        end += 1
    if len(code) != size or (end < len(text) and text[end].isalnum()) or not is_iban(code):
        return None
    return Found("payment", f"iban:{code}", start, end)


def is_iban(code: str) -> bool:
    """Whether a code without spaces, in small letters, has an IBAN's length and check digits (ISO 13616)."""
    if len(code) != IBAN_LENGTHS.get(code[:2]) or not code[2:4].isdigit():
        return False
    moved = code[4:] + code[:4]
    if re.fullmatch(r"[a-z0-9]+", moved) is None:
        return False
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def is_bech32(code: str) -> bool:
    """Whether a segwit address in small letters has a valid checksum (BIP 173, BIP 350)."""
    human, _, data = code.rpartition("1")
    if not human or not 6 <= len(data) <= 87 or any(c not in _BECH32_LETTERS for c in data):
        return False
    check = 1
    values = [ord(c) >> 5 for c in human] + [0] + [ord(c) & 31 for c in human]
    for value in [*values, *(_BECH32_LETTERS.index(c) for c in data)]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for k, generator in enumerate(_BECH32_GENERATOR):
            if top >> k & 1:
                check ^= generator
    return check in _BECH32_CHECKS
