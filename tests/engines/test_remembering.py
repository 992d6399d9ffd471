"""What a run writes down of networks: only what changed, nothing in the clear, and gone with the ads it is about."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.ads.synthetic import synthesise
from filrouge.corpus.results import last_run
from filrouge.corpus.retention import destroy
from filrouge.corpus.workspace import Workspace
from filrouge.engines import comparing
from filrouge.engines.case_sheets import Piece
from filrouge.engines.case_texts import Masks, masked_pieces, spread
from filrouge.engines.casebook import Casebook
from filrouge.engines.ingest import ingest
from filrouge.engines.masking import masked
from filrouge.engines.remembering import SCHEMAS, TIE, latest
from filrouge.engines.rows_by import RowsBy
from filrouge.engines.run import run
from filrouge.engines.stored import Stretch
from filrouge.networks.ties import TYING_KINDS

SECRET = b"k" * 32


@pytest.fixture
def growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Workspace, pl.DataFrame]:
    """A workspace that grows as large ones do, with three quarters of some ads; and the rest of them."""
    monkeypatch.setattr(comparing, "SMALL", 0)
    monkeypatch.setattr(comparing, "MUCH", 100.0)
    monkeypatch.setattr(comparing, "MUCH_MORE", 100.0)
    monkeypatch.setattr("filrouge.corpus.keys.secrets.token_bytes", random.Random(5).randbytes)
    ads = synthesise(1200, 11, 0.3).ads
    ads[:900].write_csv(tmp_path / "first.csv")
    ws = Workspace.init(tmp_path / "ws", secret=SECRET)
    ingest(ws, [str(tmp_path / "first.csv")], case="a")
    run(ws.refreshed())
    return ws.refreshed(), ads[900:]


def heights(ws: Workspace, seq: int) -> dict[str, int]:
    return {name: ws.table(name).filter(pl.col("seq") == seq).height for name in SCHEMAS}


def test_a_run_writes_what_changed_and_the_past_stays_what_it_was(growing, tmp_path) -> None:
    ws, rest = growing
    first = ws.snapshot.seq
    wrote = heights(ws, first)
    assert all(wrote.values())
    before = Casebook(ws, "a")
    kept = before.leads, before.network(before.leads["id"][0])
    run(ws, anew=True)
    again = heights(ws.refreshed(), ws.refreshed().snapshot.seq)
    # Nothing new was there to find; weights are written each time.
    assert again["found_weights"] == 1
    assert sum(again.values()) < 0.1 * sum(wrote.values())
    rest.write_csv(tmp_path / "rest.csv")
    ingest(ws.refreshed(), [str(tmp_path / "rest.csv")], case="a")
    run(ws.refreshed())
    now = ws.refreshed()
    later = heights(now, now.snapshot.seq)
    assert 0 < later["found_ads"] < wrote["found_ads"]
    assert not Casebook(now, "a").leads.equals(kept[0])
    then = Casebook(now.at(first), "a")
    assert then.leads.equals(kept[0])
    dossier = then.network(kept[0]["id"][0])
    assert (dossier.ties, dossier.reasons, dossier.holds_together, dossier.identifiers) == (
        kept[1].ties, kept[1].reasons, kept[1].holds_together, kept[1].identifiers,
    )  # fmt: skip


def test_the_latest_rows_are_those_of_a_run_from_nothing(growing, tmp_path) -> None:
    ws, rest = growing
    rest.write_csv(tmp_path / "rest.csv")
    ingest(ws.refreshed(), [str(tmp_path / "rest.csv")], case="a")
    run(ws.refreshed())
    grown = ws.refreshed()
    run(grown, anew=True)
    anew = ws.refreshed()
    networks = set(Casebook(anew, "a").ads["network"].to_list()) - {-1}
    ties = latest(anew, "found_ties", TIE).filter(~pl.col("gone"))
    # What is no network any more holds nothing any more.
    assert set(ties.filter(~pl.col("possible"))["of_one"].to_list()) <= networks
    held = latest(anew, "found_networks", ["network"]).filter(pl.col("about") != "")
    assert set(held["network"].to_list()) <= networks
    seen = latest(anew, "found_indicators", ["network", "case", "indicator"]).filter(pl.col("ads") > 0)
    assert set(seen["network"].to_list()) <= networks


def test_nothing_is_written_in_the_clear(growing) -> None:
    ws, _rest = growing
    opened = ws.texts(ws.ads(["row"])["ad"].to_numpy())
    values = opened.identifiers.filter(pl.col("kind").is_in(TYING_KINDS))["value"].unique().to_list()
    values += opened.names["value"].unique().to_list()
    said = [
        str(value)
        for name in SCHEMAS
        for column in ws.table(name).select(pl.col(pl.String)).iter_columns()
        for value in column.unique().to_list()
    ]
    together = "\n".join(said)
    assert "phone:" in together
    assert not [value for value in values if len(value) > 4 and value in together]


def test_what_is_about_destroyed_ads_is_gone_from_all_tables(growing) -> None:
    ws, _rest = growing
    book = Casebook(ws, "a")
    gone = book.ads.filter(pl.col("network") == book.leads["id"][0])["ad"].to_numpy()
    destroy(ws, ads=gone, why="a court said so")
    for view in (ws.refreshed(), ws.refreshed().at(ws.snapshot.seq)):
        for name in SCHEMAS:
            rows = view.table(name)
            if "ad" in rows.columns:
                assert not set(rows["ad"].to_list()) & set(gone.tolist())
        after = Casebook(view, "a")
        assert book.leads["id"][0] not in after.leads["id"].to_list()
        # What is left of other networks may need what was destroyed less or more, and never makes a new one.
        assert set(after.leads["id"].to_list()) < set(book.leads["id"].to_list())
        assert after.leads.height >= book.leads.height - 3


def test_a_workspace_of_an_older_version_gets_them_with_its_next_run(growing, monkeypatch) -> None:
    ws, _rest = growing
    assert run(ws).snapshot is None
    had = Workspace.has
    monkeypatch.setattr(Workspace, "has", lambda self, name: name != "found_weights" and had(self, name))
    assert run(ws).snapshot is not None


def test_a_run_that_seeks_no_networks_writes_none(tmp_path) -> None:
    synthesise(300, 11, 0.3).ads.write_csv(tmp_path / "ads.csv")
    ws = Workspace.init(tmp_path / "ws", secret=SECRET)
    ingest(ws, [str(tmp_path / "ads.csv")], case="a")
    run(ws.refreshed(), networks=False)
    now = ws.refreshed()
    assert last_run(now) is not None
    assert not any(now.has(name) for name in SCHEMAS)
    assert Casebook(now, "a").leads["kind"].unique().to_list() in ([], ["cluster"])


# -- the parts ------------------------------------------------------------------------------------------------


@given(values=st.lists(st.integers(-3, 9), max_size=60), wanted=st.sets(st.integers(-5, 12), max_size=8))
def test_rows_by_a_value_are_those_that_looking_through_all_finds(values, wanted) -> None:
    column = np.array(values, np.int64)
    found = RowsBy(column).of(np.array(sorted(wanted), np.int64))
    assert found.tolist() == [k for value in sorted(wanted) for k in np.flatnonzero(column == value).tolist()]


@given(count=st.integers(0, 300), most=st.integers(4, 90))
def test_a_sample_has_the_first_and_reaches_over_all(count, most) -> None:
    rows = np.arange(count, dtype=np.int64)
    some = spread(rows, most)
    assert some.size == min(count, most)
    assert np.unique(some).size == some.size
    if count:
        assert some[: most // 2].tolist() == rows[: most // 2].tolist()
        assert int(some.max()) == count - 1


@given(data=st.data(), texts=st.lists(st.text("ab c1", min_size=1, max_size=6), min_size=1, max_size=8))
def test_pieces_are_masked_as_stretches_are(data, texts) -> None:
    size = sum(map(len, texts))
    ends = st.tuples(st.integers(0, size - 1), st.integers(1, 6))
    spans = sorted(data.draw(st.lists(ends, max_size=5)), key=lambda span: (span[0], -span[1]))
    masks = [(start, min(start + length, size), f"<{k}>") for k, (start, length) in enumerate(spans)]
    pieces = [Piece(text, k % 2 == 0) for k, text in enumerate(texts)]
    shown = masked_pieces(pieces, masks, Masks.none())
    stretches = masked([Stretch(piece.text, piece.common) for piece in pieces], masks)
    assert "".join(piece.text for piece in shown) == "".join(stretch.text for stretch in stretches)
    raw = "".join(texts)
    covered = {at for start, end, _words in masks for at in range(start, end)}
    left = "".join(letter for at, letter in enumerate(raw) if at not in covered)
    assert "".join(piece.text for piece in shown if not piece.masked) == left


def test_what_a_template_alone_says_is_masked_too() -> None:
    masks = Masks({}, {"anna": "name:12345678"}, {("name", "anna"): "name:12345678"})
    (lost,) = masked_pieces([Piece("ask for anna", lost=True)], [], masks)
    assert lost.text == "ask for name:12345678"
    assert masks.over_words("hannah and Anna") == "hannah and name:12345678"
    assert masks.over_value("name", "anna") == "name:12345678"
    assert masks.over_value("price", "80 CAD") == "80 CAD"
