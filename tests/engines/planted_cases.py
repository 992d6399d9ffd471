"""Workspaces in which a run is written down by hand: who is in which cluster and network is known exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from filrouge.corpus.results import RUN, SCHEMAS
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ingest import ingest
from filrouge.engines.remembering import SCHEMAS as FOUND

SECRET = bytes(range(32))


@dataclass(frozen=True)
class Ad:
    """An ad to be planted, and where the run put it."""

    id: str
    case: str
    cluster: int = -1
    network: int = -1
    phones: Sequence[str] = ()
    text: str = "we sweep chimneys and mend slate roofs before the first frost"
    agency: str = "northboard"
    place: str = "Boston, MA"
    posted: str = "2026-01-05 09:00"
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        return " ".join([self.text, *(f"call {phone}" for phone in self.phones)])


def phone(k: int) -> str:
    return f"(617) 555-01{k:02d}"


def planted(
    folder: Path, ads: Sequence[Ad], *, sought: bool = True, tables: Mapping[str, pl.DataFrame] | None = None
) -> tuple[Workspace, dict[str, int]]:
    """A workspace of these ads, and the number of each by its id."""
    ws = Workspace.init(folder / "ws", secret=SECRET)
    for case in dict.fromkeys(ad.case for ad in ads):
        path = folder / f"{case}.csv"
        mine = [ad for ad in ads if ad.case == case]
        pl.DataFrame(
            {
                "id": [ad.id for ad in mine],
                "text": [ad.whole for ad in mine],
                "agency": [ad.agency for ad in mine],
                "location": [ad.place for ad in mine],
                "posted": [ad.posted for ad in mine],
            }
        ).write_csv(path)
        ingest(ws.refreshed(), [str(path)], case=case)
    ws = ws.refreshed()
    held = ws.ads(["row"])["ad"].to_numpy()
    number = dict(zip(ws.texts(held, marks=False).ads["id"].to_list(), held.tolist(), strict=True))
    write_run(ws, ads, number, sought=sought, tables=tables)
    return ws.refreshed(), number


def write_run(
    ws: Workspace,
    ads: Sequence[Ad],
    number: Mapping[str, int],
    *,
    sought: bool = True,
    tables: Mapping[str, pl.DataFrame] | None = None,
) -> None:
    """Write a run down that found what the ads say."""
    with ws.begin(RUN) as batch:
        tied = [(number[ad.id], ad.cluster, 40.0) for ad in ads if ad.cluster >= 0]
        batch.write("membership", pl.DataFrame(tied, schema=SCHEMAS["membership"], orient="row"))
        inside = [(number[ad.id], ad.network) for ad in ads if ad.network >= 0]
        batch.write("network_members", pl.DataFrame(inside, schema=SCHEMAS["network_members"], orient="row"))
        for name, rows in (tables or {}).items():
            batch.write(name, rows.cast(FOUND[name]))
        batch.commit(
            {"networks": sought, "through": ws.snapshot.seq, "clusters": len({ad.cluster for ad in ads} - {-1}),
             "reach": [0.0, 0.0, len(ads)], "among": [0.0, 0.0, len(ads)], "next_network": 100, "next_id": 100,
             "whole": True, "texts_whole": len(ads)}
        )  # fmt: skip


def tie(
    one: int, other: int, *, of: tuple[int, int] = (0, 0), possible: bool = False, **bits: float
) -> pl.DataFrame:
    """A row of found_ties; `of`: the networks of both."""
    row = dict.fromkeys(FOUND["found_ties"], 0)
    row |= {
        "one": min(one, other),
        "other": max(one, other),
        "of_one": of[0],
        "of_other": of[1],
        "possible": possible,
        "gone": False,
    }
    row |= {kind: round(100 * worth) for kind, worth in bits.items()}
    return pl.DataFrame([row], schema=FOUND["found_ties"])
