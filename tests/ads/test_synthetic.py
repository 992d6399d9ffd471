"""The invented ads: the same everywhere, true to their truth, hard in the ways that they say."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.ads.synthetic import SyntheticCorpus, synthesise, write_synthetic
from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.disguise import DRESSINGS, as_mojibake, disguised
from filrouge.ads.synthetic.grammar import LANGUAGES, Choice, language, parse, say, wordings, world
from filrouge.ads.synthetic.phones import PhoneBook, french_number, write_phone
from filrouge.ads.synthetic.templates import stranger_sentences
from filrouge.cli import main
from filrouge.errors import CannotWrite


@pytest.fixture(scope="module")
def corpus() -> SyntheticCorpus:
    return synthesise(3_000, 5, 0.8)


def _digest(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_numbers_give_the_same_files_in_another_process(tmp_path: Path) -> None:
    write_synthetic(tmp_path / "here", ads=400, seed=9, difficulty=0.7)
    write = (
        "from pathlib import Path; from filrouge.ads.synthetic import write_synthetic; "
        f"write_synthetic(Path({str(tmp_path / 'there')!r}), ads=400, seed=9, difficulty=0.7)"
    )
    # Another seed for the hashes of strings, so that no order of a set or dict is trusted.
    environment = {"PYTHONHASHSEED": "77", "PATH": "", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", write], check=True, env=environment)
    assert _digest(tmp_path / "here") == _digest(tmp_path / "there")
    assert set(_digest(tmp_path / "here")) == {"ads.csv", "truth.csv", "identifiers_truth.csv", "README"}


def test_the_draws_are_those_of_every_machine() -> None:
    dice = Dice(7, 1)
    assert [dice.below(1000) for _turn in range(5)] == [896, 309, 799, 438, 214]


@pytest.mark.parametrize("ads", [1, 2, 3, 10, 501])
def test_there_are_as_many_ads_as_asked_for(ads: int) -> None:
    made = synthesise(ads, 3, 0.5)
    assert made.ads.height == made.truth.height == ads
    assert made.ads["id"].n_unique() == ads


def test_other_seeds_give_other_ads() -> None:
    assert synthesise(50, 1, 0.5).ads["text"].to_list() != synthesise(50, 2, 0.5).ads["text"].to_list()


@pytest.mark.parametrize(
    ("ads", "seed", "difficulty"), [(0, 1, 0.5), (5, -1, 0.5), (5, 1, 1.5), (5, 1, -0.1)]
)
def test_numbers_out_of_range_are_refused(ads: int, seed: int, difficulty: float) -> None:
    with pytest.raises(ValueError, match="cannot synthesise"):
        synthesise(ads, seed, difficulty)


def test_a_cluster_is_a_template_used_twice_or_more(corpus: SyntheticCorpus) -> None:
    uses = corpus.truth.group_by("template").agg(pl.len(), pl.col("cluster").unique())
    for template, count, clusters in uses.iter_rows():
        assert clusters == [template if count > 1 else ""]


def test_a_template_has_one_language_one_trade_and_one_organisation_if_it_was_not_passed_around(
    corpus: SyntheticCorpus,
) -> None:
    of = corpus.truth.group_by("template").agg(pl.col("organisation", "language", "trade").n_unique(), "case")
    assert of.select(pl.col("language", "trade").max()).row(0) == (1, 1)
    shared = of.filter(pl.col("organisation") > 1)["case"].explode().unique().to_list()
    assert sorted(shared) == ["franchise", "twins"]


def test_half_of_the_ads_are_by_people_alone_who_post_one_to_eight(corpus: SyntheticCorpus) -> None:
    alone = corpus.truth.filter(pl.col("organisation") == "")
    assert alone.height == corpus.truth.height // 2
    people = alone.filter(pl.col("role") == "independent")
    assert people.group_by("template").len()["len"].max() <= 8  # type: ignore[operator]
    assert set(corpus.truth["language"]) == set(LANGUAGES)


def test_sizes_of_clusters_have_a_heavy_tail() -> None:
    truth = synthesise(20_000, 1, 0.0, templates_only=True).truth.filter(pl.col("organisation") != "")
    sizes = truth.group_by("template").len()["len"]
    assert sizes.median() < 10  # type: ignore[operator]
    assert sizes.max() >= 200  # type: ignore[operator]


def test_organisations_span_cities_agencies_and_phones(corpus: SyntheticCorpus) -> None:
    ads = corpus.ads.join(corpus.truth, on="id").filter(pl.col("organisation") != "")
    phones = corpus.identifiers.filter((pl.col("kind") == "phone") & (pl.col("owner") == "ad"))
    spans = ads.group_by("organisation").agg(pl.col("agency", "location").n_unique(), pl.len())
    spread = ads.join(phones, on="id").group_by("organisation").agg(pl.col("value").n_unique())
    assert spans["agency"].max() >= 2  # type: ignore[operator]
    assert spans["location"].max() >= 4  # type: ignore[operator]
    assert 4 <= spread["value"].max() <= 12  # type: ignore[operator]


def test_strangers_share_no_phone(corpus: SyntheticCorpus) -> None:
    # What a franchise gives its branches, a flat's phone and a number passed on are tested by themselves.
    phones = (
        corpus.identifiers.filter(pl.col("owner") == "ad")
        .join(corpus.truth, on="id")
        .filter(~pl.col("case").is_in(["franchise", "flat", "passed on"]))
    )
    # One owner: the organisation, else the template of a person alone.
    owner = pl.when(pl.col("organisation") == "").then(pl.col("template")).otherwise(pl.col("organisation"))
    assert phones.group_by("kind", "value").agg(owner.n_unique().alias("owners"))["owners"].max() == 1


def test_all_planted_phones_are_valid_and_kept_for_fiction(corpus: SyntheticCorpus) -> None:
    phones = set(corpus.identifiers.filter(pl.col("kind") == "phone")["value"])
    assert len(phones) > 500
    french = tuple(f"+33{prefix}" for prefix in world()["fictional_french_prefixes"])
    for phone in phones:
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone)), phone
        assert phone.startswith(french) or (phone[5:10] == "55501" and len(phone) == 12), phone


def test_every_number_of_the_book_is_valid_and_given_out_once() -> None:
    book = PhoneBook(Dice(1))
    american = []
    while (number := book.number("CA")) is not None:
        american.append(number)
    assert len(american) == len(set(american)) == 100 * len(set(world()["area_codes"]))
    for area in world()["area_codes"]:
        assert phonenumbers.is_valid_number(phonenumbers.parse(f"+1{area}5550100")), area
    assert book.number("FR") is not None


def test_identifiers_stand_in_the_text_as_written(corpus: SyntheticCorpus) -> None:
    texts = dict(corpus.ads.select("id", "text").iter_rows())
    for ad, _kind, _value, written, _owner in corpus.identifiers.iter_rows():
        assert written in texts[ad]


def test_addresses_are_under_names_that_nobody_can_own(corpus: SyntheticCorpus) -> None:
    reserved = r"example\.(com|org|net)"
    by_kind = dict(corpus.identifiers.group_by("kind").agg("value").iter_rows())
    assert pl.Series(by_kind["email"]).str.contains(rf"^[a-z0-9]+@{reserved}$").all()
    assert pl.Series(by_kind["url"]).str.contains(rf"^([a-z]+\.)?{reserved}(/[a-z0-9]+)?$").all()
    assert pl.Series(by_kind["handle"]).str.contains(r"^[a-z]+:example_[a-z0-9]+$").all()


def test_copies_at_difficulty_0_differ_only_in_their_slots() -> None:
    made = synthesise(600, 4, 0.0)
    assert set(made.truth["layout"]) == {"plain"}
    assert set(made.truth["dressing"]) == {""}
    assert made.truth["noise"].max() == 0
    assert "\u200b" not in "".join(made.ads["text"])


def test_the_hardest_copies_are_changed_cut_moved_and_dressed_up() -> None:
    truth = synthesise(2_000, 4, 1.0).truth
    layouts = dict(truth.group_by("layout").len().iter_rows())
    assert 0.4 < layouts["plain"] / 2_000 < 0.6
    assert min(layouts[name] for name in ("reordered", "shortened", "embedded")) > 250
    assert 0.28 < truth["noise"].max() <= 0.3  # type: ignore[operator]
    assert set(truth["dressing"]) == {"", *DRESSINGS}
    assert (truth["shared_paragraph"] == (truth["layout"] == "embedded")).all()


def test_the_authors_and_dates_do_not_depend_on_the_difficulty() -> None:
    easy, hard = synthesise(300, 8, 0.0), synthesise(300, 8, 1.0)
    columns = ["cluster", "organisation", "template", "language", "trade", "network", "role", "case"]
    assert easy.truth.select(columns).equals(hard.truth.select(columns))
    assert easy.ads["posted"].equals(hard.ads["posted"])


def test_dates_go_over_six_months(corpus: SyntheticCorpus) -> None:
    posted = corpus.ads["posted"].drop_nulls()
    assert posted.is_sorted()
    assert (str(posted.min())[:7], str(posted.max())[:7]) == ("2026-01", "2026-06")


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_trade_can_be_written_about_in_thousands_of_ways(code: str) -> None:
    spoken = language(code)
    assert len(spoken.trades) == 8
    for trade in spoken.trades:
        assert sum(wordings(phrase) for phrase in trade.own) > 1_000
        assert sum(wordings(phrase) for phrase in trade.own + trade.common) > 10_000
        dice = Dice(3)
        said = {" ".join(s) for _turn in range(300) for s in stranger_sentences(spoken, trade, 60, dice)}
        assert len(said) > 1_000
        assert not any(sign in text for text in said for sign in "<>()|")


@given(st.integers(0, 10**6))
@settings(max_examples=30)
def test_a_phrase_is_said_with_one_of_each_choice(seed: int) -> None:
    rules = {"verb": Choice((("call",), ("text", Choice(((" me",), ())))))}
    phrase = parse("(now|later) <verb> {phone}", rules)
    assert wordings(phrase) == 6
    text = say(phrase, Dice(seed))
    assert text in {
        f"{when} {verb} {{phone}}" for when in ("Now", "Later") for verb in ("call", "text", "text me")
    }


@pytest.mark.parametrize("written", ["(a|b", "a)", "a|b"])
def test_a_grammar_with_a_bracket_astray_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        parse(written, {})


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "zéro"), (21, "vingt et un"), (71, "soixante et onze"), (80, "quatre-vingts"),
     (81, "quatre-vingt-un"), (98, "quatre-vingt-dix-huit"), (34, "trente-quatre")],
)  # fmt: skip
def test_french_numbers_are_written_as_the_french_say_them(number: int, words: str) -> None:
    assert french_number(number) == words


@given(st.integers(0, 10**9), st.sampled_from(["+16045550123", "+33199001234"]))
def test_a_number_written_abroad_says_its_country(seed: int, number: str) -> None:
    region = "FR" if number.startswith("+1") else "CA"
    written = write_phone(number, region, "en", 1.0, Dice(seed))
    assert phonenumbers.format_number(phonenumbers.parse(written), 0) == number


@given(st.text("abcdeéfghiñjklmnopqrstuvwxyz", min_size=1), st.integers(0, 10**9))
def test_a_disguise_leaves_the_signs_around_a_word(word: str, seed: int) -> None:
    hidden = disguised(f"({word})!", Dice(seed))
    assert hidden[0] == "("
    assert hidden[-2:] == ")!"


def test_most_disguises_of_a_word_are_new_to_a_filter() -> None:
    hidden = [disguised("massage", Dice(seed)) for seed in range(1_000)]
    assert sum(word != "massage" for word in hidden) > 950
    assert len(set(hidden)) > 200


def test_mojibake_is_what_a_wrong_reading_gives() -> None:
    assert as_mojibake("été à l’Élysée") == "Ã©tÃ© Ã\xa0 lâ€™Ã‰lysÃ©e"


def test_the_command_writes_the_set_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "set"
    arguments = ["synth", "--ads", "60", "--seed", "1", "--difficulty", "0.3", "--out", str(out)]
    assert main(arguments) == 0
    assert str(out) in capsys.readouterr().out
    assert pl.read_csv(out / "ads.csv").columns == [
        "id",
        "text",
        "agency",
        "posted",
        "location",
        "image_hash",
    ]
    columns = pl.read_csv(out / "truth.csv").columns
    assert columns[:3] == ["id", "cluster", "organisation"]
    assert columns[-3:] == ["network", "role", "case"]
    assert "SYNTHETIC" in (out / "README").read_text(encoding="utf-8")
    assert main(arguments) == 0  # a second time over the first
    assert not list(out.glob(".synth-*"))


def test_the_sets_of_the_first_version_are_still_made(tmp_path: Path) -> None:
    arguments = ["synth", "--ads", "60", "--seed", "1", "--templates-only", "--out", str(tmp_path)]
    assert main(arguments) == 0
    assert pl.read_csv(tmp_path / "ads.csv").columns == ["id", "text", "agency", "posted", "location"]
    truth = pl.read_csv(tmp_path / "truth.csv", infer_schema=False)
    assert truth["case"].is_null().all() or set(truth["case"]) == {""}
    assert (truth["network"].is_null() == truth["organisation"].is_null()).all()
    assert "--templates-only" in (tmp_path / "README").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CannotWrite, match="could not be written"):
        write_synthetic(tmp_path / "file" / "set", ads=2, seed=1, difficulty=0.1)


def test_the_demo_is_what_its_tool_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.syspath_prepend(str(root / "tools"))
    import build_demo

    monkeypatch.setattr(build_demo, "TARGET", tmp_path / "demo")
    build_demo.main()
    assert _digest(tmp_path / "demo") == _digest(root / "examples" / "demo")
