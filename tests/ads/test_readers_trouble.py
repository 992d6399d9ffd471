"""Files that hold no ads: each is named, with what to do about it."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from filrouge import errors
from filrouge.ads.columns import Columns
from filrouge.ads.readers import read_ads

NOISE = random.Random(1).randbytes(5_000)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", errors.EmptyFile, "empty"),
        (b" \r\n\n", errors.EmptyFile, "empty"),
        (b"\xef\xbb\xbf", errors.EmptyFile, "empty"),
        (b"id,text\n", errors.NoAds, "no ad"),
        (b"[]", errors.NoAds, "no ad"),
        (b"id,text\n1,\n2,\n", errors.NoAds, r"2 rows were rejected.*row 1, text"),
        (b"1,Relaxing massage today,alpha\n2,Clean rooms,beta\n", errors.NoHeader, "Relaxing massage"),
        (b"Clean rooms in the city center, call 604 555 0123\nNails\n", errors.NoHeader, "Clean rooms"),
        (b"2026-01-03;Bright room;Laval\n2026-01-04;Nails;Laval\n", errors.NoHeader, "Bright room"),
        (b"id:text:agency\n1:a:b\n", errors.WrongDelimiter, "id:text:agency"),
        (b"id text agency\n1 a b\n", errors.WrongDelimiter, "comma"),
        (b"id,date\n1,2026-01-03\n", errors.NoTextColumn, "--text"),
        (b"id,text,text\n1,a,b\n", errors.AmbiguousColumn, "2, 3"),
        (b"PK\x03\x04" + b"..[Content_Types].xml..xl/workbook.xml", errors.BinaryFile, "Excel"),
        (b"PK\x03\x04" + b"..word/document.xml", errors.BinaryFile, "Word"),
        (b"%PDF-1.7\n...", errors.BinaryFile, "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", errors.BinaryFile, "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", errors.BinaryFile, "image"),
        (b"SQLite format 3\0", errors.BinaryFile, "SQLite"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", errors.BinaryFile, "Office"),
        (b"<?xml version='1.0'?><ads/>", errors.BinaryFile, "XML"),
        (NOISE, errors.BinaryFile, "binary"),
        (b"\0" * 4_000, errors.BinaryFile, "binary"),
        (b"[1, 2", errors.NoHeader, "names"),
    ],
)
def test_a_file_that_holds_no_ads_is_told(
    content: bytes, error: type[errors.FilrougeError], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "ads.csv"
    path.write_bytes(content)
    with pytest.raises(error, match=said) as told:
        read_ads([str(path)], Columns())
    assert str(path) in str(told.value)


def test_the_one_broken_file_of_several_is_the_one_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("id,text\n1,a\n")
    (tmp_path / "bad.csv").write_bytes(b"%PDF-1.7")
    with pytest.raises(errors.BinaryFile) as told:
        read_ads([str(tmp_path / "good.csv"), str(tmp_path / "bad.csv")], Columns())
    assert "bad.csv" in str(told.value)
    assert "good.csv" not in str(told.value)


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    path = tmp_path / "ads.csv"
    path.write_text("id,text\n1,a\n")
    with pytest.raises(errors.UnknownColumn, match=r"body.*id, text"):
        read_ads([str(path)], Columns(text="body"))


def test_a_message_does_not_name_thousands_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "ads.csv"
    path.write_text(",".join(f"c{i}" for i in range(5_000)) + "\n")
    with pytest.raises(errors.NoTextColumn, match=r"c0, c1.*…") as told:
        read_ads([str(path)], Columns())
    assert len(str(told.value)) < 1_000


@pytest.mark.parametrize("name", ["none.csv", "none/at/all.csv", "a\0b", "x" * 5_000])
def test_a_file_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises((errors.MissingFile, errors.UnreadableFile)):
        read_ads([name], Columns())


@pytest.mark.parametrize(
    ("trouble", "error", "said"),
    [
        (PermissionError(13, "Permission denied"), errors.NotPermitted, "permission"),
        (OSError(5, "Input/output error"), errors.UnreadableFile, "Input/output error"),
    ],
)
def test_what_the_system_says_against_a_file_is_told(
    trouble: OSError,
    error: type[errors.FilrougeError],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(self: Path) -> bytes:
        raise trouble

    path = tmp_path / "ads.csv"
    path.write_text("id,text\n1,a\n")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(error, match=said):
        read_ads([str(path)], Columns())


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_a_file_whose_name_is_no_text_is_read(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv")
    Path(name).write_text("text\nroom\n1,2\n")
    result = read_ads([name], Columns())
    assert result.ads["id"].to_list() == ["caf\ufffd-1", "caf\ufffd-2"]
