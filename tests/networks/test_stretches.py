"""An ad beside its template: what follows it, what it fills in, adds and lacks."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from filrouge.networks.stretches import stretches


def drawn(raw: str, places: list[int], slots: list[str | None], constants: list[str]) -> list[dict[str, Any]]:
    words, at = [], 0
    for word in raw.split():
        start = raw.index(word, at)
        at = start + len(word)
        words.append((start, at))
    return stretches(raw, words, places, slots, constants)


def test_what_follows_the_template_is_one_stretch() -> None:
    assert drawn("deep  cleaning today!", [0, 1, 2], [None] * 3, ["deep", "cleaning", "today"]) == [
        {"op": "same", "text": "deep  cleaning today!"}
    ]


def test_the_space_around_a_slot_belongs_to_the_constants() -> None:
    found = drawn(
        "ask for Ana Maria today",
        [0, 1, -1, -1, 2],
        [None, None, "name", "name", None],
        ["ask", "for", "today"],
    )
    assert found == [
        {"op": "same", "text": "ask for "},
        {"op": "slot", "text": "Ana Maria", "kind": "name"},
        {"op": "same", "text": " today"},
    ]


def test_a_lost_constant_stands_before_the_word_that_follows_it() -> None:
    found = drawn("deep today", [0, 3], [None] * 2, ["deep", "cleaning", "", "today"])
    assert found == [
        {"op": "same", "text": "deep "},
        {"op": "delete", "text": "cleaning"},
        {"op": "same", "text": "today"},
    ]


def test_a_lost_identifier_is_not_named() -> None:
    assert drawn("call today", [0, 2], [None] * 2, ["call", "", "today"]) == [
        {"op": "same", "text": "call today"}
    ]


def test_what_is_added_at_the_end_goes_to_the_last_character() -> None:
    assert drawn("deep or not?", [0, -1, -1], [None] * 3, ["deep"])[-1] == {"op": "insert", "text": "or not?"}


@given(
    words=st.lists(
        st.tuples(st.text("ab \n", max_size=3), st.integers(-1, 4), st.sampled_from([None, "phone", "name"]))
    ),
    overlap=st.integers(0, 2),
)
def test_the_stretches_give_back_the_text(words: list[tuple[str, int, str | None]], overlap: int) -> None:
    raw, places = "", []
    for gap, _, _ in words:
        begin = max(len(raw) + len(gap) - overlap, 0)
        raw += gap + "word"
        places.append((begin, len(raw)))
    found = stretches(raw + "!", places, [p for _, p, _ in words], [k for _, _, k in words], list("vwxyz"))
    assert "".join(s["text"] for s in found if s["op"] != "delete") == raw + "!"
