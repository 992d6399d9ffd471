"""Compare invented texts on a cluster or on this machine, and say what was found: a process of its own for each.

python ray_run.py ADDRESS|native|threads PARTS
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time

import numpy as np

from filrouge.compare.comparison import Comparison, compare


def texts(count: int = 3_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Strangers of one trade and two hundred templates, a quarter of whose words change; one fills a tenth of all."""
    draw = np.random.default_rng(7)
    words: list[int] = []
    offsets = [0]
    templates = [draw.zipf(1.2, 50).clip(1, 3_000) for _ in range(200)]
    for k in range(count):
        if k % 10 == 0:
            text = templates[0].copy()
        elif k % 2:
            text = templates[int(draw.integers(len(templates)))].copy()
        else:
            text = draw.zipf(1.2, int(draw.integers(0, 70))).clip(1, 3_000)
        changed = draw.random(text.size) < 0.25 * draw.random()
        text[changed] = draw.integers(1, 3_000, int(changed.sum()))
        words += text.tolist()
        offsets.append(len(words))
    keys = np.array(words, np.uint64)
    return keys, (keys % 50 == 0).astype(np.uint8), np.array(offsets, np.int64)


def digest(found: Comparison) -> str:
    """Of all that the comparison found, to the bit."""
    of = hashlib.sha256()
    made = found.clustering
    arrays = (found.cluster, found.bits, made.price, made.pairs, made.exact_bits, np.array([made.cut]))
    for array in (*arrays, made.templates.words, made.templates.price, made.templates.bits):
        of.update(np.ascontiguousarray(array).tobytes())
    return of.hexdigest()


def main(where: str, parts: int | None) -> None:
    from filrouge.compare.stages import Threads

    stages = Threads(1)
    if where != "threads":
        from filrouge.engines.ray_cluster import use_cluster, use_this_machine

        cores = use_this_machine() if where == "native" else use_cluster(where)
        if where != "native":
            import ray

            while ray.cluster_resources().get("CPU", 0) < 2:
                time.sleep(0.1)
        from filrouge.engines.ray_stages import Frames

        class Told(list[str]):
            def append(self, stage: str) -> None:
                super().append(stage)
                print(json.dumps({"begun": stage, "at": round(time.perf_counter() - began, 2)}), flush=True)

        stages = Frames(cores, 1, parts)
        stages.begun = Told()
    began = time.perf_counter()
    found = compare(*texts(), 1, stages)
    said = {"digest": digest(found), "clusters": len(found.templates), "seconds": time.perf_counter() - began}
    if where not in ("threads", "native"):
        said["lost"] = [why[:400] for why in stages.lost]
        said["alive"] = sum(node["Alive"] for node in ray.nodes())
    print(json.dumps(said), flush=True)
    # Ray's farewell to a cluster that lost a worker may take long, and says nothing.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
