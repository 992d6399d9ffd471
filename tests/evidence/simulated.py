"""Pairs whose likelihood ratios are known, and pairs as a corpus has them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

KINDS = ("text", "phone", "email", "style", "against")


def answers(pairs: int, share: float, seed: int) -> Bools:
    """Which pairs are from one source."""
    return np.random.default_rng(seed).random(pairs) < share


def true_bits(same: Bools, spread: float, seed: int) -> Floats:
    """Bits that are right by construction: ln LR is normal with mean ± spread² / 2 and that spread."""
    noise = np.random.default_rng(seed).standard_normal(same.size)
    bits: Floats = (np.where(same, 1, -1) * spread**2 / 2 + spread * noise) / np.log(2)
    return bits


def corpus_pairs(pairs: int, seed: int, share: float = 0.4) -> tuple[Floats, Bools]:
    """Bits of `KINDS`: a template is often copied with its phone, an e-mail comes with a phone, style with both.

    Strangers' texts share stock phrases, and one stranger in a thousand has a number that another had before.
    """
    draw = np.random.default_rng(seed)
    same = draw.random(pairs) < share
    copied = same & (draw.random(pairs) < 0.6)
    text = np.where(copied, draw.gamma(4, 20, pairs), np.maximum(draw.gumbel(0, 3, pairs), 0))
    own = (copied & (draw.random(pairs) < 0.7)) | (same & (draw.random(pairs) < 0.3))
    phone = np.where(own | (draw.random(pairs) < 0.001), draw.uniform(6, 12, pairs), 0)
    email = np.where((phone > 0) & same & (draw.random(pairs) < 0.5), draw.uniform(8, 13, pairs), 0)
    style = 0.8 * true_bits(same, 1, seed + 1) + copied
    against = np.where(draw.random(pairs) < np.where(same, 0.02, 0.3), -4.0, 0)
    return np.column_stack([text, phone, email, style, against]), same
