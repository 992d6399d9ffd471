"""The stages of a comparison as Daft data frames: on this machine's cores, or on a Ray cluster.

The person's process keeps what has to see all texts together: labels that spread, cuts, prices.
What looks at texts, pairs or groups one by one is sent out as data frames, and each function on
their batches calls the kernel that `compare` calls itself, so the clusters are the same to the bit,
into however many parts the frames are cut.

A stage needs nothing but what is sent with it. When a machine is lost in the middle of one, Daft gives
its work to others; what lay only on the lost machine is made again by doing that one stage again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import daft
import numpy as np
import pyarrow as pa
from daft import col

from filrouge.compare.candidates import within_room
from filrouge.compare.copies import different_pairs, verified
from filrouge.compare.models import TOGETHER, Members, Models
from filrouge.compare.postings import LONGEST_RUN, MANY, most_listed
from filrouge.compare.runs import Float32Array, Int32Array, UInt64Array
from filrouge.compare.shares import cuts_at
from filrouge.compare.stages import PairsOf, Start
from filrouge.compare.strangers import Corpus, slices
from filrouge.engines import ray_batches as batches
from filrouge.engines import ray_kernels as kernels
from filrouge.engines.ray_frames import cells_of, frame, packed, unpacked
from filrouge.errors import FilrougeError
from filrouge.i18n import _

T = TypeVar("T")
MOST_TOGETHER = 200_000
"""Texts that are worked on together at most: bounds a worker's memory."""
LEAST_TOGETHER = 2_000
"""Fewer take longer to be sent than to be compared."""
PARTS_PER_CORE = 4
PAIRS_TOGETHER = 20_000
_LOST = (
    "ObjectLostError", "ObjectReconstructionFailed", "ObjectFetchTimedOutError", "OwnerDiedError",
    "ReferenceCountingAssertionError", "ActorDiedError", "ActorUnavailableError", "ActorUnschedulableError",
    "WorkerCrashedError", "NodeDiedError",
)  # fmt: skip
"""Ray's names for what happens when a machine is lost; Daft hands them on in words."""
ATTEMPTS = 3
"""How often a stage is begun before the run is given up."""


class StageLost(FilrougeError):
    """A stage that failed again and again."""

    def __init__(self, stage: str, why: Exception) -> None:
        super().__init__(
            _(
                "The stage '{stage}' failed {attempts} times on the cluster, the last time with: {why}. "
                "Nothing is lost: look at its machines ('ray status'), then run again."
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
        self.lost: list[str] = []
        """Why stages were begun again."""

    def candidates(self, corpus: Corpus, keep: int, far_less: int, holders: Int32Array) -> PairsOf:
        """See `Stages`; the pairs stay where they were counted, and this process looks at them part by part."""
        if not corpus.ads:
            return _no_pairs()
        return self._stage("candidates", lambda: self._chosen(corpus, keep, far_less))

    def _chosen(self, corpus: Corpus, keep: int, far_less: int) -> PairsOf:
        counted = self._counted(corpus)
        top = np.zeros((corpus.ads, keep), np.int32)
        for _bucket, keys, times in _parts_of(counted):
            kernels.rank(keys, times, top)
        most, least = top.max(axis=1), top.min(axis=1)
        del top
        parts = {}
        for bucket, keys, times in _parts_of(counted):
            good = kernels.worth_it(keys, times, far_less, most, least)
            parts[bucket] = keys[good], times[good]
        in_order = [parts[bucket] for bucket in sorted(parts)]
        keys = np.concatenate([np.zeros(0, np.uint64), *(k for k, _times in in_order)])
        times = np.concatenate([np.zeros(0, np.int32), *(t for _keys, t in in_order)])
        first = (keys >> np.uint64(32)).astype(np.int32)
        second = (keys & np.uint64(0xFFFFFFFF)).astype(np.int32)
        chosen = within_room(first, second, times, keep, least)
        return first[chosen], second[chosen], times[chosen]

    def _counted(self, corpus: Corpus) -> daft.DataFrame:
        """The different pairs that lists propose, and how often: sorted within each stretch of first texts."""
        texts = frame(
            {
                "text": np.arange(corpus.ads, dtype=np.int32),
                "triples": packed(corpus.triples, corpus.offsets),
            },
            self._rows(corpus.ads),
        )
        most = most_listed(corpus.ads)
        parts = self._parts(corpus.ads)
        common: list[UInt64Array] = []
        found = None
        length = 3
        while True:
            lists = batches.lists(common, parts, corpus.ads > MANY)(col("text"), col("triples"))
            listed = unpacked(texts.select(lists.alias("lists")), "lists", 2)
            pairs = (
                listed.groupby("bucket")
                .map_groups(batches.pairs_on_lists(most, corpus.ads, parts)(col("c0"), col("c1")))
                .select(col("c0").get("common").alias("common"), col("c0").get("pairs").alias("pairs"))
                .collect()
            )
            found = pairs if found is None else found.concat(pairs)
            cells = cells_of(pairs.select("common").to_arrow(), [("common", np.uint64)])
            here = np.concatenate([np.zeros(0, np.uint64), *(runs for (runs,) in cells)])
            if length == LONGEST_RUN or not here.size:
                break
            common.append(np.sort(here))
            length *= 2
        return (
            unpacked(found, "pairs", 2)
            .groupby("bucket")
            .map_groups(batches.summed()(col("c0"), col("c1")))
            .select("bucket", col("c0").get("keys").alias("keys"), col("c0").get("times").alias("times"))
            .collect()
        )

    def copies(self, corpus: Corpus) -> tuple[Int32Array, Int32Array, Float32Array]:
        """See `Stages`."""
        if not corpus.ads:
            return (*_no_pairs()[:2], np.zeros(0, np.float32))
        first, second, spoken = self._stage("copies", lambda: self._alike(corpus))
        return verified(
            corpus, first, second, spoken,
            lambda price, floor: self.pair_bits(corpus, price, first, second, floor),
        )  # fmt: skip

    def _alike(self, corpus: Corpus) -> PairsOf:
        texts = frame(
            {
                "text": np.arange(corpus.ads, dtype=np.int32),
                "words": packed(corpus.words, corpus.offsets),
                "said": packed(corpus.said[corpus.words], corpus.offsets),
            },
            self._rows(corpus.ads),
        )
        sketched = (
            texts.select("text", batches.sketches()(col("words"), col("said")).alias("of"))
            .select("text", *(col("of").get(name).alias(name) for name in ("sketch", "spoken")))
            .collect()
        )
        counts = sketched.select("text", "spoken").to_arrow()
        spoken = np.zeros(corpus.ads, np.int32)
        spoken[counts["text"].to_numpy()] = counts["spoken"].to_numpy()
        bands = batches.bands(self._parts(corpus.ads))(col("text"), col("spoken"), col("sketch"))
        cells = [f"c{k}" for k in range(5)]
        pairs = (
            unpacked(sketched.select(bands.alias("bands")), "bands", len(cells))
            .groupby("bucket")
            .map_groups(batches.pairs_of_bands()(*(col(name) for name in cells)))
            .select("c0")
            .to_arrow()
        )
        return (*different_pairs([p for (p,) in cells_of(pairs, [("c0", np.uint64)])]), spoken)

    def pair_bits(
        self,
        corpus: Corpus,
        price: Float32Array,
        first: Int32Array,
        second: Int32Array,
        floor: float | Float32Array,
    ) -> Float32Array:
        """See `Stages`."""
        if not first.size:
            return np.zeros(0, np.float32)

        def stage() -> Float32Array:
            texts = self._priced(corpus, price)
            models = texts.select(col("text").alias("first"), col("words").alias("model"))
            return self._bits(models, texts, first, second, floor)

        return self._stage("pair bits", stage)

    def near_bits(
        self,
        corpus: Corpus,
        price: Float32Array,
        label: Int32Array,
        models: Models,
        near: Int32Array,
        *,
        texts: Int32Array | None = None,
        floor: Float32Array | None = None,
    ) -> Float32Array:
        """See `Stages`."""
        saved = np.zeros(near.shape, np.float32)
        row, place = np.nonzero((near >= 0) & (near != label[:, None]))
        if not row.size:
            return saved
        asked = (row if texts is None else texts[row]).astype(np.int32)

        def stage() -> Float32Array:
            known = frame(
                {
                    "first": np.arange(len(models), dtype=np.int32),
                    "model": packed(models.words, models.begins),
                },
                self._rows(len(models)),
            )
            least = 0.0 if floor is None else floor[row, place]
            return self._bits(known, self._priced(corpus, price), near[row, place], asked, least)

        saved[row, place] = self._stage("near bits", stage)
        return saved

    def _bits(
        self,
        models: daft.DataFrame,
        texts: daft.DataFrame,
        first: Int32Array,
        second: Int32Array,
        floor: float | Float32Array,
    ) -> Float32Array:
        columns = {
            "k": np.arange(first.size),
            "first": first,
            "second": second,
            "floor": np.broadcast_to(np.asarray(floor, np.float32), first.shape),
        }
        bits = batches.pair_bits()
        out = (
            frame(columns, self._rows(first.size, PAIRS_TOGETHER))
            .join(models, on="first")
            .join(texts.with_column_renamed("text", "second"), on="second")
            .select(
                "k",
                bits(*(col(name) for name in ("first", "floor", "model", "words", "price"))).alias("bits"),
            )
            .to_arrow()
        )
        saved = np.zeros(first.size, np.float32)
        saved[out["k"].to_numpy()] = out["bits"].to_numpy()
        return saved

    def models(
        self,
        corpus: Corpus,
        price: Float32Array,
        members: Members,
        start: Start,
        rounds: int,
        least: float,
    ) -> Models:
        """See `Stages`; a group is written by one worker, however large it is."""
        if not members.groups:
            nothing = np.zeros(0, np.float32)
            return Models(np.zeros(0, np.int32), nothing, np.zeros(1, np.int64), members, nothing)
        return self._stage("models", lambda: self._models(corpus, price, members, start, rounds, least))

    def _models(
        self,
        corpus: Corpus,
        price: Float32Array,
        members: Members,
        start: Start,
        rounds: int,
        least: float,
    ) -> Models:
        cuts = cuts_at(members.begins, TOGETHER)
        begins, at = slices(start[1], start[2] - start[1])
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
                "start": packed(start[0][at], begins[cuts]),
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
                if not _machine_lost(why):
                    raise
                if attempt == ATTEMPTS - 1:
                    raise StageLost(name, why) from why
                # What lay on a machine that is gone is gone; but all of it was made from what this process has.
                self._sent = None
                self.lost.append(f"{name}: {why}")
        raise AssertionError


def _machine_lost(why: Exception) -> bool:
    """Whether a machine of the cluster is at fault, and not what it was given to do."""
    if daft.get_or_infer_runner_type() != "ray":
        return False
    return any(name in f"{type(why).__name__}: {why}" for name in _LOST)


def _parts_of(counted: daft.DataFrame) -> Iterator[tuple[int, UInt64Array, Int32Array]]:
    """The pairs of each stretch and how often they were proposed, as they come."""
    for part in counted.to_arrow_iter():
        table = pa.Table.from_batches([part]) if isinstance(part, pa.RecordBatch) else part
        rows = cells_of(table, [("keys", np.uint64), ("times", np.int32)])
        for bucket, (keys, times) in zip(table["bucket"].to_pylist(), rows, strict=True):
            yield bucket, keys, times


def _no_pairs() -> PairsOf:
    nothing = np.zeros(0, np.int32)
    return nothing, nothing, nothing
