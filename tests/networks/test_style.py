"""Style: learned from shared numbers, silent where there is nothing to learn, deaf to topic, template and site."""

from __future__ import annotations

import json

import numpy as np
import pytest
from authors import labelled_pairs, market
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.networks.style import BOUND, LEAST_OWNERS, StyleModel
from filrouge.networks.style_columns import COLUMNS
from filrouge.networks.style_features import CLIP, Spans, style_features


def column(features: np.ndarray, name: str) -> np.ndarray:
    return features[:, 1 + [c.name for c in COLUMNS].index(name)]


def cost(bits: np.ndarray, same: np.ndarray) -> float:
    """Cllr."""
    each = np.log2(1 + np.exp2(np.where(same, -bits, bits)))
    return float((each[same].mean() + each[~same].mean()) / 2)


def masked(texts: list[str], words: list[str], template: bool) -> Spans:
    """Spans of every occurrence of the words."""
    rows = []
    for ad, text in enumerate(texts):
        for word in words:
            at = text.find(word)
            while at >= 0:
                rows.append((ad, at, at + len(word)))
                at = text.find(word, at + 1)
    ad, start, end = np.array(rows).T
    return Spans(ad, start, end, np.full(ad.size, template))


@pytest.fixture(scope="module")
def learned():
    """A model of 80 authors, and ads of 80 others within the same features."""
    corpus = market(1, 160, 5)
    features = style_features(corpus.texts)
    known = corpus.author < 80
    a, b, same = labelled_pairs(2, corpus.author, 6000, corpus.trade)
    old, new = known[a] & known[b], ~known[a] & ~known[b]
    model = StyleModel.fit(features, a[old], b[old], same[old], corpus.author, seed=3)
    assert model is not None
    return corpus, features, model, (a[new], b[new], same[new]), (a[old], b[old], same[old])


def test_authors_that_were_never_seen_are_told_apart_by_their_habits(learned) -> None:
    _, features, model, (a, b, same), _ = learned
    bits = model.bits(features, a, b)
    assert np.median(bits[same]) > 1 > -1 > np.median(bits[~same])
    assert cost(bits, same) < 0.6
    assert model.auc > 0.85


def test_the_cost_on_held_out_pairs_is_the_cost_on_unseen_authors(learned) -> None:
    _, features, model, (a, b, same), _ = learned
    assert abs(model.cllr - cost(model.bits(features, a, b), same)) < 0.12


def test_the_bits_stay_within_their_bounds_and_do_not_depend_on_the_order_of_a_pair(learned) -> None:
    _, features, model, _, _ = learned
    draw = np.random.default_rng(5)
    a, b = draw.integers(0, len(features), (2, 5000))
    bits = model.bits(features, a, b)
    assert bits.dtype == np.float32
    assert np.abs(bits).max() <= BOUND
    assert bits.min() >= np.float32(model.least)
    assert bits.max() <= np.float32(model.most)
    np.testing.assert_allclose(bits, model.bits(features, b, a), atol=1e-4)


def test_where_nobody_has_habits_the_model_is_silent() -> None:
    for seed in (1, 2, 3):
        corpus = market(seed, 80, 5, with_habits=False)
        a, b, same = labelled_pairs(seed, corpus.author, 1000)
        assert StyleModel.fit(style_features(corpus.texts), a, b, same, corpus.author) is None


def test_too_few_owners_are_too_few_however_many_pairs_they_have() -> None:
    corpus = market(4, LEAST_OWNERS - 1, 40)
    a, b, same = labelled_pairs(4, corpus.author, 3000)
    features = style_features(corpus.texts)
    assert same.sum() > 1000
    assert StyleModel.fit(features, a, b, same, corpus.author) is None


def test_the_same_corpus_gives_the_same_model(learned) -> None:
    corpus, features, model, _, (a, b, same) = learned
    again = StyleModel.fit(style_features(corpus.texts), a, b, same, corpus.author, seed=3)
    assert again is not None
    assert again.to_dict() == model.to_dict()
    np.testing.assert_array_equal(again.bits(features, a, b), model.bits(features, a, b))


def test_a_model_that_was_written_down_gives_the_same_bits(learned) -> None:
    _, features, model, (a, b, _), _ = learned
    stored = StyleModel.from_dict(json.loads(json.dumps(model.to_dict())))
    np.testing.assert_allclose(stored.bits(features, a, b), model.bits(features, a, b), atol=0.01)


def test_strangers_of_one_trade_are_no_more_alike_than_strangers_of_two(learned) -> None:
    corpus, features, model, _, _ = learned
    draw = np.random.default_rng(6)
    x, y = draw.integers(400, 800, (2, 8000))
    apart = corpus.author[x] != corpus.author[y]
    x, y = x[apart], y[apart]
    bits = model.bits(features, x, y)
    one_trade = corpus.trade[x] == corpus.trade[y]
    assert abs(bits[one_trade].mean() - bits[~one_trade].mean()) < 0.15


def test_ads_that_share_only_the_words_of_a_template_get_no_bits(learned) -> None:
    corpus, _, model, _, _ = learned
    template = (
        "Best CLEANING in town!!! 🌟🌟 call now ... we r open, no waiting ,just come !!\n\nSee u soon 😀"
    )
    texts = [f"{template} {place}" for place in ("Hamilton", "Guelph")]
    words = template.replace("!", " ").replace(".", " ").replace(",", " ").split()
    features = style_features([*corpus.texts, *texts], masked([""] * 800 + texts, words, template=True))
    n = len(corpus.texts)
    assert model.bits(features, np.array([n]), np.array([n + 1])).tolist() == [0.0]


def test_the_signs_between_a_templates_words_are_the_templates() -> None:
    text = "CALL , NOW !! 🌟 today. we bring everything that is needed for the garden and the house"
    spans = masked([text], ["CALL", "NOW", "today"], template=True)
    plain, less = style_features([text, text]), style_features([text, text], spans)
    assert plain[0, 0] - less[0, 0] == len("CALL , NOW !! 🌟 today")


def test_what_identifiers_are_made_of_does_not_count_but_what_surrounds_them_does() -> None:
    texts = [
        f"write to us at any hour of the day ☎️ {phone} !!" for phone in ("905-555-0188", "(416) 555 0107")
    ]
    spans = masked(texts, ["905-555-0188", "(416) 555 0107"], template=False)
    other = ["write to us at any hour of the day 905-555-0188"]
    features = style_features(texts + other, spans)
    np.testing.assert_array_equal(features[0], features[1])
    assert column(features, "sign !")[0] > column(features, "sign !")[2]


def test_what_the_form_of_a_site_adds_ties_nobody() -> None:
    """Half of the sites put stars, capitals and line breaks into whatever is posted there."""
    corpus = market(8, 160, 5)
    site = np.random.default_rng(9).integers(0, 8, len(corpus.texts))

    def form(text: str) -> str:
        return "*** " + text.replace(". ", " ***\n\n*** ").replace("we", "WE") + " ***"

    texts = [form(t) if s < 4 else t for t, s in zip(corpus.texts, site, strict=True)]
    features = style_features(texts, agency=site)
    # The strangers to learn from come from any two sites, which is the harder case.
    known = corpus.author < 80
    a, b, same = labelled_pairs(10, corpus.author, 4000)
    use = known[a] & known[b]
    model = StyleModel.fit(features, a[use], b[use], same[use], corpus.author)
    assert model is not None
    x, y = np.random.default_rng(11).integers(400, 800, (2, 20_000))
    apart = corpus.author[x] != corpus.author[y]
    x, y = x[apart], y[apart]
    bits = model.bits(features, x, y)
    one_form = (site[x] == site[y]) & (site[x] < 4)
    assert bits[one_form].mean() < bits[site[x] != site[y]].mean() + 0.3
    assert bits[one_form].mean() < -0.5


def test_a_language_that_few_write_is_no_style() -> None:
    silent = market(12, 100, 5, with_habits=False, french=0.15)
    a, b, same = labelled_pairs(12, silent.author, 1500)
    assert StyleModel.fit(style_features(silent.texts), a, b, same, silent.author) is None
    corpus = market(13, 160, 5, french=0.15)
    features = style_features(corpus.texts)
    a, b, same = labelled_pairs(13, corpus.author, 2000)
    model = StyleModel.fit(features, a, b, same, corpus.author)
    assert model is not None
    french = np.array([" nous " in text or " je " in text or " vous " in text for text in corpus.texts])
    x, y = np.random.default_rng(14).integers(0, 800, (2, 20_000))
    apart = corpus.author[x] != corpus.author[y]
    both = model.bits(features, x[apart], y[apart])
    one_language = french[x[apart]] & french[y[apart]]
    assert one_language.sum() > 100
    assert both[one_language].mean() < -1


def test_half_a_habit_is_worth_less_than_a_bit_and_is_not_overstated() -> None:
    """Ads of which half are rewritten by somebody without habits: pairs are harder, and the bits say so."""
    corpus, plain = market(15, 240, 5), market(16, 240, 5, with_habits=False)
    other = np.random.default_rng(17).random(1200) < 0.5
    texts = [p if o else t for t, p, o in zip(corpus.texts, plain.texts, other, strict=True)]
    features = style_features(texts)
    a, b, same = labelled_pairs(18, corpus.author, 6000)
    old = (corpus.author[a] < 120) & (corpus.author[b] < 120)
    new = (corpus.author[a] >= 120) & (corpus.author[b] >= 120)
    model = StyleModel.fit(features, a[old], b[old], same[old], corpus.author)
    assert model is not None
    bits = model.bits(features, a[new], b[new])
    assert model.auc < 0.85
    assert cost(bits, same[new]) < 1
    assert abs(model.cllr - cost(bits, same[new])) < 0.08


def test_strangers_who_are_always_the_same_two_are_nobody_to_learn_from() -> None:
    corpus = market(19, 60, 5)
    a, b, same = labelled_pairs(19, corpus.author, 0)
    a, b = np.append(a, np.zeros(200, int)), np.append(b, np.full(200, 299))
    same = np.append(same, np.zeros(200, bool))
    assert StyleModel.fit(style_features(corpus.texts), a, b, same, corpus.author) is None


def test_a_rare_spelling_of_a_common_word_is_a_misspelling_and_a_plural_is_not() -> None:
    texts = ["a massage with oil for your shoulders and back"] * 60 + [
        "a masage with oil for your sholders and back",
        "a massages with oil for your shoulders and backs",
    ]
    features = style_features(texts)
    assert column(features, "spelling undoubled")[60] > 0
    assert column(features, "spelling dropped")[60] > 0
    spelled = [column(features, c.name)[61] for c in COLUMNS if c.name.startswith("spelling ")]
    assert max(spelled) <= 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6), st.data())
def test_any_text_and_any_spans_give_finite_features(texts: list[str], data: st.DataObject) -> None:
    spans = data.draw(
        st.lists(
            st.tuples(
                st.integers(0, max(len(texts) - 1, 0)), st.integers(0, 90), st.integers(0, 90), st.booleans()
            ),
            max_size=8 if texts else 0,
        )
    )
    columns = list(zip(*spans, strict=True)) or [(), (), (), ()]
    masks = Spans(*(np.array(c, np.int64) for c in columns[:3]), np.array(columns[3], bool))
    features = style_features(texts, masks)
    assert features.shape == (len(texts), 1 + len(COLUMNS))
    assert np.isfinite(features).all()
    assert not len(texts) or np.abs(features[:, 1:]).max() <= CLIP
