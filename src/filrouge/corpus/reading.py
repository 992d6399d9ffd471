"""Words and texts of many ads, opened block by block: all of them in threads, some of them from a small memory."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, TypeVar

import numpy as np
import polars as pl

from filrouge.compare.shares import with_help
from filrouge.corpus.blocks import BlockName, NotAsSealed, open_block
from filrouge.corpus.errors import DamagedPack
from filrouge.corpus.kernels import Int32Array, Int64Array, UInt64Array, ranges, translate
from filrouge.corpus.keys import KeyRing
from filrouge.corpus.opening import (
    MARK_SCHEMA,
    Fields,
    Gathering,
    Opened,
    read_keys,
    read_places,
    read_words,
    reordered,
)
from filrouge.corpus.packs import Packs, pack_path
from filrouge.corpus.view import Block, Blocks, rows_at

REMEMBERED: Final = 96 << 20
"""Bytes of open blocks that are kept for the next question."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Words:
    """The words of ads.

    Attributes:
        ad: numbers of the ads, shape (n,).
        words: the words of all, each by its number among `keys`, shape (T,).
        keys: the pseudonyms of the different words, ascending, each of which occurs, shape (V,).
        offsets: the words of the k-th ad lie at `offsets[k]` to `offsets[k + 1]`, shape (n + 1,).
        order: by what the text of each is ordered, shape (n,), see `filrouge.compare.ordering`; it tells more of a
            text than its pseudonyms do. 0 where an ad was sealed before that was kept.
    """

    ad: Int64Array
    words: Int32Array
    keys: UInt64Array
    offsets: Int64Array
    order: UInt64Array


class Opener:
    """Opens blocks, and remembers those that were opened last."""

    def __init__(self, workspace: str, packs: Packs, keys: KeyRing, room: int = REMEMBERED) -> None:
        self._workspace = workspace
        self._packs = packs
        self._keys = keys
        self._room = room
        self._used = 0
        self._kept: OrderedDict[Block, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def fields(self, block: Block, sealed: bytes | memoryview | None = None) -> list[memoryview]:
        """The fields of a block; read from its pack unless the caller has.

        Raises:
            KeyDestroyed, DamagedPack: if it cannot be opened.
        """
        if sealed is None:
            (sealed,) = self._packs.read(block.pack, [block.offset], [block.length])
        name = BlockName(self._workspace, block.batch, block.chunk, block.block, block.part)
        try:
            return open_block(sealed, name, self._keys.get(block.key_id).cipher)
        except NotAsSealed as e:
            raise DamagedPack(pack_path(block.pack), block.offset, block.length, str(e)) from e

    def remembered(self, block: Block, read: Callable[[Fields], _T]) -> _T:
        """What `read` makes of a block; from memory if it was opened lately."""
        with self._lock:
            found = self._kept.get(block)
            if found is not None:
                self._kept.move_to_end(block)
                value: _T = found[0]
                return value
        fields = self.fields(block)
        value, size = read(fields), sum(map(len, fields))
        with self._lock:
            if block not in self._kept and size <= self._room:
                self._kept[block] = value, size
                self._used += size
            while self._used > self._room:
                self._used -= self._kept.popitem(last=False)[1][1]
        return value

    def together(self, blocks: Sequence[Block]) -> list[list[memoryview]]:
        """The fields of blocks that lie one after another in a pack, read at once."""
        begin = min(b.offset for b in blocks)
        end = max(b.offset + b.length for b in blocks)
        (read,) = self._packs.read(blocks[0].pack, [begin], [end - begin])
        view = memoryview(read)
        return [self.fields(b, view[b.offset - begin : b.offset - begin + b.length]) for b in blocks]


def all_words(blocks: Blocks, opener: Opener, jobs: int = 0) -> Words:
    """The words of all ads of a view.

    Beside what comes back, memory is needed for a few blocks per thread and the keys.
    """
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        vocabularies = list(pool.map(lambda b: read_keys(opener.fields(b)).pseudonyms, blocks.keys))
        keys = np.unique(np.concatenate([*vocabularies, np.zeros(0, np.uint64)]))
        numbers = list(pool.map(lambda v: np.searchsorted(keys, v).astype(np.int32), vocabularies))
        del vocabularies
        used = np.zeros(keys.size, np.uint8)
        begins = np.concatenate([[0], np.cumsum(blocks.sizes)]).astype(np.int64)
        first_row = np.concatenate([[0], np.cumsum(blocks.ads)]).astype(np.int64)
        words = np.empty(begins[-1], np.int32)
        sizes = np.empty(first_row[-1], np.int64)
        ad = np.empty(first_row[-1], np.int64)
        order = np.empty(first_row[-1], np.uint64)

        def fill(run: range) -> None:
            for k, fields in zip(run, opener.together([blocks.words[k] for k in run]), strict=True):
                block = read_words(fields)
                translate(block.words, numbers[blocks.group[k]], words[begins[k] : begins[k + 1]], used)
                sizes[first_row[k] : first_row[k + 1]] = np.diff(block.offsets)
                ad[first_row[k] : first_row[k + 1]] = blocks.numbers(k, block.places)
                order[first_row[k] : first_row[k + 1]] = block.order

        list(pool.map(fill, _runs(blocks.words)))
        if not used.all():
            # Words that only ads taken out had: the numbers close up.
            closed = (np.cumsum(used, dtype=np.int32) - 1).astype(np.int32)
            step = max(words.size // 16, 1)
            list(pool.map(lambda a: _close_up(words[a : a + step], closed), range(0, words.size, step)))
            keys = keys[used.astype(bool)]
    offsets = np.zeros(sizes.size + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return Words(ad, words, keys, offsets, order)


def some_words(blocks: Blocks, opener: Opener, ads: Int64Array) -> Words:
    """The words of some ads, in the order given.

    Raises:
        UnknownAdNumber: if one of them is not there.
    """
    at, place = blocks.of(ads)
    by_block = np.argsort(at, kind="stable")
    sizes = np.zeros(ads.size, np.int64)
    order = np.zeros(ads.size, np.uint64)
    shares = _split(by_block, at)
    groups = list(dict.fromkeys(blocks.group[int(at[mine[0]])] for mine in shares))
    opened = with_help(lambda group: opener.remembered(blocks.keys[group], read_keys), groups)
    keys_of = dict(zip(groups, opened, strict=True))

    def pseudonyms(mine: Int64Array) -> UInt64Array:
        """Of the ads of one block, whose sizes and order are put down."""
        k = int(at[mine[0]])
        block = opener.remembered(blocks.words[k], read_words)
        rows = rows_at(place[mine], block.places, int(blocks.first[k]))
        sizes[mine] = np.diff(block.offsets)[rows]
        order[mine] = block.order[rows]
        words = block.words[ranges(block.offsets[:-1][rows], sizes[mine])]
        found: UInt64Array = keys_of[blocks.group[k]].pseudonyms[words]
        return found

    parts = with_help(pseudonyms, shares)
    every = np.concatenate([*parts, np.zeros(0, np.uint64)])
    keys, numbers = np.unique(every, return_inverse=True)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    begins = np.concatenate([[0], np.cumsum(sizes[by_block])]).astype(np.int64)[:-1]
    back = np.empty(ads.size, np.int64)
    back[by_block] = np.arange(ads.size)
    words = numbers.astype(np.int32)[ranges(begins[back], sizes)]
    return Words(ads, words, keys, offsets, order)


def texts_of(
    blocks: Blocks, opener: Opener, ads: Int64Array, marks: bool = True, words: bool = True
) -> Opened:
    """Ads in the clear, in the order given; with what was found in them, and with their words, if wanted.

    Raises:
        UnknownAdNumber: if one of them is not there.
    """
    each, place_of = np.unique(ads, return_inverse=True)
    at, place = blocks.of(each)
    out = Gathering()
    for mine in _split(np.arange(each.size), at):
        k = int(at[mine[0]])
        texts = opener.remembered(blocks.texts[k], lambda f: f)
        rows = rows_at(place[mine], read_places(texts), int(blocks.first[k]))
        found = opener.remembered(blocks.marks[k], lambda f: f) if marks else None
        if marks and words:
            out.add(
                each[mine], rows, texts, found,
                opener.remembered(blocks.words[k], read_words),
                opener.remembered(blocks.keys[blocks.group[k]], read_keys),
            )  # fmt: skip
        else:
            out.add(each[mine], rows, texts, found)
    place_of = place_of.astype(np.int64)
    if each.size != ads.size:
        return _repeated(out.opened(), place_of)
    if bool((place_of == np.arange(ads.size)).all()):
        return out.opened()
    to = np.empty(ads.size, np.int64)
    to[place_of] = np.arange(ads.size)
    return out.opened(to)


def _repeated(opened: Opened, place_of: Int64Array) -> Opened:
    """The ads in another order, some more than once."""
    wanted = pl.DataFrame({"ad": place_of.astype(np.int32), "to": np.arange(place_of.size, dtype=np.int32)})
    marks = {}
    for name in MARK_SCHEMA:
        frame: pl.DataFrame = getattr(opened, name)
        moved = wanted.join(frame, on="ad", how="inner", maintain_order="left_right")
        marks[name] = moved.drop("ad").rename({"to": "ad"}).select(frame.columns)
    return Opened(opened.ads[place_of], reordered(opened.tokens, place_of), **marks)


def _split(order: Int64Array, at: Int64Array) -> list[Int64Array]:
    """`order` cut where the block changes; `at[order]` ascends."""
    if not order.size:
        return []
    return np.split(order, np.flatnonzero(np.diff(at[order])) + 1)


def _runs(blocks: Sequence[Block], most: int = 64) -> list[range]:
    """Runs of blocks that lie one after another in one pack."""
    runs = []
    first = 0
    for k in range(1, len(blocks) + 1):
        if (
            k == len(blocks)
            or k - first >= most
            or blocks[k].pack != blocks[first].pack
            or blocks[k].offset != blocks[k - 1].offset + blocks[k - 1].length
        ):
            runs.append(range(first, k))
            first = k
    return runs


def _close_up(words: Int32Array, closed: Int32Array) -> None:
    words[:] = closed[words]
