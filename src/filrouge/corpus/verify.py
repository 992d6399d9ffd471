"""Proving that a workspace is as it was written: every row, every file, every block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import polars as pl

from filrouge.corpus.batches import content_digest
from filrouge.corpus.blocks import BlockName, NotAsSealed, open_block
from filrouge.corpus.errors import WorkspaceError
from filrouge.corpus.files import NotThere
from filrouge.corpus.ledger import NONE_BEFORE, Snapshot
from filrouge.corpus.packs import Packs, pack_path
from filrouge.corpus.retention import KIND, unfinished
from filrouge.corpus.tables import TableFile
from filrouge.corpus.workspace import Workspace
from filrouge.i18n import N_, _
from filrouge.progress import Progress, Silent


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written: which file (or snapshot), and what is wrong with it.

    `once`: the same is wrong with all that follows, and is said once.
    """

    where: str
    what: str
    once: bool = False


def verify(ws: Workspace, progress: Progress | None = None) -> list[Finding]:
    """What is not as it was written; an empty list if all is well.

    Checked are the chain of the ledger, the fingerprint of each snapshot, the fingerprint of each file of each
    table, that the tables' logs name these files and no others, and of each block its fingerprint and its seal.
    What was destroyed by a retention rule is known from the ledger, and is no finding.
    """
    progress = progress or Silent()
    now = ws.refreshed()
    rows = now.rows()
    findings = list(_ledger_findings(now, rows))
    expected = expected_files(rows)
    progress.stage(N_("Checking tables"), len(expected))
    for file in expected:
        findings += _file_findings(now, file)
        progress.advance(1)
    findings += _log_findings(now, rows, expected)
    if findings:
        # With a table damaged, what follows may not be readable; what can be read is checked all the same.
        try:
            findings += _block_findings(now, progress)
        except WorkspaceError as e:
            findings.append(Finding("packs", str(e)))
    else:
        findings += _block_findings(now, progress)
    return findings


def expected_files(rows: list[Snapshot]) -> list[TableFile]:
    """The files that the tables consist of, after all that was replaced."""
    found = {(f[0], f[1]): TableFile(*f) for row in rows for f in row.details.get("files", [])}
    for row in rows:
        for table, old, *_rest in row.details.get("replaced", []):
            found.pop((table, old), None)
    return list(found.values())


def _ledger_findings(ws: Workspace, rows: list[Snapshot]) -> Iterator[Finding]:
    before = NONE_BEFORE
    first_ad = 0
    for row in rows:
        where = _("snapshot {seq}").format(seq=row.seq)
        if row.prev != before:
            yield Finding(where, _("the snapshot before it was changed after it was written"))
        files = [TableFile(*f) for f in row.details.get("files", [])]
        if row.kind != "init" and row.digest != content_digest(files):
            yield Finding(where, _("its fingerprint is not that of its files"))
        if row.kind != "init" and row.first_ad != first_ad:
            yield Finding(where, _("its ads do not follow those of the snapshot before"))
        if row.kind == KIND and unfinished(ws, row):
            yield Finding(where, _("a destruction was cut off; `filrouge vacuum` carries it out"))
        first_ad = max(first_ad, row.first_ad + row.ads)
        before = row.fingerprint()


def _file_findings(ws: Workspace, file: TableFile) -> Iterator[Finding]:
    path = ws.tables.path(file.table, file.path)
    try:
        content = ws.files.get(path)
    except NotThere:
        yield Finding(path, _("the file is missing"))
        return
    if len(content) != file.bytes or sha256(content).hexdigest() != file.sha256:
        yield Finding(path, _("the file is not as it was written"))


def _log_findings(ws: Workspace, rows: list[Snapshot], expected: list[TableFile]) -> Iterator[Finding]:
    batches = [row.batch for row in rows]
    for path, size, _written in ws.files.list("tables"):
        if size == 0 and "/_delta_log/" in path:
            yield Finding(path, _("the file is empty: what was written then may be lost"))
    for table in sorted({f.table for f in expected} | set(ws.tables.names()) - {"ledger"}):
        try:
            listed = ws.tables.listed(table)
        except WorkspaceError as e:
            yield Finding(f"tables/{table}", str(e))
            continue
        there = set(listed.filter(pl.col("batch").is_in(batches))["path"].to_list())
        ours = {f.path for f in expected if f.table == table}
        for path in sorted(ours - there):
            yield Finding(ws.tables.path(table, path), _("the log of the table does not name this file"))
        for path in sorted(there - ours):
            yield Finding(ws.tables.path(table, path), _("no snapshot knows of this file"))


def _block_findings(ws: Workspace, progress: Progress) -> Iterator[Finding]:
    blocks = ws.table("blocks")
    batches = {row.seq: row.batch for row in ws.snapshots()}
    packs = Packs(ws.files)
    progress.stage(N_("Checking sealed blocks"), blocks.height)
    told: set[str] = set()
    for row in blocks.sort("seq", "pack", "offset").iter_rows(named=True):
        progress.advance(1)
        found = _block_finding(ws, packs, row, batches[row["seq"]])
        # Of a missing key or pack it is enough to be told once.
        if found is not None and found.what not in told:
            told |= {found.what} if found.once else set()
            yield found
    counted = blocks.filter(pl.col("part") == "words")["ads"].sum()
    ads = ws.table("ads", ["n"]).height
    if counted != ads:
        yield Finding(
            "tables/ads",
            _("it has {ads} ads, and the blocks have {counted}").format(ads=ads, counted=counted),
        )


def _block_finding(ws: Workspace, packs: Packs, row: dict[str, Any], batch: str) -> Finding | None:
    path = pack_path(row["pack"])
    where = f"{path}, {row['offset']}"
    try:
        (sealed,) = packs.read(row["pack"], [row["offset"]], [row["length"]])
        key = ws.ring.get(row["key_id"])
    except WorkspaceError as e:
        return Finding(where, str(e), once=True)
    if sha256(sealed).digest() != row["sha256"]:
        return Finding(where, _("the block is not as it was written"))
    try:
        open_block(sealed, BlockName(ws.id, batch, row["chunk"], row["block"], row["part"]), key.cipher)
    except NotAsSealed:
        return Finding(where, _("the seal of the block is broken"))
    return None
