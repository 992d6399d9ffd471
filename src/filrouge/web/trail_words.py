"""Entries of the trail in words: what was done to what, and the details, for whoever reads the page.

The trail itself keeps codes, which no language and no later wording changes; what has no words here is shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from filrouge.casework import jobs
from filrouge.casework.access import Permission
from filrouge.casework.meetings import Level
from filrouge.casework.notices import trouble_in_words
from filrouge.i18n import _, number
from filrouge.reports.judging import name_of
from filrouge.reports.trail import action_in_words
from filrouge.web.here import role_name
from filrouge.web.render import shown_day
from filrouge.web.rooms.meetings import level_in_words
from filrouge.web.rooms.tokens import scope_name
from filrouge.web.rooms.watches import kind_in_words


@dataclass(frozen=True)
class Known:
    """Whose names the reader may see.

    Attributes:
        people: names by login.
        accounts: names by the number of the account.
        cases: titles by number.
    """

    people: Mapping[str, str]
    accounts: Mapping[int, str]
    cases: Mapping[int, str]


def subject_in_words(subject: str, known: Known) -> str:
    """To what it was done: "network:12" is N12, "user:3" a name."""
    kind, _colon, which = subject.partition(":")
    if kind in ("network", "cluster") and which.isdecimal():
        return name_of(kind, int(which))
    if kind == "user" and which.isdecimal() and int(which) in known.accounts:
        return known.accounts[int(which)]
    if kind == "case" and which.isdecimal() and int(which) in known.cases:
        return known.cases[int(which)]
    said = {
        "ad": _("ad {which}"),
        "ads": _("ads {which}"),
        "case": _("case {which}"),
        "file": _("file {which}"),
        "job": _("background work {which}"),
        "lesson": _("table of judged pairs {which}"),
        "notice": _("notice {which}"),
        "package": _("package {which}"),
        "snapshot": _("snapshot {which}"),
        "survivor": _("request {which}"),
        "task": _("second opinion {which}"),
        "tip": _("tip {which}"),
        "token": _("token {which}"),
        "user": _("account {which}"),
        "watch": _("watch {which}"),
        "wrong_join": _("wrong join {which}"),
    }.get(kind)
    return said.format(which=which.replace(",", ", ")) if said and which else subject


def details_in_words(action: str, details: Mapping[str, Any], known: Known) -> list[tuple[str, str]]:
    """What else an entry says: the name of each detail, and what it is."""
    return [(_name(action, key), _value(action, key, value, known)) for key, value in details.items()]


def names(action: str) -> dict[str, str]:
    """The names of the details that entries of an action can have."""
    of_action = {
        "survivor.confirmed": {"own": _("their own"), "not": _("not theirs"), "unsure": _("not sure")},
        "ads.forgotten": {"packages": _("files of packages")},
        "case.searched": {"ads": _("texts looked for")},
        "watch.made": {"of": _("number")},
        "audit.exported": {"of": _("case")},
    }.get(action, {})
    return {
        "action": _("what was done"),
        "ads": _("ads"),
        "after": _("after"),
        "alerts": _("alerts"),
        "as_of": _("as of"),
        "asker": _("who asks"),
        "authority": _("authority"),
        "before": _("before"),
        "broken": _("entries that are not as written"),
        "by": _("by way of"),
        "bytes": _("bytes"),
        "cases": _("cases"),
        "characters": _("characters"),
        "consent_form": _("how the person agreed"),
        "consent_on": _("the person agreed on"),
        "count": _("alerts"),
        "day": _("day"),
        "days": _("days"),
        "entries": _("entries"),
        "fault": _("number of the fault"),
        "filters": _("only"),
        "found": _("found"),
        "head": _("head of the trail"),
        "held": _("something is held"),
        "host": _("host"),
        "in_the_clear": _("ads shown in the clear"),
        "keep_until": _("ads are kept until"),
        "kind": _("kind"),
        "left": _("recovery codes left"),
        "level": _("may know"),
        "members": _("members"),
        "one": _("first number"),
        "opinion": _("opinion"),
        "opinions": _("opinions"),
        "other": _("second number"),
        "outcome": _("outcome"),
        "own": _("their own ads"),
        "pairs": _("pairs"),
        "proof": _("proof of what was looked for"),
        "proofs": _("proofs of what was looked for"),
        "purpose": _("purpose"),
        "reason": _("reason"),
        "recipient": _("recipient"),
        "role": _("role"),
        "rows": _("rows"),
        "scopes": _("may be used to"),
        "seq": _("snapshot of the ledger"),
        "sha256": _("SHA-256"),
        "signed_by": _("signed with the key"),
        "since": _("from"),
        "snapshot": _("snapshot"),
        "text": _("texts and identifiers"),
        "through": _("destruction in snapshot"),
        "title": _("title"),
        "token": _("token"),
        "trouble": _("trouble"),
        "undo": _("entry that takes it back"),
        "until": _("until"),
        "waiting": _("waits to be admitted"),
        "watches": _("watches"),
        "ways": _("looked for"),
        "what": _("what"),
        "who": _("account"),
        "wrong_joins": _("wrong joins"),
        **of_action,
    }


def _name(action: str, key: str) -> str:
    return names(action).get(key, key)


def _value(action: str, key: str, value: object, known: Known) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_value(action, key, one, known) for one in value)
    if isinstance(value, dict):
        parts = ((_name(action, name), _value(action, name, one, known)) for name, one in value.items())
        return "; ".join(_("{name}: {said}").format(name=name, said=said) for name, said in parts)
    if key == "cases" and isinstance(value, int):
        return known.cases.get(value, str(value))
    if isinstance(value, int):
        return number(value)
    if key == "members":
        return known.people.get(str(value), str(value))
    return _code(action, key, str(value)) or str(value)


def _code(action: str, key: str, code: str) -> str:
    """What a code says; "" where that is not known."""
    room = action.partition(".")[0]
    in_words = SAID_BY.get((room, key)) or SAID_BY.get(("", key))
    try:
        return in_words(code) if in_words else _codes(room, key).get(code, "")
    except (KeyError, ValueError):
        return ""


def _codes(room: str, key: str) -> dict[str, str]:
    return {
        ("signin", "reason"): {
            "unknown": _("nobody has an account of that name"),
            "locked": _("a pause after wrong passwords"),
            "expired": _("the one-time password was too old"),
            "password": _("wrong password"),
            "code": _("wrong code"),
        },
        ("file", "reason"): {"waited too long": _("it waited too long")},
        ("survivor", "kind"): {
            "text": _("a text of their own"),
            "identifier": _("a number, address or account of their own"),
        },
        ("survivor", "outcome"): {"done": _("closed"), "stopped": _("stopped by the person")},
        ("survivor", "asker"): {
            "person": _("The person"),
            "lawyer": _("Their lawyer"),
            "advocate": _("Somebody else whom they chose, such as an advocate"),
        },
        ("survivor", "consent_form"): {
            "written": _("In writing"),
            "spoken": _("They said so"),
            "lawyer": _("In writing, through their lawyer"),
        },
        ("case", "ways"): {"text": _("Near text"), "identifier": _("An identifier"), "words": _("Words")},
        ("notice", "kind"): {"mail": _("by e-mail"), "hook": _("to another program")},
        ("wrong_join", "what"): {
            "ad": _("an ad out of a cluster"),
            "cluster": _("a cluster out of a network"),
            "pair": _("two clusters"),
            "ads": _("two ads"),
            "network": _("the parts of a network"),
        },
        ("package", "text"): {"open": _("in the clear"), "masked": _("masked")},
    }.get((room, key), {"api": _("a script")} if key == "by" else {})


def _day(code: str) -> str:
    return _("today") if code == "today" else shown_day(date.fromisoformat(code))


def _job(code: str) -> str:
    return jobs.KINDS[code].title()


SAID_BY: Final[dict[tuple[str, str], Callable[[str], str]]] = {
    ("user", "role"): role_name,
    ("user", "before"): role_name,
    ("user", "after"): role_name,
    ("case", "before"): _day,
    ("case", "after"): _day,
    ("watch", "kind"): kind_in_words,
    ("job", "kind"): _job,
    ("audit", "action"): action_in_words,
    ("", "scopes"): lambda code: scope_name(Permission(code)),
    ("", "level"): lambda code: level_in_words(Level(code)),
    ("", "trouble"): trouble_in_words,
    ("", "as_of"): _day,
    ("", "day"): _day,
    ("", "keep_until"): _day,
    ("", "consent_on"): _day,
    ("", "since"): _day,
    ("", "until"): _day,
}
"""By the first part of an action ("" for any) and the detail: what says its codes in words."""
