"""`filrouge practice`: a workspace of invented ads to try the workbench with."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from filrouge.cli.options import debug_option, jobs_option, language_option, with_examples
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.casework.practice import Practice

ADS = 2_000
SEED = 2026
DIFFICULTY = 0.4


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "practice",
        callback=practice,
        short_help=_("Make a workspace of invented ads to try the workbench with."),
        help=with_examples(
            _(
                "Make a workspace of invented ads, compared, with people who can sign in, to try the workbench "
                "with. DIR is its folder; if it is there and whole, only the login is shown again. CASE=FILE "
                "puts the ads of a file into a case; without any, {ads} ads are invented.\n\n"
                "Every page of such a workbench says that it is for practice. Never bring real ads into it: its "
                "key lies beside its data."
            ).format(ads=ADS),
            "filrouge practice try",
            "filrouge serve try",
        ),
        params=[
            click.Argument(["folder"], metavar="DIR", type=click.Path(file_okay=False, path_type=Path)),
            click.Argument(["files"], nargs=-1, metavar="[CASE=FILE]..."),
            jobs_option(),
            language_option(),
            debug_option(),
        ],
    )


def practice(folder: Path, files: tuple[str, ...], jobs: int | None) -> None:
    """Make it, and say how to sign in."""
    from filrouge import progress
    from filrouge.ads.synthetic import write_synthetic
    from filrouge.casework.practice import make_practice
    from filrouge.cli.compare import cores

    by_case: dict[str, list[str]] = {}
    for given in files:
        case, parted, file = given.partition("=")
        if not (parted and case and file):
            raise click.UsageError(
                _("{given}: write CASE=FILE, such as harbour=alpha.csv").format(given=given)
            )
        by_case.setdefault(case, []).append(file)
    with tempfile.TemporaryDirectory() as made, progress.for_this_terminal() as bar:
        if not by_case:
            write_synthetic(Path(made), ads=ADS, seed=SEED, difficulty=DIFFICULTY)
            by_case = {"practice": [str(Path(made) / "ads.csv")]}
        found = make_practice(folder, by_case, jobs=cores(jobs), progress=bar)
    click.echo(
        _("A workbench to practise with is in {folder}. Open it: filrouge serve {folder}").format(
            folder=folder
        )
    )
    show_login(found)


def show_login(found: Practice) -> None:
    """Say how one signs in to a practice workbench."""
    click.echo(
        _("Sign in as {login} (or {others}), password: {password}").format(
            login=found.logins[0], others=", ".join(found.logins[1:]), password=found.password
        )
    )
