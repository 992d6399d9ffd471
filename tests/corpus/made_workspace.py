"""Small workspaces for the tests of the corpus."""

from __future__ import annotations

from pathlib import Path

from made import chunk_of

from filrouge.corpus.batches import Batch
from filrouge.corpus.chunks import Chunk, SealedChunk, months_of, seal
from filrouge.corpus.ledger import Snapshot
from filrouge.corpus.workspace import Workspace

SECRET = bytes(range(32))
RECEIVED = "2026-03"


def new_workspace(where: Path | str, **options) -> Workspace:
    return Workspace.init(where, secret=SECRET, **options)


def opened(where: Path | str, **options) -> Workspace:
    return Workspace.open(where, secret=SECRET, **options)


def sealed_for(batch: Batch, ws: Workspace, chunk: Chunk, number: int = 0, case: str = "case") -> SealedChunk:
    keys = batch.keys(case, months_of(chunk.ads, RECEIVED).unique().to_list())
    return seal(
        chunk, chunk_number=number, batch=batch.id, case=case, keys=keys, pepper=ws.pepper,
        workspace_id=ws.id, received_month=RECEIVED,
    )  # fmt: skip


def ingested(ws: Workspace, *chunks: Chunk, case: str = "case", **details) -> Snapshot:
    """Add chunks in one batch."""
    with ws.begin("ingest") as batch:
        for number, chunk in enumerate(chunks):
            batch.add_chunk(sealed_for(batch, ws, chunk, number, case))
        return batch.commit(details)


def added(ws: Workspace, count: int, seed: int = 0, case: str = "case") -> Snapshot:
    """Add invented ads."""
    return ingested(ws, chunk_of(count, seed, f"made-{seed}.csv"), case=case)
