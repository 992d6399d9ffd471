"""A workspace as the folder of findings that `filrouge compare` writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from filrouge.ads.columns import Columns
from filrouge.engines.recall import recall
from filrouge.i18n import N_
from filrouge.progress import Silent
from filrouge.reports.findings import RunSummary, summary_of, write_findings
from filrouge.reports.tables import OutputFolder, write_csv

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace
    from filrouge.progress import Progress


@dataclass(frozen=True)
class Exported:
    """What was written, and where it comes from.

    Attributes:
        summary: as of `filrouge compare`.
        snapshot: the last snapshot that the view held; run: the one that says which ad is in which cluster.
    """

    summary: RunSummary
    snapshot: int
    run: int


def export_compare_dir(
    ws: Workspace, out: Path, *, jobs: int = 1, language: str = "en", progress: Progress | None = None
) -> Exported:
    """Write what a view of a workspace knows to a folder of findings, with `workspace_ids.csv` beside.

    The texts and identifiers in the folder are in the clear.

    Args:
        ws: the view.
        out: made, or replaced if it holds the findings of an earlier run; as it was if anything fails.
        jobs: cores to use; what is written is the same for any number.
        language: of the report, "en" or "fr".
        progress: told how far the work is.

    Raises:
        NoRunYet: if no run had compared the ads of the view.
        FilrougeError: if the folder cannot be written.
    """
    began, bar = datetime.now(UTC), progress or Silent()
    with OutputFolder(out) as folder:
        bar.stage(N_("Opening"), None)
        recalled = recall(ws, jobs=jobs, progress=bar)
        findings = recalled.findings
        bar.stage(N_("Writing"), None)
        alerts = write_findings(folder, findings, began, Columns(), language)
        names = [findings.groups.name(k) for k in range(len(findings.comparison.templates))] + [""]
        write_csv(
            folder / "workspace_ids.csv",
            pl.DataFrame(
                {
                    "id": findings.read.ads["id"],
                    "ad": recalled.ads,
                    "cluster": [names[k] for k in findings.comparison.cluster],
                    "cluster_id": [None if k < 0 else k for k in recalled.cluster.tolist()],
                },
                schema={"id": pl.String, "ad": pl.Int64, "cluster": pl.String, "cluster_id": pl.Int64},
            ),
        )
    return Exported(summary_of(out, findings, alerts, began), ws.snapshot.seq, recalled.run.seq)
