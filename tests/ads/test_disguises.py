"""Texts that a reader takes for one have the same words, however they were dressed up."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.ads.fold import fold_texts
from filrouge.ads.tokens import SLOT_KINDS, Masks, Tokens, tokenize, tokenize_chunks

PLAIN = "Relaxing massage downtown, ask for our friendly team. Call now or text any time"
DISGUISES = {
    "emoji between words": "Relaxing ✨ massage 💆 downtown, ask 🌸for our friendly team. Call☎️now or text any time",
    "ornaments inside words": (
        "Rel*ax*ing mas✨sage down.town, ask for our fri-end-ly team. C.a.l.l now or t_e_x_t any time"
    ),
    "Cyrillic letters": "Rеlахing mаssаgе dоwntоwn, аsk fоr оur friеndly tеаm. Саll nоw оr tехt аny timе",
    "Greek letters": "Rεlαxing mαssαgε dοwntοwn, αsk fοr οur friεndly τεαm. Cαll nοw οr τεxτ αny τimε",
    "full-width letters": (
        "Ｒｅｌａｘｉｎｇ ｍａｓｓａｇｅ downtown, ａｓｋ ｆｏｒ ｏｕｒ friendly team. Ｃａｌｌ now or text any time"
    ),
    "mathematical letters": (
        "𝐑𝐞𝐥𝐚𝐱𝐢𝐧𝐠 𝓂𝒶𝓈𝓈𝒶𝑔𝑒 𝕕𝕠𝕨𝕟𝕥𝕠𝕨𝕟, 𝔞𝔰𝔨 𝚏𝚘𝚛 𝗼𝘂𝗿 𝘧𝘳𝘪𝘦𝘯𝘥𝘭𝘺 𝙩𝙚𝙖𝙢. Ⓒⓐⓛⓛ 🅽🅾🆆 or 🄣🄔🄧🄣 any time"
    ),
    "leetspeak": "R3lax1ng m4ssag3 d0wnt0wn, 4sk f0r 0ur fr13ndly t34m. C@ll n0w 0r t3xt 4ny t1me",
    "zero-width characters": (
        "Rel\u200bax\u200cing mas\u200dsage down\ufefftown, ask for our friendly team. Ca\u00adll now or text any time"
    ),
    "letters spaced out": (
        "R e l a x i n g  m a s s a g e  downtown, ask for our friendly team. c a l l now or t e x t any time"
    ),
    "letters repeated": (
        "Relaxinnng massssage downtownnn, ask for our friendlyyyy team. Calll nowwww or text any timeee"
    ),
    "mixed case": "rELAXING mASSAGE DoWnToWn, ASK for OUR friendly TEAM. CALL now or TEXT any time",
    "HTML entities": (
        "Relaxing&nbsp;massage downtown, ask for our friendly team&#46; &#67;all now or te&#x78;t any time"
    ),
    "accents that do not belong": (
        "Rélàxing mässage downtówn, ask for oür friendly téam. Cáll nów or text any tîme"
    ),
}
FRENCH = "Séances détendues à Montréal, très près du métro. C'est l'été, appelez-nous dès aujourd'hui"


def words(tokens: Tokens, ad: int) -> list[int]:
    return tokens.key[tokens.offsets[ad] : tokens.offsets[ad + 1]].tolist()


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_text_has_the_words_of_the_plain_one(disguise: str) -> None:
    tokens = tokenize(fold_texts([PLAIN, PLAIN, DISGUISES[disguise]]), Masks.none())
    assert words(tokens, 2) == words(tokens, 0)


@pytest.mark.parametrize(
    "written",
    [
        FRENCH.encode().decode("cp1252", "replace"),
        "Seances detendues a Montreal, tres pres du metro. C’est l’ete, appelez-nous des aujourd’hui",
        "S&eacute;ances d&eacute;tendues &agrave; Montr&eacute;al, tr&egrave;s pr&egrave;s du m&eacute;tro. "
        "C&#39;est l&rsquo;&eacute;t&eacute;, appelez-nous d&egrave;s aujourd&#x27;hui",
    ],
    ids=["mojibake", "accents dropped", "entities"],
)
def test_french_is_the_same_with_broken_dropped_or_escaped_accents(written: str) -> None:
    tokens = tokenize(fold_texts([FRENCH, written]), Masks.none())
    assert words(tokens, 1) == words(tokens, 0)


def test_different_words_stay_different() -> None:
    pairs = [("nails", "rooms"), ("cleaning", "clearing"), ("maid", "mail"), ("été", "état")]
    for one, other in pairs:
        tokens = tokenize(fold_texts([one, other]), Masks.none())
        assert words(tokens, 0) != words(tokens, 1), (one, other)


def test_scripts_without_spaces_are_one_word_a_character() -> None:
    tokens = tokenize(fold_texts(["按摩放松市中心", "按摩放松市中心欢迎来电"]), Masks.none())
    assert words(tokens, 1)[:7] == words(tokens, 0)
    assert len(words(tokens, 1)) == 11
    thai = tokenize(fold_texts(["นวดผ่อนคลาย"]), Masks.none())
    assert len(words(thai, 0)) >= 8


def test_cyrillic_and_greek_words_of_their_own_are_not_read_as_latin() -> None:
    tokens = tokenize(fold_texts(["массаж в центре", "maccaж b центре", "massage b centre"]), Masks.none())
    assert words(tokens, 0) != words(tokens, 2)
    assert fold_texts(["массаж"]).text(0) == "массаж"


@given(st.lists(st.text(max_size=60), max_size=8))
def test_every_character_of_a_folded_text_points_into_the_raw_one(texts: list[str]) -> None:
    folded = fold_texts(texts)
    for i, raw in enumerate(texts):
        first, last = int(folded.offsets[i]), int(folded.offsets[i + 1])
        origin, end = folded.origin[first:last], folded.origin_end[first:last]
        assert (origin >= 0).all()
        assert (end <= len(raw)).all()
        assert (origin < end).all()
        assert (np.diff(origin) >= 0).all()


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8), st.integers(1, 7), st.integers(1, 3))
def test_words_do_not_depend_on_chunks_or_threads(texts: list[str], size: int, threads: int) -> None:
    whole = tokenize(fold_texts(texts), Masks.none())
    chunks = [fold_texts(texts[i : i + size]) for i in range(0, len(texts), size)]
    parts = tokenize_chunks(chunks, [Masks.none()] * len(chunks), threads)
    for name in ("key", "start", "end", "offsets", "kind"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_words_lie_in_order_within_their_text(texts: list[str]) -> None:
    tokens = tokenize(fold_texts(texts), Masks.none())
    for i, raw in enumerate(texts):
        start = tokens.start[tokens.offsets[i] : tokens.offsets[i + 1]]
        end = tokens.end[tokens.offsets[i] : tokens.offsets[i + 1]]
        assert (start < end).all()
        assert (end <= len(raw)).all()
        # Not strictly: ¼ is two words, and a broken encoding is mended as a whole.
        assert (np.diff(start) >= 0).all()
        assert (np.diff(end) >= 0).all()


def test_a_masked_span_is_one_word_known_by_its_kind_alone() -> None:
    texts = ["call 604 555 0123 now", "call +1 (778) 555-0199 now"]
    phone = SLOT_KINDS.index("phone")
    masks = Masks(*(np.array(column, np.int32) for column in ([0, 1], [5, 5], [17, 22], [phone, phone])))
    tokens = tokenize(fold_texts(texts), masks)
    assert words(tokens, 0) == words(tokens, 1)
    assert tokens.kind.tolist() == [0, 1 + phone, 0] * 2
    at = int(tokens.offsets[1]) + 1
    assert texts[1][tokens.start[at] : tokens.end[at]] == "+1 (778) 555-0199"


@given(st.integers(0, 2**32 - 1))
def test_any_mix_of_disguises_leaves_the_words_alone(seed: int) -> None:
    draw = random.Random(seed)
    alike = {"a": "аα@4", "e": "еε3", "o": "оο0", "i": "іι1", "x": "хχ", "c": "сϲ", "p": "рρ"}
    out = []
    for word in PLAIN.replace(",", "").replace(".", "").split():
        letters = [draw.choice(alike[c]) if c in alike and draw.random() < 0.2 else c for c in word]
        letters = [c.upper() if draw.random() < 0.3 else c for c in letters]
        join = draw.choice(["", "", "\u200b"])
        out.append(join.join(letters) + draw.choice(["", " ✨", " ~"]))
    disguised = " ".join(out)
    tokens = tokenize(fold_texts([PLAIN, PLAIN, disguised]), Masks.none())
    assert words(tokens, 2) == words(tokens, 0), disguised


def test_entities_are_highlighted_whole_in_the_raw_text() -> None:
    raw = "Caf&eacute; &amp; massage"
    tokens = tokenize(fold_texts([raw]), Masks.none())
    assert [raw[s:e] for s, e in zip(tokens.start, tokens.end, strict=True)] == ["Caf&eacute;", "massage"]
