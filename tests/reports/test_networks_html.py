"""Networks in the report: each number has its parts, nothing from an ad runs, nobody alone is named."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks_sample import PARTS, found, network, report
from sample import sample
from test_report import EVIL, Page

from filrouge.reports.html import network_words as words
from filrouge.reports.html import render_report
from filrouge.reports.html.maps import itinerary_map
from filrouge.reports.html.network_drawings import Link, Node, network_graph, waterfall_steps
from filrouge.reports.html.networks import draw_networks


def page_of(source: str) -> Page:
    return Page(source)


def section(source: str, name: str) -> str:
    """The part of the page under a heading."""
    return source.split(f'aria-labelledby="{name}"')[1].split("<section")[0]


@pytest.mark.parametrize("evil", EVIL)
def test_a_script_in_an_ad_stays_text_in_a_network(evil: str) -> None:
    source = render_report(report(evil), "en")
    page_of(source)
    part = section(source, "networks")
    assert "<script" not in part
    assert "<img" not in part
    assert "onload=alert(1)>" not in part
    assert "<style>body" not in part
    assert "a-7749" not in part


def test_a_hidden_character_in_a_network_is_shown_by_its_number() -> None:
    part = section(render_report(report("\u202e"), "en"), "networks")
    assert "\u202e" not in part
    assert "<u>U+202E</u>" in part
    assert "[U+202E]" in part


def test_the_page_says_how_many_networks_are_shown_and_how_many_only_counted() -> None:
    source = render_report(report(), "en")
    assert "1 network shows signs of organisation." in source
    assert "215 more groups of voices show none: independent or unknown, and only counted." in source
    assert "groups of voices only counted: independent or unknown" in section(source, "summary")


def test_a_corpus_without_networks_says_so() -> None:
    none = replace(found(), records=[], graphs={}, ties={}, indicators={}, disguises=[])
    source = render_report(replace(sample(), networks=none), "en")
    page_of(source)
    assert "No network shows signs of organisation." in section(source, "networks")
    assert 'id="land"' not in source
    assert 'id="disguises"' not in source
    # A report of a run that looked for none does not speak of them.
    assert 'id="networks"' not in render_report(sample(), "en")


def test_indicators_have_their_french_name_and_the_page_its_language() -> None:
    source = render_report(report(), "fr")
    page_of(source)
    assert '<html lang="fr">' in source
    english = {row["name"] for row in draw_networks(found(), set(), "en")[0].indicators}
    french = {row["name"] for row in draw_networks(found(), set(), "fr")[0].indicators}
    assert len(english) == len(french) == 2
    assert not english & french
    assert all(str(name) in source.replace("&#39;", "'") for name in french)


def test_an_indicator_that_does_not_stand_out_is_said_to_tell_nothing() -> None:
    part = section(render_report(report(), "en"), "networks")
    assert part.count("tells nothing here") == 1
    assert "seen only here, at least 4.0 times as common" in part
    assert "Seen, but telling nothing here: 1" in part


def test_the_parts_of_a_waterfall_sum_to_the_bits_of_the_tie() -> None:
    steps, bits, _bar = waterfall_steps(PARTS)
    assert bits == pytest.approx(sum(part for _kind, part in PARTS))
    assert [(step.kind, step.bits) for step in steps] == PARTS
    part = section(render_report(report(), "en"), "networks").split("The strongest ties")[-1]
    table = part.split('<table class="waterfall">')[1].split("</table>")[0]
    shown = [float(value.replace("−", "-")) for value in re.findall(r'<td class="n">(−?[\d.]+)</td>', table)]
    assert shown[-1] == pytest.approx(sum(shown[:-1]), abs=0.3)
    assert shown[-1] == pytest.approx(bits, abs=0.05)
    assert "counted once" in table


@given(st.lists(st.floats(-60, 60).map(lambda x: round(x, 2)), max_size=12))
def test_each_bar_of_a_waterfall_begins_where_the_one_before_ends(parts: list[float]) -> None:
    steps, bits, _bar = waterfall_steps([("phone", part) for part in parts])
    assert bits == pytest.approx(sum(parts))
    edges = []
    for step in steps:
        x, wide = (float(v) for v in re.findall(r"M([\d.-]+),1h([\d.]+)v", step.bar)[0])
        assert x >= -0.1
        assert x + wide <= 201.1
        edges.append((x, x + wide) if step.bits >= 0 else (x + wide, x))
    for (_begin, end), (begin, _end) in pairwise(edges):
        # A bar of nothing is still drawn a unit wide.
        assert abs(end - begin) <= 1.2


def test_what_holds_a_network_together_is_said_in_words() -> None:
    held = network()["holds_together"]
    said = words.holds_together(held)
    assert said == [
        "without phones: nothing holds",
        "without text: still one",
        "without the number ending in 0123: 3 parts",
        "without a: 1 part and 1 voice alone",
    ]
    assert words.weakest(held) == "It breaks most easily at 1 tie of 6.1 bits."


def test_the_case_for_one_person_stands_beside_the_case_for_an_organisation() -> None:
    part = section(render_report(report(), "en"), "networks")
    assert part.index("For an organisation") < part.index("For one person working alone")
    assert "only one e-mail address" in part


def test_templates_link_to_their_section_and_possible_ties_are_dashed() -> None:
    source = render_report(report(), "en")
    part = section(source, "networks")
    assert '<a href="#C0001">C0001</a>' in part
    assert 'id="C0001"' in source
    assert 'class="possible"' in part
    assert "same hand" in part
    assert "written on its own" in part
    links = set(re.findall(r'href="#([^"]+)"', source))
    assert links <= set(re.findall(r' id="([^"]+)"', source))


def test_a_graph_is_the_same_whatever_the_order_of_its_ties() -> None:
    nodes = [Node(f"C{k}", f"C{k}", "cluster") for k in range(3)] + [Node("p", "p", "phone")]
    links = [Link(f"C{k}", "p", "phone", 2.0 + k) for k in range(3)]
    one, other = (network_graph(nodes, order, "x") for order in (links, links[::-1]))
    assert sorted(re.findall(r"<path.*?/>", one)) == sorted(re.findall(r"<path.*?/>", other))


@given(st.lists(st.tuples(st.floats(-89, 89), st.floats(-180, 180)), min_size=1, max_size=8))
def test_every_place_lies_on_the_map(points: list[tuple[float, float]]) -> None:
    places = {f"P{k}, X": point for k, point in enumerate(points)}
    stays = [{"place": place, "ads": 1} for place in places]
    drawn = itinerary_map(stays, places, "")
    for x, y in re.findall(r'cx="([\d.-]+)" cy="([\d.-]+)"', drawn):
        assert 0 <= float(x) <= 460
        assert 0 <= float(y) <= 300


def test_an_unknown_place_is_not_drawn() -> None:
    assert itinerary_map([{"place": "Nowhere", "ads": 1}], {}, "") == ""
