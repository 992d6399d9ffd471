"""What a run writes down of how sure it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from filrouge.evidence.joint import JointModel
from filrouge.evidence.scale import AT
from filrouge.networks.calibrated import calibration, decoy_totals
from filrouge.networks.learning import KINDS

PHONE, TEXT, MOVEMENT = (KINDS.index(kind) for kind in ("phone", "text", "movement"))


def weighed(**changes: Any) -> Any:
    """40 pairs that share a phone and a text, and 80 pairs of strangers with nothing in common."""
    bits, decoys = np.zeros((40, len(KINDS))), np.zeros((80, len(KINDS)))
    bits[:, PHONE], bits[:, TEXT] = 9.0, 12.0
    pairs = np.arange(40, dtype=np.int32)
    about = {
        "units": SimpleNamespace(count=80),
        "a": 2 * pairs,
        "b": 2 * pairs + 1,
        "bits": bits,
        "decoys": decoys,
        "model": JointModel.cautious(KINDS),
        "pair_is_held_out": pairs % 4 == 0,
        "decoy_is_held_out": np.arange(80) % 4 == 0,
        "phone_owners": 140,
        "style": None,
    }
    return SimpleNamespace(**(about | changes))


def test_only_pairs_that_taught_nothing_are_measured() -> None:
    check = calibration(weighed(), has_images=False)["checks"][0]
    assert (check["same"], check["strangers"]) == (10, 20)


def test_the_phone_does_not_prove_itself() -> None:
    alone = weighed()
    alone.bits[:, TEXT] = 0.0
    check = calibration(alone, has_images=False)["checks"][0]
    # With the phone hidden nothing is left, so that no order can tell the pairs apart.
    assert check["least_cllr"] == 1.0


def test_a_place_in_common_is_hidden_from_strangers_matched_by_place() -> None:
    there, before = weighed(), calibration(weighed(), has_images=False)["checks"][0]
    there.bits[:, MOVEMENT] = 20.0
    assert calibration(there, has_images=False)["checks"][0] == before


def test_text_that_strangers_have_not_tells_hands_apart() -> None:
    check = calibration(weighed(), has_images=False)["checks"][0]
    assert check["least_cllr"] == 0.0
    assert check["cllr"] < 0.6


def test_without_one_of_the_answers_nothing_is_measured() -> None:
    none = weighed(pair_is_held_out=np.zeros(40, bool))
    check = calibration(none, has_images=False)["checks"][0]
    assert check["cllr"] is None
    assert check["reliability"] == []


def test_each_silent_kind_says_why() -> None:
    def why(record: dict[str, Any]) -> dict[str, str]:
        return {kind["kind"]: kind["silent"] for kind in record["kinds"] if kind["silent"]}

    few = why(calibration(weighed(), has_images=False))
    assert few["image"] == "no_images"
    assert few["style"] == "tells_nothing"
    assert few["email"] == "no_pair"
    assert "phone" not in few
    assert why(calibration(weighed(), has_images=True))["image"] == "no_pair"
    record = calibration(weighed(phone_owners=5), has_images=False)
    assert why(record)["style"] == "few_owners"
    assert record["phone_owners"] == 5


def test_a_kind_with_the_weights_it_began_with_has_learned_nothing() -> None:
    record = calibration(weighed(), has_images=False)
    assert not any(kind["learned"] for kind in record["kinds"])


def test_strangers_that_only_movement_brings_up_are_told_apart() -> None:
    both = weighed()
    both.decoys[0, MOVEMENT] = 20.0
    both.decoys[1, TEXT] = 40.0
    both.decoys[2, [MOVEMENT, TEXT]] = 20.0, 40.0
    record = calibration(both, has_images=False)["strangers"]
    reached = [int((decoy_totals(both) >= step).sum()) for step in AT]
    assert reached[:4] == [3, 3, 3, 3]
    assert record["by_movement"][:4] == [1, 1, 1, 1]


def test_strangers_are_counted_and_sorted() -> None:
    mixed = weighed()
    mixed.decoys[3, TEXT] = 30.0
    assert (np.diff(decoy_totals(mixed)) >= 0).all()
    record = calibration(mixed, has_images=False)["strangers"]
    assert (record["pairs"], record["held_out"]) == (80, 20)
    assert record["bits"]["1.0"] > record["bits"]["0.5"]
