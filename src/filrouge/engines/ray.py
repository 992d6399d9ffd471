"""The stages of a comparison as Daft data frames: on this machine's cores, or on a Ray cluster.

The person's process keeps what has to see all texts together: labels that spread, cuts, prices.
What looks at texts, pairs or groups one by one is sent out as data frames, and each function on
their batches calls the kernel that `compare` calls itself, so the clusters are the same to the bit,
into however many parts the frames are cut.

A stage needs nothing but what is sent with it. When a machine is lost in the middle of one, Daft gives
its work to others; what lay only on the lost machine is made again by doing that one stage again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import daft
import numpy as np
import pyarrow as pa
from daft import col

from filrouge.compare.candidates import ALWAYS_LISTED, FEWEST_BITS, LONGEST_RUN
from filrouge.compare.copies import ALIKE, different_pairs, even_price, nearly_equal, words_said
from filrouge.compare.labels import best_candidates
from filrouge.compare.models import Members, Models, shares_of
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array
from filrouge.compare.stages import PairsOf
from filrouge.compare.strangers import Corpus
from filrouge.engines import ray_batches as batches
from filrouge.engines.ray_frames import cells_of, frame, numbers, packed, unpacked
from filrouge.errors import FilrougeError
from filrouge.i18n import _

T = TypeVar("T")
MOST_TOGETHER = 200_000
"""Texts that are worked on together at most: bounds a worker's memory."""
LEAST_TOGETHER = 2_000
"""Fewer take longer to be sent than to be compared."""
PARTS_PER_CORE = 4
PAIRS_TOGETHER = 20_000
ATTEMPTS = 3
"""How often a stage is begun before the run is given up."""


class StageLost(FilrougeError):
    """A stage that failed again and again."""

    def __init__(self, stage: str, why: Exception) -> None:
        super().__init__(
            _(
                "The stage '{stage}' failed {attempts} times on the cluster, the last time with: {why}. Nothing is lost: look at its machines ('ray status'), then run again."
            ).format(stage=stage, attempts=ATTEMPTS, why=why)
        )


class Frames:
    """The stages of a comparison as data frames; see `filrouge.compare.stages.Stages`.

    Args:
        cores: of all machines; decides into how many parts the work is cut, and nothing else.
        threads: that what stays in this process may use.
        parts: into how many parts, if it is not to be decided by the cores.
    """

    def __init__(self, cores: int, threads: int = 1, parts: int | None = None) -> None:
        self.threads, self._cores, self._given = threads, cores, parts
        self._sent: tuple[Corpus, Float32Array, daft.DataFrame] | None = None
        self.begun: list[str] = []
        """The stages in the order in which they were begun; one that was begun again is there again."""

    def candidates(self, corpus: Corpus, keep: int, far_less: int) -> PairsOf:
        """See `Stages`; the pairs of each stretch of texts come back in order, and are chosen from here."""
        if not corpus.ads:
            return _no_pairs()
        first, second, times = self._stage("candidates", lambda: self._proposed(corpus))
        chosen = best_candidates(first, second, times, corpus.ads, keep, far_less)
        return first[chosen], second[chosen], times[chosen]

    def _proposed(self, corpus: Corpus) -> PairsOf:
        texts = frame(
            {"text": np.arange(corpus.ads, dtype=np.int32), "triples": packed(corpus.triples, corpus.offsets)},
            self._rows(corpus.ads),
        )
        most = max(ALWAYS_LISTED, int(corpus.ads / 2**FEWEST_BITS))
        parts = self._parts(corpus.ads)
        common: list[UInt64Array] = []
        found = None
        length = 3
        while True:
            lists = texts.select(batches.lists(common, parts)(col("text"), col("triples")).alias("lists"))
            lists = unpacked(lists, "lists", 2)
            pairs = (
                lists.groupby("bucket")
                .map_groups(batches.pairs_on_lists(most, corpus.ads, parts)(col("c0"), col("c1")))
                .select(col("c0").get("common").alias("common"), col("c0").get("pairs").alias("pairs"))
                .collect()
            )
            found = pairs if found is None else found.concat(pairs)
            here = np.concatenate(
                [np.zeros(0, np.uint64), *(one for (one,) in cells_of(pairs.select("common").to_arrow(), [("common", np.uint64)]))]
            )
            if length == LONGEST_RUN or not here.size:
                break
            common.append(np.sort(here))
            length *= 2
        summed = (
            unpacked(found, "pairs", 2)
            .groupby("bucket")
            .map_groups(batches.summed()(col("c0"), col("c1")))
            .select("bucket", col("c0").get("keys").alias("keys"), col("c0").get("times").alias("times"))
            .to_arrow()
            .sort_by("bucket")
        )
        rows = [*cells_of(summed, [("keys", np.uint64), ("times", np.int32)])]
        keys = np.concatenate([np.zeros(0, np.uint64), *(k for k, _times in rows)])
        times = np.concatenate([np.zeros(0, np.int32), *(t for _keys, t in rows)])
        low = np.uint64(0xFFFFFFFF)
        return (keys >> np.uint64(32)).astype(np.int32), (keys & low).astype(np.int32), times

    def copies(self, corpus: Corpus) -> tuple[Int32Array, Int32Array, Float32Array]:
        """See `Stages`."""
        nothing = np.zeros(0, np.float32)
        if not corpus.ads:
            return (*_no_pairs()[:2], nothing)
        first, second = self._stage("copies", lambda: self._alike(corpus))
        saved = self.pair_bits(corpus, even_price(corpus), first, second)
        return nearly_equal(corpus, first, second, saved)

    def _alike(self, corpus: Corpus) -> tuple[Int32Array, Int32Array]:
        texts = frame(
            {
                "text": np.arange(corpus.ads, dtype=np.int32),
                "spoken": words_said(corpus.said, corpus.offsets),
                "words": packed(corpus.words, corpus.offsets),
                "said": packed(corpus.said, corpus.offsets),
            },
            self._rows(corpus.ads),
        )
        sketched = texts.select("text", "spoken", batches.sketches()(col("words"), col("said")).alias("sketch")).collect()
        bands = sketched.select(
            batches.bands(self._parts(corpus.ads))(col("text"), col("spoken"), col("sketch")).alias("bands")
        )
        pairs = (
            unpacked(bands, "bands", 4)
            .groupby("bucket")
            .map_groups(batches.pairs_of_bands()(col("c0"), col("c1"), col("c2"), col("c3")))
            .select("c0")
            .to_arrow()
        )
        first, second = different_pairs(
            np.concatenate([np.zeros(0, np.int64), *(p for (p,) in cells_of(pairs, [("c0", np.int64)]))])
        )
        asked = frame(
            {"k": np.arange(first.size), "first": first, "second": second}, self._rows(first.size, PAIRS_TOGETHER)
        )
        one = sketched.select(col("text").alias("first"), col("sketch").alias("one"))
        other = sketched.select(col("text").alias("second"), col("sketch").alias("other"))
        out = (
            asked.join(one, on="first")
            .join(other, on="second")
            .select("k", batches.minima_shared()(col("one"), col("other")).alias("equal"))
            .to_arrow()
        )
        equal = _in_order(out, "equal", np.zeros(first.size, np.int32))
        return first[equal >= ALIKE], second[equal >= ALIKE]

    def voices(self, corpus: Corpus, owner: Int32Array) -> tuple[Int32Array, Int32Array, Int32Array]:
        """See `Stages`; the texts of one owner are brought together, so that no owner is counted twice."""
        if not corpus.ads:
            return tuple(np.zeros(size, np.int32) for size in corpus.sizes)  # type: ignore[return-value]
        return self._stage("voices", lambda: self._voices(corpus, owner))

    def _voices(self, corpus: Corpus, owner: Int32Array) -> tuple[Int32Array, Int32Array, Int32Array]:
        parts = self._parts(corpus.ads)
        runs = (corpus.words, corpus.pairs, corpus.triples)
        names = ("words", "pairs", "triples")
        texts = frame(
            {
                "bucket": owner % np.int32(parts),
                "owner": owner,
                **{name: packed(ids, corpus.offsets) for name, ids in zip(names, runs, strict=True)},
            },
            self._rows(corpus.ads),
        )
        counts = texts.groupby("bucket").map_groups(
            batches.voices(corpus.sizes, parts)(col("owner"), *(col(name) for name in names))
        )
        summed = (
            unpacked(counts.select(col("owner").alias("counts")), "counts", 2)
            .groupby("bucket")
            .map_groups(batches.summed_voices()(col("c0"), col("c1")))
            .select("bucket", col("c0").get("ids").alias("ids"), col("c0").get("counts").alias("counts"))
            .to_arrow()
        )
        out = tuple(np.zeros(size, np.int32) for size in corpus.sizes)
        levels = summed["bucket"].to_numpy() // parts
        for level, (ids, held) in zip(
            levels.tolist(), cells_of(summed, [("ids", np.int32), ("counts", np.int32)]), strict=True
        ):
            out[level][ids] = held
        return out  # type: ignore[return-value]

    def pair_bits(
        self, corpus: Corpus, price: Float32Array, first: Int32Array, second: Int32Array
    ) -> Float32Array:
        """See `Stages`."""
        if not first.size:
            return np.zeros(0, np.float32)

        def stage() -> Float32Array:
            texts = self._priced(corpus, price)
            models = texts.select(col("text").alias("first"), col("words").alias("model"))
            return self._bits(models, texts, first, second)

        return self._stage("pair bits", stage)

    def near_bits(
        self, corpus: Corpus, price: Float32Array, label: Int32Array, models: Models, near: Int32Array
    ) -> Float32Array:
        """See `Stages`."""
        saved = np.zeros(near.shape, np.float32)
        row, place = np.nonzero((near >= 0) & (near != label[:, None]))
        if not row.size:
            return saved

        def stage() -> Float32Array:
            known = frame(
                {
                    "first": np.arange(len(models), dtype=np.int32),
                    "model": packed(models.words, models.begins),
                },
                self._rows(len(models)),
            )
            return self._bits(known, self._priced(corpus, price), near[row, place], row.astype(np.int32))

        saved[row, place] = self._stage("near bits", stage)
        return saved

    def _bits(
        self, models: daft.DataFrame, texts: daft.DataFrame, first: Int32Array, second: Int32Array
    ) -> Float32Array:
        asked = frame(
            {"k": np.arange(first.size), "first": first, "second": second}, self._rows(first.size, PAIRS_TOGETHER)
        )
        out = (
            asked.join(models, on="first")
            .join(texts.with_column_renamed("text", "second"), on="second")
            .select("k", batches.pair_bits()(col("model"), col("words"), col("price")).alias("bits"))
            .to_arrow()
        )
        return _in_order(out, "bits", np.zeros(first.size, np.float32))

    def models(
        self,
        corpus: Corpus,
        price: Float32Array,
        members: Members,
        words: Int32Array,
        begins: Int64Array,
        rounds: int,
        least: float,
    ) -> Models:
        """See `Stages`; a group is written by one worker, however large it is."""
        if not members.groups:
            return Models(words, np.zeros(0, np.float32), begins, members, np.zeros(0, np.float32))
        return self._stage(
            "models", lambda: self._models(corpus, price, members, words, begins, rounds, least)
        )

    def _models(
        self,
        corpus: Corpus,
        price: Float32Array,
        members: Members,
        words: Int32Array,
        begins: Int64Array,
        rounds: int,
        least: float,
    ) -> Models:
        cuts = shares_of(members.begins)
        sizes = np.diff(members.begins)
        share = np.repeat(np.arange(cuts.size - 1, dtype=np.int32), np.diff(cuts))
        rows = frame(
            {
                "bucket": np.repeat(share, sizes),
                "place": np.arange(members.texts.size),
                "text": members.texts,
            },
            self._rows(members.texts.size),
        )
        starts = frame(
            {
                "bucket": np.arange(cuts.size - 1, dtype=np.int32),
                "start": packed(words, begins[cuts]),
                "starts": packed(np.diff(begins), cuts),
                "sizes": packed(sizes, cuts),
            },
            self._rows(cuts.size - 1),
        )
        found = (
            rows.join(self._priced(corpus, price), on="text")
            .groupby("bucket")
            .map_groups(batches.gathered()(col("place"), col("words"), col("price")))
            .select(
                "bucket",
                col("place").get("words").alias("words"),
                col("place").get("price").alias("price"),
                col("place").get("lengths").alias("lengths"),
            )
            .join(starts, on="bucket")
            .select(
                "bucket",
                batches.models(rounds, least)(
                    *(col(name) for name in ("words", "price", "lengths", "start", "starts", "sizes"))
                ).alias("models"),
            )
            .select("bucket", *(col("models").get(name).alias(name) for name in batches.MODEL))
            .to_arrow()
            .sort_by("bucket")
        )
        parts = [*cells_of(found, [*batches.MODEL.items()])]
        model_words, costs, lengths, bits = (np.concatenate(column) for column in zip(*parts, strict=True))
        ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Models(model_words, costs, ends, members, bits)

    def _priced(self, corpus: Corpus, price: Float32Array) -> daft.DataFrame:
        """The texts with what their words cost: `text`, `words`, `price`. The last that was asked for is kept."""
        if self._sent and self._sent[0] is corpus and self._sent[1] is price:
            return self._sent[2]
        texts = frame(
            {
                "text": np.arange(corpus.ads, dtype=np.int32),
                "words": packed(corpus.words, corpus.offsets),
                "price": packed(price, corpus.offsets),
            },
            self._rows(corpus.ads),
        )
        self._sent = corpus, price, texts
        return texts

    def _rows(self, rows: int, least: int = LEAST_TOGETHER) -> int:
        if self._given:
            return max(-(-rows // self._given), 1)
        return min(max(rows // (PARTS_PER_CORE * self._cores), least), max(MOST_TOGETHER, least))

    def _parts(self, rows: int) -> int:
        return max(-(-rows // self._rows(rows)), 1)

    def _stage(self, name: str, work: Callable[[], T]) -> T:
        for attempt in range(ATTEMPTS):
            self.begun.append(name)
            try:
                with daft.execution_config_ctx(shuffle_aggregation_default_partitions=1024):
                    return work()
            except Exception as why:
                # What lay on a machine that is gone is gone; but all of it was made from what this process has.
                self._sent = None
                if attempt == ATTEMPTS - 1 or not _machine_lost(why):
                    if _machine_lost(why):
                        raise StageLost(name, why) from why
                    raise
        raise AssertionError


def _machine_lost(why: Exception) -> bool:
    """Whether a machine of the cluster is at fault, and not what it was given to do."""
    if daft.get_or_infer_runner_type() != "ray":
        return False
    import ray

    lost = ("ObjectLost", "ActorDied", "ActorUnavailable", "WorkerCrashed", "NodeDied", "OwnerDied", "ReferenceCounting")
    return isinstance(why, ray.exceptions.RayError) or any(name in f"{type(why).__name__}: {why}" for name in lost)


def _in_order(table: pa.Table, column: str, out: Any) -> Any:
    out[table["k"].to_numpy()] = numbers(table[column])
    return out


def _no_pairs() -> PairsOf:
    nothing = np.zeros(0, np.int32)
    return nothing, nothing, nothing
