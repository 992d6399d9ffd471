"""Tables of ads, whole and damaged: what can be read is read, what cannot is told."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from filrouge import errors
from filrouge.ads.columns import Columns
from filrouge.ads.readers import ReadResult, read_ads
from filrouge.ads.schema import ads_schema, rejects_schema

Read = Callable[..., ReadResult]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read bytes or text as a file of the current folder."""
    monkeypatch.chdir(tmp_path)

    def reading(content: bytes | str, name: str = "ads.csv", **columns: str) -> ReadResult:
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        return read_ads([name], Columns(**columns))

    return reading


def texts(result: ReadResult) -> list[str]:
    return result.ads["text"].to_list()


def reasons(result: ReadResult) -> list[tuple[int, str, str]]:
    return result.rejects.select("row", "field", "reason").rows()  # type: ignore[return-value]


def test_a_clean_table_becomes_ads(read: Read) -> None:
    table = 'id,text,agency,posted,location\nA1,"room, ""clean""\ntoday",alpha,2026-01-03 14:05,Montréal\n'
    result = read(table)
    assert result.ads.schema == ads_schema()
    assert result.rejects.schema == rejects_schema()
    assert result.ads.rows() == [
        ("A1", 'room, "clean"\ntoday', "alpha", datetime(2026, 1, 3, 14, 5), "Montréal", "", "ads.csv", 1)
    ]
    assert result.rejects.height == 0
    (source,) = result.sources
    assert source == type(source)(
        "ads.csv", hashlib.sha256(table.encode()).hexdigest(), len(table.encode()), 1
    )
    assert result.guessed[0].fields["location"] == "location"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(read: Read, delimiter: str, end: str) -> None:
    rows = [["id", "text", "city"], ["1", "rooms, clean; bright | warm", "Laval"], ["2", "nails", "Québec"]]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    result = read(out.getvalue())
    assert result.ads.select("id", "text", "location").rows() == [tuple(row) for row in rows[1:]]


def test_what_excel_writes_above_a_table_is_obeyed(read: Read) -> None:
    assert texts(read("sep=;\r\nid;text\r\n1;a, b\r\n")) == ["a, b"]


def test_a_table_of_one_column_needs_no_delimiter(read: Read) -> None:
    assert texts(read('text\nroom, clean; bright\n"nails ""today"""\n')) == [
        "room, clean; bright",
        'nails "today"',
    ]


@pytest.mark.parametrize(
    "encoded",
    [
        "id,texte\n1,été à Montréal ☎\n".encode(),
        "\ufeffid,texte\n1,été à Montréal ☎\n".encode(),
        "id,texte\n1,été à Montréal ☎\n".encode("utf-16"),
        "id,texte\n1,été à Montréal ☎\n".encode("utf-16-le"),
        "id,texte\n1,été à Montréal ☎\n".encode("utf-16-be"),
        "id,texte\n1,été à Montréal ☎\n".encode("utf-32"),
    ],
)
def test_unicode_is_read_in_any_of_its_encodings(read: Read, encoded: bytes) -> None:
    result = read(encoded)
    assert texts(result) == ["été à Montréal ☎"]
    assert result.ads["id"].to_list() == ["1"]


def test_what_is_no_unicode_is_windows_1252_and_is_told(read: Read) -> None:
    result = read("id;texte\n1;l’été “doux” 50 €\n".encode("cp1252"))
    assert texts(result) == ["l’été “doux” 50 €"]
    assert "Windows-1252" in result.notes[0]
    assert result.rejects.height == 0


def test_stray_bytes_in_utf_8_are_mended_and_their_row_is_told(read: Read) -> None:
    result = read("id,text\n1,été\n2,caf".encode() + b"\xe9" + " crème\n3,à\n".encode())
    assert texts(result) == ["été", "café crème", "à"]
    assert [(row, field) for row, field, _ in reasons(result)] == [(2, "")]


def test_a_nul_is_a_character_like_any_other(read: Read) -> None:
    assert texts(read(b"id,text\n1,a\0b\n2,\0\0\0\0\0\0\0\0\0\n")) == ["a\0b", "\0" * 9]


@pytest.mark.parametrize("quoted", [True, False])
def test_ten_megabytes_in_one_field_are_kept(read: Read, quoted: bool) -> None:
    long = ("massage \n" if quoted else "massage ") * 1_250_000
    result = read(f'id,text\n1,"{long}"\n2,x\n' if quoted else f"id,text\n1,{long}\n2,x\n")
    assert [len(text) for text in texts(result)] == [len(long), 1]


def test_an_unclosed_quote_does_not_swallow_the_file(read: Read) -> None:
    result = read('id,text,agency\n1,"oops,alpha\n2,fine,beta\n3,"two\nlines",beta\n4,"last,beta\n')
    assert texts(result) == ["fine", "two\nlines"]
    assert [row for row, _, _ in reasons(result)] == [1, 4]
    assert all("quote is opened and not closed" in reason for _, _, reason in reasons(result))


def test_an_unclosed_quote_among_quoted_rows_costs_its_row_alone(read: Read) -> None:
    result = read('"id","text"\n"1","a"\n"2","b\n"3","c"\n"4","d"\n')
    assert texts(result) == ["a", "c", "d"]
    assert result.ads["row"].to_list() == [1, 3, 4]


def test_thousands_of_unclosed_quotes_do_not_take_the_square_of_their_number(read: Read) -> None:
    # Empty quoted fields look like doubled quotes to a quote that never ends.
    rows = "".join(f'{i},"open,""\n{i},"",""\n' for i in range(3000))
    with pytest.raises(errors.NoAds):
        read("id,text,agency\n" + rows)


def test_what_follows_a_broken_quote_is_no_ad_until_a_row_is_whole(read: Read) -> None:
    result = read('id,text,agency\n1,"he said "hi" to\nme",alpha\n2,fine,beta\n')
    assert texts(result) == ["fine"]
    assert [row for row, _, _ in reasons(result)] == [1, 2]


def test_a_return_that_ends_no_line_is_a_letter(read: Read) -> None:
    assert texts(read('id,text\n1,a\rb\n2,"c\rd"\n3,e\r\n')) == ["a\rb", "c\rd", "e"]


def test_quotes_within_a_plain_field_are_letters(read: Read) -> None:
    assert texts(read('id,text\n1,5" nails\n2,"a ""b"""\n3,x "y" z\n')) == ['5" nails', 'a "b"', 'x "y" z']


def test_a_row_with_too_many_fields_is_rejected(read: Read) -> None:
    result = read("id,text,city\n1,room, clean,Laval\n2,nails,Laval\n3,nails,Laval,,\n")
    assert texts(result) == ["nails", "nails"]
    assert reasons(result) == [(1, "", "4 fields where the header has 3")]


def test_a_row_without_its_last_fields_is_kept_and_told(read: Read) -> None:
    result = read("id,text,city,price\n1,room\n2\n3,nails,Laval,5\n")
    assert texts(result) == ["room", "nails"]
    (first, _, why), (second, _, gone) = reasons(result)
    assert (first, second) == (1, 2)
    assert "2 fields where the header has 4; the missing ones are taken as empty" in why
    assert gone == "1 field where the header has 4"


def test_blank_lines_are_no_rows(read: Read) -> None:
    result = read("\n\nid,text\n\n1,a\n\n2,b\n\n")
    assert result.ads.select("row", "text").rows() == [(1, "a"), (2, "b")]
    assert result.rejects.height == 0


def test_an_id_that_was_there_before_gets_a_number(read: Read) -> None:
    result = read("id,text\n1,a\n1,b\n1#2,c\n1,d\n")
    assert result.ads["id"].to_list() == ["1", "1#3", "1#2", "1#4"]
    assert [(row, field) for row, field, _ in reasons(result)] == [(2, "id"), (4, "id")]


def test_two_hundred_thousand_ads_of_one_id_get_ids_of_their_own(read: Read) -> None:
    result = read("id,text\n" + "1,same\n" * 200_000)
    assert result.ads["id"].n_unique() == 200_000
    assert result.rejects.height == 199_999


def test_without_ids_the_file_and_the_row_are_the_id(read: Read) -> None:
    assert read("text\na\nb\n", "alpha.csv").ads["id"].to_list() == ["alpha-1", "alpha-2"]
    result = read("id,text\n,a\n7,b\n", "beta.csv")
    assert result.ads["id"].to_list() == ["beta-1", "7"]
    assert [(row, field) for row, field, _ in reasons(result)] == [(1, "id")]


def test_a_row_without_text_is_rejected(read: Read) -> None:
    result = read("id,text\n1,\n2,  \n3,x\n")
    assert texts(result) == ["x"]
    assert reasons(result) == [(1, "text", "there is no text"), (2, "text", "there is no text")]


def test_a_text_that_is_far_too_long_for_one_ad_is_rejected(read: Read) -> None:
    result = read("id,text\n1," + "word " * 7_000_000 + "\n2,x\n")
    assert texts(result) == ["x"]
    assert [(row, field) for row, field, _ in reasons(result)] == [(1, "text")]


def test_an_ad_without_a_readable_date_is_kept_and_told(read: Read) -> None:
    result = read("id,text,posted\n1,a,2026-01-03\n2,b,soon\n3,c,\n")
    assert result.ads["posted"].to_list() == [datetime(2026, 1, 3), None, None]
    assert [(row, field) for row, field, _ in reasons(result)] == [(2, "posted"), (3, "posted")]
    assert "soon" in reasons(result)[0][2]


def test_five_ways_to_write_a_date_may_stand_in_one_file(read: Read) -> None:
    days = ["2026-01-03", "3 janv. 2026", '"January 3, 2026"', "1767398400", "25/12/2025", "03/01/2026"]
    result = read("id,text,date\n" + "".join(f"{i},ad,{day}\n" for i, day in enumerate(days)))
    assert result.ads["posted"].dt.date().to_list() == [
        datetime(2025, 12, 25).date() if "25/" in day else datetime(2026, 1, 3).date() for day in days
    ]
    assert result.guessed[0].order == "day first"


def test_headers_in_french_put_the_day_first(read: Read) -> None:
    french = read("texte,date\nbonjour,03/04/2026\n")
    assert french.ads["posted"].to_list() == [datetime(2026, 4, 3)]
    english = read("text,date\nhello,03/04/2026\n")
    assert english.ads["posted"].to_list() == [datetime(2026, 3, 4)]


def test_a_title_is_joined_in_front_unless_the_text_begins_with_it(read: Read) -> None:
    result = read("title,text\nHello,World\nHey,Hey you\n,Alone\nOnly,\n")
    assert texts(result) == ["Hello\nWorld", "Hey you", "Alone", "Only"]


def test_with_several_files_the_file_is_the_agency(tmp_path: Path) -> None:
    for name, table in {
        "alpha.csv": "id,text\n1,a\n",
        "beta.csv.gz": "",
        "gamma.tsv": "id\ttext\tagency\n3\tc\tGamma Inc\n",
    }.items():
        (tmp_path / name).write_text(table or "id,text\n2,b\n")
    names = [str(tmp_path / name) for name in ("alpha.csv", "beta.csv.gz", "gamma.tsv")]
    result = read_ads(names, Columns())
    assert result.ads["agency"].to_list() == ["alpha", "beta", "Gamma Inc"]
    assert result.ads["source"].to_list() == names
    assert read_ads(names[:1], Columns()).ads["agency"].to_list() == [""]


def test_files_of_one_name_in_two_folders_are_two_agencies(tmp_path: Path) -> None:
    for folder in ("north", "south"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ads.csv").write_text("text\nroom\n")
    result = read_ads([str(tmp_path / folder / "ads.csv") for folder in ("north", "south")], Columns())
    assert result.ads["agency"].to_list() == ["north/ads", "south/ads"]
    assert result.ads["id"].to_list() == ["ads-1", "ads-1#2"]


def test_a_file_given_twice_is_read_once(read: Read) -> None:
    read("id,text\n1,a\n")
    result = read_ads(["ads.csv", "ads.csv"], Columns())
    assert result.ads.height == 1
    assert "twice" in result.notes[0]


def test_a_file_without_ads_beside_one_with_ads_is_told(read: Read) -> None:
    Path("empty.csv").write_text("id,text\n")
    read("id,text\n1,a\n", "full.csv")
    result = read_ads(["empty.csv", "full.csv"], Columns())
    assert result.ads.height == 1
    assert result.rejects.rows() == [("empty.csv", 0, "", "no ad is in there")]


def test_the_last_row_needs_no_line_end(read: Read) -> None:
    assert texts(read("id,text\n1,a\n2,b")) == ["a", "b"]
    assert texts(read('id,text\n1,a\n2,"b"')) == ["a", "b"]


cells = st.text(max_size=12) | st.sampled_from(
    ['"', ",", "\n", "\r\n", "a,b", '""', "\r", "x\ny", '","', "'"]
)


@given(
    rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    tail=st.sampled_from(["", 'x,"not closed\n']),
)
@example(rows=[("\r", "", '"')], delimiter=",", quoting=csv.QUOTE_MINIMAL, end="\n", tail="")
@example(rows=[("", "\ufeff", "\0")], delimiter=";", quoting=csv.QUOTE_MINIMAL, end="\r\n", tail="")
@settings(deadline=None, max_examples=150)
def test_what_a_csv_writer_writes_is_read_back_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    delimiter: str,
    quoting: int,
    end: str,
    tail: str,
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(["id", "text", "city", "price"])
    # A blank text is no ad and a location has its blanks stripped: neither would come back as it is.
    for number, (text, city, price) in enumerate(rows):
        writer.writerow([f"ad{number}", f"a{text}", f"b{city}c", price])
    path = tmp_path_factory.mktemp("round") / "ads.csv"
    # A tail that is broken sends the file down the careful way: both ways must agree.
    path.write_bytes((out.getvalue() + tail).encode())
    result = read_ads([str(path)], Columns())
    assert result.ads.select("id", "text", "location", "row").rows() == [
        (f"ad{number}", f"a{text}", f"b{city}c", number + 1) for number, (text, city, _) in enumerate(rows)
    ]
    assert result.rejects.height == (1 if tail else 0)


snippets = st.sampled_from(
    [b"id,text\n", b"1,a\n", b'"', b"\n", b"\r", b"\0", b"\xff\xfe", b"{", b'{"text":"a"}\n', b"[", b"]",
     b"<html>", b"WARC/1.0\r\n", b"PAR1", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PK\x03\x04",
     b"\xe9", b";", b"\xef\xbb\xbf"]
)  # fmt: skip


@given(st.binary(max_size=200) | st.lists(snippets | st.binary(max_size=8), max_size=12).map(b"".join))
@example(b"sep=;")
@example(b"text")
@example(b"\x50\x2a\x4d\x18\xff\xff\xff\xff")
@settings(deadline=None, max_examples=300)
def test_no_bytes_raise_anything_but_words_for_the_person(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(content)
    try:
        result = read_ads([str(path)], Columns())
    except errors.FilrougeError:
        return
    assert result.ads.height > 0
    assert result.ads["id"].n_unique() == result.ads.height
