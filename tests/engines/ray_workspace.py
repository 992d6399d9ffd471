"""Take invented ads into a workspace, and run it; with a cluster, or without. Says what is in it then.

python ray_workspace.py cluster|threads FOLDER

The cluster is the one of RAY_ADDRESS.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from filrouge.ads.synthetic import write_synthetic
from filrouge.corpus.results import membership
from filrouge.corpus.workspace import Workspace
from filrouge.engines import ingest as taking
from filrouge.engines import ray as cluster
from filrouge.engines import run as running

ADS = 600
local = SimpleNamespace(ingest=taking.ingest, run=running.run)
taking.CHUNK = 200


def main(where: str, folder: Path) -> None:
    write_synthetic(folder / "ads", ADS, 3, 0.5)
    # The pepper is drawn, and decides the order of the texts: here it has to be the same twice.
    with mock.patch("filrouge.corpus.keys.secrets.token_bytes", lambda size: bytes(range(size))):
        ws = Workspace.init(folder / "ws", secret=bytes(range(32)))
    engine = local if where == "threads" else cluster
    taken = engine.ingest(ws, [str(folder / "ads" / "ads.csv")], case="case")
    ws = ws.refreshed()
    summary = engine.run(ws)
    ws = ws.refreshed()
    words = ws.words()
    of = hashlib.sha256()
    for array in (words.ad, words.offsets, membership(ws).of(words.ad)):
        of.update(array.tobytes())
    tables = {}
    if where != "threads":
        import daft

        for name in ("ads", "membership", "ledger"):
            tables[name] = daft.read_deltalake(str(folder / "ws" / "tables" / name)).count_rows()
    said = {"added": taken.added, "clusters": summary.clusters, "digest": of.hexdigest(), "tables": tables}
    print(json.dumps(said), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
