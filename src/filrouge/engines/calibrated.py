"""How sure a run is, as it was written down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from filrouge.engines.voices import reach_of, run_record_of, strangers_of
from filrouge.errors import NoFindings
from filrouge.evidence.scale import AT


def calibration_of(folder: Path) -> dict[str, Any]:
    """The weights of a run, how they were checked, and what strangers reach.

    Returns:
        `weights` (see `JointModel.to_dict`), `calibration` (see `filrouge.networks.calibrated`), and `reach`:
        for the bits at which each word of the verbal scale begins, how many pairs of strangers reach them, and how many
        of these by movement alone.

    Raises:
        NoFindings: if the folder holds none.
    """
    run = run_record_of(folder)
    if "calibration" not in run:
        raise NoFindings(str(folder), "run.json: calibration")
    strangers = strangers_of(folder)
    by_movement = run["calibration"]["strangers"]["by_movement"]
    return {
        "weights": run["weights"],
        "calibration": run["calibration"],
        "reach": [
            {"bits": bits, **vars(reach_of(strangers, bits)), "by_movement": moved}
            for bits, moved in zip(AT, by_movement, strict=True)
        ],
    }
