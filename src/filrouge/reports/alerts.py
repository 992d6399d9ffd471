"""Alerts to a person: which ads must be looked at now, and what the guide says to do. Never a text, never a rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from filrouge.guide import Duty, load_guide
from filrouge.networks.indicators import alerts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from filrouge.engines.local import Findings

SHOWN: Final = 200
"""Ads of an alert that the report names; all are in alerts.csv."""


@dataclass(frozen=True)
class Alert:
    """What the report says of one alert.

    Attributes:
        name, what, weakness, false_alarm: the guide's words in one language; `what` says what to do.
        ads: ids, the first `SHOWN`.
        count: how many ads there are.
    """

    name: str
    what: str
    weakness: str
    false_alarm: str
    ads: Sequence[str]
    count: int


def alerts_table(findings: Findings) -> pl.DataFrame:
    """`id`, `agency`, `alert` (its id in the guide): each ad once for each alert, in the order of the ads."""
    found = alerts(load_guide().indicators, findings.read.ads, findings.identifiers, listed=findings.listed)
    rows = found.select("ad", "indicator").unique(maintain_order=True)
    ads = findings.read.ads.select("id", "agency")[rows["ad"].to_numpy()]
    return ads.with_columns(rows["indicator"].alias("alert"))


def alerts_in_words(table: pl.DataFrame, language: str) -> list[Alert]:
    """The alerts of a run in the words of the guide, "en" or "fr"; empty if there is none."""
    import polars as pl

    out = []
    for one in load_guide().indicators:
        ids = table.filter(pl.col("alert") == one.id)["id"].to_list()
        if ids:
            out.append(
                Alert(
                    one.name.of(language),
                    one.observes.of(language),
                    one.weakness.of(language),
                    one.false_alarm.of(language),
                    ids[:SHOWN],
                    len(ids),
                )
            )
    return out


def duties() -> Sequence[Duty]:
    """What the law of each place asks, as the guide has it."""
    return load_guide().duties
