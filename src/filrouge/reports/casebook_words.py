"""What a casebook says in codes and numbers, in words: why a lead is here."""

from __future__ import annotations

from functools import cache
from math import isfinite
from typing import TYPE_CHECKING

from filrouge import i18n
from filrouge.guide import load_indicators
from filrouge.i18n import _, ngettext, number
from filrouge.reports.html.words import agencies, decimal, places, signs

if TYPE_CHECKING:
    from filrouge.engines.casebook import Reason
    from filrouge.guide.indicators import Indicator


def reason_in_words(reason: Reason) -> str:
    """Why a lead is here: "3 phones", "6 agencies", "ask for one name · 12 ads, 4 times as common as elsewhere"."""
    if reason.kind == "sign":
        return signs({"signs": {reason.code: reason.count}})[0]
    if reason.kind == "size":
        return agencies(reason.count) if reason.code == "agencies" else places(reason.count)
    name = indicator_name(reason.code)
    seen = ngettext("in {count} ad", "in {count} ads", reason.count).format(count=number(reason.count))
    if reason.tells_nothing:
        usual = _("as usual among those in no network: it tells nothing here")
    elif reason.lift is None or not isfinite(reason.lift):
        usual = _("seen in none of those in no network")
    else:
        usual = _("{times} times as common as among those in no network").format(times=decimal(reason.lift))
    return _("{indicator} ({seen}; {usual})").format(indicator=name, seen=seen, usual=usual)


def indicator_name(code: str) -> str:
    """What an indicator is called; its id if the guide no longer has it."""
    found = _indicators().get(code)
    return found.name.of(i18n.language()) if found else code


def indicator(code: str) -> Indicator | None:
    """An indicator of the guide, with its source and its weakness."""
    return _indicators().get(code)


@cache
def _indicators() -> dict[str, Indicator]:
    return {one.id: one for one in load_indicators()}
