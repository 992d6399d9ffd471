"""Chunks are sealed and opened again, and nothing else opens them."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from made import chunk_of, made_ads, made_chunk
from polars.testing import assert_frame_equal

from filrouge.ads.schema import ads_schema
from filrouge.ads.tokens import Tokens
from filrouge.corpus.blocks import BlockName, NotAsSealed, open_block
from filrouge.corpus.chunks import MARKS, Chunk, SealedChunk, _cut, months_of, seal
from filrouge.corpus.keys import DataKey, new_key
from filrouge.corpus.opening import Gathering, Opened, read_keys, read_words
from filrouge.corpus.pseudonyms import identifier_pseudonym, token_pseudonyms

PEPPER = bytes(range(32))


def keys_for(chunk: Chunk) -> dict[str, DataKey]:
    return {month: new_key("case", month) for month in months_of(chunk.ads, "2026-03").unique().to_list()}


def sealed(chunk: Chunk, keys: dict[str, DataKey]) -> SealedChunk:
    return seal(
        chunk, chunk_number=3, batch="b", case="case", keys=keys, pepper=PEPPER,
        workspace_id="w", received_month="2026-03",
    )  # fmt: skip


def opened(whole: SealedChunk, keys: dict[str, DataKey]) -> Opened:
    """All ads of a sealed chunk, in the order of their numbers."""
    by_id = {key.key_id: key for key in keys.values()}

    def fields(row: dict) -> list[memoryview]:
        name = BlockName("w", "b", row["chunk"], row["block"], row["part"])
        return open_block(
            whole.pack[row["offset"] : row["offset"] + row["length"]], name, by_id[row["key_id"]].cipher
        )

    parts = {(r["part"], r["block"]): r for r in whole.blocks.iter_rows(named=True)}
    words_keys = {r["key_id"]: read_keys(fields(r)) for r in parts.values() if r["part"] == "keys"}
    out = Gathering()
    for (part, block), row in sorted(parts.items()):
        if part == "words":
            out.add(
                np.arange(row["first_n"], row["first_n"] + row["span"]), np.arange(row["span"]),
                fields(parts["texts", block]), fields(parts["marks", block]),
                read_words(fields(row)), words_keys[row["key_id"]],
            )  # fmt: skip
    return out.opened()


def test_what_was_sealed_is_what_is_opened() -> None:
    chunk = chunk_of(1500)
    keys = keys_for(chunk)
    whole = sealed(chunk, keys)
    found = opened(whole, keys)
    assert_frame_equal(found.ads.select(list(ads_schema())), chunk.ads[whole.order])
    place = np.empty(whole.order.size, np.int32)
    place[whole.order] = np.arange(whole.order.size)
    for name in MARKS:
        given = getattr(chunk, name)
        moved = given.with_columns(pl.Series("ad", place[given["ad"].to_numpy()], pl.Int32))
        assert_frame_equal(getattr(found, name), moved.sort("ad", maintain_order=True))
    t, f = chunk.tokens, found.tokens
    hidden = token_pseudonyms(t.key, t.kind, PEPPER)
    for at, ad in enumerate(whole.order.tolist()):
        there, here = slice(*t.offsets[ad : ad + 2]), slice(*f.offsets[at : at + 2])
        assert (f.key[here] == hidden[there]).all()
        for name in ("start", "end", "kind"):
            assert (getattr(f, name)[here] == getattr(t, name)[there]).all()


def test_ads_of_one_key_stand_together_and_keep_their_order() -> None:
    chunk = chunk_of(1500)
    keys = keys_for(chunk)
    whole = sealed(chunk, keys)
    assert len(keys) == 3
    assert whole.ads["key_id"].rle().len() == 3
    assert (whole.ads.group_by("key_id").agg(pl.col("row").is_sorted())["row"]).all()
    assert whole.blocks.filter(pl.col("part") == "words")["span"].sum() == 1500
    assert whole.blocks["ads"].max() <= 1500


def test_an_ad_knows_its_block() -> None:
    chunk = chunk_of(1500)
    whole = sealed(chunk, keys_for(chunk))
    blocks = whole.blocks.filter(pl.col("part") == "texts").select("block", "first_n", block_key="key_id")
    placed = whole.ads.join(blocks, on="block")
    assert (placed["n"] == placed["first_n"] + placed["place"]).all()
    assert (placed["key_id"] == placed["block_key"]).all()


def test_identifiers_and_texts_have_pseudonyms() -> None:
    chunk = chunk_of(300)
    whole = sealed(chunk, keys_for(chunk))
    first = chunk.identifiers.filter(pl.col("kind") == "phone").row(0, named=True)
    at = int(np.flatnonzero(whole.order == first["ad"])[0])
    mine = whole.identifiers.filter((pl.col("n") == at) & (pl.col("kind") == 0))
    assert identifier_pseudonym("phone", first["value"], PEPPER) in mine["pseudonym"]
    same = made_ads(4).with_columns(text=pl.lit("One text that all four share."))
    twins = made_chunk(same)
    assert sealed(twins, keys_for(twins)).ads["text_key"].n_unique() == 1


def test_a_block_opens_with_its_key_and_in_its_place_only() -> None:
    chunk = chunk_of(300)
    keys = keys_for(chunk)
    whole = sealed(chunk, keys)
    row = whole.blocks.row(0, named=True)
    key = next(k for k in keys.values() if k.key_id == row["key_id"])
    block = whole.pack[row["offset"] : row["offset"] + row["length"]]
    name = BlockName("w", "b", row["chunk"], row["block"], row["part"])
    open_block(block, name, key.cipher)
    with pytest.raises(NotAsSealed):
        open_block(block, name, new_key("case", "2026-01").cipher)
    for other in ("workspace", "batch", "chunk", "block", "part"):
        with pytest.raises(NotAsSealed):
            open_block(block, replace(name, **{other: "x"}), key.cipher)
    for at in (0, 5, len(block) // 2, len(block) - 1):
        damaged = bytearray(block)
        damaged[at] ^= 1
        with pytest.raises(NotAsSealed):
            open_block(bytes(damaged), name, key.cipher)
    with pytest.raises(NotAsSealed):
        open_block(block[:10], name, key.cipher)


def test_no_word_of_an_ad_stands_in_what_is_stored() -> None:
    chunk = chunk_of(300)
    whole = sealed(chunk, keys_for(chunk))
    stored = pickle.dumps(whole)
    for word in (b"bicycles", b"Rachel", "Réservez".encode(), b"555-01", b"+1514555"):
        assert word not in stored


def test_a_sealed_chunk_travels_between_processes() -> None:
    chunk = chunk_of(300)
    keys = pickle.loads(pickle.dumps(keys_for(chunk)))
    whole = pickle.loads(pickle.dumps(sealed(chunk, keys)))
    assert opened(whole, keys).ads.height == 300


def test_a_chunk_without_ads_is_sealed_too() -> None:
    whole = sealed(_cut(chunk_of(300), 0, 0), {})
    assert whole.ads.height == 0
    assert whole.pack == b""


def test_words_in_odd_places_are_kept() -> None:
    """Positions that no small number holds: far gaps, long words, words that go back."""
    chunk = made_chunk(made_ads(2))
    start = np.array([5000, 5600, 3, 10, 0], np.int32)
    end = np.array([5001, 9000, 9, 1000, 0], np.int32)
    tokens = Tokens(
        np.arange(5, dtype=np.uint64), start, end, np.array([0, 2, 5], np.int64), np.zeros(5, np.uint8)
    )
    chunk = replace(chunk, ads=chunk.ads.with_columns(posted=pl.lit(None, pl.Datetime("us"))), tokens=tokens)
    keys = keys_for(chunk)
    found = opened(sealed(chunk, keys), keys).tokens
    assert found.start.tolist() == start.tolist()
    assert found.end.tolist() == end.tolist()
