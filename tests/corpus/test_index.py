"""The search index on disk: whole at any instant, whoever is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.compare.segments import built, every_ad
from filrouge.corpus import index as index_module
from filrouge.corpus.index import IndexFolder, missing, read_segment, to_merge, write_segment
from filrouge.corpus.indexing import merge_all, merge_in_background

KEYS = np.random.default_rng(1).integers(0, 2**60, 300).astype(np.uint64) << np.uint64(4)


def segment_of(first: int, count: int, words: int = 20):
    rng = np.random.default_rng(first)
    offsets = np.arange(0, words * count + 1, words).astype(np.int64)
    flat = rng.integers(0, KEYS.size, words * count).astype(np.int32)
    return built(np.arange(first, first + count, dtype=np.int64), flat, KEYS, offsets)


def filled(folder: Path, parts: int, each: int = 20) -> IndexFolder:
    index = IndexFolder(folder, "ws")
    for k in range(parts):
        assert index.add(segment_of(k * each, each), k * each, (k + 1) * each, -1)
    return index


def held(index: IndexFolder) -> list[int]:
    _manifest, segments = index.opened()
    return sorted(ad for segment in segments for ad in every_ad(segment).tolist())


def test_a_segment_is_read_as_it_was_written(tmp_path):
    segment = segment_of(7, 50)
    size = write_segment(tmp_path / "one.segment", segment)
    again = read_segment(tmp_path / "one.segment")
    assert size == (tmp_path / "one.segment").stat().st_size
    assert np.array_equal(again.ads, segment.ads)
    for name in ("runs", "words", "carried"):
        mine, theirs = getattr(segment, name), getattr(again, name)
        assert mine.plan == theirs.plan
        assert np.array_equal(mine.starts, theirs.starts)
        assert np.array_equal(mine.bits, theirs.bits)
    assert [path.name for path in tmp_path.iterdir()] == ["one.segment"]


def test_ads_are_taken_in_once(tmp_path):
    index = filled(tmp_path, 2)
    assert not index.add(segment_of(20, 40), 20, 60, -1)
    assert held(index) == list(range(40))
    assert index.manifest().covered == ((0, 40),)
    assert len(list(tmp_path.glob("*.segment"))) == 2


def test_the_index_of_another_workspace_or_format_is_none(tmp_path, monkeypatch):
    filled(tmp_path, 1)
    assert not IndexFolder(tmp_path, "another").manifest().segments
    monkeypatch.setattr(index_module, "FORMAT", 99)
    assert not IndexFolder(tmp_path, "ws").manifest().segments


@given(st.lists(st.integers(1, 10**6), max_size=40))
def test_few_segments_are_left_and_none_smaller_than_what_is_merged(sizes):
    chosen = to_merge(sizes, 8)
    if len(sizes) <= 8:
        assert not chosen
        return
    total = sum(sizes[k] for k in chosen)
    left = [size for k, size in enumerate(sizes) if k not in chosen]
    assert len(chosen) >= 2
    assert len(left) + 1 <= 4
    assert all(size >= total for size in left)


def test_an_ad_is_written_anew_few_times():
    """A hundred days of 150,000 ads that come to four million."""
    sizes, written = [500_000] * 8, 0
    for _day in range(100):
        sizes.append(150_000)
        while chosen := to_merge(sizes, 8):
            merged = sum(sizes[k] for k in chosen)
            written += merged
            sizes = [size for k, size in enumerate(sizes) if k not in chosen] + [merged]
        assert len(sizes) <= 8
    assert written / (4_000_000 + 100 * 150_000) < 4


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9))),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9))),
)
def test_what_is_missing_is_what_is_there_and_not_covered(covered, there):
    spans = [[(a, a + n) for a, n in some] for some in (covered, there)]
    numbers = [{k for a, b in some for k in range(a, b)} for some in spans]
    lacking = missing(*spans)
    assert [k for a, b in lacking for k in range(a, b)] == sorted(numbers[1] - numbers[0])


def test_who_reads_keeps_what_is_merged_away(tmp_path):
    index = filled(tmp_path, 10)
    _manifest, segments = index.opened()
    merge_all(index)
    assert len(index.manifest().segments) <= 8
    assert sorted(ad for segment in segments for ad in every_ad(segment).tolist()) == list(range(200))
    assert held(index) == list(range(200))
    assert {path.name for path in tmp_path.glob("*.segment")} == {s.name for s in index.manifest().segments}


@pytest.mark.parametrize("step", range(8))
def test_a_merge_that_is_cut_off_at_any_step_changes_nothing(tmp_path, monkeypatch, step):
    index = filled(tmp_path, 10)
    left = [step]

    def failing(real):
        def call(*given_to, **named):
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return real(*given_to, **named)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing(os.fsync))
        patch.setattr(Path, "rename", failing(Path.rename))
        try:
            index.merge()
        except KeyboardInterrupt:
            pass
        else:
            assert step >= 6  # two files, each flushed, renamed, and its folder flushed
    assert held(index) == list(range(200))
    merge_all(index)
    assert held(index) == list(range(200))
    assert len(index.manifest().segments) <= 8


MERGE_FOR_EVER = """
import sys
from pathlib import Path
from filrouge.corpus.index import IndexFolder
index = IndexFolder(Path(sys.argv[1]), "ws")
print("begun", flush=True)
while True:
    index.merge(1)
    manifest, segments = index.opened()
    from filrouge.compare.segments import merged, every_ad
    import numpy as np
    (whole,) = segments
    half = every_ad(whole)[::2]
    parts = [merged([whole], np.setdiff1d(every_ad(whole), half)), merged([whole], half)]
    index._replace(list(manifest.segments), parts, manifest.forgot)
"""


def test_a_merge_that_is_killed_leaves_a_whole_index(tmp_path):
    index = filled(tmp_path, 3, 2_000)
    chance = random.Random(4)
    for _again in range(4):
        worker = subprocess.Popen(
            [sys.executable, "-c", MERGE_FOR_EVER, str(tmp_path)], stdout=subprocess.PIPE, env=os.environ
        )
        assert worker.stdout is not None
        worker.stdout.readline()
        until = time.monotonic() + 0.3 + chance.random()
        while time.monotonic() < until:
            assert held(index) == list(range(6_000))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        assert held(index) == list(range(6_000))
    index.tidy(older_than=0)
    named = {segment.name for segment in index.manifest().segments}
    assert {path.name for path in tmp_path.iterdir()} - {"lock", "manifest.json"} == named


def test_merging_in_the_background_needs_no_key(tmp_path):
    index = filled(tmp_path, 12)
    assert merge_in_background(index).wait() == 0
    assert len(index.manifest().segments) <= 8
    assert held(index) == list(range(240))


def test_a_merge_does_not_bring_back_what_was_taken_out_meanwhile(tmp_path):
    index = filled(tmp_path, 10)
    manifest, segments = index.opened()
    index.forget(lambda ads: ads[ads == 17], 5)
    everything = [index_module.merged(segments)]
    assert not index._replace(list(manifest.segments), everything, manifest.forgot)
    assert held(index) == [ad for ad in range(200) if ad != 17]
    assert not index.add(segment_of(200, 20), 200, 220, manifest.forgot)


@pytest.mark.parametrize("damage", ["deleted", "cut off", "scribbled over"])
def test_a_damaged_index_is_one_to_build_again(tmp_path, damage):
    index = filled(tmp_path, 2)
    path = next(tmp_path.glob("*.segment"))
    content = path.read_bytes()
    path.unlink()
    if damage != "deleted":
        path.write_bytes(content[: len(content) // 2] if damage == "cut off" else b"\0" * len(content))
    assert held(index) == []
    assert index.manifest().covered == ()
    assert index.add(segment_of(0, 20), 0, 20, -1)
