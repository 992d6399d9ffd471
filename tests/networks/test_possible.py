"""Two voices that only a weak tie joined are possibly one, and those that others hold together are not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from filrouge.networks.bridges import Possible
from filrouge.networks.possible import possible_bits, sides_of_possible

# Voices 0 to 4 and identifiers 5 and 6. 0 and 1 are one network, so are 2 and 3 by identifier 5; 4 holds 6 with 3.
GRAPH = SimpleNamespace(units=5, a=np.array([0, 2, 3, 3, 4], np.int32), b=np.array([1, 5, 5, 6, 6], np.int32))
LABEL = np.array([0, 0, 1, 1, -1, 1, -1], np.int32)


def bits_between(possible: Possible, one: int, other: int) -> float | None:
    partition = SimpleNamespace(label=LABEL, possible=[possible])
    sides = sides_of_possible(GRAPH, partition)  # type: ignore[arg-type]
    return possible_bits(sides, (one, int(LABEL[one])), (other, int(LABEL[other])))


def test_all_of_both_networks_are_parted_by_the_cut_of_a_direct_tie() -> None:
    link = Possible(1, 2, 5.5, 2)
    assert bits_between(link, 0, 3) == 5.5
    assert bits_between(link, 3, 0) == 5.5


def test_those_of_one_network_are_not_only_possibly_one() -> None:
    assert bits_between(Possible(1, 2, 5.5, 2), 0, 1) is None


def test_whoever_has_no_part_in_the_cut_is_not_concerned() -> None:
    assert bits_between(Possible(1, 2, 5.5, 2), 0, 4) is None


def test_an_identifier_stands_for_those_who_hold_it() -> None:
    link = Possible(3, 6, 4.0, 1)
    assert bits_between(link, 4, 3) == 4.0
    assert bits_between(link, 2, 4) == 4.0
    assert bits_between(link, 0, 4) is None


def test_without_cuts_nothing_is_only_possible() -> None:
    sides = sides_of_possible(GRAPH, SimpleNamespace(label=LABEL, possible=[]))  # type: ignore[arg-type]
    assert possible_bits(sides, (0, 0), (2, 1)) is None
