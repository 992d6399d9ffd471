"""All that ties two voices, put together in bits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from cases import (
    CITIES,
    TEXTS,
    Ad,
    Outcome,
    background,
    day,
    found_in,
    mixed_rows,
    phone,
    planted_rows,
    rows_of,
    write_ads,
)

from filrouge.errors import NoAds
from filrouge.evidence.joint import JointModel
from filrouge.networks.learning import KINDS, kin_of, no_strangers
from filrouge.networks.movement import Movement
from filrouge.networks.proposals import NEIGHBOURS, proposed
from filrouge.networks.waterfall import waterfall
from filrouge.networks.weighing import (
    PASSED_ON,
    TYING,
    shared_identifiers,
    with_bits,
)

EMPTY_PRESENCE = pl.DataFrame(
    schema={
        "unit": pl.Int32, "agency": pl.String, "place": pl.String, "latitude": pl.Float64, "longitude": pl.Float64,
        "day": pl.Date, "at": pl.Datetime("us"),
    }
)  # fmt: skip
PICTURES = tuple(f"{0x9E3779B97F4A7C15 * (k + 3) % 2**64:016x}" for k in range(400))


def test_a_rare_picture_is_looked_at_and_a_common_one_is_not(tmp_path: Path) -> None:
    """Two voices with nothing in common but a picture of their own; ten more show the catalogue's."""
    ads = [
        (
            f"voice{k}-{n}",
            f"{TEXTS[k]} {phone(k)}",
            "northboard",
            day(9 * k + n),
            CITIES[k],
            PICTURES[max(k, 1)],
        )
        for k in range(2)
        for n in range(2)
    ]
    ads += [
        (f"stock{k}-0", f"{TEXTS[k]} {phone(k)}", "quayside", day(k), CITIES[k % 12], PICTURES[0])
        for k in range(2, 24)
    ]
    strangers = [(*row, PICTURES[k % 300 + 40]) for k, row in enumerate(background()[:300])]
    found = planted_rows(tmp_path, [*strangers, *ads], image=True)
    weighed = found.findings.networks.weighed
    assert found.bits_between("voice0", "voice1")["image"] > 6
    of_stock = {unit for k in range(2, 24) for unit in found.voices(f"stock{k}")}
    both = np.isin(weighed.a, list(of_stock)) & np.isin(weighed.b, list(of_stock))
    assert not (weighed.bits[both][:, KINDS.index("image")] > 0).any()


NO_SIBLINGS = np.zeros(0, np.int32), np.zeros(0, np.int32)
NO_NEAR = pl.DataFrame(
    schema={"kind": pl.String, "value_a": pl.String, "value_b": pl.String, "bits": pl.Float32}
)
NO_IMAGES = pl.DataFrame(schema={"a": pl.Int32, "b": pl.Int32})


def held_of(rows: list[tuple[int, str, str, int]], units: int = 100) -> pl.DataFrame:
    table = pl.DataFrame(
        rows, schema={"unit": pl.Int32, "kind": pl.String, "value": pl.String, "turn": pl.Int32}, orient="row"
    )
    return with_bits(table.sort("kind", "value", "turn", "unit"), units)


def pairs_of(held: pl.DataFrame) -> list[tuple[int, int]]:
    a, b = proposed(held, NO_NEAR, NO_IMAGES, Movement.of(EMPTY_PRESENCE), NO_SIBLINGS)
    return list(zip(a.tolist(), b.tolist(), strict=True))


def networks_as_ids(found: Outcome) -> set[frozenset[str]]:
    shown = found.findings.networks.networks
    return {frozenset(found.ids[ad] for ad in shown.ads_of(rank)) for rank in range(len(shown.shown))}


def joined_as_ids(found: Outcome) -> set[frozenset[str]]:
    parts: dict[int, set[str]] = {}
    for ad, part in found.part.items():
        parts.setdefault(part, set()).add(ad)
    return {frozenset(ads) for ads in parts.values()}


def test_an_identifier_is_worth_log2_of_units_over_holders() -> None:
    held = held_of([(0, "phone", "+1", 1), (1, "phone", "+1", 1), (2, "phone", "+2", 1)], units=64)
    assert held["bits"].to_list() == [5, 5, 6]


def test_both_turns_of_a_phone_count_as_its_holders() -> None:
    held = held_of([(0, "phone", "+1", 1), (1, "phone", "+1", 2)], units=64)
    assert held["bits"].to_list() == [5, 5]


def test_holders_of_an_identifier_are_paired_once_and_with_a_few_that_follow() -> None:
    held = held_of([(unit, kind, "x", 1) for unit in range(50) for kind in ("phone", "email")])
    pairs = pairs_of(held)
    assert len(pairs) == len(set(pairs)) == sum(min(NEIGHBOURS, 49 - unit) for unit in range(50))
    assert all(a < b <= a + NEIGHBOURS for a, b in pairs)
    assert pairs == sorted(pairs)


def test_turns_of_one_phone_are_not_paired() -> None:
    assert pairs_of(held_of([(0, "phone", "+1", 1), (1, "phone", "+1", 2)])) == []


def test_a_unit_is_not_paired_with_itself() -> None:
    assert pairs_of(held_of([(3, "phone", "+1", 1), (3, "phone", "+1", 2), (3, "phone", "+2", 1)])) == []


def test_a_phone_that_was_passed_on_counts_a_quarter() -> None:
    held = held_of([(0, "phone", "+1", 1), (1, "phone", "+1", 2), (1, "email", "x", 1), (0, "email", "x", 1)])
    shared = shared_identifiers(held, np.array([0], np.int32), np.array([1], np.int32)).sort("kind")
    assert shared.select("kind", "passed_on").rows() == [("email", False), ("phone", True)]
    email, phone = shared["bits"].to_list()
    assert phone == pytest.approx(PASSED_ON * email)


def test_the_parts_of_every_tie_sum_to_its_total(mixed: Outcome) -> None:
    weighed = mixed.findings.networks.weighed
    assert weighed.a.size > 50
    total = weighed.model.total(weighed.bits)
    assert np.allclose(weighed.model.parts(weighed.bits).sum(axis=1), total)
    for pair in range(weighed.a.size):
        shown = waterfall(weighed, pair)
        assert sum(part["bits"] for part in shown) == pytest.approx(total[pair], abs=0.1)
        assert [part["kind"] for part in shown if part["kind"] == "once"] in ([], ["once"])
        assert shown[-1]["kind"] == "once" or not any(part["kind"] == "once" for part in shown)


def test_pairs_are_of_two_units_once_and_in_order(mixed: Outcome) -> None:
    weighed = mixed.findings.networks.weighed
    assert (weighed.a < weighed.b).all()
    assert weighed.b.max() < weighed.units.count
    pairs = list(zip(weighed.a.tolist(), weighed.b.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert weighed.bits.shape == (len(pairs), len(KINDS))
    assert np.isfinite(weighed.bits).all()


def test_only_evidence_against_is_negative(mixed: Outcome) -> None:
    bits = mixed.findings.networks.weighed.bits
    for k, kind in enumerate(KINDS):
        if kind not in ("style", "against"):
            assert (bits[:, k] >= 0).all(), kind


def test_decoys_share_no_identifier_and_are_no_pairs(mixed: Outcome) -> None:
    weighed = mixed.findings.networks.weighed
    assert len(weighed.decoys) > 500
    pairs = set(zip(weighed.decoy_a.tolist(), weighed.decoy_b.tolist(), strict=True))
    assert len(pairs) == len(weighed.decoys)  # a pair of voices is one pair, however many ads they have
    columns = [KINDS.index(kind) for kind in TYING]
    some = weighed.decoys[:, columns].any(axis=1)
    assert some.mean() < 0.02  # only what too many share for strangers to be told by it
    assert weighed.decoy_is_held_out.size == len(weighed.decoys)
    assert weighed.bits.shape[0] == weighed.a.size == weighed.pair_is_held_out.size


def test_strangers_are_joined_by_no_chain_of_identifiers(mixed: Outcome) -> None:
    weighed = mixed.findings.networks.weighed
    kin = no_strangers(kin_of(weighed.held, weighed.units.count))
    assert (kin[weighed.decoy_a] != kin[weighed.decoy_b]).all()


def test_nobody_who_is_held_out_is_kin_of_anybody_who_taught(mixed: Outcome) -> None:
    weighed = mixed.findings.networks.weighed
    kin = kin_of(weighed.held, weighed.units.count)
    out, decoy_out = weighed.pair_is_held_out, weighed.decoy_is_held_out
    taught = {*weighed.decoy_a[~decoy_out].tolist(), *weighed.decoy_b[~decoy_out].tolist()}
    unseen = {*weighed.decoy_a[decoy_out].tolist(), *weighed.decoy_b[decoy_out].tolist()}
    unseen |= {*weighed.a[out].tolist(), *weighed.b[out].tolist()}
    assert taught
    assert unseen
    assert not {kin[unit] for unit in taught} & {kin[unit] for unit in unseen}


def test_style_and_weights_learn_from_nobody_who_is_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: dict[str, Any] = {}

    def style(_features: Any, a: np.ndarray, b: np.ndarray, *_rest: Any, **_named: Any) -> None:
        heard["style"] = {*a.tolist(), *b.tolist()}

    def weights(bits: np.ndarray, strangers: np.ndarray) -> JointModel:
        heard["rows"] = len(bits), len(strangers)
        return JointModel.cautious(KINDS)

    monkeypatch.setattr("filrouge.networks.weighing.OWNERS_OF_STYLE", 1)
    monkeypatch.setattr("filrouge.networks.weighing.StyleModel.fit", style)
    monkeypatch.setattr("filrouge.networks.weighing.fitted_model", weights)
    weighed = planted_rows(tmp_path, mixed_rows()).findings.networks.weighed
    out = weighed.pair_is_held_out
    unseen = {*weighed.a[out].tolist(), *weighed.b[out].tolist()}
    assert unseen
    assert heard["style"]
    assert not heard["style"] & unseen
    pairs, strangers = heard["rows"]
    assert 0 < pairs <= (~out).sum()
    assert strangers == (~weighed.decoy_is_held_out).sum()


def test_decoys_are_in_no_tie_of_the_graph(mixed: Outcome) -> None:
    """Every edge comes from an identifier that is held or from a pair that was proposed; never from a decoy."""
    found = mixed.findings.networks
    graph, weighed = found.graph, found.weighed
    direct = np.flatnonzero(graph.pair >= 0)
    assert (graph.a[direct] == weighed.a[graph.pair[direct]]).all()
    assert (graph.b[direct] == weighed.b[graph.pair[direct]]).all()
    holds = set(weighed.held.select("unit", "kind", "value").iter_rows())
    names = graph.identifiers.select("kind", "value").rows()
    for k in np.flatnonzero((graph.pair < 0) & (graph.a < graph.units)).tolist():
        assert (int(graph.a[k]), *names[graph.identifier[k]]) in holds


CASES = ("solo0", "solo1", "solo2", "solo3", "link0", "link1", "link2", "link3", "mover0", "mover1", "mover2")


def shuffled(tmp_path: Path, seed: int) -> Outcome:
    rows = mixed_rows()
    return planted_rows(tmp_path, [rows[k] for k in np.random.default_rng(seed).permutation(len(rows))])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_the_ads_does_not_change_voices_and_planted_cases(
    mixed: Outcome, tmp_path: Path, seed: int
) -> None:
    again = shuffled(tmp_path, seed)
    voices: list[set[frozenset[str]]] = []
    cases: list[set[frozenset[str]]] = []
    for found in (mixed, again):
        of: dict[int, set[str]] = {}
        for ad, unit in found.unit.items():
            of.setdefault(unit, set()).add(ad)
        voices.append({frozenset(ads) for ads in of.values()})
        planted = set(found.of(*CASES, "early", "late"))
        cases.append({frozenset(ads) for ads in networks_as_ids(found) if ads & planted})
    assert voices[0] == voices[1]
    assert cases[0] == cases[1]
    assert len(cases[0]) == 2


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_ads_does_not_change_a_single_bit(mixed: Outcome, tmp_path: Path, seed: int) -> None:
    """Whoever merges two files in another order must not find another network close to a cut."""
    ties = []
    for found in (mixed, shuffled(tmp_path, seed)):
        weighed = found.findings.networks.weighed
        names = [found.ids[ad] for ad in weighed.units.head]
        pairs = zip(weighed.a.tolist(), weighed.b.tolist(), weighed.bits.tolist(), strict=True)
        ties.append({frozenset((names[a], names[b])): bits for a, b, bits in pairs})
    assert ties[0] == ties[1]
    assert joined_as_ids(mixed) == joined_as_ids(found)


def test_the_number_of_jobs_changes_nothing(mixed: Outcome, tmp_path: Path) -> None:
    again = planted_rows(tmp_path, mixed_rows(), jobs=3)
    one, other = mixed.findings.networks, again.findings.networks
    assert np.array_equal(one.weighed.bits, other.weighed.bits)
    assert np.array_equal(one.weighed.decoys, other.weighed.decoys)
    assert one.networks.records == other.networks.records
    assert again.findings.ties.equals(mixed.findings.ties)


def test_a_file_without_ads_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(NoAds):
        found_in(write_ads(tmp_path / "ads.csv", []))


ONE_AD = [("only-0", "Bikes mended while you wait, 416 555 0123", "site", "2026-01-02", "Toronto")]


@pytest.mark.parametrize("rows", [ONE_AD, [*ONE_AD, ("", "", "", "", "")], 2 * ONE_AD])
def test_a_corpus_of_next_to_nothing_has_no_networks(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    findings = found_in(write_ads(tmp_path / "ads.csv", rows))
    found = findings.networks
    assert found.networks.records == []
    assert found.of_ad.tolist() == [-1] * findings.read.ads.height


def chain(posted: list[str], places: list[str]) -> list[Ad]:
    texts = ("Bikes mended in a shed, bent wheels welcome.", "Wedding cakes of lemon, tasted on Thursdays.")
    return [
        Ad(f"link{k}-{n}", f"{text} {number}", posted[n], places[n])
        for k, text in enumerate(texts)
        for n, number in enumerate(("416 555 0123", "514 555 0142"))
    ]


def without(rows: tuple[tuple[str, ...], ...], column: int) -> list[tuple[str, ...]]:
    return [(*row[:column], "", *row[column + 1 :]) for row in rows]


def test_without_days_phones_still_tie_and_nothing_moves(tmp_path: Path) -> None:
    ads = rows_of(chain(["", ""], ["Toronto", "Laval"]))
    found = planted_rows(tmp_path, [*without(background(), 3), *ads])
    assert found.findings.read.ads["posted"].null_count() == len(found.ids)
    assert (found.findings.networks.weighed.bits[:, KINDS.index("movement")] == 0).all()
    assert len(found.parts("link0", "link1")) == 1
    assert all(record["first"] is None for record in found.findings.networks.networks.records)
    assert found.findings.networks.networks.records


def test_without_places_phones_still_tie_and_nothing_moves(tmp_path: Path) -> None:
    ads = rows_of(chain([day(0), day(3)], ["", ""]))
    found = planted_rows(tmp_path, [*without(background(), 4), *ads])
    assert (found.findings.networks.weighed.bits[:, KINDS.index("movement")] == 0).all()
    assert len(found.parts("link0", "link1")) == 1
    records = found.findings.networks.networks.records
    assert records
    assert all(record["places"] == {} and record["itinerary"] == [] for record in records)
