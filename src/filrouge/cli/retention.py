"""`filrouge retention`: ads destroyed for good, by case, by age, or one by one."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from filrouge.cli.options import closing_options, database_option, with_examples, workspace_argument
from filrouge.cli.when import day
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.casework.database import Database
    from filrouge.corpus.workspace import Workspace


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "retention",
        callback=retention,
        short_help=_("Destroy ads for good: a case, what is old, or single ads."),
        help=with_examples(
            _(
                "Destroy ads for good: those of a case, those of months that ended before a day, or single "
                "ones. It says first what would become unreadable, and asks. Their keys are destroyed, so "
                "nobody can read them any more, in no view of the past either; the ledger keeps who did it, "
                "when, why, and how many ads. What people wrote of them in the workbench goes too: labels, notes, "
                "watches, alerts, wrong joins, files of packages. Without a rule: what was destroyed so far."
            ),
            "filrouge retention unit --older-than 24m",
            'filrouge retention unit --case harbour --why "file 26-114 is closed"',
            "filrouge retention unit --independent",
            "filrouge retention unit --ad 1043 --ad 1044",
            "filrouge retention unit",
        ),
        params=[
            workspace_argument(),
            click.Option(
                ["--older-than"],
                metavar="DATE|90d|24m",
                callback=day,
                help=_(
                    "Ads of the months that ended before this day; of --case only, if that is given too. An ad "
                    "counts by when it was posted, or received if that is unknown."
                ),
            ),
            click.Option(["--case"], metavar="NAME", help=_("All ads of this case.")),
            click.Option(
                ["--ad", "ads"],
                metavar="N",
                multiple=True,
                type=click.IntRange(min=0),
                help=_("The ad with this number, as `filrouge search` shows it; may be given again."),
            ),
            click.Option(
                ["--independent"],
                is_flag=True,
                help=_(
                    "Ads that two people judged in the workbench, independently, to be of people who work for "
                    "themselves; of --case only, if that is given too."
                ),
            ),
            database_option(),
            click.Option(["--yes"], is_flag=True, help=_("Do not ask.")),
            click.Option(["--why"], metavar="TEXT", default="", help=_("The ground; the ledger keeps it.")),
            *closing_options(),
        ],
    )


def retention(
    where: str,
    older_than: date | None,
    case: str | None,
    ads: tuple[int, ...],
    independent: bool,
    database_url: str | None,
    yes: bool,
    why: str,
    key_file: Path | None,
) -> None:
    """Say what would go, ask, destroy, and say what went."""
    from filrouge.casework.database import Database
    from filrouge.cli.workspaces import opened
    from filrouge.reports import workspace_retention as report

    if ads and (case is not None or older_than is not None or independent):
        raise click.UsageError(_("Give --ad alone, or --case and --older-than."))
    if independent and older_than is not None:
        raise click.UsageError(_("Give --independent alone, or with --case."))
    ws = opened(where, key_file)
    if not ads and case is None and older_than is None and not independent:
        report.show_past(ws)
        return
    from filrouge.corpus.retention import destroy

    _check_case(ws, case)
    database = Database.if_any(ws, database_url)
    try:
        rule: dict[str, Any] = {"case": case, "older_than": older_than}
        if ads or independent:
            rule = {"ads": list(ads) or _independent(ws, database, case)}
        planned = destroy(ws, **rule, dry_run=True)
        if not planned.ads and not planned.keys:
            report.show_nothing_to_do()
        else:
            report.show_planned(ws, planned, written=database is not None)
            if not yes and not _agreed():
                report.show_refused()
                return
            report.show_done(destroy(ws, **rule, why=" ".join(why.split())), where)
        # Also where nothing is to be done: the last time may have been cut off.
        if database is not None:
            _forget(database, ws)
    finally:
        if database is not None:
            database.close()


def _independent(ws: Workspace, database: Database | None, case: str | None) -> list[int]:
    """The ads of a case, or of all, that are agreed to be of people who work for themselves."""
    from sqlalchemy import select

    from filrouge.casework import wrong_joins
    from filrouge.casework.judging import Boards
    from filrouge.casework.letting_go import ads_let_go
    from filrouge.casework.models import Case
    from filrouge.engines.casebook import Casebook

    if database is None:
        raise click.UsageError(_("Nobody has judged anything in the workbench of this workspace yet."))
    found: list[int] = []
    boards = Boards()
    with database.session() as db:
        for row in db.scalars(select(Case).order_by(Case.id)).unique():
            if case in (None, row.name):
                board = boards.board(db, row, ws)
                if board.independent:
                    book = Casebook(ws, row.name, apart=wrong_joins.apart(db, row, board.lineage))
                    found += ads_let_go(book, board).tolist()
    return found


def _forget(database: Database, ws: Workspace) -> None:
    from filrouge.casework.forgetting import forget
    from filrouge.corpus.ledger import who
    from filrouge.reports import workspace_retention as report

    report.show_forgotten(forget(database, ws.refreshed(), who()))


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError(
            _("Nothing was destroyed: nobody is here to be asked. Give --yes to go on without.")
        )
    return click.confirm(_("Destroy them for good?"), default=False)


def _check_case(ws: Workspace, case: str | None) -> None:
    """A name that no case has is a slip, and nothing to pass over in silence."""
    if case is None:
        return
    cases = sorted({ws.ring.get(key_id).case for key_id in ws.ring.ids()})
    if case not in cases:
        raise click.UsageError(
            _("There is no case “{case}”. The cases are: {cases}.").format(
                case=case, cases=", ".join(cases) or _("none")
            )
        )
