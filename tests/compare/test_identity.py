"""Ids of groups stay with their ads from run to run."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from filrouge.compare.identity import Event, named


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def test_a_group_that_grows_keeps_its_id():
    found = named(ids(7, 7, -1, -1), ids(0, 0, 0, -1), next_id=9)
    assert found.ids.tolist() == [7]
    assert found.events == []
    assert found.next_id == 9


def test_a_group_without_a_past_gets_a_new_id_and_says_that_it_began():
    found = named(ids(-1, -1), ids(0, 0), next_id=3)
    assert found.ids.tolist() == [3]
    assert found.events == [Event("began", 3, -1, 0)]
    assert found.next_id == 4


def test_when_two_become_one_the_larger_id_stays_and_the_other_says_where_it_went():
    found = named(ids(1, 1, 1, 2, 2), ids(0, 0, 0, 0, 0), next_id=5)
    assert found.ids.tolist() == [1]
    assert found.events == [Event("merged", 2, 1, 2)]


def test_when_one_becomes_two_the_larger_part_keeps_the_id_and_the_other_says_whence_it_came():
    found = named(ids(4, 4, 4, 4, 4), ids(0, 0, 1, 1, 1), next_id=8)
    assert found.ids.tolist() == [8, 4]
    assert found.events == [Event("split", 8, 4, 2)]


def test_a_group_whose_ads_are_all_alone_ended():
    found = named(ids(4, 4, -1), ids(-1, -1, -1), next_id=8)
    assert found.ids.tolist() == []
    assert found.events == [Event("ended", 4, -1, 2)]


def test_ads_are_counted_and_not_texts():
    found = named(ids(1, 2), ids(0, 0), next_id=5, weights=ids(1, 30))
    assert found.ids.tolist() == [2]


groups = st.lists(st.tuples(st.integers(-1, 5), st.integers(-1, 5)), max_size=60)


@given(groups)
def test_no_two_groups_have_one_id_and_no_old_id_is_given_to_strangers(pairs):
    before = ids(*(old for old, _ in pairs))
    raw = np.array([new for _, new in pairs], np.int64)
    kept = raw >= 0
    now = np.full(raw.size, -1, np.int64)
    now[kept] = np.unique(raw[kept], return_inverse=True)[1]
    found = named(before, now, next_id=6)
    assert len(set(found.ids.tolist())) == found.ids.size
    for group, name in enumerate(found.ids.tolist()):
        if name < 6:
            assert name in before[now == group]
    gone = set(before[before >= 0].tolist()) - set(found.ids.tolist())
    assert gone == {event.id for event in found.events if event.kind in ("merged", "ended")}


@given(groups, st.randoms())
def test_the_order_of_the_ads_does_not_change_which_old_ids_stay(pairs, dice):
    def kept(rows):
        before = ids(*(old for old, _ in rows))
        now = np.array([new for _, new in rows], np.int64)
        numbers = {name: k for k, name in enumerate(sorted({n for n in now.tolist() if n >= 0}))}
        dense = ids(*(numbers.get(n, -1) for n in now.tolist()))
        found = named(before, dense, next_id=6)
        return {name: int(found.ids[k]) for name, k in numbers.items() if found.ids[k] < 6}

    shuffled = list(pairs)
    dice.shuffle(shuffled)
    assert kept(pairs) == kept(shuffled)
