"""Kinds of tie put together: nothing counts twice, and nothing claims more than the data bear out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from simulated import KINDS, Bools, Floats, answers, corpus_pairs, true_bits

from filrouge.evidence.calibration import cllr, expected_calibration_error, min_cllr
from filrouge.evidence.fitting import PARTS, damped, pieces
from filrouge.evidence.joint import ENOUGH, SLOPE, START, JointModel

BITS = st.floats(-500, 500, allow_nan=False, width=32)
SHARES = st.floats(0, 1)


@st.composite
def models(draw: st.DrawFn) -> JointModel:
    kinds = draw(st.integers(1, 6))
    return JointModel(
        tuple(f"k{i}" for i in range(kinds)),
        draw(arrays(np.float64, (kinds, len(PARTS) + 1), elements=SHARES)),
        draw(arrays(np.float64, kinds, elements=SHARES)),
        draw(st.floats(-20, 0)),
        -5.0,
        7.0,
    )


@st.composite
def models_and_bits(draw: st.DrawFn) -> tuple[JointModel, Floats]:
    model = draw(models())
    shape = (draw(st.integers(0, 8)), len(model.kinds))
    return model, draw(arrays(np.float64, shape, elements=BITS))


@given(models_and_bits())
def test_the_parts_sum_to_the_total(given_: tuple[JointModel, Floats]) -> None:
    model, bits = given_
    parts = model.parts(bits)
    assert parts.shape == (bits.shape[0], bits.shape[1] + 1)
    assert np.array_equal(parts.sum(axis=1), model.total(bits))


@given(models_and_bits())
def test_no_kind_counts_for_more_than_it_claims(given_: tuple[JointModel, Floats]) -> None:
    model, bits = given_
    parts = model.parts(bits)[:, :-1]
    assert (np.abs(parts) <= np.abs(bits) * (1 + 1e-12)).all()
    assert (parts * bits >= 0).all()


@given(models_and_bits(), st.integers(0, 5), st.floats(0, 300))
def test_more_bits_of_any_kind_never_lower_the_total(
    given_: tuple[JointModel, Floats], kind: int, more: float
) -> None:
    model, bits = given_
    stronger = bits.copy()
    stronger[:, kind % len(model.kinds)] += more
    assert (model.total(stronger) >= model.total(bits) - 1e-9).all()


@given(models_and_bits())
def test_together_they_are_worth_between_the_strongest_and_the_sum(
    given_: tuple[JointModel, Floats],
) -> None:
    model, bits = given_
    bits = np.abs(bits)
    claims, total = model.parts(bits)[:, :-1], model.total(bits) - model.start
    assert (total <= claims.sum(axis=1) + 1e-9).all()
    assert (total >= claims.max(axis=1, initial=0) - 1e-9).all()


@given(models_and_bits(), st.integers(0, 99))
def test_the_order_of_the_kinds_does_not_matter(given_: tuple[JointModel, Floats], seed: int) -> None:
    model, bits = given_
    order = np.random.default_rng(seed).permutation(len(model.kinds))
    turned = JointModel(
        tuple(model.kinds[i] for i in order), model.slope[order], model.shared[order], model.start, -5, 7
    )
    assert np.allclose(turned.total(bits[:, order]), model.total(bits))


@given(models_and_bits())
def test_a_model_comes_back_from_json(given_: tuple[JointModel, Floats]) -> None:
    model, bits = given_
    again = JointModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert np.array_equal(again.parts(bits), model.parts(bits))
    assert again.to_dict() == model.to_dict()


@given(arrays(np.float64, (5, 3), elements=BITS))
def test_pieces_are_the_bits_cut_up(bits: Floats) -> None:
    assert np.allclose(pieces(bits).sum(axis=2), damped(bits))
    small = np.clip(bits, -32, 32)
    assert np.allclose(damped(small), small)


def test_bits_of_one_kind_are_damped_but_never_lose_their_order() -> None:
    many = damped(np.array([32.0, 64, 128, 1000]))
    assert (np.diff(many) > 0).all()
    assert many[-1] < 200


def test_of_two_copies_of_one_witness_one_counts() -> None:
    same = answers(20_000, 0.3, 1)
    bits = true_bits(same, 2, 2)
    unseen = answers(20_000, 0.5, 3)
    new = true_bits(unseen, 2, 4)
    for copies in (2, 3, 5):
        model = JointModel.fit(np.tile(bits[:, None], copies), same, [f"k{i}" for i in range(copies)])
        total = model.total(np.tile(new[:, None], copies))
        assert np.abs(total - new).mean() < 0.2
        assert cllr(total, unseen) < cllr(new, unseen) + 0.003
        assert cllr(total, unseen) < cllr(copies * new, unseen) - 0.02


def test_two_witnesses_who_never_met_both_count() -> None:
    same, unseen = answers(20_000, 0.3, 1), answers(20_000, 0.5, 2)
    one, two = true_bits(same, 1.5, 3), true_bits(same, 1.5, 4)
    model = JointModel.fit(np.column_stack([one, two]), same, ["text", "movement"])
    new = np.column_stack([true_bits(unseen, 1.5, 5), true_bits(unseen, 1.5, 6)])
    assert cllr(model.total(new), unseen) < cllr(new.sum(axis=1), unseen) + 0.01
    assert np.abs(model.total(new) - new.sum(axis=1)).mean() < 0.35


def test_a_kind_that_says_three_times_too_much_is_cut_to_a_third() -> None:
    same = answers(20_000, 0.3, 1)
    bits = true_bits(same, 1.5, 2)
    model = JointModel.fit(np.column_stack([3 * bits]), same, ["style"])
    assert model.slope[0, 0] == pytest.approx(1 / 3, abs=0.06)
    assert np.abs(model.total(3 * bits[:, None]) - bits).mean() < 0.3


def test_a_kind_that_says_nothing_loses_its_weight() -> None:
    same = answers(20_000, 0.4, 1)
    noise = np.abs(np.random.default_rng(2).normal(0, 6, same.size))
    model = JointModel.fit(np.column_stack([true_bits(same, 2, 3), noise]), same, ["text", "movement"])
    assert model.slope[1, 0] < 0.05
    assert model.slope[1, 1] < 0.1


def test_a_kind_that_says_too_little_is_not_helped() -> None:
    same = answers(20_000, 0.4, 1)
    model = JointModel.fit(np.column_stack([true_bits(same, 2, 3) / 4]), same, ["text"])
    assert (model.slope <= 1).all()
    assert model.slope[0, 0] == 1


@pytest.mark.parametrize("share", [0.004, 0.02, 0.5, 0.9, 0.996])
def test_how_many_of_each_were_sampled_does_not_change_the_likelihood_ratio(share: float) -> None:
    same, unseen = answers(100_000, share, 1), answers(10_000, 0.5, 2)
    model = JointModel.fit(true_bits(same, 2, 3)[:, None], same, ["text"])
    new = true_bits(unseen, 2, 4)
    assert cllr(model.total(new[:, None]), unseen) < cllr(new, unseen) + 0.01


@pytest.fixture(scope="module")
def fitted() -> JointModel:
    return JointModel.fit(*corpus_pairs(20_000, 10), KINDS)


def test_it_is_calibrated_on_pairs_that_it_has_not_seen(fitted: JointModel) -> None:
    bits, same = corpus_pairs(20_000, 30)
    total = fitted.total(bits)
    assert cllr(total, same) < min_cllr(total, same) + 0.02
    assert expected_calibration_error(total, same) < 0.03
    assert cllr(total, same) < cllr(bits.sum(axis=1), same) - 0.5
    assert cllr(fitted.bounded(bits), same) < cllr(total, same) + 0.005


def test_where_three_kinds_come_together_a_bare_sum_would_mislead(fitted: JointModel) -> None:
    bits, same = corpus_pairs(20_000, 40)
    total = fitted.total(bits)
    assert cllr(JointModel.cautious(KINDS).total(bits), same) < cllr(bits.sum(axis=1), same)
    assert cllr(total, same) < 0.45


def test_wrong_labels_cost_little() -> None:
    bits, same = corpus_pairs(20_000, 10)
    unseen, truth = corpus_pairs(20_000, 30)
    wrong = same ^ (np.random.default_rng(1).random(same.size) < 0.005)
    clean, dirty = (JointModel.fit(bits, y, KINDS).total(unseen) for y in (same, wrong))
    assert cllr(dirty, truth) < cllr(clean, truth) + 0.01
    # Strong evidence stays strong: a squared or a plain logistic cost would have flattened it.
    strong = clean > 15
    assert np.median(dirty[strong]) > 0.7 * np.median(clean[strong])


def test_where_one_answer_is_rare_wrong_labels_are_not_thought_to_drown_it() -> None:
    rare = JointModel.fit(*corpus_pairs(200_000, 5, share=0.002), KINDS)
    even = JointModel.fit(*corpus_pairs(40_000, 5), KINDS)
    assert rare.same < 500
    assert rare.start == pytest.approx(even.start, abs=0.3)


def test_a_kind_that_spoke_a_few_times_stays_near_its_cautious_weight() -> None:
    same = answers(5_000, 0.5, 1)
    seldom = np.where(same & (np.arange(5_000) < 8), 6.0, 0)
    bits = np.column_stack([true_bits(same, 2, 2), seldom])
    model = JointModel.fit(bits, same, ["text", "near"])
    assert model.slope[1, 0] == pytest.approx(SLOPE, abs=0.15)
    often = np.where(same & (np.arange(5_000) < 2_000), 6.0, 0)
    model = JointModel.fit(np.column_stack([bits[:, 0], often]), same, ["text", "near"])
    assert model.slope[1, 0] > 0.8


def test_pairs_that_weigh_nothing_are_as_if_they_were_not_there() -> None:
    bits, same = corpus_pairs(4_000, 10)
    more, other = corpus_pairs(4_000, 20)
    with_them = JointModel.fit(
        np.concatenate([bits, more[:, ::-1]]),
        np.concatenate([same, ~other]),
        KINDS,
        np.repeat([1.0, 0.0], 4_000),
    )
    alone = JointModel.fit(bits, same, KINDS)
    assert (with_them.least, with_them.most) == pytest.approx((alone.least, alone.most), abs=0.05)
    assert (with_them.same, with_them.strangers) == (alone.same, alone.strangers)
    assert np.allclose(with_them.slope, alone.slope, atol=0.01)


def test_labels_from_the_phone_alone_teach_what_is_true_of_all() -> None:
    bits, same = corpus_pairs(40_000, 2)
    label = bits[:, 1] > 0
    # Pairs of one source without a phone are no strangers, and nobody knows that they are of one source.
    usable = label | ~same
    model = JointModel.fit(bits[usable], label[usable], KINDS, hidden=[["phone"]])
    unseen, truth = corpus_pairs(20_000, 300)
    total = model.total(unseen)
    assert cllr(total, truth) < min_cllr(total, truth) + 0.03
    assert expected_calibration_error(total, truth) < 0.05


def test_on_a_corpus_where_strangers_reach_more_no_more_is_claimed_than_holds_there(
    fitted: JointModel,
) -> None:
    bits, same = corpus_pairs(20_000, 50)
    # A franchise: strangers, too, send the same text.
    boilerplate = np.random.default_rng(1).random(same.size) < 0.3
    bits[boilerplate, 0] += 60
    first, last = slice(0, 10_000), slice(10_000, None)
    here = fitted.borne_out_by(bits[first], same[first])
    assert here.most < fitted.most - 4
    assert np.array_equal(here.total(bits), fitted.total(bits))
    naive, careful = fitted.bounded(bits[last]), here.bounded(bits[last])
    assert cllr(careful, same[last]) < 1 < cllr(naive, same[last])


def test_who_has_one_phone_passed_on_is_not_thereby_certain(fitted: JointModel) -> None:
    other_language = np.array([[0.0, 11, 0, 0, -4.0]])
    phone_alone = np.array([[0.0, 11, 0, 0, 0]])
    assert fitted.total(other_language)[0] < fitted.total(phone_alone)[0] - 2


def test_a_label_does_not_teach_its_own_kind() -> None:
    bits, same = corpus_pairs(8_000, 10)
    bits[:, 1] = np.where(same, 12, 0)
    hidden = [["phone", "email"]]
    model = JointModel.fit(bits, same, KINDS, hidden=hidden)
    cautious = JointModel.cautious(KINDS)
    for kind in (1, 2):
        assert np.allclose(model.slope[kind], cautious.slope[kind])
        assert model.shared[kind] == pytest.approx(cautious.shared[kind])
    bits[:, 1] = np.random.default_rng(1).uniform(0, 20, same.size)
    assert JointModel.fit(bits, same, KINDS, hidden=hidden).to_dict() == model.to_dict()
    assert not np.allclose(JointModel.fit(bits, same, KINDS).slope[1], cautious.slope[1])


def test_a_kind_hidden_from_one_label_is_learned_from_another() -> None:
    first, one = corpus_pairs(8_000, 10, share=0.1)
    second, two = corpus_pairs(8_000, 20, share=0.6)
    model = JointModel.fit(
        np.concatenate([first, second]),
        np.concatenate([one, two]),
        KINDS,
        source=np.repeat([0, 1], 8_000),
        hidden=[["phone"], ["email"]],
    )
    cautious = JointModel.cautious(KINDS)
    assert not np.allclose(model.slope[1, 0], cautious.slope[1, 0])
    assert not np.allclose(model.slope[2, 0], cautious.slope[2, 0])
    # The odds of each source are its own: neither leaks into the start.
    alone = JointModel.fit(first, one, KINDS, hidden=[["phone"]])
    assert abs(model.start - alone.start) < 0.7
    assert (model.same, model.strangers) == (one.sum() + two.sum(), 16_000 - one.sum() - two.sum())


def test_a_source_with_too_few_pairs_is_left_out() -> None:
    first, one = corpus_pairs(4_000, 10)
    few, two = corpus_pairs(150, 20)
    both = JointModel.fit(
        np.concatenate([first, few]),
        np.concatenate([one, two]),
        KINDS,
        source=np.repeat([0, 1], [4_000, 150]),
        hidden=[["phone"], ["email"]],
    )
    assert both.to_dict() == JointModel.fit(first, one, KINDS, hidden=[["phone"]]).to_dict()


def test_pairs_that_repeat_each_other_may_weigh_less() -> None:
    bits, same = corpus_pairs(3_000, 10)
    once = JointModel.fit(bits, same, KINDS)
    thrice = JointModel.fit(np.tile(bits, (3, 1)), np.tile(same, 3), KINDS, np.full(9_000, 1 / 3))
    assert np.allclose(once.slope, thrice.slope, atol=0.02)
    assert once.start == pytest.approx(thrice.start, abs=0.05)


def test_the_order_of_the_pairs_does_not_matter() -> None:
    bits, same = corpus_pairs(3_000, 10)
    order = np.random.default_rng(1).permutation(3_000)
    one, two = JointModel.fit(bits, same, KINDS), JointModel.fit(bits[order], same[order], KINDS)
    assert np.allclose(one.total(bits), two.total(bits), atol=0.05)


@pytest.mark.parametrize("same", [np.zeros(0, bool), np.zeros(500, bool), np.ones(500, bool)])
def test_where_there_is_too_little_to_learn_the_cautious_weights_count(same: Bools) -> None:
    model = JointModel.fit(np.ones((same.size, len(KINDS))), same, KINDS)
    assert model.to_dict() == JointModel.cautious(KINDS).to_dict()
    assert not model.is_fitted
    assert model.total(np.zeros((1, len(KINDS))))[0] == START


def test_without_learning_words_never_go_beyond_moderate_support() -> None:
    huge = np.full((1, len(KINDS)), 1_000.0)
    model = JointModel.cautious(KINDS)
    assert model.bounded(huge)[0] == pytest.approx(np.log2(ENOUGH))
    assert model.total(huge)[0] > 100


def test_no_more_is_claimed_than_so_many_strangers_bear_out(fitted: JointModel) -> None:
    huge = np.array([[900.0, 12, 13, 3, 0], [300.0, 12, 0, 0, 0]])
    assert (fitted.bounded(huge) <= np.log2(fitted.strangers + 1)).all()
    assert (np.diff(fitted.total(huge)) < 0).all()
    assert fitted.least < 0 < fitted.most


def test_a_few_strangers_more_bear_out_a_little_more() -> None:
    most = []
    for pairs in (1_000, 8_000, 64_000):
        same = answers(pairs, 0.5, 1)
        bits = np.where(same, 60.0, 0)[:, None]
        most.append(JointModel.fit(bits, same, ["text"]).most)
    assert most == pytest.approx([np.log2(pairs / 2) for pairs in (1_000, 8_000, 64_000)], abs=0.1)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_whatever_the_pairs_the_weights_stay_within_their_limits(seed: int) -> None:
    draw = np.random.default_rng(seed)
    bits = draw.normal(draw.uniform(-5, 5), draw.uniform(0.1, 100), (600, 3)) * (draw.random((600, 3)) < 0.5)
    model = JointModel.fit(bits, draw.random(600) < 0.5, ["text", "phone", "style"])
    assert ((model.slope >= 0) & (model.slope <= 1)).all()
    assert ((model.shared >= 0) & (model.shared <= 1)).all()
    assert model.start <= 0
    assert model.least <= 0 <= model.most
    assert np.isfinite(model.total(bits)).all()


def test_labels_without_a_link_to_the_bits_bear_out_next_to_nothing() -> None:
    draw = np.random.default_rng(1)
    bits = np.abs(draw.normal(0, 10, (20_000, 2)))
    model = JointModel.fit(bits, draw.random(20_000) < 0.5, ["text", "phone"])
    assert model.most < 1
    assert (model.bounded(bits) < 1).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"bits": np.ones((500, 3))}, "shape"),
        ({"bits": np.full((500, 2), np.nan)}, "finite"),
        ({"bits": np.full((500, 2), np.inf)}, "finite"),
        ({"weight": np.ones(3)}, "one row"),
        ({"weight": np.full(500, -1.0)}, "negative"),
        ({"source": np.zeros(2)}, "one row"),
        ({"hidden": [["telephone"]]}, "telephone"),
    ],
)
def test_what_does_not_fit_together_is_refused(change: dict[str, object], says: str) -> None:
    given_ = {"bits": np.ones((500, 2)), "same": np.arange(500) % 2 == 0, "kinds": ["text", "phone"]} | change
    with pytest.raises(ValueError, match=says):
        JointModel.fit(**given_)  # type: ignore[arg-type]


def test_weights_that_do_not_match_the_kinds_are_refused() -> None:
    values = JointModel.cautious(KINDS).to_dict() | {"shared": [0.5]}
    with pytest.raises(ValueError, match="slopes"):
        JointModel.from_dict(values)
