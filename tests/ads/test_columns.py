"""Which column is what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from filrouge.ads.columns import Columns, GuessedColumns, choose_columns, folded_header, speaks_day_first
from filrouge.errors import AmbiguousColumn, NoTextColumn, UnknownColumn


def chosen(
    headers: Sequence[str],
    wanted: Columns | None = None,
    lengths: Sequence[float] = (),
    cells: Mapping[str, Sequence[str]] | None = None,
) -> GuessedColumns:
    return choose_columns(
        "ads.csv",
        headers,
        wanted or Columns(),
        lambda: lengths or [1.0] * len(headers),
        lambda place: (cells or {}).get(headers[place], []),
    )


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Text", "text"), ("ad_body", "text"), ("Description", "text"), ("Texte de l'annonce", "text"),
        ("Descripción", "text"), ("Ad description (EN)", "text"),
        ("Posting ID", "id"), ("N° annonce", "id"), ("identificador", "id"), ("UUID", "id"),
        ("Agence", "agency"), ("sourceName", "agency"), ("Sitio web", "agency"),
        ("Date de publication", "posted"), ("postedAt", "posted"), ("Fecha", "posted"),
        ("scraped_at", "posted"),
        ("Ville", "location"), ("City name", "location"), ("Ubicación", "location"),
    ],
)  # fmt: skip
def test_a_usual_header_in_three_languages_is_known(header: str, field: str) -> None:
    headers = [header] if field == "text" else ["text", header]
    assert chosen(headers).fields[field] == header


def test_a_column_about_the_text_is_not_the_text() -> None:
    assert chosen(["text_length", "text hash", "body"]).fields["text"] == "body"


def test_what_the_person_names_goes_before_what_is_usual() -> None:
    guessed = chosen(["text", "raw"], Columns(text="raw"))
    assert guessed.fields["text"] == "raw"
    assert guessed.how["text"] == "given"


def test_case_and_accents_do_not_matter_when_a_column_is_named() -> None:
    assert chosen(["id", "Descripción"], Columns(text="descripcion")).positions["text"] == 1


def test_a_named_column_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UnknownColumn, match=r"body.*--text.*id, text"):
        chosen(["id", "text"], Columns(text="body"))


def test_without_a_usual_header_the_longest_column_is_the_text() -> None:
    guessed = chosen(["a", "b", "c"], lengths=[3, 200, 40])
    assert guessed.fields["text"] == "b"
    assert guessed.how["text"] == "longest"
    assert "longest" in guessed.sentence()


def test_a_title_is_not_joined_to_a_text_that_was_named() -> None:
    assert "title" in chosen(["title", "text"]).fields
    assert "title" not in chosen(["title", "text"], Columns(text="text")).fields


def test_a_table_of_dates_and_ids_has_no_text() -> None:
    with pytest.raises(NoTextColumn, match=r"ads\.csv.*id, date"):
        chosen(["id", "date"])


def test_a_needed_header_that_stands_twice_is_refused() -> None:
    with pytest.raises(AmbiguousColumn, match="2, 3"):
        chosen(["id", "text", "text"])


def test_an_unneeded_header_may_stand_twice() -> None:
    assert chosen(["x", "x", "text"]).positions["text"] == 2


PHASH = "f0e1d2c3b4a59687"


@pytest.mark.parametrize(
    "header",
    ["image_hash", "Image hash", "phash", "PDQ", "image", "photo_hash", "empreinte", "empreinte_image",
     "Empreinte de l'image", "hash_imagen", "Foto"],
)  # fmt: skip
@pytest.mark.parametrize(
    "cell", [PHASH, 4 * PHASH.upper(), f"0x{PHASH}; 0x{PHASH}", f'["{PHASH}", "{PHASH}"]']
)
def test_a_column_of_image_hashes_is_known_by_its_header_and_its_cells(header: str, cell: str) -> None:
    guessed = chosen(["text", header], cells={header: ["", cell, cell]})
    assert guessed.fields["image"] == header
    assert guessed.how["image"] == "header"
    assert f"image = {header}" in guessed.sentence()


@pytest.mark.parametrize("header", ["image_hash", "image", "empreinte"])
@pytest.mark.parametrize(
    "cell",
    ["1.jpg", f"https://www.alpha.example/{PHASH}.jpg", f"{PHASH}.png", 2 * PHASH, "1234567890123456", "yes"],
)
def test_file_names_addresses_and_numbers_are_no_image_hashes(header: str, cell: str) -> None:
    assert "image" not in chosen(["text", header], cells={header: [cell, cell]}).fields


def test_a_column_whose_first_cells_are_empty_is_of_hashes_if_its_header_says_so() -> None:
    assert "image" in chosen(["text", "image_hash"], cells={"image_hash": ["", ""]}).fields
    assert "image" not in chosen(["text", "image"], cells={"image": ["", ""]}).fields


def test_the_first_columns_of_addresses_do_not_hide_that_of_hashes() -> None:
    cells = {"phash": ["http://a.example"], "image": [PHASH]}
    assert chosen(["text", "phash", "image"], cells=cells).fields["image"] == "image"


def test_a_named_column_of_hashes_is_taken_whatever_is_in_it() -> None:
    assert chosen(["text", "x"], Columns(image="x"), cells={"x": ["1.jpg"]}).how["image"] == "given"


def test_headers_are_folded() -> None:
    assert folded_header("  Date de Publication ") == "datedepublication"
    assert folded_header("adText") == "adtext"
    assert folded_header("Descripción") == "descripcion"


def test_french_and_spanish_headers_write_the_day_first() -> None:
    assert speaks_day_first(["texte", "date"])
    assert speaks_day_first(["fecha"])
    assert not speaks_day_first(["text", "date", "posted"])


def test_the_sentence_tells_the_order_of_dates() -> None:
    guessed = replace(chosen(["text", "date"]), order="day first")
    assert "posted = date (day first)" in guessed.sentence()
