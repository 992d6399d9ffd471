"""What is planted: each kind of operation is joined as its case says and by nothing else, and so are people."""

from __future__ import annotations

from itertools import combinations, pairwise

import polars as pl
import pytest

from filrouge.ads.synthetic import SyntheticCorpus, synthesise
from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.habits import Habits, draw_habits, in_language
from filrouge.ads.synthetic.images import MOST_FLIPPED
from filrouge.ads.synthetic.phones import PhoneBook
from filrouge.ads.synthetic.readme import readme

OPERATIONS = {"phones", "row", "movement", "turnover", "franchise", "twins", "spam"}
PEOPLE = {"repost", "stock", "moved", "tours", "fair", "flat", "passed on", "switchboard"}


@pytest.fixture(scope="module")
def corpus() -> SyntheticCorpus:
    # Plain copies, so that every planted number stands in its ad.
    return synthesise(12_000, 3, 0.0)


def _case(corpus: SyntheticCorpus, case: str) -> pl.DataFrame:
    return corpus.ads.join(corpus.truth, on="id").filter(pl.col("case") == case)


def _phones(corpus: SyntheticCorpus, case: str, owner: str = "ad") -> pl.DataFrame:
    mentions = corpus.identifiers.filter((pl.col("kind") == "phone") & (pl.col("owner") == owner))
    return mentions.join(_case(corpus, case), on="id")


def _parts(edges: pl.DataFrame, nodes: list[str]) -> int:
    """In how many parts the nodes fall, when two are joined that share a value."""
    root = {node: node for node in nodes}

    def find(node: str) -> str:
        while root[node] != node:
            node = root[node]
        return node

    for members in edges.group_by("value").agg(pl.col("template").unique())["template"]:
        for one, other in combinations(members, 2):
            root[find(one)] = find(other)
    return len({find(node) for node in nodes})


def test_every_case_is_planted_and_told_apart_by_role(corpus: SyntheticCorpus) -> None:
    roles = dict(corpus.truth.group_by("case").agg(pl.col("role").unique()).iter_rows())
    assert set(roles) == {"", "house"} | OPERATIONS | PEOPLE
    assert sorted(roles[""]) == ["independent", "organised"]
    assert roles["spam"] == ["spam"]
    assert roles["house"] == ["house"]
    assert all(roles[case] == ["organised"] for case in OPERATIONS - {"spam"})
    assert all(roles[case] == ["independent"] for case in PEOPLE)


def test_people_and_sites_are_of_no_network_and_operations_of_one(corpus: SyntheticCorpus) -> None:
    truth = corpus.truth
    assert ((truth["network"] != "") == truth["role"].is_in(["organised", "spam"])).all()
    assert ((truth["network"] != "") == (truth["organisation"] != "")).all()
    of = truth.filter(pl.col("network") != "").group_by("organisation").agg(pl.col("network").n_unique())
    assert of["network"].max() == 1


def test_the_readme_explains_every_case(corpus: SyntheticCorpus) -> None:
    text = readme(1, 1, 0.5, templates_only=False)
    for case in set(corpus.truth["case"]) - {""}:
        assert f"\n{case} " in text, case


@pytest.mark.parametrize("case", ["phones", "row"])
def test_texts_that_phones_join_have_nothing_else_in_common(corpus: SyntheticCorpus, case: str) -> None:
    mentions = corpus.identifiers.filter(pl.col("owner") == "ad").join(_case(corpus, case), on="id")
    whole = 0
    for (_network,), ads in mentions.group_by("network"):
        nodes = ads["template"].unique().to_list()
        whole += _parts(ads.filter(pl.col("kind") == "phone"), nodes) == 1
        assert _parts(ads.filter(pl.col("kind") != "phone"), nodes) == len(nodes)
        assert ads.group_by("template").agg(pl.col("value").n_unique())["value"].min() > 0  # type: ignore[operator]
    # The last operation may have been cut short, where the ads were full.
    assert whole >= mentions["network"].n_unique() - 1


def test_numbers_of_a_row_follow_one_another(corpus: SyntheticCorpus) -> None:
    for (_network,), ads in _phones(corpus, "row").group_by("network"):
        numbers = sorted(int(value) for value in ads["value"].unique())
        assert numbers[-1] - numbers[0] < 15
        assert len({number // 10_000 for number in numbers}) == 1


def test_a_row_of_the_book_is_given_out_once() -> None:
    book, dice = PhoneBook(Dice(1)), Dice(2)
    given = [number for _turn in range(300) for number in book.row("CA", 12, dice)]
    given += [number for _turn in range(2_000) if (number := book.number("CA"))]
    assert len(given) == len(set(given))
    assert given[1] == f"+{int(given[0]) + 1}"


def test_a_group_that_moves_shares_its_way_and_its_days_and_no_identifier(corpus: SyntheticCorpus) -> None:
    ads = _case(corpus, "movement").filter(pl.col("location") != "", pl.col("posted").is_not_null())
    groups = 0
    for (_network,), group in ads.group_by("network"):
        ways = []
        for (_template,), voice in group.sort("posted").group_by("template"):
            cities = voice["location"].to_list()
            ways.append([city for at, city in enumerate(cities) if at == 0 or city != cities[at - 1]])
        if len(ways) > 1 and min(map(len, ways)) >= 4:
            groups += 1
            # In one order, but for a stop whose few ads do not say where or when.
            longest = max(ways, key=len)
            for way in ways:
                places = [longest.index(city) for city in way if city in longest]
                assert places == sorted(places)
                assert len(places) >= len(way) - 1
    assert groups >= 3
    mentions = corpus.identifiers.filter(pl.col("owner") == "ad").join(_case(corpus, "movement"), on="id")
    assert mentions.group_by("value").agg(pl.col("template").n_unique())["template"].max() == 1


def test_with_turnover_first_and_last_ads_share_no_number(corpus: SyntheticCorpus) -> None:
    phones = _phones(corpus, "turnover").filter(pl.col("posted").is_not_null())
    spans = phones.group_by("network", "value").agg(pl.col("posted").min(), last=pl.col("posted").max())
    assert (spans["last"] - spans["posted"]).max().days <= 41  # type: ignore[union-attr]
    for (_network,), of_one in spans.sort("posted").group_by("network", maintain_order=True):
        assert (of_one["posted"][1:] > of_one["last"][:-1]).all()
    assert spans.group_by("network").len()["len"].max() >= 3  # type: ignore[operator]


def test_twins_are_two_networks_with_one_text_and_no_number_in_common(corpus: SyntheticCorpus) -> None:
    twins = _case(corpus, "twins")
    networks = twins.group_by("template").agg(pl.col("network").unique().sort())["network"].to_list()
    assert {len(names) for names in networks} == {1, 2}
    assert _phones(corpus, "twins").group_by("value").agg(pl.col("network").n_unique())["network"].max() == 1
    # Each has a second text of its own.
    own = {names[0] for names in networks if len(names) == 1}
    assert sum(set(names) <= own for names in networks if len(names) == 2) >= 1


def test_a_franchise_is_one_network_of_many_organisations(corpus: SyntheticCorpus) -> None:
    of = _case(corpus, "franchise").group_by("network").agg(pl.col("organisation", "template").n_unique())
    assert of["organisation"].max() >= 3  # type: ignore[operator]
    assert of["template"].max() == 1


def test_a_flat_joins_two_people_for_some_weeks(corpus: SyntheticCorpus) -> None:
    phones = _phones(corpus, "flat").filter(pl.col("posted").is_not_null())
    shared = phones.group_by("value").agg(
        pl.col("template").n_unique(), days=(pl.col("posted").max() - pl.col("posted").min()).dt.total_days()
    )
    assert shared["template"].max() == 2
    assert shared.filter(pl.col("template") == 2)["days"].max() <= 50  # type: ignore[operator]
    texts = _case(corpus, "flat")["text"]
    assert texts.str.to_lowercase().str.contains("sample|exemple|ejemplo").any()


def test_a_number_is_passed_on_after_three_months_to_another_text(corpus: SyntheticCorpus) -> None:
    later = _phones(corpus, "passed on")
    everyone = corpus.identifiers.filter(pl.col("kind") == "phone", pl.col("owner") == "ad").join(
        corpus.ads.join(corpus.truth, on="id"), on="id"
    )
    of = everyone.filter(
        pl.col("value").is_in(later["value"].unique().implode()), pl.col("posted").is_not_null()
    )
    owners = of.group_by("value").agg("posted", pl.col("template"), pl.col("network").max())
    gaps = []
    for _value, posted, templates, _network in owners.iter_rows():
        times = sorted(zip(posted, templates, strict=True))
        gaps.append(max((b[0] - a[0]).days for a, b in pairwise(times)) if times[1:] else 0)
    assert sorted(gaps)[len(gaps) // 2] >= 90
    assert (owners["network"] != "").any(), "some came from an operation"
    assert (owners["network"] == "").any()


def test_a_switchboard_is_many_peoples_number_on_one_site(corpus: SyntheticCorpus) -> None:
    by_number = _phones(corpus, "switchboard", "switchboard").group_by("value")
    of = by_number.agg(pl.col("agency", "template").n_unique())
    assert of["agency"].max() == 1
    assert of["template"].min() >= 5  # type: ignore[operator]


def test_whoever_moved_was_in_one_city_and_then_in_one_other(corpus: SyntheticCorpus) -> None:
    ads = _case(corpus, "moved").filter(pl.col("location") != "", pl.col("posted").is_not_null())
    for (_template,), person in ads.sort("posted").group_by("template"):
        cities = person["location"].to_list()
        assert sum(one != other for one, other in pairwise(cities)) <= 1


def test_people_alone_have_one_number_and_few_places(corpus: SyntheticCorpus) -> None:
    truth = corpus.truth.filter(pl.col("role") == "independent")
    places = corpus.ads.filter(pl.col("location") != "").join(truth, on="id").group_by("template", "case")
    by_case = dict(
        places.agg(pl.col("location").n_unique()).group_by("case").agg(pl.col("location").max()).iter_rows()
    )
    assert by_case.pop("tours") <= 5
    assert max(by_case.values()) == 2


def test_images_are_near_copies_of_an_album_or_stock_that_strangers_share(corpus: SyntheticCorpus) -> None:
    ads = corpus.ads.join(corpus.truth, on="id").filter(pl.col("image_hash") != "")
    assert 0.6 < ads.height / corpus.ads.height < 0.7
    assert ads["image_hash"].str.contains("^[0-9a-f]{16}$").all()
    owners = ads.group_by("image_hash").agg(pl.col("template").n_unique())
    assert owners["template"].max() >= 10  # type: ignore[operator]
    voice = _case(corpus, "repost").filter(pl.col("image_hash") != "").group_by("template").agg("image_hash")
    near = 0
    for _template, hashes in voice.iter_rows():
        codes = [int(code, 16) for code in hashes]
        near += any(0 < (a ^ b).bit_count() <= 2 * MOST_FLIPPED for a, b in combinations(codes, 2))
    assert near > voice.height / 2


@pytest.mark.parametrize("code", ["en", "fr", "es"])
def test_habits_never_touch_a_slot(code: str) -> None:
    sentences = [["Call", "me,", "{phone}."], ["Hello,", "ask", "for", "{name}", "now,", "please."]]
    for seed in range(300):
        written = draw_habits(code, Dice(seed)).write(sentences)
        words = " ".join(" ".join(sentence) for sentence in written)
        assert "{phone}" in words
        assert "{name}" in words
        assert all(word for sentence in written for word in sentence)


def test_a_hand_keeps_its_ways_in_another_language_but_not_its_misspellings() -> None:
    hand = Habits(ending="!", gap=True, spellings=(("you", "u"),), sign=":)")
    other = in_language(hand, "fr", Dice(1))
    assert (other.ending, other.gap, other.sign) == ("!", True, ":)")
    assert len(other.spellings) == 1
    assert other.spellings != hand.spellings


def test_a_hand_writes_as_it_does() -> None:
    hand = Habits(ending=" !", tight=True, opening="small", spellings=(("you", "u"),), single=True, sign=":)")
    assert hand.write([["You", "deserve", "oil,", "tea", "and", "lessons."]]) == [
        ["u", "deserve", "oil,tea", "and", "lesons", "!", ":)"]
    ]


def test_many_numbers_later_there_are_ordinary_ads_in_place_of_what_needs_a_phone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PhoneBook, "row", lambda *_: [])
    given = iter(["+16045550100"] * 60)
    monkeypatch.setattr(PhoneBook, "number", lambda *_: next(given, None))
    made = synthesise(1_000, 1, 0.5)
    assert made.ads.height == 1_000
    assert "row" not in set(made.truth["case"])
