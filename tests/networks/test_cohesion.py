"""What holds a network together."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.networks.bridges import cut_weak_bridges
from filrouge.networks.cohesion import least_cut, without

Ties = list[tuple[int, int, float]]


def arrays(ties: Ties) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.array([t[0] for t in ties], np.int32),
        np.array([t[1] for t in ties], np.int32),
        np.array([t[2] for t in ties], float),
    )


def clique(first: int, size: int, bits: float) -> Ties:
    return [(i, j, bits) for i, j in combinations(range(first, first + size), 2)]


def test_two_groups_with_two_ties_between_them_hang_on_those_two() -> None:
    found = least_cut(10, *arrays(clique(0, 5, 20.0) + clique(5, 5, 20.0) + [(0, 5, 9.0), (1, 6, 8.0)]))
    assert found is not None
    assert found.bits == 17
    assert list(zip(found.a.tolist(), found.b.tolist(), strict=True)) == [(0, 5), (1, 6)]
    assert found.exact
    assert set(np.flatnonzero(found.side).tolist()) in ({0, 1, 2, 3, 4}, {5, 6, 7, 8, 9})


def test_a_network_in_two_parts_hangs_on_nothing() -> None:
    found = least_cut(3, *arrays([(0, 1, 9.0)]))
    assert found is not None
    assert (found.bits, found.a.size, found.side.tolist()) == (0.0, 0, [False, False, True])


def test_one_unit_cannot_be_split() -> None:
    assert least_cut(1, *arrays([])) is None


def test_a_phone_alone_is_no_part_of_a_split() -> None:
    """The phone (node 2) hangs by 6 bits on the two, who are tied by 30: to lose the phone splits nobody."""
    unit = np.array([True, True, False])
    found = least_cut(3, *arrays([(0, 1, 30.0), (0, 2, 3.0), (1, 2, 3.0)]), is_unit=unit)
    assert found is not None
    assert found.bits == 33
    assert found.exact
    assert found.side[unit].sum() == 1


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 8), st.data())
def test_the_least_cut_is_the_least_of_all_cuts(count: int, data: st.DataObject) -> None:
    pairs = list(combinations(range(count), 2))
    ties = [(a, b, float(data.draw(st.integers(0, 9)))) for a, b in pairs]
    units = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    found = least_cut(count, *arrays(ties), is_unit=units)
    if units.sum() < 2:
        assert found is None
        return
    best = min(
        sum(w for a, b, w in ties if (mask >> a & 1) != (mask >> b & 1))
        for mask in range(1, 2**count - 1)
        if 0 < sum(mask >> i & 1 for i in np.flatnonzero(units).tolist()) < units.sum()
    )
    assert found is not None
    assert found.bits >= best
    if found.exact:
        assert found.bits == best
    if units.all():
        assert found.exact
    crossing = sum(w for a, b, w in ties if found.side[a] != found.side[b])
    assert found.bits == crossing


def test_a_large_network_is_answered_for_too() -> None:
    dice = np.random.default_rng(2)
    count = 2000
    ties = [(int(a), int(b), 5.0) for a, b in dice.integers(0, count, (6 * count, 2)) if a != b]
    ties += [(i, i + 1, 5.0) for i in range(count - 1)] + [(7, count, 2.0), (count, count + 1, 30.0)]
    found = least_cut(count + 2, *arrays(ties))
    assert found is not None
    assert found.bits == 2
    assert list(zip(found.a.tolist(), found.b.tolist(), strict=True)) == [(7, count)]


def network() -> tuple[Ties, list[str], np.ndarray]:
    """Three pairs of voices, tied within by text; one phone (0) ties the first two, another (1) all three."""
    rows = [
        (0, 1, 30.0, "text", -1),
        (2, 3, 30.0, "text", -1),
        (4, 5, 30.0, "text", -1),
        (0, 2, 20.0, "phone", 0),
        (1, 3, 20.0, "phone", 1),
        (3, 5, 20.0, "phone", 1),
        (0, 3, 2.0, "movement", -1),
    ]
    return [r[:3] for r in rows], [r[3] for r in rows], np.array([r[4] for r in rows], np.int32)


def test_the_network_is_told_again_without_each_kind_and_each_identifier() -> None:
    ties, kinds, identifiers = network()
    found = without(6, *arrays(ties), kinds, identifiers, cut_bits=12.0)
    assert [(w.kind, w.identifier) for w in found] == [
        ("movement", -1),
        ("phone", -1),
        ("text", -1),
        ("phone", 1),
        ("phone", 0),
    ]
    movement, phones, text, second, first = found
    assert movement.holds
    assert (phones.parts, phones.alone) == (3, 0)
    assert not text.holds
    assert (second.parts, second.largest, second.alone) == (2, 4, 0)
    assert first.holds


def test_a_bridge_on_one_weak_tie_is_only_possible() -> None:
    ties = [*clique(0, 3, 20.0), *clique(3, 3, 20.0), (2, 3, 14.0)]
    parts, links = cut_weak_bridges(6, *arrays(ties), below=16.0)
    assert parts.tolist() == [0, 0, 0, 3, 3, 3]
    assert [(link.a, link.b, link.bits, link.smaller) for link in links] == [(2, 3, 14.0, 3)]
    parts, links = cut_weak_bridges(6, *arrays(ties), below=14.0)
    assert set(parts.tolist()) == {0}
    assert links == []


def test_two_weak_ties_are_no_bridge() -> None:
    ties = [*clique(0, 3, 20.0), *clique(3, 3, 20.0), (2, 3, 9.0), (1, 4, 9.0)]
    parts, links = cut_weak_bridges(6, *arrays(ties), below=16.0)
    assert set(parts.tolist()) == {0}
    assert links == []


def test_a_phone_between_two_is_one_link_and_not_two() -> None:
    """Voice, phone (node 2), voice: one weak tie is cut, and the phone stays with the other."""
    unit = np.array([True, True, False])
    parts, links = cut_weak_bridges(3, *arrays([(0, 2, 8.0), (1, 2, 9.0)]), below=12.0, is_unit=unit)
    assert len(links) == 1
    assert (links[0].a, links[0].b) == (0, 2)
    assert parts.tolist() == [0, 1, 1]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 30)), max_size=25))
def test_only_single_weak_ties_are_cut(rows: list[tuple[int, int, int]]) -> None:
    ties = [(a, b, float(w)) for a, b, w in {(min(a, b), max(a, b)): (a, b, w) for a, b, w in rows}.values()]
    parts, links = cut_weak_bridges(10, *arrays(ties), below=10.0)
    cut = {(link.a, link.b) for link in links}
    assert all(link.bits < 10 for link in links)
    for a, b, _ in ties:
        if a != b:
            assert (parts[a] != parts[b]) == ((min(a, b), max(a, b)) in cut)


def test_nothing_has_no_bridges() -> None:
    parts, links = cut_weak_bridges(2, *arrays([]), below=10.0)
    assert parts.tolist() == [0, 1]
    assert links == []


@pytest.mark.parametrize("seed", [0, 1])
def test_equal_graphs_have_equal_cuts(seed: int) -> None:
    dice = np.random.default_rng(seed)
    ties = [(int(a), int(b), float(w)) for a, b, w in dice.integers(0, 40, (200, 3))]
    one, two = least_cut(40, *arrays(ties)), least_cut(40, *arrays(ties[::-1]))
    assert one is not None
    assert two is not None
    assert one.bits == two.bits
    assert one.side.tolist() == two.side.tolist()
