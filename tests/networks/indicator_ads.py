"""Ads put together by hand for the tests of indicators, with what other parts of the program find in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from filrouge.guide import Indicator, load_indicators
from filrouge.networks.indicators import observe

ALL = {one.id: one for one in load_indicators()}
START = datetime(2026, 3, 2, 9, 30)
TRADES = (
    "Massage",
    "House cleaning",
    "Nails",
    "Rooms to let",
    "Garden work",
    "Piano lessons",
    "Bicycle repair",
)


@dataclass
class Corpus:
    """Ads that are put in by hand, with what other parts of the program find in them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    marks: list[tuple[int, str, str]] = field(default_factory=list)

    def ad(
        self,
        text: str,
        unit: int,
        network: int = -1,
        *,
        day: float = 0,
        agency: str = "board",
        **marks: object,
    ) -> None:
        number = len(self.rows)
        posted = START + timedelta(days=day)
        self.rows.append({"text": text, "unit": unit, "network": network, "posted": posted, "agency": agency})
        for kind, values in marks.items():
            for value in [values] if isinstance(values, str) else values:  # type: ignore[union-attr]
                self.marks.append((number, kind, value))

    def strangers(self, count: int, *, says: str = "", of: int = 10, ads: int = 1, **marks: str) -> None:
        """Voices in no network; of every ten the first `of` say `says`. Each has a phone and a place of its own."""
        first = max((row["unit"] for row in self.rows), default=-1) + 1
        for k in range(count):
            said = says if k % 10 < of else ""
            for j in range(ads):
                self.ad(
                    f"{TRADES[k % 7]} with care and at a fair price, call us. {said}",
                    first + k,
                    day=k % 50 + 20 * j,
                    **{"phone": f"+1519555{k:04d}", "place": "London, ON, CA", "name": f"n{k}"} | marks,
                )

    def observed(self, *ids: str, indicators: Sequence[Indicator] = ()) -> pl.DataFrame:
        ads = pl.DataFrame(self.rows).with_columns(pl.col("posted").cast(pl.Datetime("us")))
        text = ads["text"].to_list()
        marks = pl.DataFrame(
            [(ad, text[ad].find(value), kind, value) for ad, kind, value in self.marks],
            schema={"ad": pl.Int32, "start": pl.Int32, "kind": pl.String, "value": pl.String},
            orient="row",
        ).with_columns(start=pl.when(pl.col("start") >= 0).then("start"))
        marks = marks.with_columns(end=(pl.col("start") + pl.col("value").str.len_chars()).cast(pl.Int32))
        return observe(
            indicators or [ALL[name] for name in ids] or list(ALL.values()),
            ads,
            ads["unit"].to_numpy().astype(np.int32),
            ads["network"].to_numpy().astype(np.int32),
            marks.filter(~pl.col("kind").is_in(["place", "name"])),
            marks.filter(pl.col("kind") == "place").drop("kind"),
            marks.filter(pl.col("kind") == "name").drop("kind"),
        )

    def of_network(self, name: str) -> dict[str, Any]:
        rows = self.observed(name).filter(pl.col("of") == "network").to_dicts()
        assert len(rows) == 1, rows
        return rows[0]
