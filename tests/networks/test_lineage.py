"""The family tree of templates."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.networks.lineage import Use, cheapest_tree, encoding_costs, lineage

PRICE = 8.0


def costs(*templates: list[int]) -> tuple[np.ndarray, np.ndarray]:
    words = [np.array(t, np.int32) for t in templates]
    return encoding_costs(words, [np.full(w.size, PRICE, np.float32) for w in words])


FIRST = list(range(30))
SECOND = [*range(25), *range(100, 110)]
THIRD = [*range(20), *range(100, 110), *range(200, 206)]
OTHER = list(range(500, 530))


def test_each_copy_hangs_on_what_it_was_copied_from() -> None:
    uses = [Use(first=day) for day in (0, 20, 40, 5)]
    found = lineage(*costs(FIRST, SECOND, THIRD, OTHER), uses)
    assert [d.parent for d in found] == [-1, 0, 1, -1]
    assert found[0].bits == 0
    assert found[1].bits > 100


def test_a_copy_is_not_older_than_its_model() -> None:
    uses = [Use(first=day) for day in (40, 20, 0)]
    found = lineage(*costs(FIRST, SECOND, THIRD), uses)
    assert [d.parent for d in found] == [1, 2, -1]


def test_without_days_the_texts_alone_decide() -> None:
    found = lineage(*costs(FIRST, FIRST + OTHER), [Use(), Use()])
    assert sorted(d.parent for d in found) in ([-1, 0], [-1, 1])


def test_a_template_that_gains_nothing_begins_a_family() -> None:
    found = lineage(*costs(FIRST, OTHER), [Use(first=0), Use(first=1)])
    assert [(d.parent, d.relation) for d in found] == [(-1, ""), (-1, "")]


def test_words_that_no_other_has_are_never_copied() -> None:
    alone, saved = costs([-1] * 20, [-1] * 20)
    assert alone.tolist() == [160.0, 160.0]
    assert not saved.any()


def test_there_may_be_no_template_or_one() -> None:
    assert lineage(*costs(), []) == []
    assert [d.parent for d in lineage(*costs(FIRST), [Use()])] == [-1]


def relation_of(parent: Use, copy: Use) -> str:
    return lineage(*costs(FIRST, SECOND), [parent, copy])[1].relation


def test_a_shared_phone_is_one_hand() -> None:
    one = Use(0, frozenset({"phone:+15550100"}), frozenset({("north", "Hamilton")}))
    two = Use(50, frozenset({"phone:+15550100"}), frozenset({("south", "Ottawa")}))
    found = lineage(*costs(FIRST, SECOND), [one, two])[1]
    assert found.relation == "same hand"
    assert found.shared == ("phone:+15550100",)


def test_two_groups_that_bought_one_template_imitate() -> None:
    """No shared identifier, other agencies: the text cannot tell a purchase from an imitation."""
    one = Use(0, frozenset({"phone:1"}), frozenset({("north", "Hamilton")}))
    two = Use(5, frozenset({"phone:2"}), frozenset({("south", "Hamilton")}))
    assert relation_of(one, two) == "imitation"


def test_what_most_ads_of_an_agency_say_may_be_its_form() -> None:
    form = Use(0, frozenset({"phone:1"}), frozenset({("north", "Hamilton")}), "north")
    there = Use(5, frozenset({"phone:2"}), frozenset({("north", "Hamilton")}))
    assert relation_of(form, there) == "agency form"
    assert relation_of(there, replace(form, first=20)) == "agency form"
    # A form has no phone of its own.
    assert relation_of(form, replace(there, identifiers=form.identifiers)) == "same hand"
    # Elsewhere it is no form of theirs.
    assert relation_of(form, Use(5, frozenset(), frozenset({("south", "Ottawa")}))) == "imitation"


def test_ads_without_agency_or_place_do_not_tell() -> None:
    nowhere = Use(0, frozenset(), frozenset({("", "")}))
    assert relation_of(nowhere, nowhere) == "unknown"
    somewhere = Use(0, frozenset(), frozenset({("north", "")}))
    assert relation_of(somewhere, somewhere) == "unknown"
    assert relation_of(nowhere, somewhere) == "unknown"


def test_the_same_place_on_one_agency_at_one_time_does_not_tell_whose_hand() -> None:
    """Two strangers of a town meet there, too."""
    one = Use(0, frozenset(), frozenset({("north", "Hamilton")}))
    assert relation_of(one, Use(8, frozenset(), frozenset({("north", "Hamilton")}))) == "unknown"


@settings(deadline=None)
@given(st.integers(1, 5), st.data())
def test_no_forest_is_cheaper(count: int, data: st.DataObject) -> None:
    number = st.integers(0, 20).map(float)
    alone = np.array(data.draw(st.lists(number, min_size=count, max_size=count)))
    cost = np.array(data.draw(st.lists(number, min_size=count * count, max_size=count * count)))
    cost = cost.reshape(count, count)
    parent = cheapest_tree(alone, cost).tolist()

    def price(parents: tuple[int, ...]) -> float:
        for node in range(count):
            seen = set()
            while node >= 0:
                if node in seen:
                    return np.inf
                seen.add(node)
                node = parents[node]
        return sum(alone[j] if i < 0 else cost[i, j] for j, i in enumerate(parents))

    best = min(map(price, product(range(-1, count), repeat=count)))
    assert price(tuple(parent)) == pytest.approx(best)
