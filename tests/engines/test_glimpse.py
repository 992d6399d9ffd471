"""Ads at a glance say what ads opened in full do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from filrouge.corpus import glimpse
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ingest import ingest


@pytest.mark.parametrize("at_once", [1, 2, 64])
def test_ads_of_many_blocks_are_seen_however_many_are_open_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(glimpse, "AT_ONCE", at_once)
    ws = Workspace.init(tmp_path / "ws", secret=bytes(range(32)))
    for day in range(5):
        path = tmp_path / f"{day}.csv"
        texts = [f"Œuvre nº {day}{k} 😀 à voir chez Zoë, {'très ' * 90}{k * 'x'}" for k in range(3)]
        pl.DataFrame({"id": [f"{day}-{k}" for k in range(3)], "text": texts, "agency": "north"}).write_csv(
            path
        )
        ingest(ws.refreshed(), [str(path)], case="a")
    ws = ws.refreshed()
    for ads in ([], [14], [1, 4, 5, 8, 11, 12], range(15)):
        wanted = np.array(ads, np.int64)
        seen, opened = glimpse.glimpse(ws, wanted), ws.texts(wanted)
        assert [row["text"] for row in seen.rows] == opened.ads["text"].to_list()
        assert [row["posted"] for row in seen.rows] == opened.ads["posted"].to_list()
        for one in ("key", "start", "end", "offsets"):
            assert np.array_equal(getattr(seen.tokens, one), getattr(opened.tokens, one))
