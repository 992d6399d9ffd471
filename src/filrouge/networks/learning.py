"""What a corpus teaches the weights, and on whom they are measured: two sets of voices that nothing joins.

Voices that any chain of identifiers joins are *kin*: one hand, as far as the corpus can tell without asking what
is to be learned (text, style, movement). Kin are no strangers to each other, and they are held out together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.evidence.joint import JointModel
from filrouge.networks.edges import components
from filrouge.networks.units import TYING

KINDS: Final = ("text", *TYING, "near", "image", "style", "movement", "against")
LABELS: Final = (("phone",), tuple(kind for kind in TYING if kind != "phone"))
"""What makes a pair count as one hand: a phone's pairs teach the other kinds, other contacts' pairs the phone."""
HIDDEN: Final = tuple((*label, "movement") for label in LABELS)
"""What is hidden from the pairs of each label. Strangers are matched by place and month, so no label says what a
shared itinerary is worth."""
HELD_OUT: Final = 4
"""One in so many kin is held out."""
LARGEST_KIN: Final = 0.1
"""Kin of more than this share of all voices are no organisation but a web of numbers passed on: there, only those
who share an identifier themselves are no strangers."""

Bits = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def kin_of(held: pl.DataFrame, units: int) -> Ints:
    """A number for each unit, the same for those that a chain of shared identifiers joins, shape (units,).

    Args:
        held: `unit`, `kind`, `value`; what belongs to an agency, or is a slip, is not in it.
        units: how many there are.
    """
    node = held.select(pl.struct("kind", "value").rank("dense").cast(pl.Int32)).to_series().to_numpy()
    joined = components(
        units + held.height + 1, held["unit"].to_numpy().astype(np.int32), (units + node).astype(np.int32)
    )
    out: Ints = np.unique(joined[:units], return_inverse=True)[1].astype(np.int64)
    return out


def no_strangers(kin: Ints) -> Ints:
    """The same numbers, but each of its own within kin that are too large to be an organisation."""
    size = np.bincount(kin)
    web = size[kin] > np.maximum(LARGEST_KIN * kin.size, 2)
    return np.where(web, size.size + np.arange(kin.size), kin)


def held_out_units(kin: Ints, seed: int) -> Bools:
    """Which units teach nothing: those of one in `HELD_OUT` kin, bool, shape (units,).

    The kin are dealt out by their size, so that few large ones do not all fall on one side.
    """
    size = np.bincount(kin)
    shuffled = np.random.default_rng(seed).permutation(size.size)
    order = shuffled[np.argsort(-size[shuffled], kind="stable")]
    out = np.zeros(size.size, np.bool_)
    # The largest of all is better learned from.
    out[order[HELD_OUT - 1 :: HELD_OUT]] = True
    return out[kin]


def fitted_model(bits: Bits, strangers: Bits) -> JointModel:
    """The joint model that these pairs teach.

    Args:
        bits: shape (pairs, kinds), of pairs of which some share an identifier.
        strangers: the same of pairs of strangers.
    """
    same = [_one_hand(bits, label) for label in LABELS]
    return JointModel.fit(
        np.vstack([part for pairs in same for part in (pairs, strangers)]),
        np.repeat([True, False] * len(same), [n for pairs in same for n in (len(pairs), len(strangers))]),
        KINDS,
        source=np.repeat(np.arange(len(same)), [len(pairs) + len(strangers) for pairs in same]),
        hidden=HIDDEN,
    )


def borne_out(model: JointModel, bits: Bits, strangers: Bits) -> JointModel:
    """The same weights, with the bounds that pairs bear out that taught them nothing.

    A model to which nothing was fitted keeps its bounds, within what so many strangers could bear out.
    """
    if not model.is_fitted:
        most = min(model.most, float(np.log2(len(strangers) + 1)))
        return replace(model, least=-most, most=most)
    same = [without(_one_hand(bits, label), hidden) for label, hidden in zip(LABELS, HIDDEN, strict=True)]
    # Each stranger once: two labels do not make two witnesses of one pair.
    rows = np.vstack([*same, without(strangers, ("movement",))])
    return model.borne_out_by(rows, np.arange(len(rows)) < len(rows) - len(strangers))


def without(bits: Bits, kinds: tuple[str, ...]) -> Bits:
    """The same pairs, as if these kinds said nothing."""
    out = bits.copy()
    out[:, [KINDS.index(kind) for kind in kinds]] = 0
    return out


def shares(bits: Bits, label: tuple[str, ...]) -> Bools:
    """Which pairs share an identifier of these kinds, shape (pairs,)."""
    return np.asarray((bits[:, [KINDS.index(kind) for kind in label]] > 0).any(axis=1), np.bool_)


def _one_hand(bits: Bits, label: tuple[str, ...]) -> Bits:
    return bits[shares(bits, label)]
