"""Work that standing threads help with: in order, whoever did it, and no worse when it fails or after a fork."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.compare import shares
from filrouge.compare.shares import with_help


@given(st.lists(st.integers()))
def test_what_comes_back_is_in_order(things: list[int]) -> None:
    assert with_help(lambda n: n * 3, things) == [n * 3 for n in things]


def test_other_threads_take_their_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "_HELPERS", 1)
    both = threading.Barrier(2, timeout=30)
    # Each of the first two waits for the other: one thread alone would wait for ever.
    assert with_help(lambda n: (both.wait() if n < 2 else 0, n)[1], range(6)) == list(range(6))


def test_a_helper_who_is_busy_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, release = threading.Event(), threading.Event()
    pool = ThreadPoolExecutor(1)
    monkeypatch.setattr(shares, "_standing_by", lambda: pool)
    monkeypatch.setattr(shares, "_HELPERS", 1)
    pool.submit(lambda: (busy.set(), release.wait(30)))
    assert busy.wait(30)
    assert with_help(str, range(8)) == list("01234567")
    release.set()


@pytest.mark.parametrize("bad", range(6))
def test_what_fails_is_told_and_nothing_runs_on(bad: int) -> None:
    def work(n: int) -> int:
        if n == bad:
            raise ValueError(n)
        return n

    with pytest.raises(ValueError, match=str(bad)):
        with_help(work, range(6))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_a_child_has_helpers_of_its_own() -> None:
    assert with_help(str, range(8)) == list("01234567")
    child = os.fork()
    if not child:
        os._exit(0 if with_help(str, range(8)) == list("01234567") else 1)
    assert os.waitpid(child, 0)[1] == 0


LAST = """
import threading, time
from filrouge.compare.shares import with_help
{before}
def late():
    threading.main_thread().join()
    print(with_help(str, range(8)), flush=True)
threading.Thread(target=late).start()
"""


@pytest.mark.parametrize("before", ["", "with_help(str, range(8))"])
def test_a_thread_that_outlives_the_main_one_does_its_work_alone(before: str) -> None:
    """When the main thread has ended, the interpreter lets no pool begin anything."""
    ended = subprocess.run(
        [sys.executable, "-c", LAST.format(before=before)], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == str(list("01234567")), ended.stderr


def test_where_the_system_gives_no_thread_the_work_is_done_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    pool = ThreadPoolExecutor(1)
    monkeypatch.setattr(shares, "_standing_by", lambda: pool)
    monkeypatch.setattr(shares, "_HELPERS", 1)
    monkeypatch.setattr(threading.Thread, "start", none_left)
    assert with_help(str, range(8)) == list("01234567")
