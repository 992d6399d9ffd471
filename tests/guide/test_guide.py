"""The list of indicators says all that it must, and complains clearly where it does not."""

from __future__ import annotations

import importlib.util
import re
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from filrouge.guide import Indicator, load_guide, load_indicators
from filrouge.guide.indicators import RULES, WORD_RULES, BrokenGuide, french_spaces, read_guide

ROOT = Path(__file__).resolve().parents[2]
ALL = load_indicators()
by_id = pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)


def listed() -> dict[str, Any]:
    data = yaml.safe_load((files("filrouge.guide") / "indicators.yaml").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def test_there_are_at_least_25_that_can_be_observed() -> None:
    assert len([one for one in ALL if not one.alert]) >= 25


@by_id
def test_each_says_in_both_languages_what_it_sees_and_how_it_fails(one: Indicator) -> None:
    for text in (one.name, one.observes, one.weakness, one.false_alarm):
        assert len(text.en) > 5
        assert len(text.fr) > 5
        assert text.of("fr") == text.fr
        assert text.of("en") == text.en
        assert text.en != text.fr


@by_id
def test_each_has_a_source_with_year_and_page(one: Indicator) -> None:
    assert one.source.organisation
    assert one.source.title
    assert 1990 < one.source.year <= 2026
    assert one.source.page
    assert one.source.url.startswith("https://")


@by_id
def test_each_has_a_rule_with_its_parameters_and_words_in_three_languages(one: Indicator) -> None:
    assert set(one.parameters) == set(RULES[one.rule])
    assert set(one.words) == ({"en", "fr", "es"} if one.rule in WORD_RULES else set())


def test_nothing_in_the_list_is_a_weight_or_a_score() -> None:
    for entry in listed()["indicators"]:
        assert not {"weight", "score", "severity", "points"} & set(entry)


def test_ethnicity_nationality_gender_and_age_are_no_indicators() -> None:
    for one in ALL:
        words = {
            word for phrases in one.words.values() for phrase in phrases for word in phrase.lower().split()
        }
        assert not words & {
            "asian", "latina", "black", "white", "chinese", "asiatique", "noire", "blanche", "asiática", "negra",
            "woman", "women", "man", "girl", "girls", "femme", "fille", "filles", "mujer", "chica", "chicas",
            "young", "jeune", "joven",
        }  # fmt: skip
        assert "age" not in one.parameters.get("kinds", [])


def test_the_one_alert_is_apart_from_the_indicators() -> None:
    assert [one.id for one in ALL if one.alert] == ["possible-minor"]


def test_there_is_a_duty_to_report_for_each_province_and_territory() -> None:
    places = [duty.place for duty in load_guide().duties]
    assert sorted(places) == sorted(
        ["CA", "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]
    )


def test_a_law_that_was_not_checked_is_not_named() -> None:
    for duty in load_guide().duties:
        assert bool(duty.law) or "not checked" in duty.says.en or duty.place == "NU"


def broken(change: str, **fields: object) -> str:
    """The complaint about the list when fields of its first indicator are changed or (None) taken away."""
    data = listed()
    entry = data["indicators"][0]
    for name, value in fields.items():
        if value is None:
            del entry[name]
        else:
            entry[name] = value
    with pytest.raises(BrokenGuide) as caught:
        read_guide(yaml.safe_dump(data, allow_unicode=True), change)
    return str(caught.value)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"weakness": None}, "list.yaml, several-names-one-phone: weakness is missing"),
        ({"weight": 3}, "weight is not known here"),
        ({"name": {"en": "Only English"}}, "several-names-one-phone.name: fr is missing"),
        ({"name": {"en": "Both", "fr": " "}}, "several-names-one-phone.name.fr: a text is needed"),
        ({"rule": "feeling"}, "“feeling” is none of words, shared_value"),
        ({"family": "alert"}, "several-names-one-phone.alert"),
        ({"parameters": {"kinds": ["phone"], "by": "name"}}, "least is missing"),
        (
            {"parameters": {"kinds": ["phone"], "by": "name", "least": "three"}},
            ".least: this is not of the right type",
        ),
        ({"parameters": {"kinds": ["phone"], "by": "name", "least": 0}}, "more than 0"),
        ({"parameters": {"kinds": [], "by": "name", "least": 3}}, "a list of words"),
        ({"words": {"en": ["a"], "fr": ["b"], "es": ["c"]}}, "only the rules that look for words have words"),
        ({"source": {"work": "NOBODY", "page": "p. 1"}}, "“NOBODY” is none of"),
        ({"id": "Several Names"}, "small letters and hyphens"),
        ({"id": "shared-address"}, "“shared-address” stands there twice"),
    ],
)
def test_a_broken_entry_is_named_with_its_field(fields: dict[str, object], says: str) -> None:
    assert says in broken("list.yaml", **fields)


def test_a_file_that_is_no_yaml_is_said_to_be_none() -> None:
    with pytest.raises(BrokenGuide, match=r"list\.yaml, as a whole"):
        read_guide("indicators: [", "list.yaml")


def test_a_key_that_yaml_takes_for_true_is_named() -> None:
    with pytest.raises(BrokenGuide, match="“True” is no name; put it in quotation marks"):
        read_guide("ON: 1", "list.yaml")


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("indicators_page", ROOT / "tools" / "indicators_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_the_indicators_is_the_list() -> None:
    assert tool().main(["--check"]) == 0, "run python tools/indicators_page.py"


def test_a_page_behind_the_list_is_noticed(tmp_path: Path) -> None:
    module = tool()
    module.PAGE = tmp_path / "indicators.md"
    assert module.main(["--check"]) == 1
    module.main([])
    assert module.main(["--check"]) == 0


def test_the_page_has_no_words_of_the_alert() -> None:
    text = tool().page()
    alert = next(one for one in ALL if one.alert)
    section = text[text.index(f"`{alert.id}`") : text.index("## The duty to report")]
    assert "**Words**" not in section


def test_french_is_set_so_that_no_line_begins_with_a_sign() -> None:
    said = "l'âge : « dix » à 5 % ; non ?"
    assert french_spaces(said) == "l’âge\xa0: «\xa0dix\xa0» à 5\xa0%\u202f; non\u202f?"
    for one in ALL:
        for words in (one.name, one.observes, one.weakness, one.false_alarm):
            assert not re.search(r" [:;»%?!]|« |'", words.fr), one.id
            assert words.of("fr") == words.fr
