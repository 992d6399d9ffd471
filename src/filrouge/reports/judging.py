"""Labels in words: what is judged, how sure, and what the opinions come to."""

from __future__ import annotations

from filrouge.casework.verdicts import NEEDS_TWO, Said, Verdict
from filrouge.i18n import _


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
