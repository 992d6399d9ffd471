"""Watches: what a case wants to hear of when new ads have it, and the alerts that come of them.

What is watched lies sealed under a key of the workspace; identifiers are known by their pseudonyms, which tell nothing
without it. An alert names ads of the case by their numbers, and nothing of any other case.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from filrouge.casework.audit import note
from filrouge.casework.cases import belonging
from filrouge.casework.errors import Refused
from filrouge.casework.models import AlertSeen, Case, User, Watch, WatchAlert, WatchMuted, now
from filrouge.corpus.keys import seal, unseal
from filrouge.corpus.results import last_run
from filrouge.i18n import _, number

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

TEXT, WORDS, IDENTIFIER, CLUSTER, NETWORK = "text", "words", "identifier", "cluster", "network"
KINDS: Final = (TEXT, WORDS, IDENTIFIER, CLUSTER, NETWORK)
MOST: Final = 200
"""Watches of a case."""
LONGEST: Final = 20_000
LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class Secret:
    """What of a watch lies sealed: the text or identifier, its name, and the ad whose text it is; -1 for none."""

    text: str = ""
    name: str = ""
    ad: int = -1


def make(
    db: Session,
    by: User,
    case: Case,
    ws: Workspace,
    kind: str,
    *,
    number: int = 0,
    secret: Secret | None = None,
    pseudonyms: Sequence[str] = (),
) -> Watch:
    """Keep something as a watch; what is watched already stays as it is.

    Args:
        db: a transaction of `Database.writing`.
        by: who wants it. case: whose new ads are looked at.
        ws: the workspace as it is now.
        kind: see `Watch`.
        number: of the cluster or network.
        secret: what is sealed.
        pseudonyms: of identifiers, "kind:" and 16 hexadecimal digits.

    Raises:
        Refused: if the case has too many.
    """
    secret = secret or Secret()
    for other in of_case(db, case):
        same = other.kind == kind and other.number == number and other.pseudonyms == list(pseudonyms)
        if same and (kind in (CLUSTER, NETWORK, IDENTIFIER) or opened(ws, other).text == secret.text):
            return other
    if len(of_case(db, case)) >= MOST:
        raise Refused(
            _("A case can have {most} watches. Delete some that you need no more.").format(most=MOST)
        )
    run = last_run(ws)
    # Ads that no run has seen yet can be searched, but are in no cluster.
    seen = ws.snapshot.seq
    if kind in (CLUSTER, NETWORK):
        seen = int(run.details["through"]) if run else -1
    watch = Watch(
        case_id=case.id, user_id=by.id, kind=kind, number=number, sealed=_sealed(ws, case.id, secret),
        pseudonyms=list(pseudonyms), made_at=ws.snapshot.seq, through=seen, run=run.seq if run else -1,
    )  # fmt: skip
    db.add(watch)
    db.flush()
    db.refresh(watch, ["user"])
    note(
        db,
        by,
        "watch.made",
        case=case,
        subject=f"watch:{watch.id}",
        kind=kind,
        **({"of": number} if number else {}),
    )
    return watch


def rename(db: Session, by: User, case: Case, ws: Workspace, watch: Watch, name: str) -> None:
    """Give a watch a name, which is sealed as its text is."""
    held = opened(ws, watch)
    watch.sealed = _sealed(ws, case.id, replace(held, name=" ".join(name.split())[:LONGEST_NAME]))
    note(db, by, "watch.renamed", case=case, subject=f"watch:{watch.id}")


def put_away(db: Session, by: User, case: Case, watch: Watch) -> None:
    """Delete a watch; its alerts are listed no more. `put_back` undoes it."""
    if watch.deleted is None:
        watch.deleted = now()
        note(db, by, "watch.deleted", case=case, subject=f"watch:{watch.id}")


def put_back(db: Session, by: User, case: Case, watch: Watch) -> None:
    """Have a watch again that was deleted; it catches up with the runs since."""
    if watch.deleted is not None:
        watch.deleted = None
        note(db, by, "watch.restored", case=case, subject=f"watch:{watch.id}")


def mute(db: Session, by: User, watch: Watch, *, muted: bool) -> None:
    """Let a watch be silent for one person, or not."""
    row = db.get(WatchMuted, (watch.id, by.id))
    if muted and row is None:
        db.add(WatchMuted(watch_id=watch.id, user_id=by.id))
    elif not muted and row is not None:
        db.delete(row)


# -- reading ------------------------------------------------------------------------------------------------------


def of_case(db: Session, case: Case) -> Sequence[Watch]:
    """The watches of a case, the newest first."""
    rows = select(Watch).where(Watch.case_id == case.id, Watch.deleted.is_(None)).order_by(Watch.id.desc())
    return db.scalars(rows).unique().all()


def one_of(db: Session, case: Case, number: int) -> Watch | None:
    """A watch of a case, deleted or not; None if it has none of that number."""
    return belonging(db, case, Watch, number)


def muted_by(db: Session, user: User) -> frozenset[int]:
    """The watches that are silent for a person."""
    return frozenset(db.scalars(select(WatchMuted.watch_id).where(WatchMuted.user_id == user.id)))


def alerts(db: Session, case: Case, *, most: int = 200) -> Sequence[WatchAlert]:
    """The alerts of a case's watches, the newest first."""
    rows = (
        select(WatchAlert)
        .join(WatchAlert.watch)
        .where(WatchAlert.case_id == case.id, Watch.deleted.is_(None))
        .order_by(WatchAlert.id.desc())
    )
    return db.scalars(rows.limit(most)).unique().all()


def alert_of(db: Session, case: Case, number: int) -> WatchAlert | None:
    """An alert of a case; None if it has none of that number, or its watch was deleted."""
    alert = belonging(db, case, WatchAlert, number)
    return alert if alert is not None and alert.watch.deleted is None else None


def seen_by(db: Session, user: User, found: Iterable[WatchAlert]) -> frozenset[int]:
    """Which of some alerts a person has seen."""
    ids = [alert.id for alert in found]
    rows = select(AlertSeen.alert_id).where(AlertSeen.user_id == user.id, AlertSeen.alert_id.in_(ids))
    return frozenset(db.scalars(rows))


def unseen(db: Session, user: User, case: Case) -> int:
    """How many alerts of a case a person has not seen and wants to be told of."""
    return db.scalar(select(func.count()).select_from(_unseen(user, case).subquery())) or 0


def see(db: Session, user: User, case: Case, number: int | None = None) -> int:
    """Write down that a person has seen an alert, or all of a case; how many they had not seen."""
    rows = _unseen(user, case, silent_too=True)
    if number is not None:
        rows = rows.where(WatchAlert.id == number)
    fresh = db.scalars(rows).all()
    db.add_all(AlertSeen(alert_id=id_, user_id=user.id) for id_ in fresh)
    return len(fresh)


def _unseen(user: User, case: Case, *, silent_too: bool = False) -> Select[int]:
    seen = select(AlertSeen.alert_id).where(AlertSeen.user_id == user.id)
    rows = (
        select(WatchAlert.id)
        .join(Watch, Watch.id == WatchAlert.watch_id)
        .where(WatchAlert.case_id == case.id, Watch.deleted.is_(None), WatchAlert.id.not_in(seen))
    )
    if silent_too:
        return rows
    silent = select(WatchMuted.watch_id).where(WatchMuted.user_id == user.id)
    return rows.where(Watch.id.not_in(silent))


# -- in words -----------------------------------------------------------------------------------------------------


def title(ws: Workspace, watch: Watch, *, in_the_clear: bool) -> str:
    """What a watch is called: its name, or what it watches, masked unless told otherwise."""
    from filrouge.engines.masking import pseudonym

    if watch.kind == NETWORK:
        return _("Network {name}").format(name=f"N{watch.number}")
    if watch.kind == CLUSTER:
        return _("Cluster {name}").format(name=f"C{watch.number}")
    held = opened(ws, watch)
    if watch.kind == IDENTIFIER:
        kind, _colon, digits = watch.pseudonyms[0].partition(":")
        shown = held.text if in_the_clear and held.text else pseudonym(kind, int(digits, 16))
        return f"{held.name} · {shown}" if held.name else shown
    if held.name:
        return held.name
    if in_the_clear:
        return "“" + held.text[:100] + ("…" if len(held.text) > 100 else "") + "”"
    count = number(len(held.text.split()))
    return (
        _("Text of {count} words").format(count=count)
        if watch.kind == TEXT
        else _("Search for {count} words").format(count=count)
    )


def opened(ws: Workspace, watch: Watch) -> Secret:
    """What of a watch lies sealed; nothing if it is of another workspace."""
    try:
        said = unseal(ws.cipher("watches"), watch.sealed, _bound(watch.case_id))
    except InvalidTag:
        return Secret()
    return Secret(**json.loads(said))


def _sealed(ws: Workspace, case_id: int, secret: Secret) -> bytes:
    return seal(ws.cipher("watches"), json.dumps(asdict(secret)).encode(), _bound(case_id))


def _bound(case_id: int) -> bytes:
    # What is sealed opens for its own case only.
    return f"watch of case {case_id}".encode()
