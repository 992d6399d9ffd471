"""`filrouge calibrate`: how sure the bits of a run are."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import debug_option, language_option, results_option, with_examples
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "calibrate",
        callback=calibrate,
        short_help=_("Say how sure the bits of a run are."),
        help=with_examples(
            _(
                "Say how sure the bits of a run are: the weight of each kind of evidence and from how many "
                "pairs it was learned, whether the bits mean what they say on pairs that taught nothing, "
                "what pairs of strangers reach, and which kinds are silent, and why."
            ),
            "filrouge calibrate --in findings",
            "filrouge calibrate --in findings --json > calibration.json",
        ),
        params=[
            results_option(),
            click.Option(["--json", "as_json"], is_flag=True, help=_("Print JSON, for a script.")),
            language_option(),
            debug_option(),
        ],
    )


def calibrate(folder: Path, as_json: bool) -> None:
    """Print how sure the run is."""
    from filrouge.engines.calibrated import calibration_of

    found = calibration_of(folder)
    if as_json:
        import json

        click.echo(json.dumps(found, indent=2))
        return
    from filrouge.reports.calibration import show_calibration

    show_calibration(found)
