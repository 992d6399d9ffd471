"""E-mail addresses, sites and messengers of advertisers who do not exist, and how they write them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from filrouge.ads.synthetic.dice import Dice

# Reserved by RFC 2606: nobody can own them.
DOMAINS = ("example.com", "example.org", "example.net")
_AT_AND_DOT = {"en": ("at", "dot"), "fr": ("arobase", "point"), "es": ("arroba", "punto")}
_SERVICES = {
    "telegram": ("Telegram @{}", "telegram: @{}", "t.me/{}"),
    "instagram": ("Instagram @{}", "IG: @{}", "instagram.com/{}"),
    "snapchat": ("Snapchat: {}", "snap: {}"),
}


def plain(name: str) -> str:
    """`name` in small letters without accents, as accounts are called."""
    apart = unicodedata.normalize("NFD", name.lower())
    return "".join(letter for letter in apart if "a" <= letter <= "z")


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach an advertiser: `kind` is phone, email, url or handle, `value` the canonical form."""

    kind: str
    value: str


def make_contact(kind: str, name: str, number: int, dice: Dice) -> Contact:
    """An address, site or account of somebody called `name`; another `number`, another account."""
    account = f"{plain(name)}{number}"
    if kind == "email":
        return Contact(kind, f"{account}@{dice.pick(DOMAINS)}")
    if kind == "url":
        return Contact(kind, f"{dice.pick(DOMAINS)}/{account}")
    # "example" in front: an account of that name should be nobody's.
    return Contact("handle", f"{dice.pick(tuple(_SERVICES))}:example_{account}")


def write_contact(contact: Contact, language: str, disguise: float, dice: Dice) -> str:
    """One way of writing an e-mail address, a site or an account."""
    value = contact.value
    if contact.kind == "email":
        return _email(value, language, disguise, dice)
    if contact.kind == "url":
        return dice.pick((value, f"www.{value}", f"https://{value}", f"http://www.{value}/"))
    service, account = value.split(":")
    return dice.pick(_SERVICES[service]).format(account)


def _email(address: str, language: str, disguise: float, dice: Dice) -> str:
    if not dice.chance(disguise):
        return address if dice.chance(0.8) else address.upper()
    account, domain = address.split("@")
    site, ending = domain.split(".")
    at, dot = _AT_AND_DOT[language]
    return dice.pick(
        (
            f"{account} {at} {site} {dot} {ending}",
            f"{account} [{at}] {site} [{dot}] {ending}",
            f"{account}({at}){site}.{ending}",
            f"{account} @ {site} . {ending}",
        )
    )
