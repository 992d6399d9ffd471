"""The main job from end to end: compare the ads of files and write the folder of findings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from filrouge import __version__
from filrouge.engines import local, stored
from filrouge.engines.ahead import compiling_ahead
from filrouge.i18n import N_
from filrouge.networks.calibrated import calibration
from filrouge.networks.ties import TYING_KINDS
from filrouge.reports.alerts import alerts_table
from filrouge.reports.html import ReportData, render_report
from filrouge.reports.html.view import ads_by_week
from filrouge.reports.network_details import networks_found
from filrouge.reports.networks import write_networks
from filrouge.reports.tables import OutputFolder, write_csv

if TYPE_CHECKING:
    from filrouge.ads.columns import Columns
    from filrouge.engines.local import Findings
    from filrouge.progress import Progress

DRAWN_GROUPS = 200
"""Groups of the report that are shown with their ads; the rest stand in a table."""
DRAWN_MEMBERS = 40


@dataclass(frozen=True)
class RunSummary:
    """What a run found, in a few numbers.

    `clusters`: templates that at least two ads share. `groups`: those of them with a sign of organisation.
    `networks`: of groups and single ads, those with a sign of organisation. `tied`: ads in a cluster.
    `rejects`: lines of rejects.csv. `alerts`: ads that a person must look at now. `columns`: what was read as
    what, as sentences.
    """

    out: Path
    ads: int
    tied: int
    clusters: int
    groups: int
    networks: int
    agencies: int
    rejects: int
    alerts: int
    columns: list[str]
    seconds: float


def compare_files(
    paths: Sequence[str],
    out: Path,
    *,
    columns: Columns,
    jobs: int,
    language: str,
    progress: Progress,
) -> RunSummary:
    """Compare the ads of files and write all that was found to the folder `out`.

    Args:
        paths: files of ads, folders of saved pages, or "-" for standard input.
        out: made, or replaced if it holds the findings of an earlier run; as it was if anything fails.
        columns: which column is what, where the person said so.
        jobs: cores to use; the findings are the same for any number.
        language: of the report, "en" or "fr".
        progress: told how far the work is.

    Raises:
        FilrougeError: if a file cannot be read or the folder not be written.
    """
    began = datetime.now(UTC)
    with OutputFolder(out) as folder, compiling_ahead(jobs) as ahead:
        findings = local.analyse(paths, columns=columns, jobs=jobs, progress=progress, ahead=ahead)
        progress.stage(N_("Writing"), None)
        alerted = write_findings(folder, findings, began, columns, language)
    return summary_of(out, findings, alerted, began)


def summary_of(out: Path, findings: Findings, alerted: pl.DataFrame, began: datetime) -> RunSummary:
    """A run in a few numbers; `alerted` is the table of alerts."""
    read, records = findings.read, findings.records
    return RunSummary(
        out=out,
        ads=read.ads.height,
        tied=int((findings.comparison.cluster >= 0).sum()),
        clusters=len(records),
        groups=sum(record["organisation"] for record in records),
        networks=len(findings.networks.networks.shown),
        agencies=read.ads["agency"].n_unique(),
        rejects=read.rejects.height,
        alerts=alerted["id"].n_unique(),
        columns=[*(guess.sentence() for guess in read.guessed), *read.notes],
        seconds=(datetime.now(UTC) - began).total_seconds(),
    )


def write_findings(
    folder: Path, findings: Findings, began: datetime, columns: Columns, language: str
) -> pl.DataFrame:
    """Write the tables, the report and what `search` and `explain` need, and return the table of alerts."""
    ads, found, groups = findings.read.ads, findings.comparison, findings.groups
    ads.write_parquet(folder / "ads.parquet")
    stored.write_index(folder / "index", findings)
    names = pl.read_parquet(folder / "index" / "clusters.parquet")
    write_csv(
        folder / "clusters.csv",
        ads.select("id", "agency").with_columns(
            names["cluster"], names["template"], pl.Series("bits", found.bits.round(2))
        ),
    )
    with (folder / "templates.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for record in findings.records:
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
    ids = ads.select("id", "agency").with_row_index("ad").with_columns(pl.col("ad").cast(pl.Int32))
    write_ties(folder / "ties.parquet", findings.ties, ids)
    write_csv(folder / "identifiers.csv", identifiers_table(findings, ids))
    write_csv(folder / "rejects.csv", findings.read.rejects)
    indicators, book = write_networks(folder, findings, names["cluster"])
    alerted = alerts_table(findings)
    write_csv(folder / "alerts.csv", alerted)
    run = run_record(findings, began, columns, language, alerted["id"].n_unique())
    (folder / "run.json").write_text(json.dumps(run, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    shown = [k for k, record in zip(groups.rank, findings.records, strict=True) if record["organisation"]]
    report = ReportData(
        version=__version__,
        created=run["began"],
        sources=findings.read.sources,
        columns=[guess.sentence() for guess in findings.read.guessed],
        ads=ads.height,
        cut=found.clustering.cut,
        records=findings.records,
        members={groups.name(k): groups.members(k, DRAWN_MEMBERS) for k in shown[:DRAWN_GROUPS]},
        weeks=ads_by_week(ads["posted"], found.cluster >= 0),
        rejects=findings.read.rejects,
        networks=networks_found(findings, indicators, book),
        alerts=alerted,
    )
    (folder / "report.html").write_text(render_report(report, language), encoding="utf-8")
    return alerted


def write_ties(path: Path, ties: pl.DataFrame, ids: pl.DataFrame) -> None:
    """Write the pairs by the ads' ids, `a` and `b`, with the bits of each kind of evidence."""
    named = ids.select("ad", "id")
    ties.join(named.rename({"ad": "a", "id": "id_a"}), on="a", maintain_order="left").join(
        named.rename({"ad": "b", "id": "id_b"}), on="b", maintain_order="left"
    ).select(pl.col("id_a").alias("a"), pl.col("id_b").alias("b"), "text", *TYING_KINDS).write_parquet(path)


def identifiers_table(findings: Findings, ids: pl.DataFrame) -> pl.DataFrame:
    """Each identifier with the ad that holds it, how it is written there, and where (in characters)."""
    marks = findings.identifiers.filter(pl.col("kind").is_in(TYING_KINDS)).sort("ad", "start", "kind")
    written = pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    return (
        marks.with_columns(findings.read.ads["text"].gather(marks["ad"]))
        .with_columns(written=written)
        .join(ids, on="ad", maintain_order="left")
        .select("id", "agency", "kind", "value", "written", "start", "end")
    )


def run_record(
    findings: Findings, began: datetime, columns: Columns, language: str, alerts: int
) -> dict[str, Any]:
    """What run.json says: enough to do the run again and to see that nothing was altered.

    `alerts` is the number of ads that a person must look at now.
    Two runs on the same input differ in `began` and `seconds` only.
    """
    read, found = findings.read, findings.comparison
    return {
        "filrouge": __version__,
        "format": stored.FORMAT,
        "began": began.isoformat(timespec="seconds"),
        "seconds": findings.seconds,
        "parameters": {
            "text": columns.text,
            "id": columns.id,
            "agency": columns.agency,
            "posted": columns.posted,
            "location": columns.location,
            "image": columns.image,
            "lang": language,
        },
        "inputs": [
            {"name": source.name, "sha256": source.sha256, "bytes": source.bytes, "ads": source.rows}
            for source in read.sources
        ],
        "columns": [
            {"file": guess.file, "fields": dict(guess.fields), "how": dict(guess.how)}
            for guess in read.guessed
        ],
        "notes": read.notes,
        "cut": round(float(found.clustering.cut), 4),
        "weights": findings.networks.weighed.model.to_dict(),
        "style": findings.networks.weighed.style.to_dict() if findings.networks.weighed.style else None,
        "calibration": calibration(
            findings.networks.weighed, has_images=bool((read.ads["image"] != "").any())
        ),
        "network_cut": round(findings.networks.partition.cut_bits, 4),
        "counts": {
            "ads": read.ads.height,
            "rejects": read.rejects.height,
            "alerts": alerts,
            "agencies": read.ads["agency"].n_unique(),
            "tied": int(np.count_nonzero(found.cluster >= 0)),
            "clusters": len(findings.records),
            "networks": len(findings.networks.networks.records),
            "networks_not_shown": findings.networks.networks.others,
            "largest_component": findings.networks.partition.largest_component,
            "organisations": sum(record["organisation"] for record in findings.records),
            "ties": findings.ties.height,
            "identifiers": findings.identifiers.filter(pl.col("kind").is_in(TYING_KINDS)).height,
        },
    }
