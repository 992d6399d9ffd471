"""The tables of places, read once from `data/gazetteer.npz` (written by tools/build_gazetteer.py)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class GazetteerTables:
    """Phrases that are read in texts, what they mean, and the places.

    Phrase p may mean the places `places[place_of[p]:place_of[p + 1]]`, most inhabitants first, and the
    regions `region_of[p]` to `region_of[p + 1]`, each a pair in `meaning` of country and region (-1: the
    country as a whole).
    """

    phrases: list[str]
    slots: NDArray[np.uint64]
    number: NDArray[np.int32]
    level: NDArray[np.uint8]
    bits: NDArray[np.uint8]
    before: NDArray[np.uint8]
    place_of: NDArray[np.int32]
    places: NDArray[np.int32]
    region_of: NDArray[np.int32]
    meaning: NDArray[np.int32]
    names: list[str]
    region: NDArray[np.int32]
    country: NDArray[np.int32]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    people: NDArray[np.int64]
    regions: list[str]
    countries: list[str]


@cache
def gazetteer_tables() -> GazetteerTables:
    """The shipped tables, with their phrases hashed for the kernels."""
    raw = (files("filrouge.ads") / "data" / "gazetteer.npz").read_bytes()
    with np.load(BytesIO(raw)) as stored:
        a: dict[str, NDArray[Any]] = dict(stored)
    phrases = _texts(a["phrases"])
    slots, number = hashed(phrases)
    return GazetteerTables(
        phrases, slots, number, a["level"], a["bits"], a["before"],
        a["place_of"], a["places"].astype(np.int32), a["region_of"], a["meaning"].astype(np.int32),
        _texts(a["names"]), a["region"].astype(np.int32), a["country"].astype(np.int32),
        a["lat"] / 1000, a["lon"] / 1000, a["people"].astype(np.int64),
        _texts(a["regions"]), _texts(a["countries"]),
    )  # fmt: skip


def hashed(phrases: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Folded phrases as the table that `place_kernels.phrase_table` describes."""
    from filrouge.ads.fold_tables import fold_tables
    from filrouge.ads.place_kernels import phrase_table, split_words

    chars = np.frombuffer(
        "".join(phrases).encode("utf-32-le"), np.uint32
    ).copy()  # one kind of array to compile for
    offsets = np.zeros(len(phrases) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, phrases), np.int64, len(phrases)), out=offsets[1:])
    key, _, _, _, first = split_words(chars, offsets, fold_tables().role)
    slots, number = phrase_table(key, first)
    return slots, number


def _texts(encoded: NDArray[np.uint8]) -> list[str]:
    return encoded.tobytes().decode().split("\n")
