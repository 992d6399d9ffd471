"""The audit trail as people read it: in words, as a table, as CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from filrouge.casework import audit
from filrouge.casework.trail import UNREADABLE, Unreadable
from filrouge.i18n import _, number
from filrouge.reports.tables import RISKY
from filrouge.reports.terminal import Page

if TYPE_CHECKING:
    from filrouge.casework.audit import Broken
    from filrouge.casework.models import AuditEntry

COLUMNS: Final = ("seq", "at", "actor", "action", "case", "subject", "details", "before", "digest")


def action_in_words(action: str) -> str:
    """What was done, in words; its code where there are none."""
    words = {
        "signin.done": _("signed in"),
        "signin.failed": _("could not sign in"),
        "signin.ended": _("signed out"),
        "signin.ended_others": _("ended their other sessions"),
        "signin.again": _("showed again who they are"),
        "factor.set": _("set up a second factor"),
        "factor.codes": _("got new recovery codes"),
        "factor.recovery_used": _("used a recovery code"),
        "factor.removed": _("took a second factor away"),
        "user.made": _("made an account"),
        "user.came": _("came from the organisation's provider for the first time"),
        "user.admitted": _("admitted a person"),
        "user.activated": _("let a person come in again"),
        "user.deactivated": _("shut a person out"),
        "user.changed": _("changed an account"),
        "user.role": _("gave a person another role"),
        "user.password": _("changed their password"),
        "user.password_given": _("gave a person a one-time password"),
        "user.unlocked": _("ended a person's pause"),
        "case.made": _("made a case"),
        "case.changed": _("changed what a case says of itself"),
        "case.keep_until": _("changed how long ads are kept"),
        "case.closed": _("closed a case"),
        "case.reopened": _("opened a case again"),
        "case.member_added": _("added a member"),
        "case.member_removed": _("removed a member"),
        "case.as_of": _("looked at a past day, or back at today"),
        "case.opened": _("opened texts and identifiers"),
        "case.masked": _("masked them again"),
        "case.searched": _("searched in a case"),
        "ad.opened": _("looked at an ad in the clear"),
        "tie.opened": _("looked at two side by side in the clear"),
        "file.brought": _("brought a file"),
        "file.dropped": _("put a file away"),
        "rejects.downloaded": _("downloaded which rows were not taken as they stand"),
        "job.started": _("asked for work in the background"),
        "job.cancelled": _("cancelled work in the background"),
        "job.done": _("finished work in the background"),
        "job.failed": _("did not get work in the background done"),
        "opinion.first": _("gave a first opinion"),
        "opinion.blind": _("gave a second opinion, blind"),
        "opinion.open": _("gave an opinion after others' were seen"),
        "opinion.ruling": _("settled between opinions"),
        "opinion.taken_back": _("took an opinion back"),
        "second_opinion.taken": _("took on a second opinion"),
        "second_opinion.handed_back": _("handed a second opinion back"),
        "wrong_join.reported": _("reported a wrong join"),
        "wrong_join.undone": _("put together again what was kept apart"),
        "wrong_join.told": _("wrote down who was told of a wrong join"),
        "wrong_join.corrected": _("wrote down what was corrected after a wrong join"),
        "wrong_join.note": _("wrote a note on a wrong join"),
        "labels.handed_over": _("wrote judged pairs to a table"),
        "labels.downloaded": _("downloaded a table of judged pairs"),
        "meeting.allowed": _("said what another case may know"),
        "survivor.begun": _("began the request of a survivor"),
        "survivor.searched": _("looked for the ads of a survivor"),
        "survivor.not_told": _("looked for a survivor by what many people share: nothing was shown"),
        "survivor.confirmed": _("wrote down which ads a survivor says are theirs"),
        "survivor.packaging": _("began to package a survivor's own ads"),
        "survivor.packaged": _("packaged a survivor's own ads"),
        "survivor.ended": _("ended the request of a survivor"),
        "watch.made": _("began to watch something"),
        "watch.renamed": _("called a watch otherwise"),
        "watch.deleted": _("deleted a watch"),
        "watch.restored": _("put a watch back"),
        "notice.sent": _("told somebody outside that there are alerts"),
        "notice.waiting": _("could not tell of alerts yet, and tries again"),
        "notice.failed": _("gave up telling of alerts"),
        "notice.tried_again": _("had a notice of alerts tried again"),
        "hook.set": _("had another program told of alerts"),
        "hook.removed": _("had another program told of alerts no more"),
        "tip.asked": _("asked whether something is held on a number"),
        "token.made": _("made a token"),
        "token.ended": _("ended a token"),
        "package.asked": _("asked for a package"),
        "package.asked_again": _("asked for a package again"),
        "package.made": _("made a package"),
        "package.differs": _("made a package again, and it came out otherwise"),
        "package.fetched": _("downloaded a package"),
        "package.deleted": _("deleted the file of a package"),
        "ads.forgotten": _("took away what was written of ads that were destroyed"),
        "package.checked": _("checked a package"),
        "audit.verified": _("verified the trail"),
        "audit.exported": _("downloaded the trail"),
    }
    return words.get(action, action)


def broken_in_words(broken: Broken) -> str:
    """What is wrong with an entry."""
    said = {
        "missing": _("Entry {seq} is missing."),
        "altered": _("Entry {seq} is not as it was written."),
        "linked": _("Entry {seq} does not follow from the one before."),
        "cut": _("The ledger says that there was an entry {seq}: the end of the trail was cut off."),
        "ledger": _("Entry {seq} is another than the one whose digest the ledger keeps."),
    }[broken.what]
    return said.format(seq=number(broken.seq))


def fields(entry: AuditEntry) -> dict[str, Any]:
    """An entry with all that its digest is made of, and the digest."""
    return {**audit.fields(entry), "digest": entry.digest}


def as_csv(entries: Iterable[AuditEntry | Unreadable]) -> Iterator[str]:
    """Lines of a CSV file; cells that a spreadsheet would take for a formula begin with an apostrophe."""
    yield _csv_line(COLUMNS)
    for entry in entries:
        if isinstance(entry, Unreadable):
            yield _csv_line([{"seq": entry.seq, "action": UNREADABLE}.get(name, "") for name in COLUMNS])
            continue
        told = fields(entry)
        told["details"] = json.dumps(told["details"], ensure_ascii=False, sort_keys=True)
        yield _csv_line([_safe("" if told[name] is None else str(told[name])) for name in COLUMNS])


def as_json_lines(entries: Iterable[AuditEntry | Unreadable]) -> Iterator[str]:
    """A line of JSON for each entry: with these lines alone the chain can be worked out again."""
    for entry in entries:
        told = {"seq": entry.seq, "action": UNREADABLE} if isinstance(entry, Unreadable) else fields(entry)
        yield json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n"


def show_entries(entries: Iterable[AuditEntry | Unreadable]) -> None:
    """Print entries."""
    page = Page()
    for entry in entries:
        if isinstance(entry, Unreadable):
            page.line(f"{entry.seq:>6}  {UNREADABLE}")
            continue
        told = fields(entry)
        where = _("case {number}").format(number=entry.case_id) if entry.case_id else ""
        details = ", ".join(f"{name}={value}" for name, value in sorted(entry.details.items()))
        parts = (f"{entry.seq:>6}", told["at"], entry.actor or "filrouge", entry.action, where, entry.subject)
        line = "  ".join(part for part in (*parts, details) if part)
        page.line(line)


def show_verified(broken: list[Broken], entries: int, digest: str, noted: int) -> None:
    """Print whether the trail is as it was written, and its head."""
    page = Page()
    if broken:
        page.line((_("The audit trail is not as it was written:"), "bold red"))
        for one in broken:
            page.line(f"    {broken_in_words(one)}")
        return
    page.line(
        (_("The audit trail is as it was written: {count} entries.").format(count=number(entries)), "bold")
    )
    page.line(_("Its head: {digest}").format(digest=digest))
    if noted:
        page.line(
            _("The ledger keeps {count} earlier heads of it, and all agree.").format(count=number(noted))
        )
    else:
        page.line(
            _(
                "The ledger keeps no head of it yet, so that an end that was cut off would not be seen: "
                "`filrouge audit note` writes it there."
            )
        )


def _safe(cell: str) -> str:
    return f"'{cell}" if re.match(RISKY, cell) else cell


def _csv_line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
