"""What scripts watch: texts, words, identifiers, clusters and networks; and the alerts that new ads raised."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from filrouge.casework import notices, watches
from filrouge.casework.access import Permission
from filrouge.casework.errors import NotThere, Refused
from filrouge.casework.models import Notice, Watch, WatchAlert
from filrouge.i18n import _
from filrouge.web.api.entry import Judging, Leading, Reading, Script
from filrouge.web.api.said import CASE_AS_IT_IS, OPENING, WRITES_IN_CASE, Limit, Offset, Page, Row, routes
from filrouge.web.api.shapes_of_watches import (
    AlertOut,
    AlertWithAds,
    HookIn,
    HookOut,
    Muted,
    NoticeOut,
    Telling,
    WatchIn,
    WatchName,
    WatchOut,
    Wish,
)
from filrouge.web.api.shapes_of_work import Marked
from filrouge.web.watched import wanted

router: Final = routes("watches")


@router.get("/cases/{case_id}/watches", **OPENING)
def watches_of_case(here: Reading) -> list[WatchOut]:
    """What the case watches; texts and identifiers by their names, masked unless opened."""
    with here.reading() as db:
        rows = watches.of_case(db, here.the_case)
        muted = watches.muted_by(db, here.user)
        return [_watch(here, row, muted=row.id in muted, in_the_clear=here.opened) for row in rows]


@router.post("/cases/{case_id}/watches", status_code=201, **WRITES_IN_CASE)
def watch(here: Judging, watched: WatchIn) -> WatchOut:
    """Watch something: new ads that match raise an alert. What is watched already stays as it is."""
    here.must_be_today()
    told = {name: str(value) for name, value in watched.model_dump(exclude_none=True).items()}
    kind, rest = wanted(here, told)
    ws = here.house.desk.view()

    def act(db: Session) -> WatchOut:
        row = watches.make(db, here.user, here.the_case, ws, kind, **rest)
        if watched.name:
            watches.rename(db, here.user, here.the_case, ws, row, watched.name)
        return _watch(here, row, muted=row.id in watches.muted_by(db, here.user))

    return here.once(WatchOut, act, watched)


@router.put("/cases/{case_id}/watches/{watch}/name", status_code=204, **CASE_AS_IT_IS)
def name_watch(here: Judging, watch: Row, named: WatchName) -> None:
    """Give a watch a name."""
    here.must_be_today()
    ws = here.house.desk.view()
    with here.writing() as db:
        watches.rename(db, here.user, here.the_case, ws, _own(db, here, watch), named.name)


@router.put("/cases/{case_id}/watches/{watch}/muted", status_code=204, **CASE_AS_IT_IS)
def mute_watch(here: Reading, watch: Row, muted: Muted) -> None:
    """Let a watch be silent for you, or not."""
    with here.writing() as db:
        watches.mute(db, here.user, _own(db, here, watch), muted=muted.muted)


@router.delete("/cases/{case_id}/watches/{watch}", status_code=204, **CASE_AS_IT_IS)
def delete_watch(here: Judging, watch: Row) -> None:
    """Delete a watch, with its alerts."""
    here.must_be_today()
    with here.writing() as db:
        watches.put_away(db, here.user, here.the_case, _own(db, here, watch))


@router.post("/cases/{case_id}/watches/{watch}/restore", **WRITES_IN_CASE)
def restore_watch(here: Judging, watch: Row) -> WatchOut:
    """Have a watch again that was deleted."""

    def act(db: Session) -> WatchOut:
        row = _own(db, here, watch)
        watches.put_back(db, here.user, here.the_case, row)
        return _watch(here, row, muted=row.id in watches.muted_by(db, here.user))

    return here.once(WatchOut, act)


@router.get("/cases/{case_id}/alerts", **OPENING)
def alerts(here: Reading, offset: Offset = 0, limit: Limit = 100) -> Page[AlertOut]:
    """The last 200 alerts of the case, the newest first."""
    with here.reading() as db:
        found = watches.alerts(db, here.the_case)
        seen = watches.seen_by(db, here.user, found)
        some = [_alert(here, one, seen=one.id in seen) for one in found[offset : offset + limit]]
    return Page(total=len(found), items=some)


@router.get("/cases/{case_id}/alerts/{alert}", **OPENING)
def an_alert(here: Reading, alert: Row) -> AlertWithAds:
    """An alert, and the ads that raised it, as far as they can be read. It counts as seen by you."""
    with here.reading() as db:
        found = watches.alert_of(db, here.the_case, alert)
        if found is None:
            raise NotThere
        fresh = found.id not in watches.seen_by(db, here.user, [found])
    if fresh:
        with here.writing() as db:
            watches.see(db, here.user, here.the_case, found.id)
    there = set(here.casebook.ads["ad"].to_list())
    return AlertWithAds(
        **_alert(here, found, seen=True).model_dump(), numbers=[ad for ad in found.ads if ad in there]
    )


@router.post("/cases/{case_id}/alerts/seen", **WRITES_IN_CASE)
def see_alerts(here: Reading) -> Marked:
    """Mark all alerts as seen by you."""
    return here.once(Marked, lambda db: Marked(count=watches.see(db, here.user, here.the_case)))


# -- telling outside ------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/notices", **CASE_AS_IT_IS)
def telling(here: Reading) -> Telling:
    """Who is told of the case's alerts outside, by e-mail or as another program, and what became of it."""
    outside = notices.outside_of(here.house.settings.options)
    with here.reading() as db:
        return Telling(
            by_mail=notices.is_mailed(db, here.user, here.the_case),
            address=here.user.email,
            mails=outside.mails,
            hook=notices.shown(notices.hook_of(db, here.the_case), leads=here.may(Permission.LEAD)),
            hosts=list(outside.webhook_hosts),
            notices=[_notice(one) for one in notices.of_case(db, here.the_case)],
        )


@router.put("/cases/{case_id}/notices/mail", status_code=204, **CASE_AS_IT_IS)
def wish_mail(here: Reading, wish: Wish) -> None:
    """Be told of the case's alerts by e-mail, or not."""
    with here.writing() as db:
        notices.wish_mail(db, here.user, here.the_case, wanted=wish.wanted)


@router.put("/cases/{case_id}/notices/hook", **CASE_AS_IT_IS)
def set_hook(here: Leading, wanted: HookIn) -> HookOut:
    """Have another program told of alerts, of a host that the administrator allowed: each time with a new key."""
    here.must_be_today()
    outside = notices.outside_of(here.house.settings.options)
    with here.writing() as db:
        hook = notices.set_hook(db, here.user, here.the_case, outside, wanted.url)
        if hook is None:
            raise Refused(_("This is no address that can be called."))
        return HookOut(url=hook.url, key=notices.key_of(here.house.settings.workspace, hook))


@router.delete("/cases/{case_id}/notices/hook", status_code=204, **CASE_AS_IT_IS)
def remove_hook(here: Leading) -> None:
    """Have no other program told any more."""
    here.must_be_today()
    with here.writing() as db:
        notices.set_hook(db, here.user, here.the_case, notices.outside_of(here.house.settings.options), "")


@router.post("/cases/{case_id}/notices/{notice}/again", **WRITES_IN_CASE)
def send_again(here: Judging, notice: Row) -> NoticeOut:
    """Send a notice again that was given up, or now one that waits."""

    def act(db: Session) -> NoticeOut:
        return _notice(notices.try_again(db, here.user, here.the_case, notice))

    return here.once(NoticeOut, act)


# -- as JSON --------------------------------------------------------------------------------------------------


def _notice(one: Notice) -> NoticeOut:
    return NoticeOut(
        id=one.id, kind=one.kind, to=one.user.name if one.user else "", alerts=one.count, at=one.at, state=one.state,
        tries=one.tries, due=one.due if one.state == "waiting" else None,
        trouble=notices.trouble_in_words(one.trouble),
    )  # fmt: skip


def _own(db: Session, here: Script, number: int) -> Watch:
    found = watches.one_of(db, here.the_case, number)
    if found is None:
        raise NotThere
    return found


def _title(here: Script, row: Watch, *, in_the_clear: bool) -> str:
    return watches.title(here.house.settings.workspace, row, in_the_clear=in_the_clear)


def _watch(here: Script, row: Watch, *, muted: bool, in_the_clear: bool = False) -> WatchOut:
    # Masked in what writes: to note that it was opened would wait for the transaction that is under way.
    number = row.number if row.kind in (watches.CLUSTER, watches.NETWORK) else None
    return WatchOut(
        id=row.id, kind=row.kind, title=_title(here, row, in_the_clear=in_the_clear), number=number,
        by=row.user.name if row.user else "", made=row.made, muted=muted,
    )  # fmt: skip


def _alert(here: Script, one: WatchAlert, *, seen: bool) -> AlertOut:
    title = _title(here, one.watch, in_the_clear=here.opened)
    return AlertOut(
        id=one.id, watch=one.watch_id, title=title, at=one.at, run=one.run, ads=len(one.ads), seen=seen
    )
