"""Tables that are safe to open, and a folder that is there whole or not at all."""

from __future__ import annotations

import csv
import errno
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.errors import CannotWrite
from filrouge.reports.tables import ForeignFolder, NotAFolder, OutputFolder, neutralised, write_csv

SIGNS = "=+-@\t\r＝＋－＠"


@given(st.lists(st.text(st.sampled_from(SIGNS + "\n\"',;1aé '"), max_size=8), min_size=1, max_size=20))
def test_no_cell_begins_as_a_formula_and_nothing_else_is_changed(cells: list[str]) -> None:
    for cell, safe in zip(cells, neutralised(pl.DataFrame({"a": cells}))["a"].to_list(), strict=True):
        assert safe in (cell, "'" + cell)
        if safe[:1] in tuple(SIGNS):
            float(safe)  # only plain numbers may begin with a sign
        if cell[:1] not in tuple(SIGNS + "\n"):
            assert safe == cell


@pytest.mark.parametrize("cell", ["+16045550123", "-5", "-0.5", "+1e6", "-.5"])
def test_numbers_and_phones_stay_as_they_are(cell: str) -> None:
    assert neutralised(pl.DataFrame({"a": [cell]}))["a"].to_list() == [cell]


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+1-2", "-2+3", "\t=1", "＝1", "+1\n", "-"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    assert neutralised(pl.DataFrame({"a": [cell]}))["a"].to_list() == ["'" + cell]


def test_nulls_and_numbers_pass_through() -> None:
    frame = pl.DataFrame({"a": [None, "x"], "n": [-1, 2], "f": [0.5, -1.25]})
    assert neutralised(frame).equals(frame)


def test_a_table_is_read_back_as_it_was(tmp_path: Path) -> None:
    rows = [{"id": 'say "hi"', "n": "1"}, {"id": "two\nlines, é", "n": "-2"}, {"id": "a\rb", "n": ""}]
    write_csv(tmp_path / "t.csv", pl.DataFrame(rows))
    data = (tmp_path / "t.csv").read_bytes()
    assert data.startswith(b"id,n\r\n")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == rows


def entries(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def fill(folder: Path, content: str) -> None:
    (folder / "run.json").write_text(content)
    (folder / "index").mkdir()
    (folder / "index" / "words").write_text(content)


def fill_and_fail(folder: Path, trouble: type[BaseException]) -> None:
    fill(folder, "2")
    raise trouble


def test_the_folder_appears_under_its_name_when_all_went_well(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "new" / "out") as folder:
        fill(folder, "1")
        assert not (tmp_path / "new" / "out").exists()
    assert entries(tmp_path) == {"new/out/index/words": "1", "new/out/run.json": "1"}


def test_an_earlier_result_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    fill(out, "1")
    (out / "left over.csv").write_text("1")
    with OutputFolder(out) as folder:
        fill(folder, "2")
        assert entries(out)["run.json"] == "1"
    assert entries(tmp_path) == {"out/index/words": "2", "out/run.json": "2"}


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_earlier_result_stays_if_anything_fails(tmp_path: Path, trouble: type[BaseException]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    fill(out, "1")
    with pytest.raises(trouble), OutputFolder(out) as folder:
        fill_and_fail(folder, trouble)
    assert entries(tmp_path) == {"out/index/words": "1", "out/run.json": "1"}


def test_nothing_is_left_of_a_run_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ValueError), OutputFolder(tmp_path / "a" / "b" / "out") as folder:
        fill_and_fail(folder, ValueError)
    assert list(tmp_path.iterdir()) == []


def test_if_the_last_step_fails_the_earlier_result_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    fill(out, "1")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if ".partial-" in self.name:
            raise OSError(errno.EIO, "input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(CannotWrite, match="input/output error"), OutputFolder(out) as folder:
        fill(folder, "2")
    assert entries(tmp_path) == {"out/index/words": "1", "out/run.json": "1"}


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(ForeignFolder, match="holds no findings"), OutputFolder(tmp_path):
        pytest.fail("must not begin")
    assert entries(tmp_path) == {"thesis.docx": "years of work"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(NotAFolder), OutputFolder(tmp_path / "out"):
        pytest.fail("must not begin")


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with OutputFolder(tmp_path / "out") as folder:
        fill(folder, "1")
    assert entries(tmp_path) == {"out/index/words": "1", "out/run.json": "1"}


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with OutputFolder(tmp_path / "link") as folder:
        fill(folder, "1")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "run.json").read_text() == "1"


@pytest.mark.parametrize("fails", [False, True])
def test_the_current_folder_is_filled_without_being_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    fill(tmp_path, "1")
    inode = tmp_path.stat().st_ino
    monkeypatch.chdir(tmp_path)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if fails and self.name == "run.json" and ".partial-" in str(self):
            raise OSError(errno.EIO, "input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    try:
        with OutputFolder(Path()) as folder:
            fill(folder, "2")
    except CannotWrite:
        assert fails
    assert tmp_path.stat().st_ino == inode
    want = "1" if fails else "2"
    assert entries(tmp_path) == {"index/words": want, "run.json": want}


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=os.strerror(errno.ENOSPC)), OutputFolder(tmp_path / "out"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("write", [pl.DataFrame.write_csv, pl.DataFrame.write_parquet])
def test_a_full_disk_is_told_as_such_when_polars_meets_it(tmp_path: Path, write: object) -> None:
    assert callable(write)
    with pytest.raises(CannotWrite, match=os.strerror(errno.ENOSPC)), OutputFolder(tmp_path / "out"):
        write(pl.DataFrame({"a": ["x"] * 1000}), "/dev/full")


def test_trouble_of_another_kind_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), OutputFolder(tmp_path / "out"):
        raise FileNotFoundError(errno.ENOENT, "no such file", "input.csv")
