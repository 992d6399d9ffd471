"""A workspace with two cases that share networks, made of the invented ads of the demo, and packages of it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from filrouge.corpus.results import network_of
from filrouge.corpus.workspace import Workspace
from filrouge.engines.casebook import Casebook
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run
from filrouge.reports.package.make import Made, package
from filrouge.reports.package.what import Terms, What

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo"
CASES = {
    "harbour": ("harbourlist.csv", "petitesannonces.csv"),
    "market": ("elmercado.tsv", "northboard.jsonl"),
}
SECRET = bytes(range(32))
NOON = datetime(2026, 6, 4, 12, tzinfo=UTC)


def made_workspace(folder: Path) -> Workspace:
    """The workspace after both cases came in and were compared."""
    ws = Workspace.init(folder / "unit", secret=SECRET)
    for case, files in CASES.items():
        ingest(ws, [str(DEMO / name) for name in files], case=case, receiver="J. Roy", jobs=1)
        ws = ws.refreshed()
    run(ws, jobs=1)
    return ws.refreshed()


def terms(**more: object) -> Terms:
    """Those of the tests, with some changed."""
    said = {"made_by": "J. Roy", "made_at": NOON, "recipient": "Crown prosecutor", "purpose": "disclosure"}
    return Terms(**{**said, **more})  # type: ignore[arg-type]


def packaged(ws: Workspace, what: What, case: str = "harbour", audit: tuple = (), **more: object) -> Made:
    """A package of a case."""
    return package(Casebook(ws, case), what, terms(**more), audit=audit)


def files_of(content: bytes) -> dict[str, bytes]:
    """The files of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def shared_networks(ws: Workspace) -> list[int]:
    """The networks that hold ads of both cases and are some to readers of harbour, those with most of it first."""
    ads = ws.ads(["case"])
    network = network_of(ws, ads["ad"].to_numpy())
    case = ads["case"].to_numpy()
    found = {}
    for number in set(Casebook(ws, "harbour").ads["network"]) - {-1}:
        mine = [int(((network == number) & (case == name)).sum()) for name in CASES]
        if all(mine):
            found[number] = mine
    return sorted(found, key=lambda number: (-found[number][0], number))
