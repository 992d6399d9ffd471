"""All identifiers of many ads: one scan says where to look, patterns look there, the more specific wins."""

from __future__ import annotations

import gc
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.fold import Folded
from filrouge.ads.identifiers import contacts, payments, quantities, web
from filrouge.ads.identifiers.contacts import Found
from filrouge.ads.identifiers.lexicon import TRANSFERS, WALLETS, Cue, lexicon
from filrouge.ads.identifiers.numbering import DEFAULT_COUNTRY
from filrouge.ads.identifiers.phones import phones_in_chain
from filrouge.ads.identifiers.usual_phones import usual_phones

if TYPE_CHECKING:
    import polars as pl

KINDS: Final = ("phone", "email", "url", "handle", "payment", "price", "age", "time")
"""What may be found; where two overlap, see `_RANK`."""

_RANK: Final = {"email": 0, "phone": 1, "url": 2, "handle": 3, "payment": 3, "time": 4, "age": 5, "price": 6}
_BY_NAME: Final = {kind: k for k, kind in enumerate(sorted(KINDS))}
_MAY_OVERLAP: Final = frozenset(
    {
        frozenset({"phone", "url"}), frozenset({"phone", "handle"}), frozenset({"phone", "payment"}),
        frozenset({"email", "payment"}),
    }
)  # fmt: skip
_TRANSFER_REACH: Final = 48


def find_identifiers(folded: Folded, countries: Sequence[str]) -> pl.DataFrame:
    """Find phones, e-mails, URLs, handles, payment handles, prices, ages and times.

    Args:
        folded: the texts.
        countries: ISO code per text, for numbers without country code and for `$`; Canada where it is empty
            or missing.

    Returns:
        Sorted by ad, start: `ad` (Int32, number of the text), `kind` (one of KINDS), `value` (canonical:
        E.164; an e-mail in small letters; a URL without scheme, www, tracking; `service:name`; an amount, its
        currency if known; an age; a time as `10:00` or `24/7`), `start` and `end` (Int32, offsets in the raw
        text, in characters, end exclusive). Rows of a kind do not overlap; of two kinds that do, the more
        specific stays, but a phone may lie in a URL, handle or payment, and an e-mail in a payment.
    """
    with _no_collecting():
        return _find(folded, countries)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Without the collector of cycles, which would walk all that was found again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _find(folded: Folded, countries: Sequence[str]) -> pl.DataFrame:
    from filrouge.ads.identifiers import scan_kernels as kernels

    words = lexicon()
    chars = kernels.pad(folded.chars, folded.offsets)
    chain_start, chain_end, hit_start, hit_end, hit_cue = kernels.scan(
        chars, words.next, words.digits, words.cue, words.filler
    )
    text = str(chars.data, "utf-32-le", "surrogatepass")
    text_starts = folded.offsets[:-1] + np.arange(len(folded))
    known = [country or DEFAULT_COUNTRY for country in countries]
    known += [DEFAULT_COUNTRY] * (len(folded) - len(known))

    rows, transfers = _look(text, hit_start, hit_end, hit_cue, text_starts, known)
    ads = np.searchsorted(text_starts, chain_start, side="right") - 1
    phones = _phones(text, chars, chain_start, chain_end, ads, known)
    for phone in _out_of_codes(phones, rows, text):
        if phone.start and text[phone.start - 1] == ":":
            scheme = text[max(0, phone.start - 4) : phone.start]
            if scheme in ("tel:", "sms:") and text[phone.start : phone.end] == phone.value:
                rows.append(Found("url", scheme + phone.value, phone.start - 4, phone.end))
        rows.append(phone)
    rows += _sent_to(rows, transfers, text)
    return _table(_settled(rows), folded, text_starts)


def _look(
    text: str,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    cues: NDArray[np.uint8],
    text_starts: NDArray[np.int64],
    countries: Sequence[str],
) -> tuple[list[Found], list[tuple[int, str]]]:
    """What the cues announce, and the places where a transfer of money to an address is spoken of."""
    rows: list[Found] = []
    transfers: list[tuple[int, str]] = []
    taken = 0  # the end of the last URL or e-mail: dots within it announce nothing
    ads = (np.searchsorted(text_starts, starts, side="right") - 1).tolist()
    for start, end, cue, ad in zip(starts.tolist(), ends.tolist(), cues.tolist(), ads):
        found: Found | None = None
        if cue in _URL:
            if start >= taken and (url := _URL[cue](text, start)) is not None:
                found = contacts.of_url(url)
                rows.append(found)
                taken = max(taken, found.end)
            continue
        if cue in _MANY:
            rows += _MANY[cue](text, start, end, countries[ad])
        elif cue in _ONE:
            found = _ONE[cue](text, start, end)
        elif cue == Cue.WALLET:
            found = payments.handle_of_wallet(text, start, end)
            if found is None and text[start:end] != "cash":
                transfers.append((end, WALLETS[text[start:end]]))
        elif cue == Cue.TRANSFER:
            transfers.append((end, TRANSFERS[text[start:end]]))
        if found is not None:
            rows.append(found)
            if found.kind in ("url", "email"):
                taken = max(taken, found.end)
    return rows, transfers


def _at_sign(text: str, start: int, end: int) -> Found | None:
    return contacts.email_at_sign(text, start) or contacts.handle_at_sign(text, start)


def _currency_sign(text: str, start: int, end: int, country: str) -> Iterable[Found]:
    if text[start] == "$" and text[start + 1].isalpha():
        tag = payments.cashtag(text, start)
        if tag is not None:
            return [tag]
    return quantities.prices_at_sign(text, start, country)


def _time_word(text: str, start: int, end: int, country: str) -> Iterable[Found]:
    if text[start:end] == "h":
        rate = quantities.price_at_rate(text, start, end)
        if rate is not None:
            return [rate]
    return quantities.times_at_word(text, start, end)


_URL: Final[dict[int, Callable[[str, int], web.Url | None]]] = {
    Cue.DOT: web.url_around_dot,
    Cue.SCHEME: web.url_after_scheme,
    Cue.WWW: web.url_after_scheme,
}
_ONE: Final[dict[int, Callable[[str, int, int], Found | None]]] = {
    Cue.AT_SIGN: _at_sign,
    Cue.AT_WORD: contacts.email_at_word,
    Cue.DOT_WORD: contacts.url_dot_word,
    Cue.SERVICE: contacts.handle_of_service,
    Cue.LONG_CODE: payments.account_in_code,
    Cue.IBAN_HEAD: lambda text, start, end: payments.iban_in_groups(text, start),
    Cue.RATE: quantities.price_at_rate,
    Cue.COLON_DIGITS: lambda text, start, end: quantities.time_at_colon(text, start),
    Cue.ALL_HOURS: lambda text, start, end: quantities.all_hours(text, start),
}
_MANY: Final[dict[int, Callable[[str, int, int, str], Iterable[Found]]]] = {
    Cue.CURRENCY_SIGN: _currency_sign,
    Cue.UNIT: quantities.prices_at_unit,
    Cue.TIME: _time_word,
    Cue.AGE_AFTER: lambda text, start, end, country: quantities.ages_before_word(text, start),
    Cue.AGE_BEFORE: lambda text, start, end, country: quantities.ages_after_word(text, start, end),
}


def _phones(
    text: str,
    chars: NDArray[np.uint32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    ads: NDArray[np.int64],
    countries: Sequence[str],
) -> list[Found]:
    """The phones of all chains, in order."""
    found: list[Found] = []
    chains = zip(
        starts.tolist(), ends.tolist(), ads.tolist(), *usual_phones(chars, starts, ends, ads, countries)
    )
    for start, end, ad, value, begin, stop in chains:
        if value is not None:
            found.append(Found("phone", value, begin, stop))
        else:
            for phone in phones_in_chain(text, start, end, countries[ad]):
                found.append(Found("phone", phone.value, phone.start, phone.end))
    return found


def _out_of_codes(phones: list[Found], rows: Sequence[Found], text: str) -> list[Found]:
    """The phones that lie in no e-mail, bank account, or URL whose digits are no phone."""
    codes = sorted((row.start, row.end) for row in rows if row.kind in ("email", "url", "payment"))
    starts = [start for start, _ in codes]
    kept = []
    for phone in phones:
        at = bisect_left(starts, phone.end)
        for begin, stop in codes[max(0, at - 2) : at]:
            if stop > phone.start:
                written = web.canonical(text[begin:stop])
                if web.PHONE_URL.match(written) is None and not written.startswith("$"):
                    break
        else:
            kept.append(phone)
    return kept


def _sent_to(rows: Sequence[Found], transfers: Sequence[tuple[int, str]], text: str) -> list[Found]:
    """Payment handles of transfers: the e-mail or phone that follows."""
    if not transfers:
        return []
    addresses = sorted((row for row in rows if row.kind in ("email", "phone")), key=lambda row: row.start)
    starts = [row.start for row in addresses]
    found: dict[int, Found] = {}
    for end, service in transfers:
        at = bisect_left(starts, end)
        if at == len(starts) or starts[at] - end > _TRANSFER_REACH:
            continue
        row = addresses[at]
        between = text[end : row.start]
        # A phone a sentence later is for calls, not for money.
        if "\0" in between or (row.kind == "phone" and any(c in between for c in ".!?\n\u2022")):
            continue
        found[row.start] = Found("payment", f"{service}:{row.value}", row.start, row.end)
    return list(found.values())


def _settled(rows: list[Found]) -> list[Found]:
    """Rows without overlaps that should not be: the more specific kind stays, then the longer."""
    rows.sort(key=lambda row: (row.start, -row.end))
    kept: list[Found] = []
    cluster: list[Found] = []
    reach = -1
    for row in rows:
        if row.start >= reach:
            kept += cluster if len(cluster) <= 1 else _best(cluster)
            cluster = []
        cluster.append(row)
        reach = max(reach, row.end)
    kept += cluster if len(cluster) <= 1 else _best(cluster)
    return kept


def _best(cluster: list[Found]) -> list[Found]:
    chosen: list[Found] = []
    for row in sorted(cluster, key=lambda row: (_rank(row), row.start - row.end, row.start)):
        if all(
            row.end <= other.start or row.start >= other.end or _compatible(row, other) for other in chosen
        ):
            chosen.append(row)
    return sorted(chosen, key=lambda row: (row.start, row.end))


def _rank(row: Found) -> int:
    # An account number was proved by its checksum.
    if row.kind == "payment" and row.value.startswith(("iban:", "bitcoin:", "ethereum:")):
        return -1
    return _RANK[row.kind]


def _compatible(row: Found, other: Found) -> bool:
    return row.kind != other.kind and frozenset({row.kind, other.kind}) in _MAY_OVERLAP


def _table(rows: list[Found], folded: Folded, text_starts: NDArray[np.int64]) -> pl.DataFrame:
    import polars as pl

    starts = np.fromiter((row.start for row in rows), np.int64, len(rows))
    ends = np.fromiter((row.end for row in rows), np.int64, len(rows))
    ads = np.searchsorted(text_starts, starts, side="right") - 1
    if len(rows):
        raw_starts = folded.origin[starts - ads]
        raw_ends = folded.origin_end[ends - 1 - ads]
    else:
        raw_starts = raw_ends = np.zeros(0, np.int32)
    by_name = np.fromiter((_BY_NAME[row.kind] for row in rows), np.int8, len(rows))
    order = np.lexsort((by_name, raw_ends, raw_starts, ads))
    ordered = [rows[k] for k in order.tolist()]
    return pl.DataFrame(
        {
            "ad": ads[order].astype(np.int32),
            "kind": pl.Series([row.kind for row in ordered], dtype=pl.String),
            "value": pl.Series([row.value for row in ordered], dtype=pl.String),
            "start": raw_starts[order].astype(np.int32),
            "end": raw_ends[order].astype(np.int32),
        }
    )
