"""Scores against brute force, on the edges, and from files."""

from __future__ import annotations

import json
from itertools import combinations
from math import comb, isclose
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.cli import main
from filrouge.compare.evaluate import MissingAds, UnusableLabels, evaluate, match_labels, read_labels
from filrouge.errors import EmptyFile, MissingFile

NAMES = st.sampled_from(["", "", "a", "b", "c", "d"])


def _together(names: list[str], i: int, j: int) -> bool:
    return names[i] != "" and names[i] == names[j]


def _group(names: list[str], i: int) -> set[int]:
    return {i} | {j for j in range(len(names)) if _together(names, i, j)}


@given(st.lists(st.tuples(NAMES, NAMES), max_size=30))
def test_pairs_are_those_that_looking_at_every_pair_counts(labels: list[tuple[str, str]]) -> None:
    truth, found = [t for t, _ in labels], [f for _, f in labels]
    scores = evaluate(truth, found)
    pairs = list(combinations(range(len(labels)), 2))
    true = {p for p in pairs if _together(truth, *p)}
    claimed = {p for p in pairs if _together(found, *p)}
    assert (scores.true_pairs, scores.found_pairs) == (len(true), len(claimed))
    assert scores.shared_pairs == len(true & claimed)
    assert scores.precision == (len(true & claimed) / len(claimed) if claimed else 1)
    assert scores.recall == (len(true & claimed) / len(true) if true else 1)
    if scores.precision + scores.recall:
        mean = 2 * scores.precision * scores.recall / (scores.precision + scores.recall)
        if true and claimed:
            assert isclose(scores.f1, mean)
    exact = sum(_group(truth, i) == _group(found, i) for i in range(len(labels)))
    assert scores.grouping_accuracy == (exact / len(labels) if labels else 1)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=30))
def test_b_cubed_is_what_each_ad_says_of_its_own_groups(labels: list[tuple[str, str]]) -> None:
    truth, found = [t for t, _ in labels], [f for _, f in labels]
    scores = evaluate(truth, found)
    precision = recall = 0.0
    for ad in range(len(labels)):
        true, claimed = _group(truth, ad), _group(found, ad)
        precision += len(true & claimed) / len(claimed)
        recall += len(true & claimed) / len(true)
    assert isclose(scores.b_cubed_precision, precision / len(labels))
    assert isclose(scores.b_cubed_recall, recall / len(labels))
    assert isclose(scores.b_cubed_f1, 2 * precision * recall / (precision + recall) / len(labels))


def test_b_cubed_gives_the_values_of_its_authors() -> None:
    # Bagga & Baldwin 1998: chains of 5, 2 and 5; two responses that join the second to one of the large ones,
    # or both large ones to each other. The second mistake is the graver one.
    truth = [*"aaaaa", *"bb", *"ccccc"]
    small = evaluate(truth, [*"11111", *"22", *"22222"])
    large = evaluate(truth, [*"11111", *"22", *"11111"])
    assert round(small.b_cubed_precision, 2) == 0.76
    assert round(large.b_cubed_precision, 2) == 0.58
    assert small.b_cubed_recall == large.b_cubed_recall == 1


def test_an_ad_without_a_group_is_a_group_of_one_for_b_cubed() -> None:
    # Three strangers of whom two were put together, and one of a pair that was not found.
    scores = evaluate(["", "", "", "a", "a"], ["1", "1", "", "", ""])
    assert scores.b_cubed_precision == (0.5 + 0.5 + 1 + 1 + 1) / 5
    assert scores.b_cubed_recall == (1 + 1 + 1 + 0.5 + 0.5) / 5


@given(st.lists(st.tuples(NAMES, NAMES), min_size=2, max_size=30))
def test_the_rand_index_is_adjusted_as_its_authors_say(labels: list[tuple[str, str]]) -> None:
    truth, found = [t for t, _ in labels], [f for _, f in labels]
    scores = evaluate(truth, found)
    expected = scores.true_pairs * scores.found_pairs / comb(len(labels), 2)
    best = (scores.true_pairs + scores.found_pairs) / 2
    if not isclose(best, expected):
        assert isclose(
            scores.adjusted_rand, (scores.shared_pairs - expected) / (best - expected), abs_tol=1e-12
        )
    else:
        assert scores.adjusted_rand == 1


@given(st.lists(NAMES, max_size=20), st.randoms(use_true_random=False))
def test_a_grouping_agrees_with_itself_under_other_names_and_in_any_order(names: list[str], random) -> None:  # type: ignore[no-untyped-def]
    renamed = [f"x{name}" if name else "" for name in names]
    order = list(range(len(names)))
    random.shuffle(order)
    scores = evaluate([names[i] for i in order], [renamed[i] for i in order])
    assert (scores.f1, scores.adjusted_rand, scores.grouping_accuracy) == (1, 1, 1)


def test_an_example_worked_by_hand() -> None:
    scores = evaluate(["a", "a", "a", "b", "b", ""], ["1", "1", "", "2", "2", ""])
    assert (scores.true_pairs, scores.found_pairs, scores.shared_pairs) == (4, 2, 2)
    assert (scores.precision, scores.recall) == (1, 0.5)
    assert scores.grouping_accuracy == 3 / 6  # b, b and the last
    assert (scores.true_clusters, scores.found_clusters) == (2, 2)


@pytest.mark.parametrize("names", [[], ["a"], [""], ["", "", ""]])
def test_few_ads_or_none_tied_is_perfect_agreement_with_itself(names: list[str]) -> None:
    scores = evaluate(names, names)
    assert (scores.precision, scores.recall, scores.f1) == (1, 1, 1)
    assert (scores.adjusted_rand, scores.grouping_accuracy) == (1, 1)
    assert (scores.b_cubed_precision, scores.b_cubed_recall, scores.b_cubed_f1) == (1, 1, 1)


def test_finding_nothing_is_precise_and_worth_nothing() -> None:
    scores = evaluate(["a"] * 4, [""] * 4)
    assert (scores.precision, scores.recall, scores.f1, scores.adjusted_rand) == (1, 0, 0, 0)


def test_a_million_ads_in_one_group_are_counted_exactly() -> None:
    scores = evaluate(["a"] * 1_000_000, ["b"] * 1_000_000)
    assert scores.shared_pairs == comb(1_000_000, 2)


def test_lists_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="not the same ads"):
        evaluate(["a"], [])


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_labels_are_read_whatever_stands_beside_them(tmp_path: Path) -> None:
    path = _written(tmp_path, "t.csv", "\ufeffid,note,cluster\r\n1,\"x, y\",A\r\n2,,\r\n\r\n'=3,z,'+B\r\n")
    assert read_labels(path) == {"1": "A", "2": "", "=3": "+B"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,group\n1,a\n", "called cluster"),
        ("number,cluster\n1,a\n", "called id"),
        ("id;cluster\n1;a\n", "id;cluster"),
        ("id,cluster,cluster\n1,a,b\n", "one column is to be called cluster"),
        ("id,cluster\n1,a\n1,b\n", "row 2, id: “1”"),
        ("id,cluster\n1\n", "row 1"),
    ],
)
def test_labels_that_cannot_be_used_say_where_and_why(tmp_path: Path, text: str, said: str) -> None:
    path = _written(tmp_path, "t.csv", text)
    with pytest.raises(UnusableLabels) as trouble:
        read_labels(path)
    assert said in str(trouble.value)
    assert str(path) in str(trouble.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00\x01\x80")
    with pytest.raises(UnusableLabels, match="UTF-8"):
        read_labels(tmp_path / "t.csv")


def test_a_file_that_is_empty_or_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        read_labels(_written(tmp_path, "t.csv", ""))
    with pytest.raises(MissingFile):
        read_labels(tmp_path / "none.csv")


def test_ads_of_the_truth_that_were_not_compared_are_named() -> None:
    with pytest.raises(MissingAds) as trouble:
        match_labels({"a": "", "b": "x", "c": "x"}, {"a": ""})
    assert "2 of the 3" in str(trouble.value)
    assert "“b”" in str(trouble.value)


def test_ads_without_a_known_truth_are_left_out_and_counted() -> None:
    matched = match_labels({"a": "x"}, {"z": "1", "a": "1"})
    assert (matched.truth, matched.found, matched.unknown) == (["x"], ["1"], 1)


def test_the_command_prints_json_for_scripts_and_a_table_for_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = _written(tmp_path, "truth.csv", "id,cluster\n1,a\n2,a\n3,\n")
    found = _written(tmp_path, "clusters.csv", "id,agency,cluster\n3,x,\n1,x,C1\n2,x,C1\n4,x,C1\n")
    assert main(["evaluate", "--truth", str(truth), "--clusters", str(found)]) == 0
    captured = capsys.readouterr()
    scores = json.loads(captured.out)
    assert scores["f1"] == 1
    assert scores["ads"] == 3
    assert scores["ads_without_truth"] == 1
    assert "precision" in captured.err
    assert "1.000" in captured.err


def test_the_command_ends_with_code_2_on_files_of_other_ads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = _written(tmp_path, "truth.csv", "id,cluster\n1,a\n")
    found = _written(tmp_path, "clusters.csv", "id,cluster\n2,a\n")
    assert main(["evaluate", "--truth", str(truth), "--clusters", str(found)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "1 of the 1" in captured.err


def test_networks_are_scored_by_their_column_and_ads_of_none_need_no_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = _written(tmp_path, "truth.csv", "id,cluster,network\n1,a,N1\n2,b,N1\n3,c,\n4,c,\n")
    found = _written(tmp_path, "network_members.csv", "id,agency,cluster,network\n1,x,C1,W1\n2,x,,W1\n")
    arguments = ["evaluate", "--truth", str(truth), "--clusters", str(found), "--column", "Network"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    scores = json.loads(captured.out)
    assert (scores["ads"], scores["f1"], scores["b_cubed_f1"]) == (4, 1, 1)
    assert "B-cubed" in captured.err


def test_network_members_of_other_ads_are_refused_but_none_at_all_are_an_answer() -> None:
    with pytest.raises(MissingAds):
        match_labels({"a": "x"}, {"z": "1"}, members_only=True)
    assert match_labels({"a": "x"}, {}, members_only=True).found == [""]


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableLabels, match="called network"):
        read_labels(_written(tmp_path, "t.csv", "id,cluster\n1,a\n"), "network")
