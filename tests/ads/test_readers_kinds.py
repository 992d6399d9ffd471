"""JSON, Parquet, pages, web archives, and what is compressed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import zstandard

from filrouge import errors
from filrouge.ads.columns import Columns
from filrouge.ads.readers import ReadResult, read_ads

TABLE = b"id,text\n" + b"".join(b'%d,"room %d, clean"\n' % (i, i * 7919) for i in range(20_000))


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(content: bytes | str, name: str = "ads") -> ReadResult:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_ads([name], Columns())


def stood(result: ReadResult, *columns: str) -> list[tuple[object, ...]]:
    return result.ads.select(columns).rows()


def test_json_lines_are_read_and_bad_ones_told() -> None:
    result = read(
        '{"id":1,"text":"a","date":"2026-01-03"}\n\n{bad\n[1]\n{"id":1e5,"text":"b\\ud800","city":"Laval"}\n'
        '{"id":4,"text":null}\n'
    )
    assert stood(result, "id", "text", "location", "row") == [
        ("1", "a", "", 1),
        ("1e5", "b\ufffd", "Laval", 4),
    ]
    assert result.ads["posted"].to_list() == [datetime(2026, 1, 3), None]
    told = [(row, field) for _, row, field, _ in result.rejects.rows()]
    assert told == [(2, ""), (3, ""), (4, "posted"), (5, "text")]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_objects_is_read_alone_or_within_an_object(indent: int | None) -> None:
    ads = [{"id": 1, "text": "été"}, {"id": 2, "text": "b\nc"}]
    for value in (ads, {"ads": ads, "count": 2}):
        result = read(json.dumps(value, indent=indent))
        assert stood(result, "id", "text") == [("1", "été"), ("2", "b\nc")]


def test_a_list_that_breaks_off_is_read_to_the_break() -> None:
    result = read('[{"id":1,"text":"a"},\n{"id":2,"text":"b"},\n{"id":3,"te')
    assert stood(result, "id") == [("1",), ("2",)]
    assert result.rejects["row"].to_list() == [3]


def test_values_that_are_no_strings_are_written_as_json_writes_them() -> None:
    assert stood(read('{"id":true,"text":["a",1]}\n'), "id", "text") == [("true", '["a", "1"]')]


def test_parquet_is_read_with_its_types() -> None:
    out = io.BytesIO()
    pl.DataFrame(
        {
            "id": [1, 2],
            "text": ["a", None],
            "posted": [datetime(2026, 1, 3, 19, 5, tzinfo=UTC)] * 2,
            "unneeded": [[1], [2]],
        }
    ).with_columns(pl.col("posted").dt.convert_time_zone("America/Toronto")).write_parquet(out)
    result = read(out.getvalue())
    assert stood(result, "id", "text", "posted") == [("1", "a", datetime(2026, 1, 3, 19, 5))]
    assert [(row, field) for _, row, field, _ in result.rejects.rows()] == [(2, "text")]


def test_parquet_without_usual_headers_has_the_longest_column_for_text() -> None:
    out = io.BytesIO()
    pl.DataFrame({"x": ["a"], "y": ["a longer one"], "posted": [date(2026, 1, 3)]}).write_parquet(out)
    assert stood(read(out.getvalue()), "text", "posted") == [("a longer one", datetime(2026, 1, 3))]


PHASH = "f0e1d2c3b4a59687"


def test_image_hashes_are_read_from_lists_too() -> None:
    rows = [[PHASH, 4 * PHASH], [], None]
    lines = "\n".join(json.dumps({"text": "a", "phash": row}) for row in rows)
    pl.DataFrame({"text": ["a"] * 3, "phash": rows}).write_parquet("ads.parquet")
    for result in (read(lines), read_ads(["ads.parquet"], Columns())):
        assert result.ads["image"].to_list() == [f"{PHASH} {4 * PHASH}", "", ""]
        assert result.guessed[0].fields["image"] == "phash"
        assert result.rejects.filter(pl.col("field") == "image").height == 0


def test_pages_have_no_image_hashes() -> None:
    assert read("<html><body><p>room, clean</p></body></html>").ads["image"].to_list() == [""]


def test_damaged_parquet_is_told_without_a_word_from_rust(capfd: pytest.CaptureFixture[str]) -> None:
    out = io.BytesIO()
    pl.DataFrame({"id": [1, 2] * 50, "text": ["a", "b"] * 50}).write_parquet(out)
    whole = out.getvalue()
    for content in (
        whole[:-20],
        b"PAR1" + bytes(range(256)) + b"PAR1",
        whole[:4] + b"\xff" * 40 + whole[44:],
    ):
        with pytest.raises(errors.BrokenFile, match="ads"):
            read(content)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["ads.csv.gz", "ads.csv", "ads"])
def test_gzip_and_zstandard_are_told_by_their_bytes(name: str) -> None:
    for packed in (
        gzip.compress(TABLE),
        gzip.compress(TABLE[:100_000]) + gzip.compress(TABLE[100_000:]),
        zstandard.compress(TABLE),
        zstandard.compress(TABLE[:100_000]) + zstandard.compress(TABLE[100_000:]),
        b"\x50\x2a\x4d\x18\x02\0\0\0xx" + zstandard.compress(TABLE),
        gzip.compress(TABLE) + bytes(512),
    ):
        result = read(packed, name)
        assert result.ads.height == 20_000
        assert result.rejects.height == 0
        assert result.sources[0].sha256 == hashlib.sha256(packed).hexdigest()
        assert result.sources[0].bytes == len(packed)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_truncated_file_is_read_to_the_break(pack: object) -> None:
    packed = pack(TABLE)  # type: ignore[operator]
    result = read(packed[: len(packed) * 2 // 3])
    assert 1_000 < result.ads.height < 20_000
    whole = read(TABLE, "whole").ads["text"].head(result.ads.height)
    assert result.ads["text"].to_list() == whole.to_list()
    (line,) = result.rejects.rows()
    assert line[:3] == ("ads", 0, "")
    assert "truncated" in line[3]


def test_rows_before_a_damaged_place_are_read() -> None:
    packed = bytearray(gzip.compress(TABLE))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = bytes(40)
    result = read(bytes(packed))
    assert result.ads.height > 1_000
    assert result.rejects.row(0)[1] == 0


@pytest.mark.parametrize(
    "content", [gzip.compress(TABLE)[:12], zstandard.compress(TABLE)[:6], b"\x1f\x8bxxxx"]
)
def test_compression_broken_from_the_start_is_told(content: bytes) -> None:
    with pytest.raises(errors.BrokenFile, match="ads"):
        read(content)


def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"id\ttext\n1\troom\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed)))
    result = read_ads(["-"], Columns())
    assert stood(result, "id", "text", "source") == [("1", "room", "-")]
    assert result.sources[0].sha256 == hashlib.sha256(packed).hexdigest()


PAGE = """<!doctype html><html><head><title>Bright room</title>
<link rel="canonical" href="https://www.alpha.example/ads/1">
<meta property="article:published_time" content="2026-01-03T14:05:00Z">
<script type="application/ld+json">{"@type":"Offer","address":{"addressLocality":"Laval"}}</script>
<style>p{color:red}</style></head>
<body><nav hidden>menu</nav><p>C<b>a</b>ll
now</p><p>Ask&nbsp;for Léa<br>today</p><script>alert(1)</script></body></html>"""


def test_a_folder_of_saved_pages_is_read() -> None:
    Path("saved/beta").mkdir(parents=True)
    Path("saved/a.html").write_text(PAGE)
    Path("saved/beta/b.HTM").write_bytes(
        "<p>été <time datetime='2026-02-01'>hier</time></p>".encode("cp1252")
    )
    Path("saved/beta/c.html.gz").write_bytes(
        gzip.compress(b"<meta property='og:site_name' content='Gamma'>x")
    )
    Path("saved/beta/d.html").write_bytes(b"")
    Path("saved/notes.txt").write_text("not a page")
    result = read_ads(["saved"], Columns())
    assert stood(result, "id", "text", "agency", "posted", "location", "row") == [
        ("a.html", "Bright room\nCall now\nAsk for Léa\ntoday", "alpha.example",
         datetime(2026, 1, 3, 14, 5), "Laval", 1),
        ("beta/b.HTM", "été hier", "beta", datetime(2026, 2, 1), "", 2),
        ("beta/c.html.gz", "x", "gamma", None, "", 3),
    ]  # fmt: skip
    assert [(row, field) for _, row, field, _ in result.rejects.rows()] == [(4, "text")]
    before = result.sources[0]
    assert before.rows == 3
    Path("saved/a.html").write_text(PAGE.replace("Léa", "Zoé"))
    assert read_ads(["saved"], Columns()).sources[0].sha256 != before.sha256


def test_a_page_given_as_a_file_is_one_ad() -> None:
    assert stood(read(PAGE, "page.html"), "id", "agency") == [("page.html", "alpha.example")]


def test_a_folder_without_pages_names_what_it_holds() -> None:
    Path("exports").mkdir()
    with pytest.raises(errors.FolderWithoutPages, match="empty"):
        read_ads(["exports"], Columns())
    Path("exports/alpha.csv").write_text("id,text\n1,a\n")
    with pytest.raises(errors.FolderWithoutPages, match=r"exports.*alpha\.csv"):
        read_ads(["exports"], Columns())


def test_a_page_nested_without_end_is_read_all_the_same() -> None:
    assert stood(read("<div>" * 50_000 + "room" + "</div>" * 50_000, "deep.html"), "text") == [("room",)]


def record(kind: str, uri: str, body: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2026-01-03T14:05:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


HTML = "Content-Type: text/html; charset=utf-8"
RECORDS = [
    record("warcinfo", "", b"software: none"),
    record("request", "https://www.alpha.example/1", b"GET / HTTP/1.1\r\n\r\n"),
    record("response", "https://www.alpha.example/1", answer("<title>T</title><p>été".encode(), HTML)),
    record("response", "https://www.alpha.example/i", answer(b"\x89PNG", "Content-Type: image/png")),
    record(
        "response",
        "https://www.alpha.example/1",
        answer(gzip.compress(b"<p>new"), HTML, "Content-Encoding: gzip"),
    ),
    record("response", "https://b.example/x", answer(b"<p>gone", HTML, status="404 Not Found")),
    record("response", "https://b.example/2", answer("<p>où".encode("cp1252"), "Content-Type: text/html")),
]


@pytest.mark.parametrize("packed", [False, True])
def test_a_web_archive_gives_its_pages(packed: bool) -> None:
    result = read(b"".join(gzip.compress(each) if packed else each for each in RECORDS))
    when = datetime(2026, 1, 3, 14, 5)
    assert stood(result, "id", "text", "agency", "posted", "row") == [
        ("https://www.alpha.example/1", "T\nété", "alpha.example", when, 3),
        ("https://www.alpha.example/1#2", "new", "alpha.example", when, 5),
        ("https://b.example/2", "où", "b.example", when, 7),
    ]
    ((_, row, _, why),) = result.rejects.rows()
    assert row == 6
    assert "404" in why


def test_a_truncated_archive_is_read_to_the_break() -> None:
    packed = b"".join(gzip.compress(each) for each in RECORDS)
    result = read(packed[:-150])
    assert stood(result, "row")[0] == (3,)
    assert result.rejects.row(0)[1] == 0
