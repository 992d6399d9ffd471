"""A workspace in an object store is a workspace."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from made import chunk_of
from made_workspace import SECRET, added, new_workspace, opened, sealed_for
from polars.testing import assert_frame_equal

from filrouge.corpus.errors import AlreadyAWorkspace, CannotStore, NoWorkspace
from filrouge.corpus.ledger import Ledger
from filrouge.corpus.retention import destroy
from filrouge.corpus.tables import ConcurrentWrite
from filrouge.corpus.vacuum import vacuum
from filrouge.corpus.verify import verify
from filrouge.corpus.workspace import Workspace


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An object store of its own process: what waits for it may hold Python's lock."""
    pytest.importorskip("moto.server", reason="moto is not installed: pip install 'moto[server,s3]'")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(150):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait()


@pytest.fixture
def where(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    boto3 = pytest.importorskip("boto3", reason="boto3 is not installed: pip install boto3")
    for name, value in (
        ("AWS_ENDPOINT_URL", server), ("AWS_ALLOW_HTTP", "true"), ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x"), ("XDG_CACHE_HOME", str(tmp_path / "cache")),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    bucket = f"b{uuid.uuid4().hex[:12]}"
    boto3.client("s3", endpoint_url=server, region_name="us-east-1").create_bucket(Bucket=bucket)
    return f"s3://{bucket}/unit"


def test_it_is_made_written_read_and_proved(where: str, tmp_path: Path) -> None:
    with pytest.raises(NoWorkspace):
        opened(where)
    ws = new_workspace(where)
    with pytest.raises(AlreadyAWorkspace):
        new_workspace(where)
    added(ws, 300, 1)
    added(ws, 60, 2)
    local = new_workspace(tmp_path / "local")
    added(local, 300, 1)
    added(local, 60, 2)
    far, near = opened(where), local.refreshed()
    assert verify(far) == []
    columns = ["ad", "row", "agency", "posted", "location", "block", "place"]
    assert_frame_equal(far.ads(columns), near.ads(columns))
    some = np.array([359, 0, 40])
    assert_frame_equal(far.texts(some).ads, near.texts(some).ads)
    assert far.words().words.size == near.words().words.size
    assert far.at(1).ads().height == 300
    assert str(far.derived("index")).startswith(str(tmp_path / "cache"))


def test_ads_are_destroyed_there_too(where: str) -> None:
    ws = new_workspace(where)
    added(ws, 300, 1, "north")
    added(ws, 60, 2, "south")
    destroy(ws, ads=[5, 301])
    assert verify(ws) == []
    destroy(ws, case="north")
    now = ws.refreshed()
    assert now.ads().height == 59
    assert now.texts(now.ads(["ad"])["ad"].to_numpy()).ads.height == 59
    assert verify(now) == []
    assert vacuum(now, older_than=timedelta()).files == []


def test_of_two_writers_one_is_turned_away(where: str) -> None:
    ws = new_workspace(where)
    one, two = Ledger(ws.tables), Ledger(ws.tables)
    known = one.rows()
    two.rows()
    row = {"kind": "note", "by": "x", "digest": "", "details": {}}
    one.append(known, batch="a", **row)
    with pytest.raises(ConcurrentWrite):
        two.append(known, batch="b", **row)


def test_two_writers_at_once_and_one_that_was_killed(where: str) -> None:
    ws = new_workspace(where)
    with ws.begin("ingest") as late:
        late.add_chunk(sealed_for(late, ws, chunk_of(60, 2)))
        added(ws, 60, 1)
        late.commit()
    left = ws.begin("ingest")
    left.add_chunk(sealed_for(left, ws, chunk_of(60, 3)))
    left._flush_all()
    left._pack.finish()
    left._pack._file.close()
    assert opened(where).ads()["ad"].to_list() == list(range(120))
    assert vacuum(opened(where)).writing == 1
    assert len(vacuum(opened(where), older_than=timedelta()).files) >= 4
    assert verify(opened(where)) == []


def test_a_store_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {
        "aws_endpoint_url": "http://127.0.0.1:9", "aws_allow_http": "true", "aws_region": "us-east-1",
        "aws_access_key_id": "x", "aws_secret_access_key": "x",
    }  # fmt: skip
    with pytest.raises(CannotStore, match="s3://nobody"):
        Workspace.open("s3://nobody/unit", secret=SECRET, options=options)
