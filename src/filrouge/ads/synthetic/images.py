"""Fingerprints of pictures that do not exist: 64 bits, as a perceptual hash (pHash) of each would give."""

from __future__ import annotations

from collections.abc import Sequence

from filrouge.ads.synthetic.dice import Dice

_WITHOUT, _STOCK = 0.35, 0.1
"""Share of the ads without a picture, and of those with one from a catalogue that anybody can use."""
MOST_FLIPPED = 5
"""Bits of 64 that another size or compression of a picture changes at most."""


def new_image(dice: Dice) -> int:
    """The fingerprint of a new picture; two of them differ in 32 bits, give or take."""
    return dice.below(2**32) << 32 | dice.below(2**32)


def image_hash(album: Sequence[int], stock: Sequence[int], dice: Dice) -> str:
    """The fingerprint that comes with one ad, as 16 hexadecimal digits; "" for an ad without a picture.

    Args:
        album: the advertiser's own pictures; may be empty.
        stock: pictures that strangers share, the commonest first.
        dice: chance.
    """
    share = dice.fraction()
    if share < _WITHOUT or not album:
        return ""
    picture = dice.favour(stock) if share < _WITHOUT + _STOCK else dice.pick(album)
    if dice.chance(0.6):
        for _turn in range(dice.between(1, MOST_FLIPPED)):
            picture ^= 1 << dice.below(64)
    return f"{picture:016x}"
