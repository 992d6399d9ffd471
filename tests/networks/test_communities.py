"""Networks from ties in bits. The planted cases have a stated right answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import planted, scores

from filrouge.networks.communities import communities, find_communities, prior_cost, with_identifiers

CUT = 15.0


def labels(count: int, ties: list[tuple[int, int, float]], **more: object) -> list[int]:
    a, b, bits = (np.array(column) for column in zip(*ties, strict=True)) if ties else ([], [], [])
    found = communities(
        count,
        np.array(a, np.int32),
        np.array(b, np.int32),
        np.array(bits, float),
        ads_count=2,
        cut_bits=CUT,
        **more,  # type: ignore[arg-type]
    )
    return found.tolist()


def same(partition: list[int], *units: int) -> bool:
    return len({partition[unit] for unit in units}) == 1 and partition[units[0]] >= 0


def test_two_units_are_one_network_only_with_more_bits_than_the_cut() -> None:
    assert labels(2, [(0, 1, CUT + 1)]) == [0, 0]
    assert labels(2, [(0, 1, CUT - 1)]) == [-1, -1]


def test_weak_ties_of_a_small_group_add_up() -> None:
    """The third is tied to both by 10 bits: 20 bits that it is of their hand, less the 1 or 2 for looking."""
    assert labels(3, [(0, 1, 30.0), (0, 2, 10.0), (1, 2, 10.0)]) == [0, 0, 0]


def test_a_chain_of_strong_ties_is_one_network() -> None:
    """A phone led from each to the next: that ends were never tied says nothing."""
    chain = [(i, i + 1, 40.0) for i in range(30)]
    assert labels(31, chain) == [0] * 31


def test_a_switchboard_ties_nobody() -> None:
    """Two hundred voices answer one phone: it is worth few bits, and two hundred times few is not many."""
    count, hub, first, second, bits, unit = star(200, 5.0)
    found = find_communities(hub, first, second, bits, ads_count=2, cut_bits=CUT, is_unit=unit)
    assert count == 200
    assert found.communities == 0
    assert found.largest_component == 200
    assert found.largest_community == 1


def test_a_phone_of_forty_voices_is_one_network_with_forty_ties() -> None:
    count, hub, first, second, bits, unit = star(40, 20.0)
    assert bits.size == 40
    found = communities(hub, first, second, bits, ads_count=2, cut_bits=CUT, is_unit=unit)
    assert set(found[:count].tolist()) == {0}


def star(units: int, bits: float) -> tuple[int, int, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    none, holders = np.zeros(0, np.int32), np.arange(units, dtype=np.int32)
    return units, *with_identifiers(
        units, none, none, np.zeros(0), holders, np.zeros(units, np.int32), np.full(units, bits)
    )


def clique(first: int, size: int, bits: float) -> list[tuple[int, int, float]]:
    return [(i, j, bits) for i in range(first, first + size) for j in range(i + 1, first + size)]


def test_a_switchboard_between_two_operations_does_not_make_them_one() -> None:
    """Both answer the switchboard (5 bits a voice); inside each, a phone of its own holds it together."""
    none = np.zeros(0, np.int32)
    holder = np.array([*range(10), *range(20), *range(10, 20)], np.int32)
    identifier = np.array([0] * 10 + [1] * 20 + [2] * 10, np.int32)
    worth = np.array([20.0] * 10 + [5.0] * 20 + [20.0] * 10)
    nodes, a, b, bits, unit = with_identifiers(20, none, none, np.zeros(0), holder, identifier, worth)
    found = communities(nodes, a, b, bits, ads_count=2, cut_bits=CUT, is_unit=unit).tolist()
    assert same(found, *range(10))
    assert same(found, *range(10, 20))
    assert found[0] != found[10]


def test_two_operations_whose_every_voice_answers_one_switchboard_are_two() -> None:
    """Twenty voices each, all at a switchboard of 10 bits: they share one number, once, and not twenty times."""
    none = np.zeros(0, np.int32)
    holder = np.array([*range(20), *range(40), *range(20, 40)], np.int32)
    identifier = np.array([0] * 20 + [1] * 40 + [2] * 20, np.int32)
    worth = np.array([20.0] * 20 + [10.0] * 40 + [20.0] * 20)
    nodes, a, b, bits, unit = with_identifiers(40, none, none, np.zeros(0), holder, identifier, worth)
    found = communities(nodes, a, b, bits, ads_count=2, cut_bits=CUT, is_unit=unit).tolist()
    assert same(found, *range(20))
    assert same(found, *range(20, 40))
    assert found[0] != found[20]


def test_two_operations_that_share_two_numbers_through_other_voices_are_one() -> None:
    """Voice 0 shares one number of 12 bits with voice 4, voice 1 another with voice 5: 24 bits for one hand."""
    none = np.zeros(0, np.int32)
    holder = np.array([0, 1, 2, 3, 4, 5, 6, 7, 0, 4, 1, 5], np.int32)
    identifier = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3], np.int32)
    worth = np.array([30.0] * 8 + [12.0] * 4)
    nodes, a, b, bits, unit = with_identifiers(8, none, none, np.zeros(0), holder, identifier, worth)
    found = communities(nodes, a, b, bits, ads_count=2, cut_bits=CUT, is_unit=unit).tolist()
    assert same(found, *range(8))


def test_twins_who_bought_one_template_stay_two() -> None:
    """Both groups use a bought text, worth 6 bits a pair once what the agency's strangers share is taken
    off; they are never at one number, and were in two far cities on the same day (-30 bits)."""
    ties = clique(0, 6, 22.0) + clique(6, 6, 22.0)
    ties += [(i, j, 6.0) for i in range(6) for j in range(6, 12)] + [(0, 6, -120.0), (1, 7, -120.0)]
    found = labels(12, ties)
    assert same(found, *range(6))
    assert same(found, *range(6, 12))
    assert found[0] != found[6]


def test_two_operations_with_one_weak_tie_for_each_of_their_many_pairs_by_chance_stay_two() -> None:
    """Sixty weak ties of 3 bits among 10,000 pairs: 180 bits in sum, and still what strangers supply."""
    dice = np.random.default_rng(5)
    ties = [(i, i + 1, 30.0) for i in range(99)] + [(i, i + 1, 30.0) for i in range(100, 199)]
    ties += [(int(i), int(j), 3.0) for i, j in zip(dice.integers(0, 100, 60), dice.integers(100, 200, 60))]
    found = labels(200, ties)
    assert same(found, *range(100))
    assert same(found, *range(100, 200))
    assert found[0] != found[100]


def test_a_phone_that_was_passed_on_ties_no_two_owners() -> None:
    """After months another hand has the number: 18 bits for the phone, 12 against for other language and
    services, none of the old contacts kept. The old and the new owner's ads are each one network."""
    ties = [*clique(0, 3, 30.0), *clique(3, 3, 30.0), (2, 3, 18.0), (1, 4, -12.0)]
    found = labels(6, ties)
    assert same(found, 0, 1, 2)
    assert same(found, 3, 4, 5)
    assert found[0] != found[3]


def test_a_number_whose_owner_moved_once_is_one_hand() -> None:
    """One phone (22 bits) and one habit of writing (3 bits), in one city until May, in another from June: to move
    once is what people do, and speaks against one hand by 2 bits at most."""
    assert labels(2, [(0, 1, 22.0), (0, 1, 3.0), (0, 1, -2.0)]) == [0, 0]


def test_two_independents_who_share_a_flat_are_not_a_network() -> None:
    """One address, one town and the same stock phrases (9 bits in all); own phones, own texts."""
    assert labels(2, [(0, 1, 9.0)]) == [-1, -1]


def test_a_franchise_is_one_network_and_its_branches_hold_by_the_brand() -> None:
    """Four branches with a phone each; each advertises the brand's handle, which nobody else does."""
    none = np.zeros(0, np.int32)
    holder = np.array([*range(12), *range(12)], np.int32)
    identifier = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3] + [4] * 12, np.int32)
    worth = np.array([25.0] * 12 + [19.0] * 12)
    nodes, a, b, bits, unit = with_identifiers(12, none, none, np.zeros(0), holder, identifier, worth)
    found = communities(nodes, a, b, bits, ads_count=2, cut_bits=CUT, is_unit=unit).tolist()
    assert same(found, *range(12))


def test_what_must_stay_apart_stays_apart() -> None:
    ties = clique(0, 5, 50.0)
    found = labels(5, ties, apart=(np.array([0], np.int32), np.array([4], np.int32)))
    assert found[0] != found[4]
    assert same(found, 1, 2, 3)


def test_what_must_stay_apart_stays_apart_behind_one_phone() -> None:
    _, hub, first, second, bits, unit = star(5, 30.0)
    found = communities(
        hub,
        first,
        second,
        bits,
        ads_count=2,
        cut_bits=CUT,
        is_unit=unit,
        apart=(np.array([0], np.int32), np.array([4], np.int32)),
    )
    assert found[0] != found[4]


def test_evidence_against_splits_what_the_evidence_for_holds() -> None:
    ties = clique(0, 4, 20.0) + clique(4, 4, 20.0) + [(3, 4, 40.0)]
    assert same(labels(8, ties), *range(8))
    found = labels(8, [*ties, (0, 7, -30.0)])
    assert same(found, *range(4))
    assert same(found, *range(4, 8))
    assert found[0] != found[4]


def test_there_may_be_nothing_to_tie() -> None:
    found = find_communities(3, np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0), ads_count=3)
    assert found.labels.tolist() == [-1, -1, -1]
    assert (found.largest_component, found.largest_community, found.communities) == (1, 1, 0)
    assert communities(0, np.zeros(0, np.int32), np.zeros(0, np.int32), [], ads_count=0).size == 0


def test_wrong_ties_are_refused() -> None:
    one, other = np.array([0], np.int32), np.array([3], np.int32)
    with pytest.raises(ValueError, match="does not exist"):
        communities(3, one, other, [1.0], ads_count=3)
    with pytest.raises(ValueError, match="not a number"):
        communities(4, one, other, [float("nan")], ads_count=3)


def test_the_prior_cost_is_the_chance_that_two_ads_share_a_hand() -> None:
    assert prior_cost(1024) == 10
    assert prior_cost(1024, np.ones(1024, np.int32)) == 10
    # All in units of 16: two ads share one with a chance of 16 / 1024.
    assert prior_cost(1024, np.full(64, 16, np.int32)) == pytest.approx(6)
    # The half of the ads that are in no unit stand alone.
    assert prior_cost(1024, np.full(32, 16, np.int32)) == pytest.approx(10 - np.log2(8.5))


@pytest.mark.parametrize("degree", [5.0, 30.0])
@pytest.mark.parametrize("mixing", [0.0, 0.3])
@pytest.mark.parametrize("sizes", [(2, 8), (2, 200)])
def test_planted_networks_are_found_again(degree: float, mixing: float, sizes: tuple[int, int]) -> None:
    truth, a, b, bits = planted(5000, sizes, degree, mixing, (14.0, 25.0), seed=7)
    found = find_communities(5000, a, b, bits, ads_count=5000)
    got = scores(truth, found.labels)
    assert got["precision"] > 0.995
    assert got["f1"] > (0.9 if degree == 5 else 0.99)
    assert found.largest_community <= sizes[1] + 2
    if mixing:
        assert found.largest_component > 4500


def test_where_the_ties_say_little_little_is_claimed() -> None:
    """Within a network not more than between strangers: whatever is joined would be chance."""
    _, a, b, bits = planted(5000, (2, 50), 6.0, 0.3, (1.0, 6.0), seed=3)
    found = find_communities(5000, a, b, bits, ads_count=5000)
    assert (found.labels >= 0).mean() < 0.02


def test_strangers_of_one_town_are_no_network_however_many_weak_ties_they_have() -> None:
    """Stock phrases and one agency: 2,000 units in 20 towns, ten ties of 1 to 6 bits each, all within a town.
    Whoever looks only at who is tied with whom finds twenty communities."""
    dice = np.random.default_rng(4)
    a, step = dice.integers(0, 2000, 10_000), dice.integers(1, 100, 10_000)
    b = a // 100 * 100 + (a % 100 + step) % 100
    found = find_communities(
        2000, a.astype(np.int32), b.astype(np.int32), dice.uniform(1, 6, 10_000), ads_count=2000
    )
    assert (found.labels >= 0).mean() < 0.02
    assert found.largest_component > 90


def test_a_unit_that_only_another_held_leaves_when_that_one_leaves() -> None:
    """Unit 1 goes to its own (2, 3, 4); 0 was with it for 20 bits and has 20 against each of the others."""
    ties = [(0, 1, 20.0), *clique(1, 4, 21.0), (0, 2, -20.0), (0, 3, -20.0), (0, 4, -20.0)]
    found = labels(5, ties)
    assert same(found, 1, 2, 3, 4)
    assert found[0] == -1


ties_of = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.floats(-40, 60).map(lambda x: round(x, 2))),
    max_size=40,
)


@settings(deadline=None)
@given(ties_of, st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_direction_of_the_ties_matters(
    ties: list[tuple[int, int, float]], dice: object
) -> None:
    mixed = [(b, a, w) if dice.random() < 0.5 else (a, b, w) for a, b, w in ties]  # type: ignore[attr-defined]
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert labels(12, ties) == labels(12, mixed)


@settings(deadline=None)
@given(ties_of, st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] != p[1]))
def test_a_pair_that_must_stay_apart_does(ties: list[tuple[int, int, float]], pair: tuple[int, int]) -> None:
    found = labels(12, ties, apart=(np.array([pair[0]], np.int32), np.array([pair[1]], np.int32)))
    assert found[pair[0]] < 0 or found[pair[0]] != found[pair[1]]


@settings(deadline=None)
@given(ties_of)
def test_a_network_is_connected_by_positive_ties_and_has_evidence_for_each_unit(
    ties: list[tuple[int, int, float]],
) -> None:
    found = labels(12, ties)
    net: dict[tuple[int, int], float] = {}
    for a, b, w in ties:
        net[min(a, b), max(a, b)] = net.get((min(a, b), max(a, b)), 0.0) + w
    for label in set(found) - {-1}:
        members = [unit for unit in range(12) if found[unit] == label]
        assert len(members) > 1
        for unit in members:
            assert any(net.get((min(unit, m), max(unit, m)), 0.0) > 0 for m in members if m != unit)
    sizes = [found.count(k) for k in range(max(found) + 1)]
    assert sizes == sorted(sizes, reverse=True)
