"""What the report shows, counted from the findings: pure functions from records to rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from filrouge.ads.schema import Source
    from filrouge.reports.html.networks import NetworksFound

Week = tuple[str, int, int]
"""The Monday of a week (ISO date), its ads that follow a template, its ads that follow none."""
MATRIX_AGENCIES: Final = 20


@dataclass(frozen=True)
class ReportData:
    """All that a report says.

    Attributes:
        version: of filrouge.
        created: when the run began, ISO 8601.
        sources: the files that were read.
        columns: what was read as what, as sentences.
        ads: how many were read.
        cut: bits that strangers' ads reach by chance.
        records: one per cluster as in templates.jsonl, ranked by evidence.
        members: per cluster that is drawn, its members as `networks.groups` gives them.
        weeks: see `ads_by_week`.
        rejects: rows that were not taken as they stand, see `ads.schema.rejects_schema`.
        networks: None where they were not looked for.
        alerts: see `reports.alerts.alerts_table`; None where they were not looked for.
    """

    version: str
    created: str
    sources: Sequence[Source]
    columns: Sequence[str]
    ads: int
    cut: float
    records: Sequence[Mapping[str, Any]]
    members: Mapping[str, Sequence[Mapping[str, Any]]] = field(repr=False)
    weeks: Sequence[Week] = field(repr=False)
    rejects: pl.DataFrame = field(repr=False)
    networks: NetworksFound | None = field(repr=False, default=None)
    alerts: pl.DataFrame | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Matrix:
    """Templates shared by agencies.

    `counts[i][j]`: templates that both agency i and agency j use; on the diagonal, all that agency i uses.
    `left_out`: agencies beyond the most that are shown.
    """

    agencies: list[str]
    counts: list[list[int]]
    left_out: int


def agency_matrix(records: Sequence[Mapping[str, Any]], most: int = MATRIX_AGENCIES) -> Matrix:
    """Count the templates that agencies share; those that use most templates come first."""
    together: Counter[tuple[str, str]] = Counter()
    for record in records:
        here = list(record["agencies"])
        together.update((a, b) for a in here for b in here)
    names = sorted((a for a, b in together if a == b), key=lambda a: (-together[a, a], a))
    shown = names[:most]
    return Matrix(shown, [[together[a, b] for b in shown] for a in shown], len(names) - len(shown))


def ads_by_week(posted: pl.Series, tied: NDArray[np.bool_]) -> list[Week]:
    """Count the ads of each week that has any, those that follow a template apart from the others.

    Args:
        posted: Datetime, when each ad was posted; null if unknown.
        tied: bool, shape (ads,), whether the ad follows a template.

    Returns:
        In order of time; ads without a date are not counted.
    """
    import polars as pl

    weeks = (
        pl.DataFrame({"week": posted, "tied": pl.Series(tied, dtype=pl.Boolean)})
        .drop_nulls("week")
        .group_by(pl.col("week").dt.truncate("1w").dt.date())
        .agg(pl.col("tied").sum().alias("yes"), (~pl.col("tied")).sum().alias("no"))
        .sort("week")
    )
    return [(week.isoformat(), yes, no) for week, yes, no in weeks.iter_rows()]


def reject_counts(rejects: pl.DataFrame, most: int = 20) -> list[tuple[str, str, str, int]]:
    """How often each reason was given per file and field, the most frequent first, at most `most`."""
    import polars as pl

    counted = (
        rejects.group_by("file", "field", "reason")
        .agg(pl.len().alias("count"))
        .sort("count", "file", "field", "reason", descending=[True, False, False, False])
        .head(most)
    )
    return [(file, name, reason, count) for file, name, reason, count in counted.iter_rows()]


def agencies_of(records: Sequence[Mapping[str, Any]]) -> int:
    """How many agencies the records name."""
    return len({agency for record in records for agency in record["agencies"]})
