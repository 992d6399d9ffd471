"""`filrouge package`: evidence for a court or a partner, as one signed file that proves itself."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from filrouge.cli.options import (
    closing_options,
    database_option,
    jobs_option,
    open_option,
    with_examples,
    workspace_argument,
)
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "package",
        callback=package,
        short_help=_("Package evidence as one signed file that proves itself."),
        help=with_examples(
            _(
                "Package a network, a cluster or some ads of one case as evidence: one signed ZIP with the ads, where "
                "they come from, what ties them with every number that it rests on, a report as PDF and DOCX, and a "
                "small checker that works all bits out again without filrouge.\n\n"
                "Identifiers, names and texts are masked, unless you give the reason for opening them: --open. The "
                "reason goes to the ledger before the package is made, and that it was made afterwards. Other cases' "
                "ads never go into it. What people of the case keep apart in the workbench is apart in it, too. The "
                "same snapshot, options and --made-at give the same bytes."
            ),
            'filrouge package unit --case harbour --network 12 --out n12.zip --for "Crown prosecutor"',
            'filrouge package unit --case harbour --ads 17,18,240 --out ads.zip --open "file 26-114, disclosure"',
            "filrouge verify-package n12.zip",
        ),
        params=[
            workspace_argument(),
            click.Option(
                ["--case"], required=True, metavar="NAME", help=_("The case whose ads are packaged.")
            ),
            click.Option(
                ["--network"], type=click.IntRange(min=0), metavar="N", help=_("A network, by its number.")
            ),
            click.Option(
                ["--cluster"], type=click.IntRange(min=0), metavar="C", help=_("A cluster, by its number.")
            ),
            click.Option(["--ads"], metavar="A,B,...", help=_("Ads, by their numbers in the workspace.")),
            click.Option(
                ["--out"],
                required=True,
                metavar="FILE",
                type=click.Path(dir_okay=False, path_type=Path),
                help=_("File to write."),
            ),
            click.Option(
                ["--for", "recipient"], default="", metavar="WHO", help=_("For whom it is; on every page.")
            ),
            click.Option(["--purpose"], default="", metavar="WHY", help=_("Why they get it.")),
            click.Option(
                ["--authority"],
                default="",
                metavar="TEXT",
                help=_("What the case rests on, such as a file number."),
            ),
            click.Option(
                ["--by", "made_by"], metavar="WHO", help=_("Who makes it. Default: the user of this machine.")
            ),
            open_option(_("Why identifiers, names and texts stand in the clear. The ledger keeps it.")),
            click.Option(
                ["--made-at"],
                metavar="TIME",
                help=_(
                    "When it is made (2026-06-04T12:00:00Z), to make an earlier one again byte for byte. Default: now."
                ),
            ),
            click.Option(
                ["--sign-with"],
                metavar="FILE",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help=_(
                    "Ed25519 private key (PEM) that signs. Default: one made from the key of the workspace."
                ),
            ),
            database_option(),
            jobs_option(),
            *closing_options(as_of=True),
        ],
    )


def package(
    where: str,
    case: str,
    network: int | None,
    cluster: int | None,
    ads: str | None,
    out: Path,
    recipient: str,
    purpose: str,
    authority: str,
    made_by: str | None,
    why: str | None,
    made_at: str | None,
    sign_with: Path | None,
    database_url: str | None,
    jobs: int | None,
    as_of: str | None,
    key_file: Path | None,
) -> None:
    """Write down why ads are opened, make the package, write down that it was made, and say what it is."""
    from filrouge import i18n, progress
    from filrouge.cli.compare import cores
    from filrouge.cli.workspaces import kept_apart, note_opening, note_package, opened, reason
    from filrouge.corpus.ledger import who
    from filrouge.engines.casebook import Casebook
    from filrouge.errors import CannotWrite
    from filrouge.reports.package.custody import audit_of_ledger
    from filrouge.reports.package.gather import ads_of
    from filrouge.reports.package.make import package as make
    from filrouge.reports.package.told import show_made
    from filrouge.reports.package.what import Ads, Cluster, Network, Terms

    asked = [value for value in (network, cluster, ads) if value is not None]
    if len(asked) != 1:
        raise click.UsageError(_("Say what is packaged: one of --network, --cluster and --ads."))
    what = (
        Network(network)
        if network is not None
        else Cluster(cluster)
        if cluster is not None
        else Ads(_numbers(ads))
    )
    ws = opened(where, key_file, as_of)
    if why is not None:
        why = reason(why, "")
    at = _time(made_at)
    terms = Terms(
        made_by=made_by or who(),
        made_at=at,
        recipient=recipient,
        purpose=purpose,
        language=i18n.language(),
        opened=why,
        authority=authority,
    )
    apart = kept_apart(ws, case, at, as_of, database_url)
    book = Casebook(ws, case, opened=why is not None, apart=apart)
    count = int(ads_of(book, what).size)
    if why is not None:
        note_opening(where, key_file, ws, why, what=f"package {what.name}", case=case, opened=count)
    with progress.for_this_terminal() as bar:
        made = make(
            book, what, terms, audit=audit_of_ledger(book), key_file=sign_with, jobs=cores(jobs), progress=bar
        )
    try:
        _write(out, made.content)
    except OSError as trouble:
        raise CannotWrite(str(out), trouble.strerror or os.strerror(errno.EIO)) from trouble
    note_package(
        where,
        key_file,
        ws,
        what=what.name,
        case=case,
        sha256=made.sha256,
        recipient=recipient,
        purpose=purpose,
    )
    show_made(made, out, count)


def _numbers(ads: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in (ads or "").replace(";", ",").split(",") if part.strip())
    except ValueError as e:
        raise click.UsageError(_("--ads needs numbers of ads with commas between: --ads 17,18,240")) from e


def _time(made_at: str | None) -> datetime:
    if made_at is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(made_at.strip().replace("Z", "+00:00"))
    except ValueError as e:
        raise click.UsageError(_("--made-at needs a time: 2026-06-04T12:00:00Z")) from e
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _write(out: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = out.with_name(f".{out.name}.partial-{os.getpid()}")
    try:
        aside.write_bytes(content)
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
