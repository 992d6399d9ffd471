"""What a reader of one case sees: its own ads alone, masked until opened."""

from __future__ import annotations

import random

import polars as pl
import pytest

from filrouge.ads.synthetic import synthesise
from filrouge.corpus.errors import UnknownAdNumber
from filrouge.corpus.workspace import Workspace
from filrouge.engines.casebook import Casebook, UnknownCluster, UnknownNetwork
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run

SECRET = b"k" * 32


@pytest.fixture(scope="module")
def two_cases(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two thirds of the ads are of the case "a", the others of "b"; clusters and networks hold ads of both."""
    folder = tmp_path_factory.mktemp("two")
    made = synthesise(1500, 11, 0.3).ads.with_row_index()
    patch = pytest.MonkeyPatch()
    patch.setattr("filrouge.corpus.keys.secrets.token_bytes", random.Random(5).randbytes)
    ws = Workspace.init(folder / "ws", secret=SECRET)
    for case, of in (("a", pl.col("index") % 3 > 0), ("b", pl.col("index") % 3 == 0)):
        made.filter(of).drop("index").write_csv(folder / f"{case}.csv")
        ingest(ws.refreshed(), [str(folder / f"{case}.csv")], case=case)
    run(ws.refreshed())
    patch.undo()
    return ws.refreshed()


@pytest.fixture(scope="module", params=["a", "b"])
def book(two_cases: Workspace, request: pytest.FixtureRequest) -> Casebook:
    return Casebook(two_cases, request.param)


def own(book: Casebook) -> set[int]:
    return set(book.ws.ads(["case"]).filter(pl.col("case") == book.case)["ad"].to_list())


def test_a_lead_counts_the_case_s_own_ads(book: Casebook) -> None:
    assert book.leads.height > 10
    assert set(book.ads["ad"].to_list()) == own(book)
    for lead in book.leads.iter_rows(named=True):
        mine = book.ads.filter(pl.col(lead["kind"]) == lead["id"])
        assert lead["ads"] == mine.height
        assert (
            lead["agencies"]
            == mine["agency"]
            .value_counts()
            .sort("count", "agency", descending=[True, False])["agency"]
            .to_list()
        )
        assert lead["first"] == mine["posted"].min().date()
        assert lead["signs"]
        assert book.why(lead["kind"], lead["id"])


def test_dossiers_hold_the_case_s_own_ads(book: Casebook) -> None:
    mine = own(book)
    for id in book.leads.filter(pl.col("kind") == "network")["id"].head(5).to_list():
        dossier = book.network(id)
        assert set(dossier.members["ad"].to_list()) <= mine
        dated = dossier.members.drop_nulls("posted").height
        assert dossier.timeline["ads"].sum() == dated <= dossier.lead["ads"] == dossier.members.height
        for brief in dossier.clusters:
            cluster = book.cluster(brief.id)
            assert {member.ad for member in cluster.members} <= mine
            assert cluster.ads >= brief.ads


def test_the_ad_of_another_case_is_unknown(book: Casebook) -> None:
    other = next(iter(set(book.ws.ads(["row"])["ad"].to_list()) - own(book)))
    known = next(iter(own(book)))
    for ask in (lambda: book.ad(other), lambda: book.tie(known, other), lambda: book.ad(10**9)):
        with pytest.raises(UnknownAdNumber):
            ask()
    with pytest.raises(UnknownCluster):
        book.cluster(10**6)
    with pytest.raises(UnknownNetwork):
        book.network(-1)
