"""Which cells are image hashes, and what becomes of those that are not."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.ads.columns import Columns
from filrouge.ads.images import HEX_DIGITS, look_like_hashes, read_hashes
from filrouge.ads.readers import read_ads

PHASH = "f0e1d2c3b4a59687"
PDQ = 4 * PHASH
hashes = st.sampled_from(HEX_DIGITS).flatmap(
    lambda digits: st.text("0123456789abcdef", min_size=digits, max_size=digits)
)


def read_cell(cell: str) -> tuple[str, list[tuple[int, str]]]:
    found, wrong = read_hashes(pl.Series("image", [cell]))
    return found[0], wrong


@given(st.lists(hashes), st.sampled_from([" ", ";", ", ", "|", "\n"]), st.sampled_from(["", "0x", "0X"]))
def test_hashes_come_back_however_they_are_set_apart(found: list[str], between: str, prefix: str) -> None:
    assert read_cell(between.join(prefix + each.upper() for each in found)) == (" ".join(found), [])


@given(st.text())
def test_any_cell_can_be_read_and_what_is_read_is_read_again(cell: str) -> None:
    found, wrong = read_cell(cell)
    assert len(wrong) <= 1
    assert read_cell(found) == (found, [])


def test_what_is_no_hash_is_told_and_the_hashes_beside_it_are_kept() -> None:
    cells = pl.Series("image", [PHASH, "photo.jpg", f"{PDQ} 98", "", 2 * PHASH])
    found, wrong = read_hashes(cells)
    assert found.to_list() == [PHASH, "", PDQ, "", ""]
    assert wrong == [(1, "photo.jpg"), (2, "98"), (4, 2 * PHASH)]


def test_a_column_looks_like_hashes_if_half_of_its_filled_cells_do() -> None:
    assert look_like_hashes(["", PHASH, "photo.jpg"]) is True
    assert look_like_hashes(["", PHASH, "photo.jpg", "n/a"]) is False
    assert look_like_hashes(["1234567890123456"]) is False
    assert look_like_hashes(["", " "]) is None


@pytest.mark.parametrize("named", [None, "pdq"])
def test_a_cell_that_is_no_hash_does_not_cost_the_ad(tmp_path: Path, named: str | None) -> None:
    path = tmp_path / "ads.csv"
    path.write_text(f"text,pdq\nroom,{PDQ}\nnails,photo.jpg\njobs,\nmassage,{PHASH.upper()}\n")
    result = read_ads([str(path)], Columns(image=named))
    assert result.ads.select("text", "image").rows() == [
        ("room", PDQ), ("nails", ""), ("jobs", ""), ("massage", PHASH),
    ]  # fmt: skip
    (reject,) = result.rejects.rows()
    assert reject == (str(path), 2, "image", "“photo.jpg” is no image hash of 16 or 64 hex digits")


def test_a_column_of_file_names_is_read_over_and_not_told(tmp_path: Path) -> None:
    path = tmp_path / "ads.csv"
    path.write_text("text,image\nroom,1.jpg\nnails,2.jpg\n")
    result = read_ads([str(path)], Columns())
    assert result.ads["image"].to_list() == ["", ""]
    assert result.rejects.height == 0
    assert "image" not in result.guessed[0].fields
