"""Phones are found however they are written, and what is no phone is not."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from filrouge.ads.fold import fold_texts
from filrouge.ads.identifiers import find_identifiers
from filrouge.ads.identifiers.numbering import international, national, north_american
from filrouge.ads.identifiers.phones import _phones

VANCOUVER = "+16045550123"
OTHER = "+17785550199"
PARIS = "+33612345678"


def phones(text: str, country: str = "CA") -> list[tuple[str, str]]:
    """The phones of a text: E.164, and how it is written in the raw text."""
    table = find_identifiers(fold_texts([text]), [country])
    return [(value, text[start:end]) for _, kind, value, start, end in table.iter_rows() if kind == "phone"]


# The text; where the phone does not make up the whole text, how it stands there.
ONE_PHONE: list[tuple[str, str] | str] = [
    # digits and separators
    "6045550123",
    "604-555-0123",
    "604.555.0123",
    "604 555 0123",
    "(604) 555-0123",
    "[604] 555.0123",
    "<604>555-0123",
    "604/555/0123",
    "604*555*0123",
    "604~555~0123",
    "604_555_0123",
    "604:555:0123",
    "604+555+0123",
    "604$555$0123",
    "604|555|0123",
    "604^555^0123",
    "604=555=0123",
    "604'555'0123",
    "604\\555\\0123",
    "604, 555, 0123",
    "604 - 555 - 0123",
    "604 -> 555 -> 0123",
    "604…555…0123",
    "604 • 555 • 0123",
    "604 💐 555 💐 0123",
    "604\n555\n0123",
    "604-\n555-\n0123",
    "60 45 55 01 23",
    "60/45/55/01/23",
    "6 04 55 501 23",
    "6045 550 123",
    "60-455-501-23",
    # one digit at a time
    "6 0 4 5 5 5 0 1 2 3",
    "6.0.4-5.5.5-0.1.2.3",
    "6-0-4 5-5-5 0-1-2-3",
    "6_0_4_5_5_5_0_1_2_3",
    "(6)(0)(4)(5)(5)(5)(0)(1)(2)(3)",
    # with the country's code
    "+16045550123",
    "+1 604 555 0123",
    "+1(604)555-0123",
    "+ 1 604 555 0123",
    "1-604-555-0123",
    "001 604 555 0123",
    "0016045550123",
    "011 1 604 555 0123",
    "one 604 555 0123",
    # English words
    "six oh four five five five zero one two three",
    "six-o-four, five-five-five, o-one-two-three",
    "six zero four - five five five - zero one two three",
    "SixOhFour FiveFiveFive ZeroOneTwoThree",
    "sixohfour555zero123",
    "six oh four triple five zero one two three",
    "six zero four double five five zero one two three",
    "604 five fifty-five oh one twenty three",
    "six hundred four five five five zero one two three",
    "six hundred and four five five five oh one two three",
    "six hundred four, five hundred fifty-five, zero one twenty-three",
    "604 dash 555 dash 0123",
    "604 dot 555 dot 0123",
    # French words
    "six zéro quatre, cinq cinq cinq, zéro un deux trois",
    "six-cent quatre cinq cent cinquante-cinq zéro un vingt-trois",
    "soixante quarante-cinq cinquante-cinq zéro un vingt-trois",
    "604 cinq cent cinquante cinq 0123",
    "604 point 555 point 0123",
    # Spanish words
    "seis cero cuatro cinco cinco cinco cero uno dos tres",
    "seiscientos cuatro quinientos cincuenta y cinco cero uno veintitrés",
    "sesenta cuarenta y cinco cincuenta y cinco cero uno veintitrés",
    "604 doble cinco cinco 0 uno 23",
    # words among digits, letters for digits
    "six04 5five5 o123",
    "6(zero)4 5(five)5 01(two)3",
    "60four5fivefive0one23",
    "6O4 555 OI23",
    "6o4-555-o!23",
    "604-555-Ol23",
    "6O4.SSS.OIZ3",
    "I6O45550123",
    "s1x 0 f0ur 555 0123",
    "604SSSol23",
    "0ne 6o4 555 0123",
    # other digits, invisible characters
    "６０４－５５５－０１２３",
    "٦٠٤ ٥٥٥ ٠١٢٣",
    "𝟨𝟢𝟦-𝟧𝟧𝟧-𝟢𝟣𝟤𝟥",
    "⑥⓪④⑤⑤⑤⓪①②③",
    "6️⃣0️⃣4️⃣5️⃣5️⃣5️⃣0️⃣1️⃣2️⃣3️⃣",
    "6\u200b0\u200b4 5\u200b55 0123",
    "&#54;04 555 0123",
    # among other things
    ("call 604-555-0123 now", "604-555-0123"),
    ("call me at604.555.0123today", "604.555.0123"),
    ("text6045550123", "6045550123"),
    ("area code six oh four 555 0123", "six oh four 555 0123"),
    ("604-555-0123$80 30min", "604-555-0123"),
    ("call is604-555-0123", "604-555-0123"),
    ("***604-555-0123***", "604-555-0123"),
    ("$$$604-555-0123$$$", "604-555-0123"),
    ("604-555-0123!!!", "604-555-0123"),
    ("604-555-0123 ext. 45", "604-555-0123"),
    ("604-555-0123x45", "604-555-0123"),
    ("604-555-0123 poste 12", "604-555-0123"),
    ("$120 604-555-0123", "604-555-0123"),
    ("150$ 604 555 0123", "604 555 0123"),
    ("120 160 200 604 555 0123", "604 555 0123"),
    ("100/150/200 604-555-0123", "604-555-0123"),
    ("604 555 0123 100 150 200 roses", "604 555 0123"),
    ("Anna 23 604 555 0123", "604 555 0123"),
    ("24/7 604-555-0123 24/7", "604-555-0123"),
    ("10am-9pm 604-555-0123", "604-555-0123"),
    ("2026-01-03 604-555-0123", "604-555-0123"),
    ("34-24-36 604-555-0123", "604-555-0123"),
    ("5'6\" 120 lbs 604-555-0123", "604-555-0123"),
    ("V6B 1A1 604-555-0123", "604-555-0123"),
    ("604-555-0123 5 min from the metro", "604-555-0123"),
    ("wa.me/16045550123", "16045550123"),
    ("https://api.whatsapp.com/send?phone=16045550123&text=hi", "16045550123"),
    ("tel:+16045550123", "+16045550123"),
]


@pytest.mark.parametrize("case", ONE_PHONE, ids=str)
def test_a_phone_is_found_however_it_is_written(case: tuple[str, str] | str) -> None:
    text, written = (case, case) if isinstance(case, str) else case
    assert phones(text) == [(VANCOUVER, written)]


@pytest.mark.parametrize(
    "text",
    [
        "604-555-0123 / 778-555-0199",
        "6045550123 7785550199",
        "604 555 0123 778 555 0199",
        "604-555-0123\n778-555-0199",
        "604-555-0123-778-555-0199",
        "6045550123/7785550199",
        "604-555-0123 & 778-555-0199",
        "6 0 4 5 5 5 0 1 2 3 7 7 8 5 5 5 0 1 9 9",
        "six oh four 5550123, seven seven eight 5550199",
        "+1 604 555 0123 +1 778 555 0199",
    ],
)
def test_two_phones_one_after_the_other_are_two(text: str) -> None:
    assert [value for value, _ in phones(text)] == [VANCOUVER, OTHER]


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("+33 6 12 34 56 78", "CA", PARIS),
        ("+33 (0)6 12 34 56 78", "CA", PARIS),
        ("0033 6 12 34 56 78", "FR", PARIS),
        ("011 33 6 12 34 56 78", "CA", PARIS),
        ("06 12 34 56 78", "CA", PARIS),
        ("06.12.34.56.78", "FR", PARIS),
        ("0612345678", "FR", PARIS),
        ("zéro six douze trente-quatre cinquante-six soixante-dix-huit", "FR", PARIS),
        ("O6 l2 34 56 78", "FR", PARIS),
        ("zéro six, quatre-vingt-dix-neuf, soixante-quinze, quatre-vingt-un, dix-sept", "FR", "+33699758117"),
        ("612 34 56 78", "ES", "+34612345678"),
        ("seis doce treinta y cuatro cincuenta y seis setenta y ocho", "ES", "+34612345678"),
        ("seis noventa y nueve treinta y cuatro cincuenta y seis setenta y ocho", "ES", "+34699345678"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("+44 7911 123456", "CA", "+447911123456"),
        ("07911 123456", "GB", "+447911123456"),
        ("604 555 0123", "FR", VANCOUVER),
        ("(212) 555-0123", "CA", "+12125550123"),
        ("514 555 0123", "US", "+15145550123"),
        ("plus three three six twelve thirty four fifty six seventy eight", "CA", PARIS),
    ],
)
def test_a_phone_is_read_with_the_country_of_the_ad_or_its_own_code(
    text: str, country: str, value: str
) -> None:
    assert [found for found, _ in phones(text, country)] == [value]


NO_PHONE = """
$120 | $120/hr $80/half $60/qv | 100 € 150 € 200 € | 120 160 200 roses | 120/160/200/240
100 150 200 250 300
60 80 120 160 200 240 | 120$ 160$ 200$ 240$ | USD 200 300 4000 | 240 300 3600 | 250 300 4000
100-150-200-250
80 120 200 60 | 30 min 80 45 min 100 60 min 120 | 30min=80 60min=120 90min=160 | 80 / 120 / 160 / 200
250,000 350,000 450,000 | 2000 2500 3000 | $6,045,550 | 20% 30% 40% 50% 60%
2026-01-03 | 03/04/2026 | 03.04.2026 10:00-22:00 | 2026-01-03T10:30:15 | 2026-01-03 10:30:15
25/04/2026 14:30
20260103103015 | 2024 2025 2026 | 10am-9pm | 10:00-22:00 12:00-18:00 | 8:00 9:00 10:00 11:00 | 10h-21h
24/7 365
34-24-36 | 36-24-36 5'6 120 lbs 23 | 38DD-28-40 | 5'6" 120 lbs 34c | 1200 sq ft 2 bed 1 bath 1500$
size 6 8 10 12 14 16
23 24 25 26 27 28 | 18-25 26-35 36-45 | H2X 1Y4 | V6B 1A1 123 main street | 1234 west 5th avenue unit 604
ref 6045550123 | ref: 1234567890 | order #6045550123 | ad id 6045550123 | Post ID: 2505551234
annonce no 5145550123
1767400000 | 1767400000123 | 49.2827, -123.1207 | 45.5017,-73.5673 | 40.7128, -74.0060
lat 49.28273 lon -123.12074
4111 1111 1111 1111 | 4111111111111111 | 3782 822463 10005 | 3467 822463 10005 | 5500-0000-0000-0004
3.14159265358979 | 0.6045550123 | 192.168.100.200 | MAC 60:45:55:01:23:45 | 604-555-012 | 60455501234567
1 2 3 4 5 6 7 8 9 10
one two three four five six seven eight nine ten | two hands four hands six one
un deux trois quatre cinq | uno dos tres
555-0123 | 000-000-0000 | 111 111 1111 | 123-456-7890 | isbn 978-3-16-148410-0 | 9783161484100
UPC 036000291452
2025551234567890 | iban DE89 3704 0044 0532 0130 00 | 0x52908400098527886E0F7030069857D2E4169EE7
site.com/ad/6045550123 | www.site.com/?id=6045550123 | anna6045550123@mail.com | 6,045,550,123 views
6045550123 views
1-2-3-4-5 | lot 12 block 5 plan 1234 | route 604 exit 55 mile 50 | open 7 days 9 10 11
2/3 3/4 4/5 5/6 6/7
604.55.50.123.45 | room 604 floor 5 | 1080x1920 1200x1600 | v6.0.4.555.0123.9 | a1b2c3d4e5f60718
"""


@pytest.mark.parametrize(
    "text", [case.strip() for line in NO_PHONE.strip().splitlines() for case in line.split(" | ")]
)
def test_what_is_no_phone_is_not_found(text: str) -> None:
    assert phones(text) == []


def test_phones_are_numbered_by_ad_and_never_run_from_one_ad_into_the_next() -> None:
    table = find_identifiers(fold_texts(["call 604 555", "0123 now", "", "778-555-0199"]), ["CA"] * 4)
    assert table.select("ad", "value", "start", "end").rows() == [(3, OTHER, 0, 12)]


def test_each_ad_has_its_own_country() -> None:
    table = find_identifiers(fold_texts(["612 34 56 78"] * 3), ["CA", "ES", ""])
    assert table.select("ad", "value").rows() == [(1, "+34612345678")]


@pytest.mark.parametrize(
    "before",
    ["🌸🌸 ", "caf\u00e9 cafe\u0301 ", "&amp;&eacute; ", "\u200b\u200b", "ﬁn ", "𝒞𝒶𝓁𝓁 ", "cafÃ© ", "👩‍👩‍👧 "],
)
@pytest.mark.parametrize(
    "phone", ["604-555-0123", "6️⃣0️⃣4️⃣ 555 0123", "six oh four 555 0123", "(604) 5\u200b55-0123"]
)
def test_spans_are_those_of_the_raw_text_behind_emoji_entities_and_accents(before: str, phone: str) -> None:
    assert phones(f"{before}{phone} 🌸") == [(VANCOUVER, phone)]


@pytest.mark.parametrize("digits", ["6045550123", "2125550123", "5145550199", "8005550123", "8675550100"])
def test_the_north_american_plan_agrees_with_the_library(digits: str) -> None:
    import phonenumbers

    assert phonenumbers.is_valid_number(phonenumbers.parse(digits, "CA"))
    assert (
        north_american(digits) == north_american("1" + digits) == international("1" + digits) == "+1" + digits
    )


@given(st.integers(2_000_000_000, 9_999_999_999).map(str))
def test_every_number_of_the_north_american_plan_is_judged_as_the_library_judges_it(digits: str) -> None:
    import phonenumbers

    assume(digits not in ("2345678910", "2345678901", "9876543210"))
    assert (north_american(digits) is not None) == phonenumbers.is_valid_number(
        phonenumbers.parse(digits, "CA")
    )


@pytest.mark.parametrize("digits", ["0000000000", "6041550123", "1045550123", "604555012", "60455501234"])
def test_impossible_numbers_are_no_phones(digits: str) -> None:
    assert national(digits, "CA") is None


# ---- a number in a random disguise ----

AREAS = ["604", "778", "236", "250", "514", "438", "416", "647", "819", "212", "310", "702"]
WORDS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
    "es": ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
}
LOOKS = {"0": "oO", "1": "lI", "5": "S", "8": "B"}
NEUTRAL = [
    "relaxing massage downtown",
    "nouvelle en ville",
    "limpieza de casa",
    "rooms to rent",
    "ask for anna",
    "appelez",
    "call",
    "🌸",
    "",
]
SEPARATORS = ["", " ", "-", ".", " - ", "*", "_", "/", " • ", "~", "🌸", "\n"]


@st.composite
def numbers(draw: st.DrawFn) -> str:
    digits = draw(st.sampled_from(AREAS)) + str(draw(st.integers(2_000_000, 9_999_999)))
    assume(north_american(digits) is not None)
    # 250 300 4000 may be prices as well as a phone: without a word such as `call` it is taken for prices.
    assume(not digits[2] == digits[5] == digits[9] == "0")
    return digits


@st.composite
def disguised(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and a way to write it."""
    digits = draw(numbers())
    language = draw(st.sampled_from(list(WORDS)))
    separator = draw(st.sampled_from(SEPARATORS))
    lengths = draw(st.sampled_from([(10,), (3, 7), (3, 3, 4), (6, 4), (2,) * 5, (1,) * 10]))
    how = draw(st.sampled_from(["digits", "looks", "words", "mixed"]))
    at, parts = 0, []
    for length in lengths:
        group = digits[at : at + length]
        at += length
        if how == "looks":
            # A letter at the edge of a group of its own may be a word: the first digit stays one.
            group = group[0] + "".join(
                draw(st.sampled_from(LOOKS[d])) if d in LOOKS and draw(st.booleans()) else d
                for d in group[1:]
            )
        elif how == "words" or (how == "mixed" and draw(st.booleans())):
            group = " ".join(WORDS[language][int(d)] for d in group)
        parts.append(group)
    # In French `quatre vingt` and `dix sept` are numbers: one digit at a time, no such pair can arise.
    if how in ("words", "mixed") and separator in ("", "\n"):
        separator = " "
    return digits, separator.join(parts)


@settings(max_examples=400, deadline=None)
@given(disguised(), st.sampled_from(NEUTRAL), st.sampled_from(NEUTRAL))
def test_a_number_in_any_disguise_is_found_between_neutral_words(
    phone: tuple[str, str], before: str, after: str
) -> None:
    digits, written = phone
    text = f"{before} {written} {after}"
    assert phones(text) == [("+1" + digits, written)]


@pytest.mark.parametrize("case", ONE_PHONE, ids=str)
def test_the_short_cut_for_usual_phones_changes_nothing(
    case: tuple[str, str] | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, written = (case, case) if isinstance(case, str) else case
    monkeypatch.setattr("filrouge.ads.identifiers.phones.usual_phone", lambda *_: None)
    # What other tests had found with the short cut is remembered.
    _phones.cache_clear()
    assert phones(text) == [(VANCOUVER, written)]


@pytest.mark.parametrize("country", ["FR", "MX", "GB"])
@pytest.mark.parametrize(
    "written", ["+1-604-555-0123", "+1 (604) 555 0123", "+16045550123", "+1 604.555.0123"]
)
def test_the_short_cut_for_usual_phones_changes_nothing_abroad(
    written: str, country: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"10:00 - 18:00, 80/h, llame al {written}, 120 160"
    quick = phones(text, country)
    monkeypatch.setattr("filrouge.ads.identifiers.phones.usual_phone", lambda *_: None)
    _phones.cache_clear()
    assert phones(text, country) == quick == [(VANCOUVER, written)]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(6, 60).map(lambda n: n * 10), min_size=2, max_size=6, unique=True).map(sorted),
    st.sampled_from(["{} {}", "{}/{}", "{} / {}", "{}, {}", "{} • {}"]),
    st.sampled_from(["", "$", " roses", "€", " CAD"]),
)
def test_a_list_of_prices_is_no_phone(prices: list[int], form: str, unit: str) -> None:
    text = str(prices[0])
    for _, price in pairwise(prices):
        text = form.format(text, price)
    assert phones(f"massage {text}{unit} downtown") == []


@settings(max_examples=200, deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2040, 12, 31)),
    st.times(),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y"]),
)
def test_dates_and_times_are_no_phones(day: date, clock: time, form: str) -> None:
    assert phones(f"posted {day.strftime(form)} {clock.strftime('%H:%M')}") == []


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_without_trouble(text: str) -> None:
    table = find_identifiers(fold_texts([text, text]), ["CA", "FR"])
    assert all(0 <= start < end <= len(text) for start, end in table.select("start", "end").iter_rows())


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789 .-/$+()@:oilsn\n•h", max_size=60))
def test_digits_and_signs_in_any_order_are_read_without_trouble(text: str) -> None:
    table = find_identifiers(fold_texts([text]), ["CA"])
    assert all(0 <= start < end <= len(text) for start, end in table.select("start", "end").iter_rows())
