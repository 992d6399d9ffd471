"""What holds for any ads, words and keys."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from made import chunk_of
from made_workspace import ingested, new_workspace
from polars.testing import assert_frame_equal

from filrouge.ads.schema import ads_schema
from filrouge.ads.tokens import Tokens
from filrouge.corpus.blocks import BlockName, from_planes, open_block, planes, seal_block
from filrouge.corpus.chunks import Chunk
from filrouge.corpus.columns import Strings, few, read_few, read_steps, steps, strings
from filrouge.corpus.kernels import distinct, read_positions, sip_hash, usual_lengths, written_positions
from filrouge.corpus.keys import new_key
from filrouge.corpus.opening import MARK_SCHEMA
from filrouge.corpus.pseudonyms import (
    KIND_BITS,
    ad_keys,
    identifier_pseudonym,
    identifier_pseudonyms,
    text_keys,
    token_pseudonyms,
)
from filrouge.corpus.retention import destroy
from filrouge.corpus.verify import verify

PEPPER = bytes(range(32))
uint64 = st.integers(0, 2**64 - 1)
int32 = st.integers(-(2**31), 2**31 - 1)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def test_sip_hash_is_that_of_its_authors() -> None:
    """The vectors of the reference: the bytes 0, 1, ... under the key 0 to 15."""
    k0, k1 = (np.uint64(k) for k in np.frombuffer(bytes(range(16)), "<u8"))
    for size, expected in ((0, 0x726FDB47DD0E0E31), (8, 0x93F5F5799A932462), (16, 0x3F2ACC7F57C29BDB)):
        message = np.frombuffer(bytes(range(size)), "<u8").astype(np.uint64)
        assert sip_hash(message, k0, k1) == expected


@given(st.lists(st.tuples(uint64, st.integers(0, 15)), max_size=50))
def test_words_have_equal_pseudonyms_if_and_only_if_they_are_equal(pairs: list[tuple[int, int]]) -> None:
    keys = np.array([k for k, _ in pairs], np.uint64)
    kinds = np.array([k for _, k in pairs], np.uint8)
    hidden = token_pseudonyms(keys, kinds, PEPPER)
    assert len(set(hidden.tolist())) == len(set(pairs))
    assert ((hidden & np.uint64(KIND_BITS)) == kinds).all()
    other = token_pseudonyms(keys, kinds, bytes(32))
    assert not (set(hidden.tolist()) & set(other.tolist()))


@given(st.lists(st.tuples(words, words), max_size=30))
def test_identifiers_have_equal_pseudonyms_if_and_only_if_they_are_equal(
    pairs: list[tuple[str, str]],
) -> None:
    hidden = identifier_pseudonyms([k for k, _ in pairs], [v for _, v in pairs], PEPPER)
    assert len(set(hidden.tolist())) == len(set(pairs))
    assert hidden.tolist() == [identifier_pseudonym(k, v, PEPPER) for k, v in pairs]


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=12))
def test_texts_have_equal_keys_if_and_only_if_their_words_are_equal(texts: list[list[int]]) -> None:
    flat = np.array([w for t in texts for w in t], np.uint64)
    offsets = np.concatenate([[0], np.cumsum([len(t) for t in texts])]).astype(np.int64)
    assert len(set(text_keys(flat, offsets, PEPPER).tolist())) == len({tuple(t) for t in texts})


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "y", "x1"]), st.sampled_from(["", "1x"])),
                max_size=12))  # fmt: skip
def test_an_ad_has_its_key_whenever_its_file_is_read(rows: list[tuple[str, str, str]]) -> None:
    frame = pl.DataFrame(
        [("id", text, agency, None, "", image, "f", 1) for agency, text, image in rows],
        schema=ads_schema(), orient="row",
    )  # fmt: skip
    keys = ad_keys(frame, PEPPER).to_list()
    assert len(set(keys)) == len(keys), "equal ads of one file are told apart"
    assert ad_keys(frame, PEPPER).to_list() == keys
    again = pl.concat([frame, frame.with_columns(source=pl.lit("g"))])
    assert ad_keys(again, PEPPER).to_list() == keys + keys, "and in another file they are the same again"
    assert sorted(ad_keys(frame[::-1], PEPPER).to_list()) == sorted(keys)
    made_up = frame.with_columns(id=pl.Series([f"{k}" for k in range(len(rows))], dtype=pl.String))
    assert (
        ad_keys(made_up, PEPPER, own_ids=False).to_list() == ad_keys(frame, PEPPER, own_ids=False).to_list()
    )


@given(st.lists(uint64 | st.integers(0, 3), max_size=3000))
def test_the_different_keys_are_numbered_as_they_come(keys: list[int]) -> None:
    first, number, counts = distinct(np.array(keys, np.uint64))
    order = list(dict.fromkeys(keys))
    assert [keys[at] for at in first] == order
    assert [order[n] for n in number] == keys
    assert counts.tolist() == [keys.count(k) for k in order]


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), int32, int32), max_size=6), max_size=6))
def test_positions_are_read_as_they_were_written(ads: list[list[tuple[int, int, int]]]) -> None:
    flat = [t for ad in ads for t in ad]
    word, start, end = (np.array([t[k] for t in flat], np.int32) for k in range(3))
    offsets = np.concatenate([[0], np.cumsum([len(ad) for ad in ads])]).astype(np.int64)
    usual = usual_lengths(word, start, end, 4)
    written = written_positions(word, start, end, offsets, usual)
    back = read_positions(word.astype(np.uint32), offsets, *written, usual)
    assert back[0].tolist() == start.tolist()
    assert back[1].tolist() == end.tolist()


@given(st.lists(words | st.none(), max_size=20), st.data())
def test_strings_are_read_as_they_were_written(values: list[str | None], data: st.DataObject) -> None:
    written = [memoryview(f) for f in strings(pl.Series(values, dtype=pl.String))]
    places = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=5)) if values else []
    assert Strings(*written).at(places) == [values[p] for p in places]
    number, table = read_few(*(memoryview(f) for f in few(pl.Series(values, dtype=pl.String))))
    assert [table[n] for n in number] == values


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20), st.lists(st.floats(allow_nan=False), max_size=20)
)
def test_numbers_are_read_as_they_were_written(whole: list[int], broken: list[float]) -> None:
    array = np.array(whole, np.int64)
    assert from_planes(memoryview(planes(array)), np.int64).tolist() == whole
    assert read_steps(memoryview(steps(array))).tolist() == whole
    number, table = read_few(*(memoryview(f) for f in few(pl.Series(broken, dtype=pl.Float64))))
    assert [table[n] for n in number] == broken


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_fields_are_opened_as_they_were_sealed(fields: list[bytes]) -> None:
    key, name = new_key("case", "2026-01"), BlockName("w", "b", 1, 2, "marks")
    sealed = seal_block(fields, name, key.cipher)
    assert [bytes(f) for f in open_block(sealed, name, key.cipher)] == fields
    assert not any(len(f) > 12 and f in sealed for f in fields)


def any_chunk(draw: st.DrawFn, seed: int) -> Chunk:
    """Ads of any text, with any words and finds in any places of them."""
    count = draw(st.integers(1, 12))
    months = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 31))
    ads = pl.DataFrame(
        [
            (f"{seed}-{k}", draw(words), draw(words), draw(months), draw(words), draw(words), "f", k)
            for k in range(count)
        ],
        schema=ads_schema(), orient="row",
    )  # fmt: skip
    sizes = [draw(st.integers(0, 5)) for _ in range(count)]
    flat = [
        (draw(st.integers(0, 9)), draw(st.integers(0, 400)), draw(st.integers(0, 400)))
        for _ in range(sum(sizes))
    ]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    key = np.array([w for w, _, _ in flat], np.uint64)
    tokens = Tokens(
        key, np.array([s for _, s, _ in flat], np.int32), np.array([e for _, _, e in flat], np.int32), offsets,
        np.where(key < 3, key, 0).astype(np.uint8),
    )  # fmt: skip
    marks = {}
    for name, schema in MARK_SCHEMA.items():
        rows = draw(st.lists(st.integers(0, count - 1), max_size=5).map(sorted))
        columns = {
            c: [draw(st.sampled_from(["phone", "price"]) if c == "kind" else words) for _ in rows]
            if dtype == pl.String
            else [draw(st.integers(0, 300)) for _ in rows]
            for c, dtype in schema.items() if c != "ad"
        }  # fmt: skip
        marks[name] = pl.DataFrame({"ad": rows, **columns}, schema=schema)
    return Chunk(ads, tokens, **marks)


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.data())
def test_any_ads_are_read_as_they_were_written_and_as_of_any_snapshot(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ws = new_workspace(Path(folder) / "unit")
        chunks = [any_chunk(data.draw, seed) for seed in range(data.draw(st.integers(1, 3)))]
        for chunk in chunks:
            ingested(ws, chunk)
        now = ws.refreshed()
        total = 0
        for seq, chunk in enumerate(chunks, 1):
            total += chunk.ads.height
            view = now.at(seq)
            assert view.ads(["ad"])["ad"].to_list() == list(range(total))
            mine = np.arange(total - chunk.ads.height, total)
            order = view.table("ads", ["row", "ad"]).filter(pl.col("ad") >= mine[0])["row"].to_numpy()
            found = view.texts(mine)
            assert_frame_equal(found.ads.select(list(ads_schema())), chunk.ads[order])
            place = np.empty(order.size, np.int32)
            place[order] = np.arange(order.size)
            for name in MARK_SCHEMA:
                given_ = getattr(chunk, name)
                moved = given_.with_columns(pl.Series("ad", place[given_["ad"].to_numpy()], pl.Int32))
                assert_frame_equal(getattr(found, name), moved.sort("ad", maintain_order=True))
            some = view.words(mine)
            for at, ad in enumerate(order.tolist()):
                here, there = (
                    slice(*found.tokens.offsets[at : at + 2]),
                    slice(*chunk.tokens.offsets[ad : ad + 2]),
                )
                assert found.tokens.start[here].tolist() == chunk.tokens.start[there].tolist()
                assert found.tokens.end[here].tolist() == chunk.tokens.end[there].tolist()
                hidden = token_pseudonyms(chunk.tokens.key[there], chunk.tokens.kind[there], ws.pepper)
                assert (found.tokens.key[here] == hidden).all()
                assert (some.keys[some.words[some.offsets[at] : some.offsets[at + 1]]] == hidden).all()
        gone = data.draw(st.lists(st.integers(0, total - 1), min_size=1, unique=True))
        before = now.words()
        destroy(now, ads=gone)
        after = now.refreshed().words()
        assert after.ad.tolist() == [ad for ad in range(total) if ad not in gone]
        for k, ad in enumerate(after.ad.tolist()):
            was = before.keys[before.words[before.offsets[ad] : before.offsets[ad + 1]]]
            assert (after.keys[after.words[after.offsets[k] : after.offsets[k + 1]]] == was).all()
        assert verify(now) == []


def test_a_chunk_with_more_words_than_two_bytes_number(tmp_path: Path) -> None:
    chunk = chunk_of(40)
    t = chunk.tokens
    sizes = np.full(40, 2000)
    total = int(sizes.sum())
    tokens = Tokens(
        np.arange(total, dtype=np.uint64), np.zeros(total, np.int32), np.ones(total, np.int32),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), np.zeros(total, np.uint8),
    )  # fmt: skip
    assert t.key.size < total
    month = chunk.ads.with_columns(posted=pl.lit(None, pl.Datetime("us")))
    ws = new_workspace(tmp_path)
    ingested(ws, replace(chunk, ads=month, tokens=tokens))
    words = ws.refreshed().words()
    assert words.keys.size == total
    hidden = token_pseudonyms(tokens.key, tokens.kind, ws.pepper)
    assert (words.keys[words.words] == hidden).all()
    assert (ws.refreshed().texts(np.array([7])).tokens.key == hidden[14000:16000]).all()
