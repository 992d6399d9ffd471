"""The graph of voices and identifiers, and the networks in it."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from cases import Outcome
from hypothesis import given
from hypothesis import strategies as st

from filrouge.evidence.joint import JointModel
from filrouge.networks.graph import CUT, SEARCHED, WEAK, Graph, graph_of, networks_of
from filrouge.networks.learning import KINDS
from filrouge.networks.movement import Movement
from filrouge.networks.units import Units
from filrouge.networks.weighing import PASSED_ON, Weighed, with_bits

Held = list[tuple[int, str, str, int]]
NOWHERE = pl.DataFrame(
    schema={
        "unit": pl.Int32, "agency": pl.String, "place": pl.String, "latitude": pl.Float64, "longitude": pl.Float64,
        "day": pl.Date, "at": pl.Datetime("us"),
    }
)  # fmt: skip


def weighed_of(
    count: int, held: Held, pairs: dict[tuple[int, int], dict[str, float]] | None = None
) -> Weighed:
    """Units that hold identifiers (unit, kind, value, turn), and pairs with bits of kinds; cautious weights."""
    pairs = pairs or {}
    table = pl.DataFrame(
        held, schema={"unit": pl.Int32, "kind": pl.String, "value": pl.String, "turn": pl.Int32}, orient="row"
    ).with_columns(ads=pl.lit(1, pl.Int64), first=pl.lit(date(2026, 1, 1)), last=pl.lit(date(2026, 1, 1)))
    return Weighed(
        units=Units.of_clusters(np.full(count, -1, np.int32), np.zeros(count)),
        held=with_bits(table.sort("kind", "value", "turn", "unit"), count),
        a=np.array([a for a, _b in pairs], np.int32),
        b=np.array([b for _a, b in pairs], np.int32),
        bits=np.array([[about.get(kind, 0.0) for kind in KINDS] for about in pairs.values()]).reshape(-1, len(KINDS)),
        model=JointModel.cautious(KINDS),
        decoy_a=np.zeros(0, np.int32),
            decoy_b=np.zeros(0, np.int32),
            decoys=np.zeros((0, len(KINDS))),
        decoy_is_held_out=np.zeros(0, bool),
        pair_is_held_out=np.zeros(len(pairs), bool),
        phone_owners=0,
            style=None,
        movement=Movement.of(NOWHERE),
        templates=[],
    )  # fmt: skip


def parts_of(graph: Graph) -> list[set[int]]:
    """The units of each network."""
    label = networks_of(graph).label[: graph.units]
    return [set(np.flatnonzero(label == k).tolist()) for k in range(int(label.max(initial=-1)) + 1)]


def test_a_star_of_200_units_on_one_phone_has_200_edges() -> None:
    graph = graph_of(weighed_of(1000, [(unit, "phone", "+1", 1) for unit in range(200)]))
    assert graph.a.size == graph.b.size == graph.bits.size == len(graph.kind) == 200
    assert graph.nodes == 1001
    assert set(graph.b.tolist()) == {1000}
    assert sorted(graph.a.tolist()) == list(range(200))


def test_an_identifier_that_one_unit_holds_is_no_node() -> None:
    graph = graph_of(weighed_of(10, [(0, "phone", "+1", 1), (1, "phone", "+2", 1)]))
    assert (graph.nodes, graph.a.size) == (10, 0)
    assert parts_of(graph) == []


@pytest.mark.parametrize("count", [64, 400, 4000, 100_000])
def test_a_phone_that_only_two_have_holds_them_together_in_a_corpus_of_any_size(count: int) -> None:
    """Even with cautious weights: if the rarest number there can be did not tie, nothing ever would."""
    graph = graph_of(weighed_of(count, [(3, "phone", "+1", 1), (7, "phone", "+1", 1)]))
    assert parts_of(graph) == [{3, 7}]


def test_a_chain_of_phones_is_one_network() -> None:
    held = [(unit + step, "phone", f"+{unit}", 1) for unit in range(6) for step in (0, 1)]
    assert parts_of(graph_of(weighed_of(500, held))) == [set(range(7))]


def test_an_identifier_that_many_hold_ties_nobody() -> None:
    """Of 400 units 40 hold it: less than the root of all (20) would have to."""
    graph = graph_of(weighed_of(400, [(unit, "handle", "t:x", 1) for unit in range(40)]))
    assert (graph.bits < CUT * graph.scale).all()
    assert parts_of(graph) == []


def test_two_turns_of_a_phone_are_two_networks_with_a_weak_tie_between() -> None:
    held = [(unit, "phone", "+1", 1 if unit < 2 else 2) for unit in range(4)]
    graph = graph_of(weighed_of(500, held))
    assert parts_of(graph) == [{0, 1}, {2, 3}]
    between = np.flatnonzero(graph.a >= graph.units)
    assert between.size == 1
    star = graph.bits[graph.a == 0]
    assert graph.bits[between] == pytest.approx(PASSED_ON * star)
    assert graph.bits[between] < WEAK * graph.scale


def test_what_runs_through_a_phone_is_not_counted_again_between_its_holders() -> None:
    """A pair with a phone and a picture: its own edge has the picture's bits only, less what both have in common.

    The odds before anything is seen are paid by the join, once, and not again for every two who hold the phone.
    """
    weighed = weighed_of(
        500, [(0, "phone", "+1", 1), (1, "phone", "+1", 1)], {(0, 1): {"phone": 8.0, "image": 6.0}}
    )
    graph = graph_of(weighed)
    (edge,) = np.flatnonzero(graph.pair >= 0)
    only_phone = weighed.model.total(weighed.bits * (np.array(KINDS) == "phone"))[0] - weighed.model.start
    assert graph.bits[edge] == pytest.approx(
        weighed.model.total(weighed.bits)[0] - weighed.model.start - only_phone
    )
    assert graph.bits[edge] < weighed.model.total(weighed.bits)[0]
    assert graph.kind[edge] == "image"


def test_a_tie_that_was_searched_among_all_pairs_pays_for_the_search() -> None:
    weak = graph_of(weighed_of(500, [], {(0, 1): {"movement": 5.0}}))
    assert weak.a.size == 0
    strong = graph_of(weighed_of(500, [], {(0, 1): {"movement": 30.0}}))
    assert strong.kind == ["movement"]
    assert parts_of(strong) == [{0, 1}]


def test_evidence_against_parts_two_who_share_a_phone() -> None:
    held = [(0, "phone", "+1", 1), (1, "phone", "+1", 1)]
    graph = graph_of(weighed_of(500, held, {(0, 1): {"phone": 8.0, "against": -60.0}}))
    assert (graph.bits < 0).any()
    assert {0, 1} not in parts_of(graph)


@pytest.mark.parametrize(
    ("share", "parts", "possible"), [((CUT + WEAK) / 2, [], [(1, 2)]), (WEAK + 0.05, [{1, 2}], [])]
)
def test_a_weak_bridge_is_cut_and_said_to_be_possible(
    share: float, parts: list[set[int]], possible: list[tuple[int, int]]
) -> None:
    """Two with one picture: enough to be sought among all pairs, but all that holds them."""
    scale = float(np.log2(500))
    graph = graph_of(weighed_of(500, [], {(1, 2): {"image": ((share + SEARCHED) * scale + 1) / 0.8}}))
    assert graph.bits.tolist() == [pytest.approx(share * scale, abs=0.01)]
    assert parts_of(graph) == parts
    assert [(link.a, link.b) for link in networks_of(graph).possible] == possible


def test_no_units_and_one_unit_are_no_network() -> None:
    for count in (0, 1):
        graph = graph_of(weighed_of(count, []))
        assert (graph.nodes, graph.a.size) == (count, 0)
        assert networks_of(graph).label.size == count
        assert parts_of(graph) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 29), st.sampled_from(["phone", "email"]), st.integers(0, 5)), max_size=40
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_holdings_come_changes_nothing(held: list[tuple[int, str, int]], dice) -> None:
    rows = sorted({(unit, kind, str(value), 1) for unit, kind, value in held})
    before = parts_of(graph_of(weighed_of(30, rows)))
    dice.shuffle(rows)
    assert parts_of(graph_of(weighed_of(30, rows))) == before


def test_every_edge_runs_between_nodes_that_are_there(mixed: Outcome) -> None:
    graph = mixed.findings.networks.graph
    assert graph.a.min() >= 0
    assert graph.b.max() < graph.nodes
    assert (graph.a != graph.b).all()
    assert np.isfinite(graph.bits).all()
    through = graph.identifier >= 0
    assert ((graph.pair >= 0) != through).all()
    assert graph.identifiers.height == graph.nodes - graph.units
    names = graph.identifiers["kind"].gather(graph.identifier[through]).to_list()
    assert names == [graph.kind[k] for k in np.flatnonzero(through)]


def test_no_network_is_of_one_unit_and_the_largest_comes_first(mixed: Outcome) -> None:
    found = mixed.findings.networks
    label = found.partition.label[: found.graph.units]
    sizes = np.bincount(label[label >= 0])
    assert (sizes >= 2).all()
    assert (np.diff(sizes) <= 0).all()
    assert found.partition.largest_component >= sizes.max()


def test_the_search_that_found_a_pair_does_not_speak_against_it() -> None:
    """What is found among all pairs must be the rarer to speak for one hand; against it, it says what it says."""
    weighed = weighed_of(4096, [], {(1, 2): {"against": -4.0}, (3, 4): {"movement": 30.0}})
    graph = graph_of(weighed)
    against, for_one_hand = weighed.model.total(weighed.bits)
    assert graph.bits.tolist() == pytest.approx([against, for_one_hand - SEARCHED * 12])
