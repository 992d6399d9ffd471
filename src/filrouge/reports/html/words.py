"""The report's words for kinds, amounts and reasons, in the language spoken now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from filrouge.i18n import _, decimals, ngettext, number

KINDS: Final = (
    "phone",
    "price",
    "name",
    "place",
    "age",
    "time",
    "url",
    "handle",
    "email",
    "payment",
    "free",
)
"""What a slot can hold; anything else is drawn as "free"."""


def kind_name(kind: str) -> str:
    """The word that stands beside a slot or an identifier of this kind."""
    return {
        "phone": _("phone"),
        "price": _("price"),
        "name": _("name"),
        "place": _("place"),
        "age": _("age"),
        "time": _("time"),
        "url": _("link"),
        "handle": _("account"),
        "email": _("e-mail"),
        "payment": _("payment"),
    }.get(kind, _("words"))


def tie_kind(kind: str) -> str:
    """The word for what a part of a tie's evidence rests on."""
    return {
        "text": _("text"),
        "near": _("near-identifier"),
        "image": _("image"),
        "style": _("writing style"),
        "movement": _("movement"),
        "against": _("against"),
        "once": _("counted once"),
    }.get(kind) or kind_name(kind)


def decimal(value: float) -> str:
    """One decimal below ten, none above: as exact as a person can use."""
    if abs(value) >= 9.95:
        return number(round(value))
    return decimals(value, 1)


def ads(count: int) -> str:
    """How many ads, in words."""
    return ngettext("{count} ad", "{count} ads", count).format(count=number(count))


def agencies(count: int) -> str:
    """How many agencies, in words."""
    return ngettext("{count} agency", "{count} agencies", count).format(count=number(count))


def places(count: int) -> str:
    """How many places, in words."""
    return ngettext("{count} place", "{count} places", count).format(count=number(count))


def signs(record: Mapping[str, Any]) -> list[str]:
    """Why a group counts as organised: what one advertiser alone would have only one of."""
    return [_sign(kind, count) for kind, count in record["signs"].items()]


def _sign(kind: str, count: int) -> str:
    said = {
        "phone": lambda: ngettext("{count} phone", "{count} phones", count),
        "email": lambda: ngettext("{count} e-mail address", "{count} e-mail addresses", count),
        "handle": lambda: ngettext(
            "{count} account at one service", "{count} accounts at one service", count
        ),
        "payment": lambda: ngettext("{count} account to pay to", "{count} accounts to pay to", count),
        "name": lambda: ngettext("{count} name", "{count} names", count),
        "agency": lambda: ngettext(
            "{count} agency, and no contact in the ads", "{count} agencies, and no contact in the ads", count
        ),
    }
    return said[kind]().format(count=number(count))


def span_of_dates(first: str | None, last: str | None) -> str:
    """From when to when, in ISO dates; "" if no date is known."""
    if not first or not last:
        return ""
    return first if first == last else _("{first} to {last}").format(first=first, last=last)


def summary(read: int, tied: int, templates: int, organised: int, of_agencies: int) -> list[str]:
    """What was found, in sentences that need no explanation.

    Args:
        read: ads read.
        tied: ads that follow a template.
        templates: templates found.
        organised: those whose group shows signs of organisation.
        of_agencies: agencies whose ads follow a template.
    """
    if not templates:
        return [_("{ads} were read, and no two of them follow one template.").format(ads=ads(read))]
    sentences = [
        ngettext(
            "{tied} of {ads} follow one template.",
            "{tied} of {ads} follow one of {count} templates.",
            templates,
        ).format(tied=number(tied), ads=ads(read), count=number(templates)),
    ]
    if of_agencies > 1:
        sentences.append(
            _("They were published by {agencies}.").format(agencies=agencies(of_agencies)),
        )
    sentences.append(
        ngettext(
            "{count} group of ads shows signs of organisation: "
            "more than one contact or name, or several agencies and no contact at all.",
            "{count} groups of ads show signs of organisation: "
            "more than one contact or name, or several agencies and no contact at all.",
            organised,
        ).format(count=number(organised))
        if organised
        else _("No group of ads shows signs of organisation.")
    )
    others = templates - organised
    if others:
        sentences.append(
            ngettext(
                "{count} more is one advertiser's own repeated ad and is only counted.",
                "{count} more are each one advertiser's own repeated ads and are only counted.",
                others,
            ).format(count=number(others))
        )
    return sentences
