"""The report: one page that runs nothing, asks for nothing, and shows what an ad hides."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample import sample

from filrouge import i18n
from filrouge.reports.html import ReportData, ads_by_week, agency_matrix, render_report
from filrouge.reports.html.charts import binned, round_up
from filrouge.reports.html.drawing import member_text, shown, template_text
from filrouge.reports.html.marks import visible
from filrouge.reports.html.render import shades

VOID = {"meta", "br", "path", "link", "img", "input", "hr"}
EVIL = [
    "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=1">',
    "</style><style>body{display:none}</style>",
    "'><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;",
    "javascript:alert(1)",
    "]]><!--",
]


class Page(HTMLParser):
    """The elements and the text of a page; fails if elements are not well nested."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def everywhere(evil: str) -> ReportData:
    """A report in which every string that comes from outside is `evil`."""
    data = sample(1)
    member: dict[str, Any] = {
        "id": evil,
        "agency": evil,
        "posted": "2026-01-06",
        "location": evil,
        "bits": 50.0,
        "spans": [{"op": op, "text": evil, "kind": evil} for op in ("same", "slot", "insert", "delete")],
    }
    record = {
        **data.records[0],
        "agencies": {evil: 2, evil + "2": 1},
        "places": {evil + str(k): 1 for k in range(30)},
        "parts": [
            {"type": "text", "text": evil},
            {"type": "slot", "kind": evil, "values": {evil + str(k): 1 for k in range(9)}},
        ],
        "identifiers": {"phone": {evil + str(k): 1 for k in range(30)}, "email": {evil: 1}},
    }
    return replace(
        data,
        records=[record],
        members={"C0001": [member] * 20},
        sources=[replace(data.sources[0], name=evil)],
        columns=[evil],
        rejects=data.rejects.with_columns(file=pl.lit(evil), field=pl.lit(evil), reason=pl.lit(evil)),
    )


@pytest.mark.parametrize("evil", EVIL)
def test_what_comes_from_an_ad_is_text_and_never_markup(evil: str) -> None:
    harmless = Page(render_report(everywhere("harmless"), "en"))
    page = Page(render_report(everywhere(evil), "en"))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless.elements]
    assert "".join(page.text).count(evil) >= 20
    names = {name for _tag, attributes in page.elements for name in attributes}
    assert not [name for name in names if name.startswith("on")]


def test_the_page_has_no_script_and_asks_no_one_for_anything() -> None:
    source = render_report(sample(), "en")
    page = Page(source)
    assert page.all("script") == page.all("link") == page.all("img") == page.all("iframe") == []
    for tag, attributes in page.elements:
        assert "src" not in attributes, tag
        assert (attributes.get("href") or "#").startswith("#"), tag
    assert not re.search(r"https?:|//[a-z]|url\(|@import", source)
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_links_inside_the_page_lead_somewhere_and_names_are_given_once() -> None:
    page = Page(render_report(sample(), "en"))
    names = [attributes["id"] for _tag, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    wanted = [a["href"] for a in page.all("a")]
    wanted += [
        "#" + (a.get("aria-labelledby") or "").split()[0]
        for a in page.all("section") + page.all("svg")
        if a.get("aria-labelledby")
    ]
    assert {str(name)[1:] for name in wanted} <= set(names)


def test_every_table_has_a_caption_and_headings_skip_no_level() -> None:
    page = Page(render_report(sample(), "en"))
    assert len(page.all("caption")) == len(page.all("table"))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert [len(page.all(landmark)) for landmark in ("main", "footer")] == [1, 1]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_says_its_language_and_leaves_the_spoken_one_alone(language: str) -> None:
    spoken = i18n.set_language("en")
    page = Page(render_report(sample(), language))
    assert page.all("html") == [{"lang": language}]
    assert i18n.language() == spoken


def test_the_parts_of_the_report_stand_in_order() -> None:
    page = Page(render_report(sample(), "en"))
    sections = [a["aria-labelledby"] for a in page.all("section")]
    assert sections == ["summary", "agencies", "time", "groups", "reading", "rejects", "again"]
    groups = [a["aria-labelledby"] for a in page.all("article")]
    assert groups == ["C0001", "C0002", "C0003", "C0004", "C0005"]


def test_a_group_without_signs_of_organisation_is_counted_and_not_shown() -> None:
    text = "".join(Page(render_report(sample(), "en")).text)
    assert "my own massage place" not in text
    assert "1 more is one advertiser's own repeated ad and is only counted." in text
    assert "84 of 144 ads follow one of 6 templates." in text


def test_a_small_group_is_drawn_word_by_word() -> None:
    spans = [
        {"op": "same", "text": "Call "},
        {"op": "slot", "kind": "name", "text": "Anna "},
        {"op": "insert", "text": "today "},
        {"op": "delete", "text": "now"},
        {"op": "same", "text": "on 4 < 5"},
    ]
    assert member_text(spans) == (
        'Call <span class="s name o">Anna</span> <ins>today</ins> <del>now</del> on 4 &lt; 5'
    )
    parts = [
        {"type": "text", "text": "call"},
        {"type": "slot", "kind": "name", "values": {"anna": 2, "lea": 1}},
    ]
    assert template_text(parts) == (
        'call <span class="slot name"><b>name</b> <bdi>anna</bdi>&nbsp;<small>×2</small>, '
        "<bdi>lea</bdi>&nbsp;<small>×1</small></span>"
    )


def test_a_slot_that_no_ad_fills_is_not_drawn() -> None:
    parts = [{"type": "text", "text": "call"}, {"type": "slot", "kind": "name", "values": {}}]
    assert template_text(parts) == "call"


def test_characters_that_nobody_sees_are_shown_by_their_number() -> None:
    assert shown("a\u202eb\u200bc") == "a<u>U+202E</u>b<u>U+200B</u>c"
    assert visible("\x1b[2Jred\u2066\udc80") == "[U+001B][2Jred[U+2066][U+DC80]"
    assert shown("family 👩\u200d👧 ✔\ufe0f") == "family 👩\u200d👧 ✔\ufe0f"
    assert "\u202e" not in render_report(everywhere("turn \u202e round"), "en")


@given(st.text(st.characters(), max_size=60))
def test_no_text_turns_the_page_round_or_opens_a_tag(text: str) -> None:
    drawn = str(member_text([{"op": "insert", "text": text}, {"op": "same", "text": text}]))
    rest = re.sub(r"</?(ins|u)>", "", drawn)
    assert "<" not in rest
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b\ud800-\udfff]", drawn)


def test_half_a_surrogate_pair_does_not_keep_the_report_from_being_written() -> None:
    render_report(everywhere("broken \ud83d name"), "en").encode("utf-8")


def test_only_the_first_ads_are_drawn_and_the_others_are_counted() -> None:
    page = render_report(sample(), "en")
    first = page[page.index('id="C0001"') : page.index('id="C0002"', page.index("<article") + 1)]
    assert first.count('<p class="ad"') == 40
    assert "28 more ads" in first
    assert "Ads of this group that are not drawn: 6." in first


def test_a_thousand_groups_of_long_ads_stay_below_fifteen_megabytes() -> None:
    data = sample(1)
    text = "ad with\u200b many<words> " * 2_000
    long = {**data.members["C0001"][0], "spans": [{"op": "insert", "text": text}]}
    parts = [{"type": "slot", "kind": "free", "values": {f"{k} {text[:90]}": 1 for k in range(3_000)}}] * 40
    records = [
        {
            **data.records[0],
            "cluster": f"C{k:04d}",
            "parts": parts,
            "places": {text[:60] + str(p): 1 for p in range(99)},
        }
        for k in range(1, 3_001)
    ]
    page = render_report(
        replace(data, records=records, members={r["cluster"]: [long] * 40 for r in records[:200]}), "en"
    )
    assert len(page.encode()) < 15_000_000
    assert page.count("<article") == 200
    assert "Groups that are not listed here: 800." in page


def test_a_run_that_found_nothing_has_a_report_too() -> None:
    empty = replace(sample(), records=[], members={}, weeks=[], ads=3, rejects=sample().rejects.clear())
    text = "".join(Page(render_report(empty, "en")).text)
    assert "3 ads were read, and no two of them follow one template." in text
    assert "There are none." in text
    assert "Every row was taken as it stands." in text


def test_the_matrix_counts_templates_that_two_agencies_use() -> None:
    records = [{"agencies": {"a": 9, "b": 1}}, {"agencies": {"b": 2}}, {"agencies": {"a": 1, "b": 1, "c": 1}}]
    matrix = agency_matrix(records)
    assert matrix.agencies == ["b", "a", "c"]
    assert matrix.counts == [[3, 2, 1], [2, 2, 1], [1, 1, 1]]
    assert shades(matrix) == [[0, 5, 3], [5, 0, 3], [3, 3, 0]]
    assert agency_matrix(records, most=2).left_out == 1


def test_weeks_begin_on_monday_and_ads_without_a_date_are_left_out() -> None:
    days = [datetime(2026, 1, 5), datetime(2026, 1, 11, 23), None, datetime(2026, 1, 12)]
    weeks = ads_by_week(pl.Series(days, dtype=pl.Datetime("us")), np.array([True, False, True, True]))
    assert weeks == [("2026-01-05", 1, 1), ("2026-01-12", 1, 0)]
    assert ads_by_week(pl.Series([], dtype=pl.Datetime("us")), np.zeros(0, bool)) == []


@given(
    st.dictionaries(
        st.integers(0, 3_000), st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=40
    )
)
def test_bars_lose_no_ad_and_are_never_too_many(counts: dict[int, tuple[int, int]]) -> None:
    from datetime import date, timedelta

    weeks = [
        ((date(1980, 1, 7) + timedelta(weeks=week)).isoformat(), *counts[week]) for week in sorted(counts)
    ]
    bars, step = binned(weeks)
    assert len(bars) <= 130
    assert step >= 1
    assert sum(tied for _, tied, _ in bars) == sum(tied for tied, _ in counts.values())
    assert sum(alone for _, _, alone in bars) == sum(alone for _, alone in counts.values())


@given(st.integers(0, 10**9))
def test_the_axis_ends_at_a_round_number_not_below_the_bars(value: int) -> None:
    top = round_up(value)
    assert top >= value
    assert top == 1 or (top % 2 == 0 and top <= max(2, 2 * value))
    assert len(str(top).rstrip("0")) <= 2
