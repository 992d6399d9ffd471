"""Runs over a workspace: day after day the clusters grow, and their ids stay."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import polars as pl
import pytest

from filrouge.ads.synthetic import synthesise
from filrouge.corpus.results import events, last_run, membership, network_of
from filrouge.corpus.retention import destroy
from filrouge.corpus.workspace import Workspace
from filrouge.engines import comparing
from filrouge.engines.ingest import ingest
from filrouge.engines.run import RunOvertaken, run

SECRET = b"k" * 32


@pytest.fixture(scope="module")
def corpus() -> pl.DataFrame:
    made = synthesise(2400, 11, 0.3)
    return made.ads.join(made.truth.select("id", "cluster"), on="id", maintain_order="left")


def files_of(folder: Path, ads: pl.DataFrame, days: int) -> list[str]:
    """The ads in the order of their posting, dealt to files."""
    paths = []
    for day, part in enumerate(
        ads.drop("cluster")
        .with_row_index()
        .with_columns(day=pl.col("index") * days // ads.height)
        .partition_by("day")
    ):
        path = folder / f"day-{day}.csv"
        part.drop("index", "day").write_csv(path)
        paths.append(str(path))
    return paths


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace whose keys are the same each time: the order of texts comes from them."""
    monkeypatch.setattr("filrouge.corpus.keys.secrets.token_bytes", random.Random(5).randbytes)
    return Workspace.init(tmp_path / "ws", secret=SECRET)


@pytest.fixture
def growing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small workspaces grow as large ones do."""
    monkeypatch.setattr(comparing, "SMALL", 0)
    monkeypatch.setattr(comparing, "MUCH", 100.0)
    monkeypatch.setattr(comparing, "MUCH_MORE", 100.0)


def clusters(ws: Workspace) -> pl.DataFrame:
    """The ads by id of the file, and the cluster of each."""
    ads = ws.ads(["row"])["ad"].to_numpy()
    ids = ws.texts(ads, marks=False).ads["id"]
    return pl.DataFrame({"id": ids, "cluster": membership(ws).of(ads)})


def f1(one: pl.DataFrame, other: pl.DataFrame, column: str = "cluster") -> float:
    """How far two clusterings agree on which pairs are together."""
    both = one.join(other.rename({column: "other"}), on="id")

    def pairs(frame: pl.DataFrame, *by: str) -> int:
        known = frame.filter(*(pl.col(name) >= 0 for name in by))
        return int(known.group_by(by).len().select((pl.col("len") * (pl.col("len") - 1) // 2).sum()).item())

    return 2 * pairs(both, "cluster", "other") / (pairs(both, "cluster") + pairs(both, "other"))


def test_the_first_run_compares_all_and_a_second_one_has_nothing_to_do(ws, tmp_path, corpus):
    (path,) = files_of(tmp_path, corpus, 1)
    ingest(ws, [path], case="c")
    first = run(ws.refreshed())
    assert first.whole
    assert first.new == first.ads == corpus.height
    assert first.began == first.clusters > 200
    assert first.networks is not None
    assert first.networks > 20
    again = run(ws.refreshed())
    assert again.snapshot is None
    assert (again.ads, again.tied, again.clusters) == (first.ads, first.tied, first.clusters)


@pytest.mark.usefixtures("growing")
def test_days_one_after_another_find_what_all_at_once_would_find(ws, tmp_path, corpus):
    first = files_of(tmp_path, corpus[:1200], 1)
    later = tmp_path / "later"
    later.mkdir()
    for path in [*first, *files_of(later, corpus[1200:], 3)]:
        ingest(ws.refreshed(), [path], case="c")
        done = run(ws.refreshed(), networks=False)
    assert not done.whole
    grown = clusters(ws.refreshed())
    anew = run(ws.refreshed(), anew=True, networks=False)
    assert anew.whole
    whole = clusters(ws.refreshed())
    assert f1(grown, whole) > 0.95
    truth = corpus.select("id", cluster=pl.col("cluster").rank("dense").cast(pl.Int64) - 1)
    # The cluster "" of the truth is of ads whose template was used once.
    truth = truth.with_columns(cluster=pl.when(corpus["cluster"] == "").then(-1).otherwise("cluster"))
    assert f1(grown, truth) > f1(whole, truth) - 0.02


@pytest.mark.usefixtures("growing")
def test_a_cluster_that_grows_keeps_its_id(ws, tmp_path, corpus):
    first, second = files_of(tmp_path, corpus, 2)
    ingest(ws, [first], case="c")
    run(ws.refreshed(), networks=False)
    before = clusters(ws.refreshed())
    ingest(ws.refreshed(), [second], case="c")
    run(ws.refreshed(), networks=False)
    after = clusters(ws.refreshed())
    both = before.join(after.rename({"cluster": "now"}), on="id").filter(pl.col("cluster") >= 0)
    assert (both["cluster"] == both["now"]).mean() > 0.95
    sizes = after.filter(pl.col("cluster") >= 0).group_by("cluster").len()
    old = before.filter(pl.col("cluster") >= 0).group_by("cluster").len()
    grown = old.join(sizes, on="cluster", suffix="_now").filter(pl.col("len_now") > pl.col("len"))
    assert grown.height > 20


def test_what_became_of_clusters_is_written_down(ws, tmp_path, corpus):
    first, second = files_of(tmp_path, corpus, 2)
    ingest(ws, [first], case="c")
    run(ws.refreshed(), networks=False)
    ingest(ws.refreshed(), [second], case="c")
    done = run(ws.refreshed(), networks=False)
    told = events(ws.refreshed()).filter(pl.col("of") == "cluster", pl.col("seq") == done.snapshot.seq)
    assert told.filter(pl.col("kind") == "began").height == done.began > 0
    began = set(told.filter(pl.col("kind") == "began")["id"].to_list())
    before = membership(ws.refreshed().at(done.snapshot.seq - 1))
    assert not began & set(before.cluster.tolist())


@pytest.mark.usefixtures("growing")
def test_a_view_of_the_past_has_the_clusters_of_then(ws, tmp_path, corpus):
    first, second = files_of(tmp_path, corpus, 2)
    ingest(ws, [first], case="c")
    done = run(ws.refreshed())
    then = clusters(ws.refreshed())
    ingest(ws.refreshed(), [second], case="c")
    run(ws.refreshed())
    past = ws.refreshed().at(done.snapshot.seq)
    assert clusters(past).equals(then)
    assert last_run(past).seq == done.snapshot.seq
    ads = past.ads(["row"])["ad"].to_numpy()
    assert len(set(network_of(past, ads)[network_of(past, ads) >= 0].tolist())) == done.networks


@pytest.mark.parametrize("small", [True, False])
def test_ads_that_were_destroyed_are_as_if_they_had_never_come(ws, tmp_path, corpus, monkeypatch, small):
    """Half of the ads belong to another case, and that case is destroyed."""
    if not small:
        monkeypatch.setattr(comparing, "SMALL", 0)
        monkeypatch.setattr(comparing, "MUCH", 100.0)
        monkeypatch.setattr(comparing, "MUCH_MORE", 100.0)
    mixed = corpus.sample(fraction=1, shuffle=True, seed=3)
    first, second = files_of(tmp_path, mixed, 2)
    ingest(ws, [first], case="kept")
    ingest(ws.refreshed(), [second], case="gone")
    run(ws.refreshed(), networks=False)
    destroy(ws.refreshed(), case="gone", why="the inquiry was closed")
    after = run(ws.refreshed(), networks=False)
    assert after.ads == 1200
    left = clusters(ws.refreshed())
    never = Workspace.init(tmp_path / "never", secret=SECRET)
    ingest(never, [first], case="kept")
    run(never.refreshed(), networks=False)
    assert f1(left, clusters(never.refreshed())) > 0.93
    sizes = left.filter(pl.col("cluster") >= 0).group_by("cluster").len()
    assert sizes["len"].min() >= 2
    told = events(ws.refreshed()).filter(pl.col("seq") == after.snapshot.seq)
    assert "ads were destroyed" in told["why"].to_list()
    alive = set(left["cluster"].to_list())
    ended = set(told.filter(pl.col("kind") == "ended")["id"].to_list())
    assert ended
    assert not ended & alive
    began = set(events(ws.refreshed()).filter(pl.col("kind").is_in(["began", "split"]))["id"].to_list())
    over = set(events(ws.refreshed()).filter(pl.col("kind").is_in(["ended", "merged"]))["id"].to_list())
    assert began - over == alive - {-1}


def test_an_empty_workspace_has_nothing_to_run_over(ws):
    assert run(ws).snapshot is None


def test_ads_that_hang_together_by_nothing_are_no_network(ws, tmp_path):
    (tmp_path / "two.csv").write_text("text\nTwo students move your sofa\nPianos tuned on quiet afternoons\n")
    ingest(ws, [str(tmp_path / "two.csv")], case="case")
    found = run(ws.refreshed(), networks=True)
    assert (found.ads, found.networks) == (2, 0)


@pytest.mark.usefixtures("growing")
def test_a_single_ad_that_is_posted_again_makes_a_cluster(ws, tmp_path):
    rare = [
        f"{word} lanterns repaired by hand near the old mill, ask for {word}"
        for word in ("brass", "paper", "glass", "iron")
    ]
    pl.DataFrame({"id": ["1", "2", "3", "4"], "text": rare}).write_csv(tmp_path / "a.csv")
    long = " ".join(f"w{k}q{k * 7}" for k in range(60))
    pl.DataFrame({"id": ["5"], "text": [long]}).write_csv(tmp_path / "b.csv")
    pl.DataFrame({"id": ["6"], "text": [long]}).write_csv(tmp_path / "c.csv")
    for name in "abc":
        ingest(ws.refreshed(), [str(tmp_path / f"{name}.csv")], case="c")
        run(ws.refreshed(), networks=False)
    found = dict(clusters(ws.refreshed()).iter_rows())
    assert found["5"] == found["6"] >= 0


def test_a_run_that_was_overtaken_writes_nothing(ws, tmp_path, corpus, monkeypatch):
    first, second = files_of(tmp_path, corpus, 2)
    ingest(ws, [first], case="c")
    old = ws.refreshed()
    run(ws.refreshed(), networks=False)
    ingest(ws.refreshed(), [second], case="c")
    before = len(ws.refreshed().snapshots())
    with pytest.raises(RunOvertaken):
        run(old, networks=False)
    assert len(ws.refreshed().snapshots()) == before
    assert run(ws.refreshed(), networks=False).new == 1200


def test_what_a_run_left_may_be_deleted(ws, tmp_path, corpus, monkeypatch):
    first, second = files_of(tmp_path, corpus, 2)
    ingest(ws, [first], case="c")
    run(ws.refreshed(), networks=False)
    before = clusters(ws.refreshed())
    for path in ws.derived("model").iterdir():
        path.unlink()
    monkeypatch.setattr(comparing, "SMALL", 0)
    ingest(ws.refreshed(), [second], case="c")
    done = run(ws.refreshed(), networks=False)
    assert done.whole
    both = before.join(clusters(ws.refreshed()).rename({"cluster": "now"}), on="id").filter(
        pl.col("cluster") >= 0
    )
    assert (both["cluster"] == both["now"]).mean() > 0.95


@pytest.mark.usefixtures("growing")
def test_how_many_cores_work_changes_nothing(tmp_path, corpus):
    first, second = files_of(tmp_path, corpus, 2)
    ws = Workspace.init(tmp_path / "one", secret=SECRET)
    ingest(ws, [first], case="c")
    run(ws.refreshed(), networks=False)
    ingest(ws.refreshed(), [second], case="c")
    shutil.copytree(tmp_path / "one", tmp_path / "three")
    tables = []
    for name, jobs in (("one", 1), ("three", 3)):
        same = Workspace.open(tmp_path / name, secret=SECRET)
        run(same, networks=False, jobs=jobs)
        tables.append(same.refreshed().table("membership").drop("seq"))
    assert tables[0].equals(tables[1])


def test_a_workspace_that_has_doubled_is_compared_whole_again(ws, tmp_path, corpus, monkeypatch):
    monkeypatch.setattr(comparing, "SMALL", 0)
    monkeypatch.setattr(comparing, "MUCH", 100.0)
    found = []
    for part, count in enumerate((800, 600, 600)):
        path = tmp_path / f"{part}.csv"
        corpus.drop("cluster")[sum((800, 600, 600)[:part]) :][:count].write_csv(path)
        ingest(ws.refreshed(), [str(path)], case="c")
        found.append(run(ws.refreshed(), networks=False).whole)
    assert found == [True, False, True]


@pytest.mark.usefixtures("growing")
def test_networks_that_are_asked_for_later_change_no_cluster(ws, tmp_path, corpus):
    (path,) = files_of(tmp_path, corpus, 1)
    ingest(ws, [path], case="c")
    run(ws.refreshed(), networks=False)
    before = clusters(ws.refreshed())
    done = run(ws.refreshed(), networks=True)
    assert done.new == done.began == done.ended == 0
    assert done.networks is not None
    assert done.networks > 20
    assert clusters(ws.refreshed()).equals(before)


def test_a_network_of_which_all_ads_were_destroyed_has_an_end(ws, tmp_path, corpus):
    first, second = files_of(tmp_path, corpus, 2)
    ingest(ws, [first], case="kept")
    ingest(ws.refreshed(), [second], case="gone")
    run(ws.refreshed())
    destroy(ws.refreshed(), case="gone", why="the inquiry was closed")
    run(ws.refreshed())
    now = ws.refreshed()
    told = events(now).filter(pl.col("of") == "network")
    over = set(told.filter(pl.col("kind").is_in(["ended", "merged"]))["id"].to_list())
    began = set(told.filter(pl.col("kind").is_in(["began", "split"]))["id"].to_list())
    alive = set(network_of(now, now.ads(["row"])["ad"].to_numpy()).tolist()) - {-1}
    assert over
    assert began - over == alive
