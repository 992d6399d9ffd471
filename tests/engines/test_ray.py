"""The comparison as data frames finds what it finds by itself, to the bit, into however many parts they are cut."""

from __future__ import annotations

import importlib
import os
import socket
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from ray_run import digest, texts

from filrouge.compare import postings
from filrouge.compare.comparison import compare
from filrouge.compare.stages import Threads
from filrouge.engines import ray_cluster

pytest.importorskip("daft", reason="daft is not installed: pip install 'filrouge[cluster]'")
CORES = ray_cluster.use_this_machine()
from filrouge.engines.ray_stages import Frames, StageLost  # noqa: E402


def arrays(*ads: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keys = np.array([word for ad in ads for word in ad], np.uint64)
    offsets = np.concatenate([[0], np.cumsum([len(ad) for ad in ads])]).astype(np.int64)
    return keys, np.zeros(keys.size, np.uint8), offsets


@pytest.fixture(scope="module")
def by_threads() -> str:
    return digest(compare(*texts(), 1, Threads(1)))


@pytest.mark.parametrize("parts", [None, 1, 3, 17])
def test_frames_find_the_same_to_the_bit(by_threads: str, parts: int | None) -> None:
    stages = Frames(CORES, 1, parts)
    assert digest(compare(*texts(), 1, stages)) == by_threads
    assert {"candidates", "copies", "pair bits", "models", "near bits"} == set(stages.begun)


@pytest.mark.parametrize(
    "ads",
    [
        [],
        [[]],
        [[1]],
        [[1, 2, 3], [1, 2, 3]],
        [[], [1, 2, 3, 4], [], [1, 2, 3, 5], []],
        [list(range(40))] * 3 + [list(range(38))],
    ],
)
def test_of_next_to_nothing_frames_make_what_threads_make(ads: list[list[int]]) -> None:
    assert digest(compare(*arrays(*ads), 1, Frames(CORES))) == digest(compare(*arrays(*ads)))


@pytest.mark.parametrize("seed", range(4))
def test_templates_that_fill_half_of_a_corpus_are_met_by_longer_runs_in_both(seed: int) -> None:
    draw = np.random.default_rng(seed)
    template = draw.integers(1, 60, 50)
    ads = []
    for _ in range(400):
        ad = template.copy() if draw.random() < 0.5 else draw.integers(1, 60, int(draw.integers(1, 60)))
        changed = draw.random(ad.size) < 0.1
        ad[changed] = draw.integers(1, 60, int(changed.sum()))
        ads.append(ad.tolist())
    assert digest(compare(*arrays(*ads), 1, Frames(CORES, 1, 5))) == digest(compare(*arrays(*ads)))


@pytest.mark.parametrize("parts", [1, 5])
def test_of_many_texts_lists_go_by_sketches_in_both(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    from filrouge.engines import ray_stages as engine

    monkeypatch.setattr(postings, "MANY", 100)
    monkeypatch.setattr(engine, "MANY", 100)
    ads = texts()
    by_threads = digest(compare(*ads, 1))
    assert digest(compare(*ads, 1, Frames(CORES, 1, parts))) == by_threads
    monkeypatch.setattr(postings, "MANY", 1 << 18)
    assert digest(compare(*ads, 1)) != by_threads


def test_nobody_is_told_that_a_cluster_is_used() -> None:
    said = (
        "from filrouge.engines.ray_cluster import use_this_machine; use_this_machine()\n"
        "from daft.scarf_telemetry import opted_out; assert opted_out()"
    )
    told = {"DO_NOT_TRACK", "DAFT_ANALYTICS_ENABLED", "SCARF_NO_ANALYTICS", "RAY_USAGE_STATS_ENABLED"}
    env = {name: value for name, value in os.environ.items() if name not in told}
    subprocess.run([sys.executable, "-c", said], check=True, env=env)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_name: str) -> Any:
        raise ImportError

    monkeypatch.setattr(importlib, "import_module", none)
    with pytest.raises(ray_cluster.NoCluster, match=r"filrouge\[cluster\]"):
        ray_cluster.use_cluster("auto")


def test_a_cluster_that_does_not_answer_is_said_to_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{free}")
    with pytest.raises(ray_cluster.NoCluster, match="does not answer"):
        ray_cluster.use_cluster()


def test_a_stage_whose_machine_was_lost_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from filrouge.engines import ray_stages as engine

    monkeypatch.setattr(engine, "_machine_lost", lambda why: isinstance(why, ConnectionError))
    stages, failures = Frames(CORES), iter([ConnectionError("gone"), ConnectionError("gone"), None])

    def work() -> str:
        if (why := next(failures)) is not None:
            raise why
        return "done"

    assert stages._stage("models", work) == "done"
    assert stages.begun == ["models"] * 3

    def never() -> str:
        raise ConnectionError("gone")

    with pytest.raises(StageLost, match="models"):
        stages._stage("models", never)

    def wrong() -> str:
        raise ZeroDivisionError

    stages.begun.clear()
    with pytest.raises(ZeroDivisionError):
        stages._stage("models", wrong)
    assert stages.begun == ["models"], "what is wrong in itself is not tried again"
