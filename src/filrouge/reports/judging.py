"""Labels in words: what is judged, how sure, what the opinions come to, and why a lead is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filrouge.casework.verdicts import NEEDS_TWO, Said, Verdict
from filrouge.guide.indicators import load_indicators
from filrouge.i18n import _, decimals, language, ngettext, number
from filrouge.reports.html.words import sign_words

if TYPE_CHECKING:
    from filrouge.engines.case_sheets import Reason


def kind_words(kind: str) -> str:
    """What is judged."""
    return {
        "organised": _("organised exploitation"),
        "spam": _("spam"),
        "scam": _("scam"),
        "advertising": _("advertising service"),
        "independent": _("independent"),
        "unsure": _("unsure"),
    }[kind]


def kind_hint(kind: str) -> str:
    """What is meant by it, in a sentence."""
    return {
        "organised": _("Others run the ads of several people, and profit from them."),
        "spam": _("Ads put up in masses to be found, with nothing behind them."),
        "scam": _("Ads that take money for what is never given."),
        "advertising": _("A service that writes or posts ads for advertisers who are their own masters."),
        "independent": _("People who work for themselves, alone or together."),
    }[kind]


def step_words(step: int) -> str:
    """How sure somebody is."""
    return {
        1: _("certainly not"),
        2: _("probably not"),
        3: _("as likely as not"),
        4: _("probably"),
        5: _("certainly"),
    }[step]


def verdict_words(kind: str, verdict: Verdict) -> str:
    """What the opinions on a kind come to, in a few words."""
    said = {
        Verdict.NONE: _("{kind}: not judged"),
        Verdict.NO: _("{kind}: no"),
        Verdict.WAITING: _("{kind}? Second opinion awaited"),
        Verdict.DIFFER: _("{kind}? Opinions differ"),
        Verdict.HOLDS: _("{kind}, agreed") if kind in NEEDS_TWO else "{kind}",
        Verdict.RULED_NO: _("{kind}: settled, no"),
    }[verdict]
    words = said.format(kind=kind_words(kind))
    return words[:1].upper() + words[1:]


def verdict_tone(kind: str, verdict: Verdict) -> str:
    """The tone of a chip that says it."""
    if verdict is Verdict.HOLDS:
        return "thread" if kind == "organised" else "info"
    return "warn" if verdict in (Verdict.WAITING, Verdict.DIFFER) else ""


def said_words(said: Said) -> list[str]:
    """What one opinion says, a phrase for each kind."""
    if said.unsure:
        return [_("unsure")]
    return [
        _("{kind}: {step}").format(kind=kind_words(kind), step=step_words(step))
        for kind, step in said.steps.items()
    ]


def turn_words(said: Said) -> str:
    """How an opinion came about."""
    return {
        "first": _("first opinion"),
        "blind": _("second opinion, given blind"),
        "ruling": _("settled by a supervisor"),
        "open": _("opinion given after others' were seen"),
        "undo": _("taken back"),
    }[said.turn]


def name_of(of: str, id_: int) -> str:
    """N12 or C345."""
    return f"{'N' if of == 'network' else 'C'}{id_}"


def reason_words(reason: Reason) -> str:
    """Why a lead is here, a phrase."""
    if reason.kind == "sign":
        return sign_words(reason.code, reason.count)
    if reason.kind == "size":
        if reason.code == "places":
            return ngettext("{count} place", "{count} places", reason.count).format(count=number(reason.count))
        return ngettext("{count} agency", "{count} agencies", reason.count).format(count=number(reason.count))
    name = indicator_name(reason.code)
    return _("{indicator} ({count} of {ads} ads)").format(
        indicator=name, count=number(reason.count), ads=number(reason.ads)
    )


def reason_note(reason: Reason) -> str:
    """How unusual an indicator is, a sentence; "" where there is nothing to say."""
    if reason.kind != "indicator":
        return ""
    if reason.tells_nothing:
        return _("As usual among ads in no network: it tells nothing.")
    if reason.lift is None:
        return _("None of the ads in no network shows it.")
    return _("{times} times more usual than among ads in no network.").format(times=decimals(reason.lift, 1))


def indicator_name(id_: str) -> str:
    """The name of an indicator of the guide, in the language spoken."""
    return _names(language()).get(id_, id_)


def _names(lang: str) -> dict[str, str]:
    if lang not in _NAMES:
        _NAMES[lang] = {one.id: one.name.of(lang) for one in load_indicators()}
    return _NAMES[lang]


_NAMES: dict[str, dict[str, str]] = {}
