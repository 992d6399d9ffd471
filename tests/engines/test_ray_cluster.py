"""Two workers, each a host of its own where that can be made: the same clusters, and with one killed on the way too."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ray_hosts import Cluster, why_no_hosts
from ray_run import digest, texts

from filrouge.compare.comparison import compare

pytest.importorskip("daft", reason="daft is not installed: pip install 'filrouge[cluster]'")
pytest.importorskip("ray", reason="ray is not installed: pip install 'filrouge[cluster]'")

RUN = str(Path(__file__).with_name("ray_run.py"))
PATIENCE = 150
"""Seconds for a run, on a busy machine."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster(2, apart=why_no_hosts() is None) as made:
        yield made


@pytest.fixture(scope="module")
def by_threads() -> str:
    return digest(compare(*texts()))


def compared_on(cluster: Cluster, on_stage: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """What a run on the cluster says at its end; `on_stage` hears when each stage begins."""
    run = subprocess.Popen(
        [sys.executable, RUN, cluster.address], env=cluster.env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said: dict[str, Any] = {}
    lines = []
    clock = threading.Timer(PATIENCE, run.kill)
    clock.start()
    try:
        assert run.stdout
        for line in run.stdout:
            lines.append(line)
            if line.startswith("{"):
                said |= json.loads(line)
                if "begun" in json.loads(line):
                    on_stage(said["begun"])
        assert run.wait() == 0, "".join(lines)
    finally:
        clock.cancel()
        run.kill()
        run.communicate()
    return said


def test_two_workers_find_the_same_clusters(cluster: Cluster, by_threads: str) -> None:
    said = compared_on(cluster)
    assert said["digest"] == by_threads
    assert said["alive"] == 3


def test_a_workspace_that_a_cluster_filled_holds_the_same(cluster: Cluster, tmp_path: Path) -> None:
    pytest.importorskip("deltalake", reason="deltalake is not installed")
    script = str(Path(RUN).with_name("ray_workspace.py"))
    running = []
    env = {**cluster.env, "RAY_ADDRESS": cluster.address}
    for where, name in (("threads", "alone"), ("cluster", "together")):
        (tmp_path / name).mkdir()
        command = [sys.executable, script, where, str(tmp_path / name)]
        running.append(subprocess.Popen(command, env=env, text=True, stdout=-1, stderr=-1))
    try:
        ended = [(run.communicate(timeout=PATIENCE), run.returncode) for run in running]
    finally:
        for run in running:
            if run.poll() is None:
                run.kill()
                run.communicate()
    assert [code for _words, code in ended] == [0, 0], ended
    said = [json.loads(out.splitlines()[-1]) for (out, _err), _code in ended]
    alone, together = said
    assert together["digest"] == alone["digest"]
    assert together["added"] == alone["added"] == 600
    # Daft reads the tables that were written.
    assert together["tables"]["ads"] == 600
    assert together["tables"]["membership"] > 0


def test_with_a_worker_killed_on_the_way_the_clusters_are_the_same(cluster: Cluster, by_threads: str) -> None:
    seen = []

    def kill(stage: str) -> None:
        if stage == "candidates" and not seen:
            seen.append(stage)
            time.sleep(3)
            cluster.kill(1)

    said = compared_on(cluster, kill)
    assert seen
    assert said["digest"] == by_threads
    assert said["alive"] == 2


@pytest.mark.skipif(why_no_hosts() is not None, reason=f"no hosts of their own: {why_no_hosts()}")
def test_the_workers_were_hosts_of_their_own(cluster: Cluster) -> None:
    assert cluster.apart
