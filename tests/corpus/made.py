"""Invented ads, prepared as the engines do it, for the tests of the corpus."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import cache

import polars as pl

from filrouge.ads.fold import fold_texts
from filrouge.ads.schema import ads_schema
from filrouge.ads.tokens import join_chunks, split_chunks, vocabulary_of
from filrouge.corpus.chunks import Chunk
from filrouge.engines.prepare import countries_of, find_marks, make_masks
from filrouge.progress import Silent

_DOES = (
    "walks dogs",
    "mends bicycles",
    "teaches the piano",
    "cleans houses",
    "moves furniture",
    "paints walls",
)
_SAYS = (
    "Ask for Rachel.",
    "No e-mails please.",
    "Réservez dès aujourd'hui !",
    "前日までに 👍",
    "Cash only 💐 $80",
)
_WHERE = ("Boston, MA", "Montréal, QC", "Murcia", "", "Los Angeles, CA")


def made_ads(count: int, seed: int = 0, source: str = "made.csv", days: int = 40) -> pl.DataFrame:
    """Ads of neutral trades, some without a date, over more than a month."""
    chance = random.Random(seed)
    rows = []
    for k in range(count):
        phone = f"(514) 555-01{chance.randrange(100):02d}"
        text = (
            f"Someone who {chance.choice(_DOES)} in {chance.choice(_WHERE) or 'town'}, number {seed}-{k}. "
            f"{chance.choice(_SAYS)} Call {phone}."
        )
        posted = datetime(2026, 1, 5, 9) + timedelta(days=chance.randrange(days), minutes=k)
        rows.append(
            (
                f"{seed}-{k}", text, chance.choice(("northboard", "baytrader")),
                None if chance.random() < 0.05 else posted,
                chance.choice(_WHERE), f"{chance.getrandbits(64):016x}" if k % 3 else "", source, k + 1,
            )
        )  # fmt: skip
    return pl.DataFrame(rows, schema=ads_schema(), orient="row")


def made_chunk(ads: pl.DataFrame) -> Chunk:
    """The ads as a chunk, prepared as a whole corpus of its own."""
    texts = ads["text"].to_list()
    folded = [fold_texts(texts)]
    countries, located = countries_of(ads)
    marks = find_marks(texts, folded, countries, 1, Silent())
    written = split_chunks(folded, make_masks(marks, folded), 1)
    tokens = join_chunks(written, vocabulary_of(written, 1), 1)
    return Chunk(ads, tokens, marks.identifiers, marks.places, marks.names, located)


@cache
def chunk_of(count: int, seed: int = 0, source: str = "made.csv") -> Chunk:
    """A chunk of `made_ads`, made once."""
    return made_chunk(made_ads(count, seed, source))
