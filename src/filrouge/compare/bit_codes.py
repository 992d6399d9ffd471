"""Numbers of few bits each, one after another in an array of uint64: compiled by Numba.

Source: Golomb codes of order k, Teuhola, Information Processing Letters 7, 1978.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic


@intrinsic
def _zeros_below(context, value):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Zeros below the lowest one of a uint64 that is not 0: one instruction, where a loop would be guessed wrong."""

    def code(_context, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), code


@intrinsic
def _zeros_above(context, value):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Zeros above the highest one of a uint64; 64 for 0."""

    def code(_context, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), code


@njit(cache=True, nogil=True, inline="always")
def length(value):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bits of a uint64 without its leading zeros."""
    return 64 - _zeros_above(value)  # type: ignore[call-arg]


@njit(cache=True, nogil=True)
def code_size(value, order):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bits of the code of `value`."""
    return 2 * length((value >> np.uint64(order)) + np.uint64(1)) - 1 + order


@njit(cache=True, nogil=True)
def put(bits, at, value, width):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the `width` low bits of `value` at bit `at`, where there are zeros; where the next one goes."""
    if width == 0:
        return at
    word = at >> 6
    shift = at & 63
    bits[word] |= value << np.uint64(shift)
    if shift + width > 64:
        bits[word + 1] |= value >> np.uint64(64 - shift)
    return at + width


@njit(cache=True, nogil=True)
def write(bits, at, value, order):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the code of `value`: as many zeros as it has extra bits, a one, and those bits."""
    above = (value >> np.uint64(order)) + np.uint64(1)
    extra = length(above) - 1
    low = value & ((np.uint64(1) << np.uint64(order)) - np.uint64(1))
    high = above ^ (np.uint64(1) << np.uint64(extra))
    rest = (high << np.uint64(order)) | low
    if 2 * extra + 1 + order <= 64:
        code = (np.uint64(1) << np.uint64(extra)) | (rest << np.uint64(extra + 1))
        return put(bits, at, code, 2 * extra + 1 + order)
    at = put(bits, at, np.uint64(1) << np.uint64(extra), extra + 1)
    return put(bits, at, rest, extra + order)


@njit(cache=True, nogil=True, inline="always")
def peek(bits, at):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The 64 bits at bit `at`."""
    shift = at & 63
    value = bits[at >> 6] >> np.uint64(shift)
    if shift:
        value |= bits[(at >> 6) + 1] << np.uint64(64 - shift)
    return value


@njit(cache=True, nogil=True, inline="always")
def read(bits, at, order):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The number whose code is at bit `at`, and where the next one is."""
    ahead = peek(bits, at)
    extra: int = _zeros_below(ahead)  # type: ignore[call-arg]
    at += extra + 1
    width = extra + order
    value = ahead >> np.uint64(extra + 1) if extra + 1 + width <= 64 else peek(bits, at)
    value &= (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    return value + (((np.uint64(1) << np.uint64(extra)) - np.uint64(1)) << np.uint64(order)), at + width
