"""The same ads give the same clusters, ties and networks, whatever the key of the workspace and whenever they came."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from filrouge.ads.columns import Columns
from filrouge.ads.synthetic import synthesise
from filrouge.corpus import sealing
from filrouge.corpus.results import membership, network_of
from filrouge.corpus.workspace import Workspace
from filrouge.engines import comparing
from filrouge.engines.ingest import ingest
from filrouge.engines.local import analyse
from filrouge.engines.prepare import prepare
from filrouge.engines.run import run
from filrouge.progress import Silent

DEMO = Path(__file__).parents[2] / "examples" / "demo"
FILES = [
    str(DEMO / name)
    for name in ("elmercado.tsv", "harbourlist.csv", "northboard.jsonl", "petitesannonces.csv")
]


def workspace(folder: Path, key: int) -> Workspace:
    """One whose key, and so all pseudonyms, are unlike any other's."""
    return Workspace.init(folder, secret=bytes([key]) * 32)


def found_in(ws: Workspace) -> pl.DataFrame:
    """Each ad by its file and row, its cluster and network by their ids, and what the template saves it."""
    ads = ws.ads(["source", "row"])
    sources = ws.table("sources", ["source", "name"])
    of = membership(ws)
    number = ads["ad"].to_numpy()
    return (
        ads.with_columns(
            cluster=pl.Series(of.of(number)),
            bits=pl.Series(of.bits_of(number)),
            network=pl.Series(network_of(ws, number)),
        )
        .join(sources, on=["seq", "source"], maintain_order="left")
        .select("name", "row", "cluster", "bits", "network")
        .sort("name", "row")
    )


def groups(frame: pl.DataFrame, column: str) -> list[int]:
    """Of each row the first row that is in its group: the same for the same groups, by whatever ids; -1 for none."""
    rows = frame.with_row_index("at").with_columns(
        pl.col("at").cast(pl.Int64).min().over(column).alias("first")
    )
    return rows.select(group=pl.when(pl.col(column) < 0).then(-1).otherwise("first"))["group"].to_list()


def ties_of(ws: Workspace) -> pl.DataFrame:
    """The ties that the run wrote down, by kind."""
    ties = ws.table("found_ties").drop("seq")
    return ties.sort("one", "other", "of_one", "of_other")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    ws = workspace(tmp_path_factory.mktemp("demo") / "ws", 1)
    ingest(ws, FILES, case="c")
    run(ws.refreshed())
    return ws.refreshed()


@pytest.mark.parametrize("key", [2, 3])
def test_by_another_key_all_is_the_same_to_the_bit(demo: Workspace, tmp_path: Path, key: int) -> None:
    other = workspace(tmp_path / "ws", key)
    ingest(other, FILES, case="c")
    run(other.refreshed())
    other = other.refreshed()
    assert not np.intersect1d(demo.ads(["text_key"])["text_key"], other.ads(["text_key"])["text_key"]).size
    assert found_in(other).equals(found_in(demo))
    assert ties_of(other).equals(ties_of(demo))


def test_by_another_key_and_in_another_order_the_groups_are_the_same(demo: Workspace, tmp_path: Path) -> None:
    other = workspace(tmp_path / "ws", 4)
    ingest(other, FILES[::-1], case="c")
    run(other.refreshed())
    one, two = found_in(demo), found_in(other.refreshed())
    for column in ("cluster", "network"):
        assert groups(two, column) == groups(one, column)


def test_a_comparison_of_the_files_without_a_workspace_finds_the_same_groups(demo: Workspace) -> None:
    findings = analyse(FILES, columns=Columns(), jobs=1, progress=Silent())
    ads = findings.read.ads.select(pl.col("row").cast(pl.Int64), name="source")
    by_files = ads.with_columns(
        cluster=pl.Series(findings.comparison.cluster.astype(np.int64)),
        network=pl.Series(findings.networks.of_ad.astype(np.int64)),
    ).sort("name", "row")
    for column in ("cluster", "network"):
        assert groups(by_files, column) == groups(found_in(demo), column)


def test_clusters_that_grow_are_the_same_by_another_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "SMALL", 0)
    monkeypatch.setattr(comparing, "MUCH", 100.0)
    monkeypatch.setattr(comparing, "MUCH_MORE", 100.0)
    ads = synthesise(1500, 12, 0.6).ads
    found = []
    for key in (1, 2):
        ws = workspace(tmp_path / str(key), key)
        for day in range(3):
            path = tmp_path / f"day-{day}.csv"
            ads[day * 500 : day * 500 + 500].write_csv(path)
            ingest(ws.refreshed(), [str(path)], case="c")
            done = run(ws.refreshed())
        assert not done.whole
        found.append(found_in(ws.refreshed()))
    assert found[0].equals(found[1])


def test_without_the_key_nothing_tells_the_order_of_texts(demo: Workspace) -> None:
    """By it a guessed text could be proved to be there. It is nowhere in the clear, and ids do not follow it."""
    order = demo.words().order
    assert np.unique(order).size == demo.ads(["text_key"])["text_key"].n_unique()
    for path in Path(demo.files.where).rglob("*.parquet"):
        frame = pl.read_parquet(path)
        for name, dtype in frame.schema.items():
            if dtype in (pl.Int64, pl.UInt64):
                assert not np.isin(frame[name].drop_nulls().to_numpy().view(np.uint64), order).any(), (
                    path,
                    name,
                )
    ads = demo.ads(["row"])["ad"].to_numpy()
    of = membership(demo).of(ads)
    first = [int(np.flatnonzero(of == cluster)[0]) for cluster in range(int(of.max()) + 1)]
    assert first == sorted(first)


def test_a_workspace_that_kept_no_order_still_opens_and_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ads that were sealed by an earlier version come first, in the order of their pseudonyms."""
    written = sealing.words_fields
    monkeypatch.setattr(sealing, "words_fields", lambda *given: written(*given)[:4])
    ws = workspace(tmp_path / "ws", 5)
    ingest(ws, FILES[1:2], case="c")
    assert not ws.refreshed().words().order.any()
    before = run(ws.refreshed())
    monkeypatch.undo()
    again = tmp_path / "again.csv"
    pl.read_csv(FILES[1], infer_schema_length=0).with_columns(id="again-" + pl.col("id")).write_csv(again)
    ingest(ws.refreshed(), [str(again)], case="c")
    after = run(ws.refreshed())
    assert after.new == after.ads / 2 == before.ads
    held = ws.refreshed()
    assert (held.words().order != 0).mean() == 0.5
    # A text that came before and again is one text.
    keys = held.ads(["text_key"])["text_key"]
    of = membership(held).of(held.ads(["row"])["ad"].to_numpy())
    together = pl.DataFrame({"key": keys, "cluster": of}).group_by("key").agg(pl.col("cluster").n_unique())
    assert together["cluster"].max() == 1


def test_a_span_of_two_kinds_is_read_alike_in_all_ads() -> None:
    """A phone that is paid to is a phone and a way of paying, from the same character to the same character."""
    ads = synthesise(3000, 311, 0.7).ads
    paid_to = pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("Zelle 514 555 0121")).otherwise("text")
    ads = ads.with_columns(text=paid_to)
    tokens = prepare(ads).tokens
    begins = tokens.offsets[:-1][::3]
    assert np.unique(tokens.kind[begins + 1]).size == 1


def test_shuffled_ads_of_a_file_are_the_same_groups(tmp_path: Path) -> None:
    ads = synthesise(3000, 311, 0.7).ads
    found = []
    for rows in (ads, ads.sample(fraction=1, shuffle=True, seed=5)):
        path = tmp_path / "ads.csv"
        rows.write_csv(path)
        findings = analyse([str(path)], columns=Columns(), jobs=1, progress=Silent())
        by_id = findings.read.ads.select("id").with_columns(
            cluster=pl.Series(findings.comparison.cluster.astype(np.int64)),
            bits=pl.Series(findings.comparison.bits),
            network=pl.Series(findings.networks.of_ad.astype(np.int64)),
        )
        found.append(by_id.sort("id"))
    assert found[0]["bits"].equals(found[1]["bits"])
    for column in ("cluster", "network"):
        assert groups(found[0], column) == groups(found[1], column)
