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
            "filrouge calibrate --in findings --plant 20",
        ),
        params=[
            results_option(),
            click.Option(
                ["--plant"],
                metavar="N",
                type=click.IntRange(min=1),
                help=_(
                    "Also make N small operations of each kind out of single ads, in a copy of the corpus that is "
                    "compared anew, and say how many are found. The findings stay as they are."
                ),
            ),
            click.Option(["--json", "as_json"], is_flag=True, help=_("Print JSON, for a script.")),
            language_option(),
            debug_option(),
        ],
    )


def calibrate(folder: Path, plant: int | None, as_json: bool) -> None:
    """Print how sure the run is."""
    from filrouge.engines import whole
    from filrouge.engines.calibrated import calibration_of

    with whole.reading(folder):
        found = calibration_of(folder)
    if plant:
        from filrouge import progress
        from filrouge.cli.compare import cores
        from filrouge.engines.planted import planted_in

        with progress.for_this_terminal() as bar:
            found["planted"] = planted_in(folder, plant, jobs=cores(), progress=bar)
    if as_json:
        import json

        click.echo(json.dumps(found, indent=2))
        return
    from filrouge.reports.calibration import show_calibration

    show_calibration(found)
