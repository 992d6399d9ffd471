"""Chain of custody: who received, took in, compared, opened and packaged the ads, with the ledger's hash chain.

A row of the ledger that concerns other cases, or may, is given by its number and fingerprint alone: it keeps its
place in the chain and tells nothing. Where a workspace holds one case, all rows are given in full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from filrouge.corpus.ledger import Snapshot, canonical
from filrouge.corpus.results import RUN, events, written
from filrouge.reports.package.gather import Gathered
from filrouge.reports.package.what import Ads, Book, Cluster, Terms

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

Row = dict[str, Any]


@dataclass(frozen=True)
class Custody:
    """Where the ads of a package come from, and what was done with them until it was made."""

    found: Gathered
    terms: Terms

    @cached_property
    def sources(self) -> list[Row]:
        """The files that the ads come from, by when they were received."""
        ws, ads = self.found.ws, self.found.ads[self.found.rows]
        used = ws.ads(["source"]).filter(pl.col("ad").is_in(pl.Series(ads).implode()))
        count = used.group_by("seq", "source").len("rows_used")
        rows = (
            ws.table("sources")
            .filter(pl.col("case") == self.found.case)
            .join(count, on=["seq", "source"])
            .sort("received_at", "seq", "source")
        )
        return [
            {
                "name": row["name"],
                "sha256": row["sha256"],
                "bytes": row["bytes"],
                "rows": row["rows"],
                "rows_used": row["rows_used"],
                "received_at": f"{row['received_at'].isoformat(timespec='seconds')}Z",
                "receiver": row["receiver"],
                "snapshot": row["seq"],
            }
            for row in rows.iter_rows(named=True)
        ]

    @cached_property
    def ledger(self) -> list[Row]:
        """The rows of the ledger up to the snapshot of the package."""
        mine = {row.seq for row in rows_of_case(self.found.ws, self.found.case)}
        out = []
        for row in self.found.ws.snapshots():
            given: Row = {"seq": row.seq, "fingerprint": row.fingerprint()}
            if row.seq in mine:
                given |= {
                    "batch": row.batch, "kind": row.kind, "at": row.at.isoformat(), "by": row.by, "code": row.code,
                    "format": row.format, "prev": row.prev, "digest": row.digest, "details": canonical(row.details),
                }  # fmt: skip
            out.append(given)
        return out

    @cached_property
    def steps(self) -> list[Row]:
        """A row for each step, the oldest first; the last one is the making of the package."""
        shown = {row["seq"]: row for row in self.ledger}
        out: list[Row] = [
            {
                "at": row["received_at"], "what": "received", "by": row["receiver"], "snapshot": row["snapshot"],
                "fingerprint": shown[row["snapshot"]]["fingerprint"],
                "details": f"{row['name']} (SHA-256 {row['sha256']})",
            }
            for row in self.sources
        ]  # fmt: skip
        for row in self.found.ws.snapshots():
            said = self._said(row, shown[row.seq])
            if said:
                out.append(
                    {
                        "at": f"{row.at:%Y-%m-%dT%H:%M:%S}Z", "what": said[0], "by": row.by, "snapshot": row.seq,
                        "fingerprint": row.fingerprint(), "details": said[1],
                    }
                )  # fmt: skip
        out.sort(key=lambda row: (row["snapshot"], row["at"]))
        terms, snapshot = self.terms, self.found.ws.snapshot
        details = [f"{key}: {value}" for key, value in _terms(terms).items() if value]
        out.append(
            {
                "at": f"{terms.made_at:%Y-%m-%dT%H:%M:%S}Z", "what": "packaged", "by": terms.made_by,
                "snapshot": snapshot.seq, "fingerprint": snapshot.fingerprint(), "details": "; ".join(details),
            }
        )  # fmt: skip
        return out

    def _said(self, row: Snapshot, given: Row) -> tuple[str, str] | None:
        """What a row of the ledger did with the ads, if it did anything, and its details in plain words."""
        if row.seq in {source["snapshot"] for source in self.sources}:
            return "ingested", f"batch {row.batch}"
        if row.kind == RUN and row.seq <= self.found.run.seq:
            # A run looks at all cases; whether it is in full is for the ledger's rows to decide.
            return "compared", f"filrouge {row.code}"
        if "details" in given and row.kind == "opened":
            return "opened", str(row.details.get("why", ""))
        if "details" in given and row.kind not in ("init", "ingest", RUN):
            return row.kind, str(row.details.get("why", ""))
        return None

    @cached_property
    def history(self) -> list[Row]:
        """What became of the clusters and the network, run by run, as far as the case's own ads tell."""
        if isinstance(self.found.what, Ads):
            return []
        ids = {"cluster": self.found.clusters}
        if not isinstance(self.found.what, Cluster):
            ids["network"] = [self.found.what.id]
        at = {row.seq: row.at for row in self.found.ws.snapshots()}
        out: list[Row] = []
        for of in ("network", "cluster"):
            known = {*self.found.network.tolist()} if of == "network" else {*self.found.cluster.tolist()}
            for id in ids.get(of, []):
                out += self._history_of(of, id, known, at)
        return sorted(out, key=lambda row: (row["snapshot"], row["name"], row["event"]))

    def _history_of(self, of: str, id: int, known: set[int], at: Mapping[int, Any]) -> list[Row]:
        letter = "N" if of == "network" else "C"
        every = written(self.found.ws, of)  # type: ignore[arg-type]
        rows = every.filter(pl.col("ad").is_in(pl.Series(self.found.ads).implode()))
        told = events(self.found.ws).filter(
            pl.col("of") == of, (pl.col("id") == id) | (pl.col("other") == id)
        )
        if every.filter(pl.col("id") == id).height > rows.filter(pl.col("id") == id).height:
            # What runs said of a group in which ads of other cases were tells of these.
            told = told.clear()
        out = []
        for kind, one, other, why, seq in told.select("kind", "id", "other", "why", "seq").iter_rows():
            away = other if one == id else one
            # A group of which the case holds nothing is not named.
            shown = f"{letter}{away}" if away in known and away >= 0 else ""
            name = {True: kind, False: {"merged": "took in", "split": "gave off"}.get(kind, kind)}[one == id]
            out.append((seq, name, shown, why))
        rows = rows.sort("ad", "seq", maintain_order=True).with_columns(
            before=pl.col("id").shift(1).over("ad").fill_null(-1)
        )
        moves = (
            rows.group_by("seq")
            .agg(
                joined=((pl.col("id") == id) & (pl.col("before") != id)).sum(),
                left=((pl.col("id") != id) & (pl.col("before") == id)).sum(),
            )
            .filter((pl.col("joined") > 0) | (pl.col("left") > 0))
        )
        out += [(seq, "ads came in", str(joined), "") for seq, joined, left in moves.iter_rows() if joined]
        out += [(seq, "ads went out", str(left), "") for seq, joined, left in moves.iter_rows() if left]
        return [
            {
                "name": f"{letter}{id}", "snapshot": seq, "at": f"{at[seq]:%Y-%m-%dT%H:%M:%S}Z", "event": name,
                "other": other, "why": why or "",
            }
            for seq, name, other, why in out
        ]  # fmt: skip


def rows_of_case(ws: Workspace, case: str) -> list[Snapshot]:
    """The rows of the ledger that concern a case alone; all of them where a workspace holds one case."""
    sources = ws.table("sources", ["case"])
    mine = set(sources.filter(pl.col("case") == case)["seq"].to_list()) | {0}
    alone = set(sources["case"].to_list()) == {case}
    return [
        row for row in ws.snapshots() if alone or row.seq in mine or row.details.get("case", None) == case
    ]


def audit_of_ledger(book: Book) -> list[Row]:
    """What the ledger says of a case, as rows of an audit trail, for who has no other."""
    return [
        {
            "at": f"{row.at:%Y-%m-%dT%H:%M:%S}Z", "by": row.by, "action": row.kind, "snapshot": row.seq,
            "why": str(row.details.get("why", "")), "what": str(row.details.get("what", "")),
            "fingerprint": row.fingerprint(),
        }
        for row in rows_of_case(book.ws, book.case)
    ]  # fmt: skip


def _terms(terms: Terms) -> dict[str, str]:
    return {
        "for": terms.recipient, "purpose": terms.purpose, "authority": terms.authority,
        "opened": terms.opened or "", "text": "" if terms.is_open else "masked",
    }  # fmt: skip


def audit_columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of audit.csv: all that any row has, in the order in which they are met."""
    return list(dict.fromkeys(column for row in rows for column in row))
