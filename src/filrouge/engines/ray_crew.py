"""Chunks of ads prepared and sealed on a Ray cluster: the same two steps as `crew`, by whoever is free.

Here plain tasks, not data frames: a chunk is one piece of work, its answer is one piece of bytes, and the words of
a group of chunks have to come back before any of the group is sealed. What a task made stays on the machine that made
it; if that machine is lost, Ray makes it again from the task's own input.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

import polars as pl
import ray

from filrouge.ads.tokens import Vocabulary, vocabulary_of
from filrouge.corpus.chunks import SealedChunk, seal
from filrouge.corpus.keys import DataKey
from filrouge.engines.crew import Sealing
from filrouge.engines.prepare import Written, as_written, joined


@ray.remote(num_cpus=1, num_returns=2, max_retries=3)
def _write(ads: pl.DataFrame) -> tuple[Vocabulary, Written]:
    written = as_written(ads)
    return vocabulary_of([written.words]), written


@ray.remote(num_cpus=1, max_retries=3)
def _seal(
    number: int, written: Written, words: Vocabulary, keys: Mapping[str, DataKey], sealing: Sealing
) -> SealedChunk:
    return seal(
        joined(written, words),
        chunk_number=number, batch=sealing.batch, case=sealing.case, keys=keys, pepper=sealing.pepper,
        workspace_id=sealing.workspace, received_month=sealing.month,
    )  # fmt: skip


class RayCrew:
    """A crew on a cluster, see `filrouge.engines.crew.Crew`; `use_cluster` comes first."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = ray.put(sealing)
        self._written: dict[int, Any] = {}
        self._words: tuple[Vocabulary, Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._written.clear()

    def write(self, number: int, ads: pl.DataFrame) -> Future[Vocabulary]:
        """Have chunk `number` split into words."""
        # Two answers: the words come back, what was split stays.
        answers: Any = _write.remote(ads)
        words, self._written[number] = answers
        future: Future[Vocabulary] = words.future()
        return future

    def seal(self, number: int, words: Vocabulary, keys: Mapping[str, DataKey]) -> Future[SealedChunk]:
        """Have chunk `number` sealed."""
        if self._words is None or self._words[0] is not words:
            # The words of a group are the same for all of its chunks: they are sent once.
            self._words = words, ray.put(words)
        sealed: Any = _seal.remote(number, self._written.pop(number), self._words[1], keys, self._sealing)
        future: Future[SealedChunk] = sealed.future()
        return future
