"""What people keep apart: parts that never hold a pair, and counts that follow."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.corpus.workspace import Workspace
from filrouge.engines.case_apart import Apart, _parts
from filrouge.engines.casebook import Casebook, UnknownNetwork
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run

DEMO = Path(__file__).parents[2] / "examples" / "demo"
UNITS = st.integers(0, 11)


@given(
    edges=st.lists(st.tuples(st.floats(0.1, 40), UNITS, UNITS), max_size=40),
    pairs=st.lists(st.tuples(UNITS, UNITS).filter(lambda pair: pair[0] != pair[1]), max_size=5),
)
def test_a_pair_is_never_in_one_part_and_nothing_else_is_torn(
    edges: list[tuple[float, int, int]], pairs: list[tuple[int, int]]
) -> None:
    edges = sorted(edges, key=lambda edge: (-edge[0], edge[1], edge[2]))
    part = _parts(range(12), pairs, edges)
    whole = _parts(range(12), [], edges)
    assert set(part) == set(range(12))
    for one, other in pairs:
        assert part[one] != part[other]
    for one in range(12):
        for other in range(12):
            if part[one] == part[other]:
                assert whole[one] == whole[other]
    # A component in which no pair stands stays in one piece.
    for root in set(whole.values()):
        inside = [unit for unit in part if whole[unit] == root]
        if not any(one in inside and other in inside for one, other in pairs):
            assert len({part[unit] for unit in inside}) == 1


def test_of_two_that_are_kept_apart_each_keeps_what_hangs_more_strongly_on_it() -> None:
    edges = [(9.0, 0, 2), (8.0, 1, 3), (3.0, 2, 3), (2.0, 0, 1)]
    part = _parts(range(4), [(0, 1)], edges)
    assert part[0] == part[2]
    assert part[1] == part[3]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Casebook:
    where = tmp_path_factory.mktemp("apart") / "unit"
    ws = Workspace.init(where, secret=b"a secret of a workspace in tests"[:32])
    files = [str(DEMO / name) for name in ("harbourlist.csv", "northboard.jsonl")]
    ingest(ws.refreshed(), files, case="harbour", receiver="J. Roy", jobs=1)
    run(ws.refreshed(), jobs=1)
    return Casebook(ws.refreshed(), "harbour")


def largest(book: Casebook, clusters: int = 2) -> dict[str, int]:
    return book.leads.filter(pl.col("kind") == "network", pl.col("clusters") >= clusters).row(0, named=True)


def test_an_ad_that_is_taken_out_is_counted_no_more(book: Casebook) -> None:
    network = largest(book)
    cluster = book.network(network["id"]).clusters[0]
    ad = book.cluster(cluster.id).members[0].ad
    apart = book.with_apart(Apart(ads=frozenset({(ad, cluster.id)})))
    assert apart.cluster(cluster.id).ads == cluster.ads - 1
    assert apart.network(network["id"]).lead["ads"] == network["ads"] - 1
    assert (apart.ad(ad).cluster, apart.ad(ad).network) == (-1, -1)
    assert apart.network(network["id"]).holds_together is None
    # The book that it came from is as it was.
    assert book.cluster(cluster.id).ads == cluster.ads


def test_a_cluster_that_is_taken_out_stands_alone(book: Casebook) -> None:
    network = largest(book, 3)
    cluster = book.network(network["id"]).clusters[-1]
    apart = book.with_apart(Apart(clusters=frozenset({(cluster.id, network["id"])})))
    left = apart.network(network["id"])
    assert cluster.id not in [brief.id for brief in left.clusters]
    assert left.lead["ads"] == network["ads"] - cluster.ads
    assert apart.cluster(cluster.id).network == -1


def test_two_clusters_that_are_kept_apart_share_no_network(book: Casebook) -> None:
    for network in book.leads.filter(pl.col("kind") == "network", pl.col("clusters") >= 2).iter_rows(
        named=True
    ):
        one, other = (brief.id for brief in book.network(network["id"]).clusters[:2])
        apart = book.with_apart(Apart(pairs=frozenset({(min(one, other), max(one, other))})))
        ads = apart.ads.filter(pl.col("cluster").is_in([one, other]), pl.col("network") >= 0)
        both = ads.group_by("network").agg(pl.col("cluster").n_unique())
        assert both["cluster"].max() in (None, 1)
        elsewhere = pl.col("network") != network["id"]
        assert apart.ads.filter(elsewhere).height >= book.ads.filter(elsewhere).height


def test_a_network_that_is_taken_apart_is_no_lead(book: Casebook) -> None:
    network = largest(book)
    apart = book.with_apart(Apart(networks=frozenset({network["id"]})))
    with pytest.raises(UnknownNetwork):
        apart.network(network["id"])
    assert apart.ads.height == book.ads.height


def test_two_ads_of_one_cluster_are_parted_by_the_one_that_it_saves_less(book: Casebook) -> None:
    cluster = book.network(largest(book)["id"]).clusters[0]
    members = book.cluster(cluster.id).members
    strong, weak = members[0], members[-1]
    pair = (min(strong.ad, weak.ad), max(strong.ad, weak.ad))
    apart = book.with_apart(Apart(of_ads=frozenset({pair})))
    assert apart.ad(strong.ad).cluster == cluster.id
    assert apart.ad(weak.ad).cluster == -1


def test_ids_that_the_case_does_not_hold_change_nothing(book: Casebook) -> None:
    apart = book.with_apart(
        Apart(
            frozenset({(10**9, 1)}), frozenset({(10**9, 10**9)}), frozenset({(10**9, 1)}),
            frozenset({(1, 10**9)}), frozenset({10**9}),
        )
    )  # fmt: skip
    assert apart.leads.equals(book.leads)
