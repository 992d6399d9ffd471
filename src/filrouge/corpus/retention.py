"""Destroying ads for good: all of a case, all older than a day, or single ones.

What is to be destroyed is written down in the ledger first and carried out then. Cut off in between, it is
carried out by whoever opens the ledger to destroy or to clear away next; doing it twice changes nothing.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.corpus.batches import content_digest
from filrouge.corpus.errors import OnlyAView, UnknownAdNumber
from filrouge.corpus.keys import DataKey
from filrouge.corpus.ledger import Snapshot, who
from filrouge.corpus.packs import PackWriter, pack_path
from filrouge.corpus.resealing import without
from filrouge.corpus.tables import ConcurrentWrite, TableFile
from filrouge.corpus.workspace import Workspace

KIND: Final = "retention"
DERIVED: Final = ("index", "model")
"""Folders of what can be made again, and holds traces of the ads that it was made from."""


@dataclass(frozen=True)
class Destroyed:
    """What was destroyed, or would be.

    Attributes:
        ads: how many ads.
        keys: what stood under these keys (case and month) cannot be read any more.
        snapshot: the row of the ledger that says so; None if nothing was destroyed.
    """

    ads: int
    keys: list[DataKey]
    snapshot: Snapshot | None


@dataclass
class _Plan:
    """What a destruction will do: nobody has lost anything yet."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    keys: list[DataKey] = field(default_factory=list)
    by_key: dict[str, dict[str, int]] = field(default_factory=dict)
    singles: dict[str, list[int]] = field(default_factory=dict)
    ads: pl.DataFrame = field(default_factory=pl.DataFrame)
    replaced: list[tuple[str, str, int, TableFile | None]] = field(default_factory=list)
    blanked: list[tuple[str, int, int]] = field(default_factory=list)


def destroy(
    ws: Workspace,
    *,
    case: str | None = None,
    older_than: date | None = None,
    ads: NDArray[np.int64] | Sequence[int] | None = None,
    by: str | None = None,
    why: str = "",
    dry_run: bool = False,
) -> Destroyed:
    """Destroy ads for good, here and in all views of the past; the ledger keeps who did it, when and why.

    Args:
        ws: the workspace.
        case: all ads of this case (with `older_than`: those that are older too).
        older_than: all ads of the months that ended before this day; an ad counts by when it was posted, or
            received if that is unknown.
        ads: single ads by their numbers, instead.
        by: who asks for it.
        why: the legal ground, or whatever is to be kept.
        dry_run: only say what would be destroyed.

    Raises:
        UnknownAdNumber: if a single ad is not there.
        ValueError: if nothing was named, or single ads beside a case or day.
    """
    if (ads is None) == (case is None and older_than is None):
        raise ValueError("name a case, a day, or single ads")
    if not dry_run:
        finish(ws)
    while True:
        now = _latest(ws)
        rows = now.snapshots()
        plan = _planned(now, case, older_than, None if ads is None else np.unique(np.asarray(ads, np.int64)))
        if dry_run or not (plan.keys or plan.ads.height):
            return Destroyed(plan.ads.height, plan.keys, None)
        writer = PackWriter(now.files, plan.id)
        try:
            _prepare(now, plan, writer)
            writer.finish()
            row = now.ledger.append(
                rows, batch=plan.id, kind=KIND, by=by or who(), details=_details(plan, rows, why),
                digest=content_digest(new for *_, new in plan.replaced if new),
            )  # fmt: skip
        except ConcurrentWrite:
            writer.close(keep=False)
            for table, _, _, new in plan.replaced:
                if new:
                    now.tables.drop(table, new.path)
            continue
        finally:
            # Cut off here, nobody knows whether the row is written: `vacuum` does, and clears away.
            writer.close(keep=True)
        _carry_out(now, row)
        return Destroyed(plan.ads.height, plan.keys, row)


def finish(ws: Workspace) -> int:
    """Carry out what the ledger says is destroyed and was cut off; how many rows there were to do."""
    done = 0
    for row in ws.rows():
        if row.kind == KIND and unfinished(ws, row):
            _carry_out(_latest(ws), row)
            done += 1
    return done


def unfinished(ws: Workspace, row: Snapshot) -> bool:
    """Whether a destruction was not carried out to its end."""
    if any(ws.files.exists(f"keys/{key['key_id']}.json") for key in row.details["destroyed_keys"]):
        return True
    return any(ws.files.exists(ws.tables.path(table, old)) for table, old, *_ in row.details["replaced"])


def _latest(ws: Workspace) -> Workspace:
    if ws.fixed:
        raise OnlyAView(ws.snapshot.seq)
    return ws.refreshed()


def _planned(
    ws: Workspace, case: str | None, older_than: date | None, ads: NDArray[np.int64] | None
) -> _Plan:
    rows = ws.table("ads", ["ad", "n", "key_id", "chunk", "block", "place"]).with_columns(
        batch=pl.col("seq").replace_strict(
            {row.seq: row.batch for row in ws.snapshots()}, return_dtype=pl.String
        )
    )
    plan = _Plan()
    if ads is not None:
        plan.ads = rows.join(pl.DataFrame({"ad": ads}), on="ad", how="semi", maintain_order="left")
        if plan.ads.height != ads.size:
            missing = set(ads.tolist()) - set(plan.ads["ad"].to_list())
            raise UnknownAdNumber(min(missing))
        for batch, number in plan.ads.select("batch", "ad").iter_rows():
            plan.singles.setdefault(batch, []).append(number)
        return plan
    for key_id in sorted(ws.ring.ids()):
        key = ws.ring.get(key_id)
        if (case is None or key.case == case) and (older_than is None or _ended(key.month, older_than)):
            plan.keys.append(key)
    plan.ads = rows.filter(pl.col("key_id").is_in([key.key_id for key in plan.keys]))
    counted = plan.ads.group_by("key_id", "batch", maintain_order=True).len()
    for key_id, batch, count in counted.iter_rows():
        plan.by_key.setdefault(key_id, {})[batch] = count
    return plan


def _ended(month: str, day: date) -> bool:
    """Whether a month was over before a day."""
    return month < f"{day:%Y-%m}"


def _prepare(ws: Workspace, plan: _Plan, writer: PackWriter) -> None:
    """Write what takes the place of the files that hold rows of the ads; nothing points to it yet."""
    batches = {row.batch for row in ws.snapshots()}
    for table in ws.tables.names():
        if table == "ledger":
            continue
        log = ws.tables.log(table)
        columns = {f.name for f in log.schema().fields}
        listed = ws.tables.listed(table, log).filter(pl.col("batch").is_in(list(batches)))
        if "n" in columns:
            listed = listed.filter(pl.col("batch").is_in(plan.ads["batch"].unique().implode()))
        for path, size, batch in listed.select("path", "bytes", "batch").iter_rows():
            frame = ws.tables.read(table, [path])
            left = _without(ws, plan, table, columns, frame, batch, writer)
            if left is None:
                continue
            stem = path.split("/")[-1][: len("part-00000")]
            file = f"{stem}-{uuid.uuid4().hex[:8]}.parquet"
            new = ws.tables.put(table, left, f"batch={batch}", file) if left.height else None
            plan.replaced.append((table, path, size, new))


def _without(
    ws: Workspace, plan: _Plan, table: str, columns: set[str], frame: pl.DataFrame, batch: str, writer: PackWriter
) -> pl.DataFrame | None:  # fmt: skip
    """The rows of a file without those of the ads; None if it has none of them."""
    if table == "blocks":
        return _blocks_without(ws, plan, frame, batch, writer)
    gone = plan.ads.filter(pl.col("batch") == batch)
    if "key_id" in columns and plan.keys:
        left = frame.filter(~pl.col("key_id").is_in([key.key_id for key in plan.keys]))
    elif "n" in columns:
        left = frame.join(gone, on="n", how="anti", maintain_order="left")
    elif "ad" in columns:
        left = frame.join(plan.ads.select(pl.col("ad").cast(frame.schema["ad"])), on="ad", how="anti",
                          maintain_order="left")  # fmt: skip
    else:
        return None
    return left if left.height < frame.height else None


def _blocks_without(
    ws: Workspace, plan: _Plan, frame: pl.DataFrame, batch: str, writer: PackWriter
) -> pl.DataFrame | None:
    fresh = frame.clear()
    if plan.keys:
        old = frame.filter(pl.col("key_id").is_in([key.key_id for key in plan.keys]))
    else:
        where: dict[tuple[int, int], list[int]] = {}
        mine = plan.ads.filter(pl.col("batch") == batch)
        for chunk, block, place in mine.select("chunk", "block", "place").iter_rows():
            where.setdefault((chunk, block), []).append(place)
        if not where:
            return None
        fresh, old = without(
            frame, where, workspace=ws.id, batch=batch, pack=writer.pack, keys=ws.ring,
            opened=lambda row: ws.fields_of(row, batch), append=writer.append,
        )  # fmt: skip
    if old.is_empty():
        return None
    plan.blanked += _joined(old)
    return pl.concat([frame.join(old, on=["pack", "offset"], how="anti", maintain_order="left"), fresh])


def _joined(rows: pl.DataFrame) -> list[tuple[str, int, int]]:
    """The stretches of packs that blocks take up; blocks that touch are one stretch."""
    out: list[tuple[str, int, int]] = []
    for pack, offset, length in rows.sort("pack", "offset").select("pack", "offset", "length").iter_rows():
        if out and out[-1][0] == pack and out[-1][1] + out[-1][2] == offset:
            out[-1] = (pack, out[-1][1], out[-1][2] + length)
        else:
            out.append((pack, offset, length))
    return out


def _details(plan: _Plan, rows: Sequence[Snapshot], why: str) -> dict[str, Any]:
    keys = [
        {"key_id": k.key_id, "case": k.case, "month": k.month, "ads": plan.by_key.get(k.key_id, {})}
        for k in plan.keys
    ]
    return {
        "why": why,
        "first_ad": max((row.first_ad + row.ads for row in rows), default=0),
        "ads": 0,
        "destroyed_keys": keys,
        "destroyed_ads": plan.singles,
        "files": sorted(new.row() for *_, new in plan.replaced if new),
        "replaced": [[t, old, size, new.path if new else None] for t, old, size, new in plan.replaced],
        "blanked": [list(stretch) for stretch in plan.blanked],
    }


def _carry_out(ws: Workspace, row: Snapshot) -> None:
    """Do what a row of the ledger says; what is done already is passed over."""
    for key in row.details["destroyed_keys"]:
        ws.ring.destroy(
            key["key_id"],
            {"when": row.at.astimezone(UTC).isoformat(), "by": row.by, "why": row.details["why"],
             "case": key["case"], "month": key["month"], "ads": sum(key["ads"].values())},
        )  # fmt: skip
    files = {(f[0], f[1]): TableFile(*f) for f in row.details["files"]}
    replaced = row.details["replaced"]
    for table in sorted({entry[0] for entry in replaced}):
        there = set(ws.tables.listed(table)["path"].to_list())
        mine = [entry for entry in replaced if entry[0] == table and entry[1] in there]
        adds = [files[table, new] for _, _, _, new in mine if new is not None]
        ws.tables.commit(table, adds, [(old, size) for _, old, size, _ in mine])
    _blank(ws, row.details["blanked"])
    _forget_derived(ws)
    # Last: that these are gone says that the rest was done.
    for table, old, _, _ in replaced:
        ws.files.erase(ws.tables.path(table, old))


def _blank(ws: Workspace, stretches: Iterable[Sequence[Any]]) -> None:
    by_pack: dict[str, list[tuple[int, int]]] = {}
    for pack, offset, length in stretches:
        by_pack.setdefault(pack, []).append((offset, length))
    if not by_pack:
        return
    used = set(_latest(ws).table("blocks", ["pack"])["pack"].to_list())
    for pack, places in by_pack.items():
        path = pack_path(pack)
        if not ws.files.exists(path):
            continue
        if pack in used:
            ws.files.blank(path, [at for at, _ in places], [size for _, size in places])
        else:
            ws.files.erase(path)


def _forget_derived(ws: Workspace) -> None:
    for name in DERIVED:
        shutil.rmtree(ws.derived(name), ignore_errors=True)
