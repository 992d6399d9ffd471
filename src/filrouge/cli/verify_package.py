"""`filrouge verify-package`: whether an evidence package is as it was made, and its bits are right."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli import exits
from filrouge.cli.options import debug_option, language_option, with_examples
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "verify-package",
        callback=verify_package,
        short_help=_("Check an evidence package: files, signature, bits."),
        help=with_examples(
            _(
                "Check an evidence package: every file is as it was made, the signature is that of its key, and every "
                "bit of evidence is worked out again, by the checker that is in the package's format and by filrouge "
                "itself. The exit code is 1 if anything does not agree. No workspace and no key is needed.\n\n"
                "The signature says that one and the same key signed; whose it is, only who gave you its fingerprint "
                "can say: compare it with --signed-by."
            ),
            "filrouge verify-package n12.zip",
            "filrouge verify-package n12.zip --signed-by 73ff2a23cc53bc0c",
        ),
        params=[
            click.Argument(
                ["path"], metavar="ZIP", type=click.Path(exists=True, dir_okay=False, path_type=Path)
            ),
            click.Option(
                ["--signed-by"],
                metavar="FINGERPRINT",
                help=_(
                    "The key that must have signed: its fingerprint, or the first 16 digits or more of it."
                ),
            ),
            language_option(),
            debug_option(),
        ],
    )


def verify_package(path: Path, signed_by: str | None) -> int:
    """Check, say what was found, and return the exit code."""
    from filrouge.reports.package.told import show_verdict
    from filrouge.reports.package.verify import LEAST_OF_FINGERPRINT, verdict

    if signed_by is not None:
        signed_by = signed_by.strip().lower().replace(":", "")
        if len(signed_by) < LEAST_OF_FINGERPRINT or set(signed_by) - set("0123456789abcdef"):
            raise click.UsageError(
                _("--signed-by needs {least} hexadecimal digits or more.").format(least=LEAST_OF_FINGERPRINT)
            )
    found = verdict(path, signed_by=signed_by)
    show_verdict(found, path)
    return exits.ALTERED if found.problems else exits.DONE
