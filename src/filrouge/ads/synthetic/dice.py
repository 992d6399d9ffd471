"""Chance that falls alike on every machine and under every Python."""

from __future__ import annotations

import random
from collections.abc import MutableSequence, Sequence
from math import sqrt
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from a seed.

    Everything is built on `random.Random.random`, the one method whose sequence Python promises to keep, and
    on arithmetic that IEEE 754 fixes to the last bit; `choice`, `shuffle` and `**` are not promised.
    """

    __slots__ = ("fraction",)

    def __init__(self, *seed: int) -> None:
        number = 0
        for part in seed:
            number = number * 2**64 + part
        self.fraction = random.Random(number).random  # from 0 up to, not including, 1

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1."""
        return int(self.fraction() * n)

    def between(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both possible."""
        return least + int(self.fraction() * (most - least + 1))

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.fraction() < probability

    def pick(self, items: Sequence[T]) -> T:
        """One of them, each as likely."""
        return items[int(self.fraction() * len(items))]

    def favour(self, items: Sequence[T]) -> T:
        """One of them, the first the likeliest, as in speech: the density falls with the square root."""
        u = self.fraction()
        return items[int(u * u * len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` of them (all if there are fewer), none twice, in a new order."""
        pool = list(items)
        self.shuffle(pool)
        return pool[:count]

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Bring `items` into another order, in place."""
        for last in range(len(items) - 1, 0, -1):
            other = int(self.fraction() * (last + 1))
            items[last], items[other] = items[other], items[last]

    def heavy_tail(self, least: int, most: int) -> int:
        """A size from `least` to `most`. P(size > x) falls as x^(-4/3): a few are very large."""
        root = sqrt(1 - self.fraction())  # square roots are exact everywhere, powers are not
        return min(most, int(least / (root * sqrt(root))))
