"""Compiling the comparison while the ads are still being read.

Numba compiles each kernel at its first use on a machine and keeps the result. That takes some
20 seconds once, about half of it for the comparison, which another core can do meanwhile.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from filrouge.compare import align
from filrouge.compare.comparison import compare


@contextmanager
def compiling_ahead(jobs: int) -> Iterator[subprocess.Popen[bytes] | None]:
    """A process that compiles the comparison; None if that was done before, or there is no core for it.

    It is stopped at the end. Whoever needs the comparison waits for it first. Should it fail, the kernels
    are compiled where they are called, as always.
    """
    if jobs < 2 or _was_compiled():
        yield None
        return
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [sys.executable, "-m", __name__], stdin=quiet, stdout=quiet, stderr=quiet
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _was_compiled() -> bool:
    # Numba does not say what it keeps before a kernel is called; only its index on the disk does.
    kept = getattr(align.pair_kernel, "_cache", None)
    return kept is None or any(Path(kept.cache_path).glob("align.pair_kernel-*.nbi"))


def _compile() -> None:
    """Compare a few texts of which some are copies, so that every kernel is called once."""
    dice = np.random.default_rng(0)
    texts = [*dice.integers(1, 1000, (300, 30)), *[np.arange(2000, 2030)] * 2, np.arange(2000, 2029)]
    keys = np.concatenate(texts).astype(np.uint64)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    compare(keys, np.zeros(keys.size, np.uint8), offsets, 1)


if __name__ == "__main__":
    _compile()
