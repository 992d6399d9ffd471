"""Compiling the comparison while the ads are still being read.

Numba compiles each kernel at its first use on a machine and keeps the result. That takes some
20 seconds once, half of it for splitting and comparing, which another core can do meanwhile.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl

from filrouge.ads.fold import Folded
from filrouge.ads.tokens import Masks, split_chunks
from filrouge.compare import align
from filrouge.compare.comparison import compare
from filrouge.networks.disguises import disguise_book


class Ahead:
    """A process that compiles: first what the comparison needs, then what is needed when findings are written."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def wait_for_comparison(self) -> None:
        """Until all that the comparison needs is compiled, or the process ended."""
        if self._process.stdout:
            self._process.stdout.readline()


@contextmanager
def compiling_ahead(jobs: int) -> Iterator[Ahead | None]:
    """Compile on another core; None if that was done before, or there is no core for it.

    It is stopped at the end. Whoever needs words or the comparison waits for it first. Should it fail, the kernels
    are compiled where they are called, as always.
    """
    if jobs < 2 or _was_compiled():
        yield None
        return
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [sys.executable, "-m", __name__], stdin=quiet, stdout=subprocess.PIPE, stderr=quiet
    ) as process:
        try:
            yield Ahead(process)
        finally:
            process.kill()


def _was_compiled() -> bool:
    # Numba does not say what it keeps before a kernel is called; only its index on the disk does.
    kept = getattr(align.weigh_pairs, "_cache", None)
    return kept is None or any(Path(kept.cache_path).glob("align.weigh_pairs-*.nbi"))


def _compile() -> None:
    """Split and compare a few texts of which some are copies, so that every kernel is called once.

    What joins disguised words is left to who needs it: so both are ready at about one time.
    """
    dice = np.random.default_rng(0)
    copied = " ".join(_invented(dice, 30))
    texts = [*(" ".join(_invented(dice, 30)) for _ in range(300)), copied, copied, copied + " more"]
    chars = np.array(list(map(ord, "".join(texts))), np.uint32)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    origin = np.concatenate([np.arange(len(text), dtype=np.int32) for text in texts])
    tokens = split_chunks([Folded(chars, origin, origin + np.int32(1), offsets)], [Masks.none()])[0].tokens
    compare(tokens.key, tokens.kind, tokens.offsets, 1)
    print(flush=True)
    ads = pl.DataFrame({"text": texts, "agency": "", "posted": None})
    nothing = {"ad": pl.Int32, "kind": pl.String, "value": pl.String, "start": pl.Int32, "end": pl.Int32}
    disguise_book(ads, pl.DataFrame(schema=nothing))


def _invented(dice: np.random.Generator, count: int) -> list[str]:
    return ["".join(map(chr, word)) for word in dice.integers(ord("a"), ord("z") + 1, (count, 4))]


if __name__ == "__main__":
    _compile()
