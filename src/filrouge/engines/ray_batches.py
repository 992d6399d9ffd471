"""One function for each stage: an Arrow batch in, an Arrow batch out, a kernel of `compare` between."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from daft import DataType

from filrouge.compare.align import weigh_pairs
from filrouge.compare.copies import BANDS, ROWS, band_keys, band_pairs
from filrouge.compare.models import models_kernel
from filrouge.compare.postings import PLACES
from filrouge.compare.runs import UInt64Array
from filrouge.compare.sketches import run_sketches, write_sketches
from filrouge.engines.ray_frames import (
    Array,
    by_place,
    first_row,
    joined_cells,
    numbers,
    on_batches,
    packed,
    packet_type,
    packets,
    slices_of,
)
from filrouge.engines.ray_kernels import counted, listed, longer_keys, proposed, run_keys

MIXER = np.uint64(0x9E3779B97F4A7C15)
MODEL = {"model": np.int32, "cost": np.float32, "length": np.int64, "bits": np.float32}
"""What is kept of the models of a share of groups: end to end, and how many words each has."""


def _bucket(keys: UInt64Array, buckets: int) -> Array:
    return ((keys * MIXER) >> np.uint64(33)) % np.uint64(buckets)


def _cells(*names: str) -> Any:
    return DataType.struct({name: DataType.binary() for name in names})


def lists(common: list[UInt64Array], buckets: int, by_sketch: bool) -> Any:
    """The lists that texts are put on, by bucket of runs; of runs whose shorter ones are all too `common`.

    `by_sketch`: whether most are in the order of sketches, see `postings.MANY`.
    """

    @on_batches(packet_type(2))
    def lists(text: Any, triples: Any) -> list[list[dict[str, Any]]]:
        ids, offsets = slices_of(triples, np.int32)
        keys, length = run_keys(ids, offsets), 3
        for level in common:
            keys = longer_keys(keys, offsets, level, length)
            length *= 2
        sketches = run_sketches(ids, offsets, PLACES) if by_sketch else np.zeros((0, PLACES), np.uint32)
        runs, entries = listed(keys, ids, offsets, numbers(text), sketches)
        return first_row(packets(_bucket(runs, buckets), buckets, runs, entries), offsets.size - 1)

    return lists


def pairs_on_lists(most: int, texts: int, parts: int) -> Any:
    """The pairs that the lists of a bucket propose, by stretch of their first texts, and the runs too common."""
    types = {"common": DataType.binary(), "pairs": packet_type(2)}

    @on_batches(DataType.struct(types))
    def pairs_on_lists(c0: Any, c1: Any) -> list[dict[str, Any]]:
        pairs, common = proposed(joined_cells(c0, np.uint64), joined_cells(c1, np.uint64), most)
        keys, times = counted(pairs, np.ones(pairs.size, np.int64))
        stretch = by_place((keys >> np.uint64(32)).astype(np.int32), parts, texts)
        return [{"common": common.tobytes(), "pairs": packets(stretch, parts, keys, times)}]

    return pairs_on_lists


def summed() -> Any:
    """The different pairs of a stretch, sorted, and how often each was proposed."""

    @on_batches(_cells("keys", "times"))
    def summed(c0: Any, c1: Any) -> list[dict[str, bytes]]:
        keys, times = counted(joined_cells(c0, np.uint64), joined_cells(c1, np.int32).astype(np.int64))
        return [{"keys": keys.tobytes(), "times": times.tobytes()}]

    return summed


def sketches() -> Any:
    """The MinHash signature of each text, and how many words it says."""
    types = {"sketch": DataType.binary(), "spoken": DataType.int32()}

    @on_batches(DataType.struct(types))
    def sketches(words: Any, said: Any) -> pa.Array:
        flat, offsets = slices_of(words, np.int32)
        of_word = np.zeros(int(flat.max(initial=0)) + 1, np.bool_)
        of_word[flat] = slices_of(said, np.bool_)[0]
        texts = offsets.size - 1
        found, spoken = np.empty((texts, BANDS * ROWS), np.uint64), np.zeros(texts, np.int32)
        write_sketches(flat, of_word, offsets, 0, 0, texts, np.uint64(0), found, spoken)
        places = np.arange(texts + 1, dtype=np.int64) * (BANDS * ROWS)
        return pa.StructArray.from_arrays([packed(found.ravel(), places), pa.array(spoken)], [*types])

    return sketches


def bands(buckets: int) -> Any:
    """Texts, with their signatures, by the keys of the bands of those."""

    @on_batches(packet_type(5))
    def bands(text: Any, spoken: Any, sketch: Any) -> list[list[dict[str, Any]]]:
        texts = numbers(text)
        signatures = slices_of(sketch, np.uint64)[0].reshape(texts.size, -1)
        found = []
        for band in range(BANDS):
            keys = band_keys(signatures, band)
            columns = np.full(texts.size, band, np.int32), keys, texts, numbers(spoken), signatures
            found += packets(_bucket(keys, buckets), buckets, *columns)
        return first_row(found, texts.size)

    return bands


def pairs_of_bands() -> Any:
    """The pairs of texts that have a band in common and are alike enough, the first text above, the second below."""

    @on_batches(DataType.binary())
    def pairs_of_bands(c0: Any, c1: Any, c2: Any, c3: Any, c4: Any) -> list[bytes]:
        band, texts, spoken = (joined_cells(cells, np.int32) for cells in (c0, c2, c3))
        keys, sketches = joined_cells(c1, np.uint64), joined_cells(c4, np.uint64).reshape(band.size, -1)
        found = []
        for k in range(BANDS):
            # Texts came in the order in which workers were done; which follow each other must not depend on it.
            here = np.flatnonzero(band == k)
            here = here[np.argsort(texts[here])]
            own = keys[here]
            places = band_pairs(own, np.argsort(own, kind="stable"), sketches[here], spoken[here])
            low = np.uint64(0xFFFFFFFF)
            one, other = (places >> np.uint64(32)).astype(np.int64), (places & low).astype(np.int64)
            above, below = texts[here[one]].astype(np.uint64), texts[here[other]].astype(np.uint64)
            found.append((above << np.uint64(32)) | below)
        return [np.concatenate(found).tobytes()]

    return pairs_of_bands


def pair_bits() -> Any:
    """What a model saves a text, for each row."""

    @on_batches(DataType.float32())
    def pair_bits(first: Any, floor: Any, model: Any, words: Any, price: Any) -> pa.Array:
        models, begins = slices_of(model, np.int32)
        texts, offsets = slices_of(words, np.int32)
        # Rows of one model stand together, so that it is made ready once.
        _different, place, which = np.unique(numbers(first), return_index=True, return_inverse=True)
        second = np.argsort(which, kind="stable")
        bits = np.zeros(second.size, np.float32)
        vocabulary = int(max(models.max(initial=0), texts.max(initial=0))) + 1
        weigh_pairs(
            place[which[second]].astype(np.int32), second.astype(np.int32), models, begins, texts,
            slices_of(price, np.float32)[0], offsets, vocabulary, numbers(floor)[second], bits,
        )  # fmt: skip
        out = np.empty_like(bits)
        out[second] = bits
        return pa.array(out)

    return pair_bits


def gathered() -> Any:
    """The texts of a share of groups end to end, in their order there."""

    @on_batches(_cells("words", "price", "lengths"))
    def gathered(place: Any, words: Any, price: Any) -> list[dict[str, bytes]]:
        order = np.argsort(numbers(place))
        flat, offsets = slices_of(words, np.int32)
        costs, _offsets = slices_of(price, np.float32)
        lengths = np.diff(offsets)[order]
        ends = np.cumsum(lengths)
        at = np.repeat(offsets[:-1][order] - ends + lengths, lengths) + np.arange(int(ends[-1]))
        return [{"words": flat[at].tobytes(), "price": costs[at].tobytes(), "lengths": lengths.tobytes()}]

    return gathered


def models(rounds: int, least: float) -> Any:
    """The models of each share of groups."""

    @on_batches(_cells(*MODEL))
    def models(
        words: Any, price: Any, lengths: Any, start: Any, starts: Any, sizes: Any
    ) -> list[dict[str, bytes]]:
        columns: list[tuple[Any, Any]] = [(words, np.int32), (price, np.float32), (lengths, np.int64)]
        columns += [(start, np.int32), (starts, np.int64), (sizes, np.int64)]
        cut = [slices_of(cells, dtype) for cells, dtype in columns]
        out = []
        for share in range(len(words)):
            row = [values[ends[share] : ends[share + 1]] for values, ends in cut]
            out.append(dict(zip(MODEL, (a.tobytes() for a in _models(row, rounds, least)), strict=True)))
        return out

    return models


def _models(row: list[Array], rounds: int, least: float) -> tuple[Array, ...]:
    words, price, lengths, start, starts, sizes = row
    offsets, begins, first = (
        np.concatenate([[0], np.cumsum(some)]).astype(np.int64) for some in (lengths, sizes, starts)
    )
    bits = np.zeros(lengths.size, np.float32)
    vocabulary = int(max(words.max(initial=0), start.max(initial=0))) + 1
    found, costs, size = models_kernel(
        np.array([0, sizes.size]), np.arange(lengths.size, dtype=np.int32), begins, words, price, offsets,
        start, first[:-1], first[1:], rounds, least, vocabulary, bits,
    )  # fmt: skip
    return found, costs, size, bits
