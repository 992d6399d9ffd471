"""Contacts, payments, prices, ages and times in ads, and how overlaps are settled."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.ads.fold import Folded, fold_texts
from filrouge.ads.identifiers import KINDS, find_identifiers
from filrouge.ads.identifiers.not_phones import amounts_at_end
from filrouge.ads.identifiers.number_words import composed, tokens_of
from filrouge.ads.identifiers.payments import is_bech32, is_iban
from filrouge.ads.identifiers.web import canonical


def found(text: str, kind: str, country: str = "CA") -> list[tuple[str, str]]:
    """What a text holds of one kind: values, and how they are written in the raw text."""
    table = find_identifiers(fold_texts([text]), [country])
    return [(value, text[start:end]) for _, other, value, start, end in table.iter_rows() if other == kind]


def values(text: str, kind: str, country: str = "CA") -> list[str]:
    return [value for value, _ in found(text, kind, country)]


def test_the_table_has_the_columns_of_the_seam_even_when_it_is_empty() -> None:
    expected = {"ad": pl.Int32, "kind": pl.String, "value": pl.String, "start": pl.Int32, "end": pl.Int32}
    assert dict(find_identifiers(Folded.none(), []).schema) == expected
    assert dict(find_identifiers(fold_texts(["", "massage"]), ["CA", "CA"]).schema) == expected
    assert dict(find_identifiers(fold_texts(["call 604-555-0123"]), ["CA"]).schema) == expected


def test_rows_are_sorted_by_ad_and_start() -> None:
    table = find_identifiers(fold_texts(["$120 10am 604-555-0123", "a@mail.com 23 yrs"]), ["CA", "CA"])
    assert table.select("ad", "kind").rows() == [
        (0, "price"),
        (0, "time"),
        (0, "phone"),
        (1, "email"),
        (1, "age"),
    ]


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("write to Anna.Roses+1@Mail.com.", "anna.roses+1@mail.com", "Anna.Roses+1@Mail.com"),
        ("anna@mail.co.uk", "anna@mail.co.uk", "anna@mail.co.uk"),
        ("anna@mail.com.Call me", "anna@mail.com", "anna@mail.com"),
        ("ａｎｎａ＠mail.com", "anna@mail.com", "ａｎｎａ＠mail.com"),
        ("anna@ma\u200bil.com", "anna@mail.com", "anna@ma\u200bil.com"),
        ("anna &#64; mail.com", "anna@mail.com", "anna &#64; mail.com"),
        ("name at mail dot com", "name@mail.com", "name at mail dot com"),
        ("name (at) mail (dot) com", "name@mail.com", "name (at) mail (dot) com"),
        ("name [at] mail . com", "name@mail.com", "name [at] mail . com"),
        ("name{at}mail{dot}com", "name@mail.com", "name{at}mail{dot}com"),
        ("anna.b at gmail.com", "anna.b@gmail.com", "anna.b at gmail.com"),
        ("anna dot b at gmail dot com", "anna.b@gmail.com", "anna dot b at gmail dot com"),
        ("anna arobase courriel point com", "anna@courriel.com", "anna arobase courriel point com"),
        (
            "anna arobase courriel point qc point ca",
            "anna@courriel.qc.ca",
            "anna arobase courriel point qc point ca",
        ),
        ("anna arroba correo punto mx", "anna@correo.mx", "anna arroba correo punto mx"),
        ("anna @ mail . com", "anna@mail.com", "anna @ mail . com"),
        ("anna6045550123@mail.com", "anna6045550123@mail.com", "anna6045550123@mail.com"),
    ],
)
def test_an_email_is_found_plain_or_disguised(text: str, value: str, written: str) -> None:
    assert found(text, "email") == [(value, written)]


@pytest.mark.parametrize(
    "text",
    [
        "visit us at example.com",
        "look at roses dot com",
        "massage at home",
        "meet @ downtown. come",
        "@anna.b",
    ],
)
def test_what_is_no_email_is_not_found(text: str) -> None:
    assert values(text, "email") == []


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("see https://www.Example.com/Rooms/, now", "example.com/rooms", "https://www.Example.com/Rooms/"),
        ("http://a-b.com/c?utm_source=x&id=3#d", "a-b.com/c?id=3", "http://a-b.com/c?utm_source=x&id=3#d"),
        ("www.example.qc.ca", "example.qc.ca", "www.example.qc.ca"),
        ("example.com.", "example.com", "example.com"),
        ("(example.com/a_b)", "example.com/a_b", "example.com/a_b"),
        ("visit us at example.com", "example.com", "example.com"),
        ("roses dot com", "roses.com", "roses dot com"),
        ("roses (dot) com", "roses.com", "roses (dot) com"),
        ("fleurs point ca", "fleurs.ca", "fleurs point ca"),
        ("flores punto mx", "flores.mx", "flores punto mx"),
        ("example.co.uk/x", "example.co.uk/x", "example.co.uk/x"),
        ("linktr.ee/anna", "linktr.ee/anna", "linktr.ee/anna"),
        ("onlyfans.com/anna", "onlyfans.com/anna", "onlyfans.com/anna"),
        ("http://anna.me", "anna.me", "http://anna.me"),
        ("wa.me/16045550123", "wa.me/16045550123", "wa.me/16045550123"),
        ("tel:+16045550123", "tel:+16045550123", "tel:+16045550123"),
        ("site.com/ad/6045550123", "site.com/ad/6045550123", "site.com/ad/6045550123"),
    ],
)  # fmt: skip
def test_a_url_is_found_and_told_without_scheme_and_tracking(text: str, value: str, written: str) -> None:
    assert found(text, "url") == [(value, written)]


@pytest.mark.parametrize(
    "text",
    ["massage.call me", "relax.me", "downtown.in", "now.text me", "the end.at last", "10 a.m. to 9 p.m.",
     "3.5 stars", "anna@mail.com", "a point to make", "e.g. nails", "5.com", "st.laurent", "www", "http://",
     "no.1 massage"],
)  # fmt: skip
def test_a_dot_between_words_is_no_url(text: str) -> None:
    assert values(text, "url") == []


def test_tracking_is_dropped_and_the_rest_of_the_query_stays() -> None:
    assert canonical("https://www.example.com/?fbclid=1&id=3&utm_medium=x") == "example.com?id=3"
    assert canonical("example.com/?igshid=1") == "example.com"


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("telegram: @Anna_1", "telegram:anna_1", "@Anna_1"),
        ("Telegram anna_1", "telegram:anna_1", "anna_1"),
        ("tg @anna_b", "telegram:anna_b", "@anna_b"),
        ("t.me/anna_1", "telegram:anna_1", "t.me/anna_1"),
        ("https://t.me/anna_1", "telegram:anna_1", "https://t.me/anna_1"),
        ("ig: anna.b", "instagram:anna.b", "anna.b"),
        ("IG @anna.b", "instagram:anna.b", "@anna.b"),
        ("Insta : anna.b", "instagram:anna.b", "anna.b"),
        ("instagram.com/anna.b?igshid=1", "instagram:anna.b", "instagram.com/anna.b?igshid=1"),
        ("snapchat: anna99", "snapchat:anna99", "anna99"),
        ("snap anna99", "snapchat:anna99", "anna99"),
        ("https://www.snapchat.com/add/anna99", "snapchat:anna99", "https://www.snapchat.com/add/anna99"),
        ("wechat id anna88", "wechat:anna88", "anna88"),
        ("LINE ID: anna99", "line:anna99", "anna99"),
        ("kik me anna88", "kik:anna88", "anna88"),
        ("signal: anna.77", "signal:anna.77", "anna.77"),
        ("twitter/x: @anna_b", "twitter:anna_b", "@anna_b"),
        ("X: @anna", "twitter:anna", "@anna"),
        ("x.com/anna", "twitter:anna", "x.com/anna"),
        ("facebook.com/anna.roses", "facebook:anna.roses", "facebook.com/anna.roses"),
        ("facebook: anna.roses", "facebook:anna.roses", "anna.roses"),
        ("follow @anna_roses", "handle:anna_roses", "@anna_roses"),
        ("𝓽𝓮𝓵𝓮𝓰𝓻𝓪𝓶: @anna_1", "telegram:anna_1", "@anna_1"),
        ("tele\u200bgram 🌸 @anna_1", "telegram:anna_1", "@anna_1"),
    ],
)
def test_a_handle_is_found_under_its_service(text: str, value: str, written: str) -> None:
    assert found(text, "handle") == [(value, written)]


@pytest.mark.parametrize(
    "text",
    ["whatsapp only", "telegram me now", "whatsapp: 604-555-0123", "whatsapp: available now",
     "text or signal", "in line with", "snap of the nails", "massage @downtown", "open @9pm", "@ home",
     "wechat or telegram",
     "telegram: six oh four five five five zero one two three",
     "whatsapp 10am-9pm", "anna@mail.com"],
)  # fmt: skip
def test_a_word_after_a_service_is_no_handle(text: str) -> None:
    assert values(text, "handle") == []


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("cashapp $AnnaB", "cashapp:annab", "$AnnaB"),
        ("cash app: $anna", "cashapp:anna", "$anna"),
        ("deposit $annaroses", "cashapp:annaroses", "$annaroses"),
        ("$anna88", "cashapp:anna88", "$anna88"),
        ("https://cash.app/$anna", "cashapp:anna", "https://cash.app/$anna"),
        ("venmo @anna-b", "venmo:anna-b", "@anna-b"),
        ("venmo: anna-b", "venmo:anna-b", "anna-b"),
        ("paypal.me/anna", "paypal:anna", "paypal.me/anna"),
        ("paypal anna@mail.com", "paypal:anna@mail.com", "anna@mail.com"),
        ("interac to anna@mail.com", "interac:anna@mail.com", "anna@mail.com"),
        ("e-transfer to anna@mail.com", "interac:anna@mail.com", "anna@mail.com"),
        ("virement à anna@mail.com", "interac:anna@mail.com", "anna@mail.com"),
        ("e-transfer 604-555-0123", "interac:+16045550123", "604-555-0123"),
        ("zelle 604-555-0123", "zelle:+16045550123", "604-555-0123"),
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
         "bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
         "bitcoin:1bvbmseystwetqtfn5au4m4gfg7xjanvn2", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
        ("0x52908400098527886E0F7030069857D2E4169EE7",
         "ethereum:0x52908400098527886e0f7030069857d2e4169ee7", "0x52908400098527886E0F7030069857D2E4169EE7"),
        ("GB82 WEST 1234 5698 7654 32", "iban:gb82west12345698765432", "GB82 WEST 1234 5698 7654 32"),
        ("DE89370400440532013000", "iban:de89370400440532013000", "DE89370400440532013000"),
    ],
)  # fmt: skip
def test_a_payment_handle_is_found(text: str, value: str, written: str) -> None:
    assert found(text, "payment") == [(value, written)]


@pytest.mark.parametrize(
    "text",
    ["$pecial massage", "$120", "cash only", "cash $120", "cash or interac accepted", "paypal accepted",
     "interac accepted. call 604-555-0123", "GB83 WEST 1234 5698 7654 32", "venmo or cash", "$$$",
     "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "relaxationrelaxationrelaxation",
     "1111111111111111111111111111"],
)  # fmt: skip
def test_what_is_no_payment_handle_is_not_found(text: str) -> None:
    assert values(text, "payment") == []


def test_accounts_are_known_by_their_checksums() -> None:
    assert is_iban("fr1420041010050500013m02606")
    assert not is_iban("fr1420041010050500013m02607")
    assert not is_iban("fr142004101005")
    assert is_bech32("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0")
    assert not is_bech32("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj9")


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("$120", "CA", ["120 CAD"]),
        ("$120", "US", ["120 USD"]),
        ("120$", "CA", ["120 CAD"]),
        ("120 $", "CA", ["120 CAD"]),
        ("US$120 CA$150", "CA", ["120 USD", "150 CAD"]),
        ("120 CAD", "US", ["120 CAD"]),
        ("$120 USD", "CA", ["120 USD"]),
        ("100€", "FR", ["100 EUR"]),
        ("100 € 150 €", "CA", ["100 EUR", "150 EUR"]),
        ("€100", "CA", ["100 EUR"]),
        ("£80", "GB", ["80 GBP"]),
        ("100 euros", "CA", ["100 EUR"]),
        ("120 dollars", "CA", ["120 CAD"]),
        ("80/hr", "CA", ["80"]),
        ("80 per hour", "CA", ["80"]),
        ("80$/h", "CA", ["80 CAD"]),
        ("80 par heure", "CA", ["80"]),
        ("120 roses", "CA", ["120"]),
        ("120 160 200 roses", "CA", ["120", "160", "200"]),
        ("$120-160", "CA", ["120 CAD", "160 CAD"]),
        ("80-120$", "CA", ["80 CAD", "120 CAD"]),
        ("100/150/200$", "CA", ["100 CAD", "150 CAD", "200 CAD"]),
        ("120$ 160$ 200$", "CA", ["120 CAD", "160 CAD", "200 CAD"]),
        ("$1,200", "CA", ["1200 CAD"]),
        ("1 200$", "CA", ["1200 CAD"]),
        ("$79.50", "CA", ["79.50 CAD"]),
        ("$80.00", "CA", ["80 CAD"]),
        ("$80/30min", "CA", ["80 CAD"]),
        ("6045550123$80", "CA", ["80 CAD"]),
        ("$１２０", "CA", ["120 CAD"]),
        ("604 555 0123 100 150 roses", "CA", ["100", "150"]),
        ("30 minutes 24/7", "CA", []),
        ("call 604-555-0123", "CA", []),
        ("1 hour, 2 hours", "CA", []),
    ],
)
def test_prices_are_found_with_their_currency(text: str, country: str, expected: list[str]) -> None:
    assert values(text, "price", country) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("23 yrs", ["23"]),
        ("23yrs old", ["23"]),
        ("23 years old", ["23"]),
        ("23-year-old", ["23"]),
        ("23yo", ["23"]),
        ("23 y/o", ["23"]),
        ("23 ans", ["23"]),
        ("23 años", ["23"]),
        ("age 23", ["23"]),
        ("Age: 23", ["23"]),
        ("edad 23", ["23"]),
        ("18-25 ans", ["18", "25"]),
        ("age 25-30", ["25", "30"]),
        ("②③ yrs", ["23"]),
        ("17 yrs", []),
        ("5 years", []),
        ("100 yrs", []),
        ("20 years of experience", []),
        ("20 years experience", []),
        ("20 ans d'expérience", []),
        ("depuis 20 ans", []),
        ("over 20 years", []),
        ("20 ans de service", []),
    ],
)
def test_ages_of_adults_are_found_and_years_of_experience_are_not(text: str, expected: list[str]) -> None:
    assert values(text, "age") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10am-9pm", ["10:00", "21:00"]),
        ("10-9pm", ["10:00", "21:00"]),
        ("6-9pm", ["18:00", "21:00"]),
        ("10 a.m. to 9 p.m.", ["10:00", "21:00"]),
        ("12pm to 12am", ["12:00", "00:00"]),
        ("10:30pm", ["22:30"]),
        ("10h-21h", ["10:00", "21:00"]),
        ("de 10h à 21h30", ["10:00", "21:30"]),
        ("22:30", ["22:30"]),
        ("24/7", ["24/7"]),
        ("24h/24 7j/7", ["24/7"]),
        ("1h 100$", []),
        ("i am 23", []),
        ("25:61", []),
        ("124/7", []),
    ],
)
def test_times_of_day_are_found(text: str, expected: list[str]) -> None:
    assert values(text, "time") == expected


def test_a_phone_in_a_url_gives_both() -> None:
    table = find_identifiers(fold_texts(["wa.me/16045550123"]), ["CA"])
    assert table.rows() == [(0, "url", "wa.me/16045550123", 0, 17), (0, "phone", "+16045550123", 6, 17)]


def test_an_email_hides_the_handle_and_the_url_within_it() -> None:
    table = find_identifiers(fold_texts(["anna@mail.com"]), ["CA"])
    assert table.select("kind", "value").rows() == [("email", "anna@mail.com")]


def test_a_phone_goes_before_a_price() -> None:
    table = find_identifiers(fold_texts(["$604-555-0123"]), ["CA"])
    assert table["kind"].to_list() == ["phone"]


def test_a_list_of_prices_ends_where_numbers_fall_or_are_not_round() -> None:
    assert amounts_at_end(["604", "555", "0123", "100", "150", "200"]) == 3
    assert amounts_at_end(["23", "100", "150"]) == 2
    assert amounts_at_end(["200"]) == 1


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("soixante-quinze", ["75"]),
        ("quatre-vingt-dix-neuf", ["99"]),
        ("quatre vingts", ["80"]),
        ("soixante et onze", ["71"]),
        ("dix-sept", ["17"]),
        ("six-cent quatre", ["604"]),
        ("noventa y nueve", ["99"]),
        ("quinientos cincuenta y cinco", ["555"]),
        ("seis cero cuatro", ["6", "0", "4"]),
        ("twenty-three", ["23"]),
        ("six hundred and four", ["604"]),
        ("double five", ["55"]),
        ("triple zero", ["000"]),
        ("fifty five five", ["55", "5"]),
        ("six04", ["604"]),
        ("tw0 f1ve", ["2", "5"]),
    ],
)
def test_number_words_combine_as_their_language_combines_them(words: str, digits: list[str]) -> None:
    tokens = [token for token in tokens_of(words) if token.kind != "fill"]
    assert [group.digits for group in composed(words, tokens, absorb=True)] == digits


PIECES = [
    "604-555-0123", "six oh four 555 0123", "anna@mail.com", "name at mail dot com", "www.example.com/a",
    "t.me/anna_1", "telegram: @anna_1", "cashapp $anna", "$120", "100€", "120 160 roses", "23 yrs",
    "10am-9pm", "24/7", "massage", "wa.me/16045550123", "interac to anna@mail.com", "🌸", "&amp;", "call",
    "\n", "whatsapp", "roses dot com", "@anna",
]  # fmt: skip
MAY_OVERLAP = {frozenset({"phone", other}) for other in ("url", "handle", "payment")} | {
    frozenset({"email", "payment"})
}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join), max_size=4))
def test_rows_of_a_kind_never_overlap_and_other_overlaps_are_the_ones_allowed(texts: list[str]) -> None:
    table = find_identifiers(fold_texts(texts), ["CA"] * len(texts))
    assert table.equals(table.sort("ad", "start", maintain_order=True))
    rows = table.rows()
    for k, (ad, kind, value, start, end) in enumerate(rows):
        assert kind in KINDS
        assert value
        assert 0 <= start < end <= len(texts[ad])
        for other_ad, other_kind, _, other_start, other_end in rows[k + 1 :]:
            if ad == other_ad and start < other_end and other_start < end:
                assert kind != other_kind
                assert frozenset({kind, other_kind}) in MAY_OVERLAP


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join), min_size=1, max_size=5))
def test_an_ad_is_read_the_same_alone_and_among_others(texts: list[str]) -> None:
    together = find_identifiers(fold_texts(texts), ["CA"] * len(texts)).drop("ad").rows()
    alone = [row for text in texts for row in find_identifiers(fold_texts([text]), ["CA"]).drop("ad").rows()]
    assert together == alone
