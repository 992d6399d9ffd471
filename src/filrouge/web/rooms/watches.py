"""The room of watches: what is watched, which new ads matched, and who is told of it outside."""

from __future__ import annotations

from typing import Annotated, Any, Final

import polars as pl
from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from filrouge.casework import notices, watches
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.models import Notice, Watch, WatchAlert
from filrouge.i18n import _, ngettext, number
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.posted import Posted
from filrouge.web.render import environment
from filrouge.web.rooms.cases import back
from filrouge.web.watched import in_templates, wanted

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]
Judge = Annotated[Here, allowed(Permission.JUDGE)]
Leader = Annotated[Here, allowed(Permission.LEAD)]
ADS_SHOWN: Final = 200

environment().globals.update(in_templates())


@router.get("/cases/{case_id}/watches")
def room(here: Reader) -> Response:
    """The watches of the case and their alerts, the newest first."""
    return _room(here)


@router.post("/cases/{case_id}/watches")
def make(here: Judge, form: Posted) -> Response:
    """Watch something."""
    here.must_be_today()
    kind, rest = wanted(here, form)
    ws = here.house.desk.view()
    with here.writing() as db:
        watch = watches.make(db, here.user, here.the_case, ws, kind, **rest)
    undo = (f"{_base(here)}/{watch.id}/delete", _("Undo"))
    return here.go(
        back(here, str(form.get("next", "")) or _base(here)),
        _("It is watched: new ads that match raise an alert in the room Watches."),
        undo=undo,
    )


@router.post("/cases/{case_id}/watches/seen")
def see_all(here: Reader) -> Response:
    """Mark all alerts as seen by this person."""
    with here.writing() as db:
        watches.see(db, here.user, here.the_case)
    return here.go(_base(here))


@router.get("/cases/{case_id}/watches/alerts/{alert}")
def one_alert(here: Reader, alert: int) -> Response:
    """The ads of an alert; who opens it has seen it."""
    with here.reading() as db:
        found = watches.alert_of(db, here.the_case, alert)
        if found is None:
            raise HTTPException(404)
        fresh = found.id not in watches.seen_by(db, here.user, [found])
    if fresh:
        with here.writing() as db:
            watches.see(db, here.user, here.the_case, found.id)
    ads = here.casebook.ads.filter(pl.col("ad").is_in(found.ads)).sort(
        "posted", "ad", descending=True, nulls_last=True
    )
    return here.page(
        "watch/alert.html",
        alert=_alert_view(here, found, frozenset({found.id})),
        ads=list(ads.head(ADS_SHOWN).iter_rows(named=True)),
        there=ads.height,
        gone=len(found.ads) - ads.height,
        base=f"/cases/{here.the_case.id}",
        room=_base(here),
    )


@router.post("/cases/{case_id}/watches/{watch}/name")
def name(here: Judge, watch: int, form: Posted) -> Response:
    """Give a watch a name."""
    here.must_be_today()
    ws = here.house.desk.view()
    with here.writing() as db:
        watches.rename(db, here.user, here.the_case, ws, _in(db, here, watch), str(form.get("name", "")))
    return here.go(_base(here), _("The name is kept."))


@router.post("/cases/{case_id}/watches/{watch}/mute")
def mute(here: Reader, watch: int, form: Posted) -> Response:
    """Let a watch be silent for this person, or not."""
    muted = str(form.get("muted", "1")) == "1"
    with here.writing() as db:
        watches.mute(db, here.user, _in(db, here, watch), muted=muted)
    said = (
        _("Its alerts are listed, but you are not told of them.")
        if muted
        else _("You are told of its alerts again.")
    )
    return here.go(_base(here), said)


@router.post("/cases/{case_id}/watches/{watch}/delete")
def delete(here: Judge, watch: int) -> Response:
    """Delete a watch."""
    here.must_be_today()
    with here.writing() as db:
        watches.put_away(db, here.user, here.the_case, _in(db, here, watch))
    undo = (f"{_base(here)}/{watch}/restore", _("Undo"))
    return here.go(_base(here), _("The watch is deleted, with its alerts."), undo=undo)


@router.post("/cases/{case_id}/watches/{watch}/restore")
def restore(here: Judge, watch: int) -> Response:
    """Have a watch again that was deleted."""
    here.must_be_today()
    with here.writing() as db:
        watches.put_back(db, here.user, here.the_case, _in(db, here, watch))
    return here.go(_base(here), _("The watch is there again."))


# -- telling outside ----------------------------------------------------------------------------------------------


@router.post("/cases/{case_id}/watches/mail")
def wish_mail(here: Reader, form: Posted) -> Response:
    """Be told by e-mail, or not."""
    wish = str(form.get("wanted", "")) == "1"
    with here.writing() as db:
        notices.wish_mail(db, here.user, here.the_case, wanted=wish)
    said = _("You are told of new alerts by e-mail.") if wish else _("You are told of alerts here alone.")
    return here.go(_base(here), said)


@router.post("/cases/{case_id}/watches/hook")
def set_hook(here: Leader, form: Posted) -> Response:
    """Have another program told of alerts, or no more."""
    here.must_be_today()
    outside = notices.outside_of(here.house.settings.options)
    url = str(form.get("url", ""))
    try:
        with here.writing() as db:
            hook = notices.set_hook(db, here.user, here.the_case, outside, url)
    except Refused as wrong:
        return _room(here, wrong=str(wrong), url=url)
    if hook is None:
        return here.go(_base(here), _("No other program is told."))
    # Shown once, on this page, and sent to no address.
    return _room(here, key=notices.key_of(here.house.settings.workspace, hook))


@router.post("/cases/{case_id}/watches/notices/{notice}/again")
def try_again(here: Judge, notice: int) -> Response:
    """Send a notice again."""
    with here.writing() as db:
        notices.try_again(db, here.user, here.the_case, notice)
    return here.go(_base(here), _("It is tried again at once."))


# -- as pages show it ---------------------------------------------------------------------------------------------


def _room(here: Here, *, wrong: str = "", key: str = "", url: str = "") -> Response:
    outside = notices.outside_of(here.house.settings.options)
    with here.reading() as db:
        rows = watches.of_case(db, here.the_case)
        raised = watches.alerts(db, here.the_case)
        seen = watches.seen_by(db, here.user, raised)
        muted = watches.muted_by(db, here.user)
        wish = notices.is_mailed(db, here.user, here.the_case)
        hook = notices.hook_of(db, here.the_case)
        told = notices.of_case(db, here.the_case)
    counts = {row.id: sum(alert.watch_id == row.id for alert in raised) for row in rows}
    return here.page(
        "watch/room.html",
        400 if wrong else 200,
        base=f"/cases/{here.the_case.id}",
        watches=[_watch_view(here, row, row.id in muted, counts[row.id]) for row in rows],
        alerts=[_alert_view(here, alert, seen, alert.watch_id in muted) for alert in raised],
        fresh=sum(alert.id not in seen for alert in raised),
        writable=here.may(Permission.JUDGE) and here.as_of is None,
        leads=here.may(Permission.LEAD) and here.as_of is None,
        wish=wish,
        mails=outside.mails,
        address=here.user.email,
        hook=notices.shown(hook, leads=here.may(Permission.LEAD)),
        hosts=outside.webhook_hosts,
        told=[_notice_view(notice) for notice in told],
        wrong=wrong,
        key=key,
        url=url,
    )


def _watch_view(here: Here, row: Watch, muted: bool, alerts: int) -> dict[str, Any]:
    base = f"/cases/{here.the_case.id}"
    return {
        "id": row.id,
        "path": f"{_base(here)}/{row.id}",
        "title": _title(here, row),
        "kind": kind_in_words(row.kind),
        "href": f"{base}/{row.kind}s/{row.number}" if row.kind in (watches.CLUSTER, watches.NETWORK) else "",
        "named": row.kind not in (watches.CLUSTER, watches.NETWORK),
        "name": watches.opened(here.house.settings.workspace, row).name,
        "made": row.made,
        "by": row.user.name if row.user else "–",
        "muted": muted,
        "alerts": alerts,
    }


def _alert_view(here: Here, alert: WatchAlert, seen: frozenset[int], muted: bool = False) -> dict[str, Any]:
    return {
        "id": alert.id,
        "href": f"{_base(here)}/alerts/{alert.id}",
        "title": _title(here, alert.watch),
        "kind": kind_in_words(alert.watch.kind),
        "at": alert.at,
        "run": alert.run,
        "ads": len(alert.ads),
        "seen": alert.id in seen,
        "muted": muted,
    }


def _notice_view(notice: Notice) -> dict[str, Any]:
    state = {
        "sent": (_("sent"), "good"),
        "failed": (_("given up"), "bad"),
        "waiting": (_("waiting"), "") if not notice.tries else (_("tried, and tried again later"), "warn"),
    }[notice.state]
    return {
        "id": notice.id,
        "to": (_("e-mail to {person}").format(person=notice.user.name if notice.user else "–"))
        if notice.kind == "mail"
        else _("other program"),
        "what": ngettext("{count} alert", "{count} alerts", notice.count).format(count=number(notice.count)),
        "at": notice.at,
        "state": state[0],
        "tone": state[1],
        "trouble": notices.trouble_in_words(notice.trouble),
        "due": notice.due if notice.state == "waiting" and notice.tries else None,
        "again": notice.state == "failed" or (notice.state == "waiting" and notice.tries > 0),
    }


def _title(here: Here, row: Watch) -> str:
    return watches.title(here.house.settings.workspace, row, in_the_clear=here.opened)


def kind_in_words(kind: str) -> str:
    """What is watched of it."""
    return {
        watches.TEXT: _("ads near a text"),
        watches.WORDS: _("ads that hold words"),
        watches.IDENTIFIER: _("ads that carry it"),
        watches.CLUSTER: _("ads written from its template"),
        watches.NETWORK: _("ads of the network"),
    }[kind]


def _in(db: Any, here: Here, number: int) -> Watch:
    watch = watches.one_of(db, here.the_case, number)
    if watch is None:
        raise HTTPException(404)
    return watch


def _base(here: Here) -> str:
    return f"/cases/{here.the_case.id}/watches"
