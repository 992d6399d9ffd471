"""Two cases touch one cluster, one network: neither may read off anything that the other exists."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from planted_cases import Ad, phone, planted, tie, write_run

from filrouge.corpus.errors import UnknownAdNumber
from filrouge.corpus.retention import destroy
from filrouge.engines.casebook import Casebook, UnknownCluster, UnknownNetwork
from filrouge.networks.learning import KINDS

A, B = "we sweep chimneys before the first frost", "rooms by the week with a view of the harbour"


def a_network(*, joined: bool) -> list[Ad]:
    """Two clusters of case "a", each with two phones; what joins them is an ad of "b", or one of "a" too."""
    ads = [
        Ad(f"a{k}{j}", "a", k, 0, [phone(10 * k + j % 2)], text, posted=f"2026-01-0{k + j + 1} 09:00")
        for k, text in ((1, A), (2, B))
        for j in range(4)
    ]
    ads += [Ad("b0", "b", 1, 0, [phone(10), phone(20)], A, "market", "Toronto, ON", "2025-06-01 09:00")]
    ads += [Ad("b1", "b", 1, 0, [], A, "market", "Toronto, ON", "2026-09-01 09:00")]
    ads += [Ad(f"lone{k}", "a", text=f"bread {k} and milk {k} at the corner shop {k}") for k in range(6)]
    if joined:
        ads += [Ad("a9", "a", 1, 0, [phone(10), phone(20)], A)]
    return ads


def names(book: Casebook) -> list[str]:
    return sorted(book.leads["name"].to_list())


def test_what_only_ads_of_another_case_hold_together_is_no_network(tmp_path: Path) -> None:
    ws, _number = planted(tmp_path, a_network(joined=False))
    book = Casebook(ws, "a")
    # The largest part keeps the name of the network; the other is a cluster by itself.
    assert names(book) == ["C2", "N0"]
    network = book.network(0)
    assert [cluster.id for cluster in network.clusters] == [1]
    assert network.lead["ads"] == 4
    assert network.ties == ()
    assert book.ads.filter(pl.col("cluster") == 2)["network"].unique().to_list() == [-1]
    assert book.cluster(2).network == -1


def test_what_the_own_ads_join_is_a_network_by_the_own_ads_counts(tmp_path: Path) -> None:
    ws, _number = planted(tmp_path, a_network(joined=True))
    book = Casebook(ws, "a")
    assert names(book) == ["N0"]
    (lead,) = book.leads.iter_rows(named=True)
    assert (lead["ads"], lead["clusters"], lead["identifiers"]) == (9, 2, 4)
    assert lead["agencies"] == ["northboard"]
    assert lead["places"] == ["Boston, MA, US"]
    assert str(lead["first"]) == "2026-01-02"
    assert str(lead["last"]) == "2026-01-06"
    assert [reason.count for reason in book.why("network", 0) if reason.code == "phone"] == [4]
    network = book.network(0)
    (one,) = network.ties
    assert {one.one, one.other} == {1, 2}
    assert {kind for kind, _bits in one.parts} == {"phone", "once"}
    # Of the eight voices of this case two carry it, whatever others do.
    assert network.identifiers[0].voices == 2
    assert network.identifiers[0].bits == 2.0
    assert network.holds_together is None


def test_the_other_case_sees_no_network_in_its_two_ads(tmp_path: Path) -> None:
    ws, number = planted(tmp_path, a_network(joined=True))
    book = Casebook(ws, "b")
    # Of two phones one ad each: so few may be slips.
    assert book.leads.is_empty()
    for ask in (lambda: book.network(0), lambda: book.why("network", 9)):
        with pytest.raises(UnknownNetwork):
            ask()
    assert book.cluster(1).ads == 2
    with pytest.raises(UnknownCluster):
        book.cluster(2)
    with pytest.raises(UnknownAdNumber):
        book.tie(number["b0"], number["a9"])


def test_a_cluster_of_which_the_case_holds_one_ad_is_none_to_it(tmp_path: Path) -> None:
    ads = [Ad("a0", "a", 5, -1, [phone(1)]), *(Ad(f"b{k}", "b", 5, -1, [phone(k)]) for k in range(2, 8))]
    ws, number = planted(tmp_path, ads, sought=False)
    book = Casebook(ws, "a")
    assert book.leads.is_empty()
    assert book.ad(number["a0"]).cluster == -1
    with pytest.raises(UnknownCluster):
        book.cluster(5)
    assert names(Casebook(ws, "b")) == ["C5"]


def test_recorded_ties_of_mixed_clusters_are_weighed_again_or_left_out(tmp_path: Path) -> None:
    said = {"style": 9.0, "movement": 12.0, "image": 20.0, "phone": 33.0}
    ads = a_network(joined=True)
    clean = [
        Ad(f"c{k}{j}", "a", k, 7, [phone(40 + 2 * (k - 8) + j % 2), phone(50)], B)
        for k in (8, 9)
        for j in range(4)
    ]
    tables = {"found_ties": pl.concat([tie(1, 2, **said), tie(8, 9, of=(7, 7), **said)])}
    ws, _number = planted(tmp_path, [*ads, *clean], tables=tables)
    book = Casebook(ws, "a")
    (mixed,), (pure,) = book.network(0).ties, book.network(7).ties
    assert {kind for kind, _bits in mixed.parts} == {"phone", "once"}
    assert {kind for kind, _bits in pure.parts} == {"phone", "image", "style", "movement", "once"}
    # Two of the ten voices of this case share a phone: 2.3 bits, of which cautious weights take 0.8.
    assert dict(pure.parts)["phone"] == pytest.approx(0.8 * 2.3219, abs=0.01)
    sheet = book.tie_of_clusters(1, 2)
    assert "style" not in sheet.weighed
    assert {kind for kind, _bits in sheet.waterfall} <= {"phone", "once"}
    assert book.tie_of_clusters(8, 9).weighed == KINDS


def test_a_possible_tie_to_what_another_case_alone_holds_is_not_told(tmp_path: Path) -> None:
    ads = [Ad(f"a{j}", "a", 1, 0, [phone(j % 2)], A) for j in range(4)]
    ads += [Ad(f"b{j}", "b", 2, 1, [phone(10 + j % 2)], B) for j in range(4)]
    ws, _number = planted(
        tmp_path, ads, tables={"found_ties": tie(1, 2, of=(0, 1), possible=True, text=30.0)}
    )
    assert Casebook(ws, "a").network(0).ties == ()
    ads = [*ads[:4], *(Ad(f"a1{j}", "a", 2, 1, [phone(10 + j % 2)], B) for j in range(4))]
    (tmp_path / "own").mkdir()
    ws, _number = planted(
        tmp_path / "own", ads, tables={"found_ties": tie(1, 2, of=(0, 1), possible=True, text=30.0)}
    )
    for network in (0, 1):
        (one,) = Casebook(ws, "a").network(network).ties
        assert one.possible


def test_indicators_are_those_of_the_case_s_own_ads(tmp_path: Path) -> None:
    seen = pl.DataFrame(
        {
            "network": [0, 0, 0], "case": ["a", "b", "a"], "indicator": ["one", "two", "three"],
            "ads": [3, 2, 50], "lift": [2.0, 5.0, float("inf")], "tells_nothing": [True, False, False],
        }
    )  # fmt: skip
    ws, _number = planted(tmp_path, a_network(joined=True), tables={"found_indicators": seen})
    book = Casebook(ws, "a")
    assert book.leads["indicators"].to_list() == [["three"]]
    told = {r.code: (r.count, r.lift) for r in book.why("network", 0) if r.kind == "indicator"}
    # No more than the lead has ads, whatever was destroyed since they were counted.
    assert told == {"three": (9, None), "one": (3, 2.0)}


@pytest.mark.parametrize("joined", [False, True])
def test_destroying_the_other_case_changes_nothing_that_is_seen(tmp_path: Path, joined: bool) -> None:
    tables = {"found_ties": tie(1, 2, style=9.0, movement=12.0)}
    ws, _number = planted(tmp_path, a_network(joined=joined), tables=tables)
    before = Casebook(ws, "a")
    kept = before.leads, before.ads, before.network(0)
    destroy(ws, case="b", why="its time is over")
    for view in (ws.refreshed(), ws.refreshed().at(ws.snapshot.seq)):
        after = Casebook(view, "a")
        assert after.leads.equals(kept[0])
        assert after.ads.equals(kept[1])
        assert after.network(0).ties == kept[2].ties
        assert after.network(0).identifiers == kept[2].identifiers
        assert after.network(0).holds_together is None
        assert Casebook(view, "b").leads.is_empty()
        assert Casebook(view, "b").ads.is_empty()


def test_the_past_is_seen_as_it_was(tmp_path: Path) -> None:
    ads = a_network(joined=False)
    ws, number = planted(tmp_path, ads, tables={"found_ties": tie(1, 2, text=30.0)})
    then, seq = Casebook(ws, "a"), ws.snapshot.seq
    was = then.leads, then.network(0)
    later = [Ad(ad.id, ad.case, 6, 3, ad.phones, ad.text) for ad in ads]
    write_run(ws, later, number, tables={"found_ties": tie(1, 6, of=(3, 3), text=1.0)})
    now, again = Casebook(ws.refreshed(), "a"), Casebook(ws.refreshed().at(seq), "a")
    assert names(now) == ["N3"]
    assert again.leads.equals(was[0])
    assert again.network(0).ties == was[1].ties
    assert again.network(0).reasons == was[1].reasons
    with pytest.raises(UnknownNetwork):
        again.network(3)
    with pytest.raises(UnknownNetwork):
        now.network(0)


def test_sources_of_another_case_are_not_named(tmp_path: Path) -> None:
    ws, number = planted(tmp_path, a_network(joined=True))
    sheet = Casebook(ws, "a").ad(number["a10"])
    assert sheet.source.endswith("/a.csv")
    assert len(sheet.sha256) == 64
    assert sheet.case == "a"
