"""The words of the report's pages about networks, in the language spoken now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, isnan
from typing import Any, Final

from filrouge.i18n import _, ngettext, number
from filrouge.reports.html.words import ads, decimal

LONGEST: Final = 60
"""Characters of a value within a sentence."""


def strength_name(part: str) -> str:
    """What a part of the strength counts."""
    return {
        "phone": _("phones"),
        "email": _("e-mail addresses"),
        "handle": _("accounts"),
        "payment": _("accounts to pay to"),
        "name": _("names"),
        "agency": _("agencies, and no contact in the ads"),
        "agencies": _("agencies"),
        "places": _("places"),
    }.get(part, part)


def alone(reasons: Sequence[str]) -> list[str]:
    """What speaks for one person who works alone, in words."""
    said = {
        "phone": _("only one phone"),
        "email": _("only one e-mail address"),
        "handle": _("only one account"),
        "payment": _("only one account to pay to"),
        "names": _("only one name"),
        "agencies": _("only one agency"),
        "places": _("only one place"),
    }
    return [said[reason] for reason in reasons if reason in said]


def relation(name: str) -> str:
    """How a template came from another."""
    return {
        "same hand": _("same hand"),
        "imitation": _("imitated or bought: the text alone cannot tell"),
        "agency form": _("a form of the agency"),
        "unknown": _("the ads do not tell whose hand"),
    }.get(name, _("written on its own"))


def cut(value: str) -> str:
    """A value that is no longer than a line."""
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def voices(count: int) -> str:
    """How many voices, in words."""
    return ngettext("{count} voice", "{count} voices", count).format(count=number(count))


def weakest(held: Mapping[str, Any]) -> str:
    """Where a network would break first; "" if nothing can split it."""
    if held["fewest_bits"] is None:
        return ""
    count = len(held["fewest"])
    return ngettext(
        "It breaks most easily at {count} tie of {bits} bits.",
        "It breaks most easily at {count} ties of {bits} bits together.",
        count,
    ).format(count=number(count), bits=decimal(held["fewest_bits"]))


def left(parts: int, single: int) -> str:
    """What is left of a network without some of its ties.

    Args:
        parts: of two voices and more.
        single: voices that are in none of them.
    """
    if parts == 1 and not single:
        return _("still one")
    if not parts:
        return _("nothing holds")
    pieces = ngettext("{count} part", "{count} parts", parts).format(count=number(parts))
    if not single:
        return pieces
    others = ngettext("{count} voice alone", "{count} voices alone", single).format(count=number(single))
    return _("{parts} and {voices}").format(parts=pieces, voices=others)


def without_kind(kind: str) -> str:
    """Which kind of tie is left out."""
    return {
        "text": _("without text"),
        "phone": _("without phones"),
        "email": _("without e-mail addresses"),
        "handle": _("without accounts"),
        "payment": _("without accounts to pay to"),
        "url": _("without links"),
        "near": _("without nearly equal phones and accounts"),
        "image": _("without images"),
        "style": _("without writing style"),
        "movement": _("without movement"),
    }.get(kind, _("without {kind}").format(kind=kind))


def without_value(identifier: str) -> str:
    """Which identifier is left out; a phone by its end, as one speaks of it."""
    kind, _colon, value = identifier.partition(":")
    if kind == "phone":
        digits, space, turn = value.partition(" ")
        return _("without the number ending in {digits}").format(digits=digits[-4:] + space + turn)
    return _("without {kind}").format(kind=cut(value))


def holds_together(held: Mapping[str, Any]) -> list[str]:
    """What remains of a network without each kind of tie, and without each identifier that matters."""
    said = []
    harmless = 0
    for one in held["without"]:
        if one["identifier"] is not None and one["still_one"]:
            harmless += 1
            continue
        what = without_kind(one["kind"]) if one["identifier"] is None else without_value(one["identifier"])
        said.append(_("{without}: {left}").format(without=what, left=left(one["parts"], one["alone"])))
    if harmless:
        said.append(
            ngettext(
                "without {count} identifier that it can do without: still one",
                "without any one of {count} identifiers: still one",
                harmless,
            ).format(count=number(harmless))
        )
    return said


def lift(value: float | None, low: float | None) -> str:
    """How many times as common as elsewhere.

    Args:
        value: may be infinite: seen nowhere else.
        low: what it is at least.
    """
    if value is None or isnan(value):
        return _("not known")
    if isfinite(value):
        return _("{count} times as common").format(count=decimal(value))
    if low is None or not isfinite(low) or low <= 0:
        return _("seen only here")
    return _("seen only here, at least {count} times as common").format(count=decimal(low))


def summary(shown: int, others: int) -> list[str]:
    """How many networks are shown, and how many are only counted."""
    sentences = [
        ngettext(
            "{count} network shows signs of organisation.",
            "{count} networks show signs of organisation.",
            shown,
        ).format(count=number(shown))
        if shown
        else _("No network shows signs of organisation.")
    ]
    if others:
        sentences.append(
            ngettext(
                "{count} more group of voices shows none: independent or unknown, and only counted.",
                "{count} more groups of voices show none: independent or unknown, and only counted.",
                others,
            ).format(count=number(others))
        )
    return sentences


def graph_said(nodes: int, links: int, count: int) -> str:
    """A graph in words, for those who do not see it."""
    return _("{nodes} nodes and {links} ties; the network has {ads}.").format(
        nodes=number(nodes), links=number(links), ads=ads(count)
    )
