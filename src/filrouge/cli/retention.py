"""`filrouge retention`: ads destroyed for good, by case, by age, or one by one."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from filrouge.cli.options import closing_options, with_examples, workspace_argument
from filrouge.cli.when import day
from filrouge.i18n import _

if TYPE_CHECKING:
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
                "when, why, and how many ads. Without a rule: what was destroyed so far."
            ),
            "filrouge retention unit --older-than 24m",
            'filrouge retention unit --case harbour --why "file 26-114 is closed"',
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
    yes: bool,
    why: str,
    key_file: Path | None,
) -> None:
    """Say what would go, ask, destroy, and say what went."""
    from filrouge.cli.workspaces import opened
    from filrouge.reports import workspace_retention as report

    if ads and (case is not None or older_than is not None):
        raise click.UsageError(_("Give --ad alone, or --case and --older-than."))
    ws = opened(where, key_file)
    if not ads and case is None and older_than is None:
        report.show_past(ws)
        return
    from filrouge.corpus.retention import destroy

    rule: dict[str, Any] = {"ads": list(ads)} if ads else {"case": case, "older_than": older_than}
    _check_case(ws, case)
    planned = destroy(ws, **rule, dry_run=True)
    if not planned.ads and not planned.keys:
        report.show_nothing_to_do()
        return
    report.show_planned(ws, planned)
    if not yes and not _agreed():
        report.show_refused()
        return
    report.show_done(destroy(ws, **rule, why=" ".join(why.split())), where)


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
