"""Light normalisation of texts, character by character, with a map back to the raw characters.

Small letters without accents; look-alikes of other alphabets, full-width and mathematical letters, circled
letters and emoji digits as plain ones; entities and mojibake undone; invisible characters gone; emoji and
ornaments as one sign. What remains is what a reader sees, so that identifiers, places and words are found
however they were dressed up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.fold_tables import fold_tables

ORNAMENT = "\u2022"
"""What emoji and ornaments fold to."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded texts end to end; text i is `chars[offsets[i]:offsets[i + 1]]`.

    Attributes:
        chars: code points, shape (C,).
        origin: offset in its raw text of the first raw character that each stands for, shape (C,); never
            falls within a text.
        origin_end: offset after the last one, shape (C,).
        offsets: shape (texts + 1,).
    """

    chars: NDArray[np.uint32]
    origin: NDArray[np.int32]
    origin_end: NDArray[np.int32]
    offsets: NDArray[np.int64]

    @classmethod
    def none(cls) -> Folded:
        """No texts."""
        nothing = np.zeros(0, np.int32)
        return cls(np.zeros(0, np.uint32), nothing, nothing, np.zeros(1, np.int64))

    def __len__(self) -> int:
        """The number of texts."""
        return len(self.offsets) - 1

    def text(self, i: int) -> str:
        """Folded text i."""
        return self.chars[self.offsets[i] : self.offsets[i + 1]].tobytes().decode("utf-32-le")

    def raw_span(self, i: int, start: int, end: int) -> tuple[int, int]:
        """Where folded characters start to end (exclusive) of text i stand in its raw text.

        An empty span (start == end) gives an empty raw span at the place where it stands.
        """
        first = int(self.offsets[i])
        size = int(self.offsets[i + 1]) - first
        start, end = min(max(start, 0), size), min(end, size)
        if start >= end:
            if start < size:
                at = int(self.origin[first + start])
            else:
                at = int(self.origin_end[first + size - 1]) if size else 0
            return at, at
        return int(self.origin[first + start]), int(self.origin_end[first + end - 1])


def fold_texts(texts: Sequence[str]) -> Folded:
    """Fold texts; releases the GIL for nearly all of its time, so that chunks may be folded in threads.

    Args:
        texts: raw texts, any content: NULs, lone surrogates and empty texts too.

    Returns:
        The folded texts, in order, with their map to raw offsets (in code points).
    """
    from filrouge.ads import fold_kernels as kernels

    tables = fold_tables()
    raw, starts = _code_points(texts)
    ends = starts[1:].copy()
    lengths, flags = kernels.measure(raw, starts, tables.to)
    map_at = np.full(len(texts), -1, np.int64)
    map_start = map_end = np.zeros(0, np.int32)
    if flags.any():
        from filrouge.ads.mending import mend

        mended = [(int(i), m) for i in np.flatnonzero(flags).tolist() if (m := mend(texts[i])) is not None]
        if mended:
            # What was mended is read behind all the others, and in place of what was broken.
            which = [i for i, _ in mended]
            more, more_starts = _code_points([m.text for _, m in mended])
            lengths[which], _ = kernels.measure(more, more_starts, tables.to)
            map_at[which] = more_starts[:-1]
            map_start = np.concatenate([m.start for _, m in mended])
            map_end = np.concatenate([m.end for _, m in mended])
            starts[which] = more_starts[:-1] + len(raw)
            ends[which] = more_starts[1:] + len(raw)
            raw = np.concatenate([raw, more])
            raw.flags.writeable = False  # as before: one kind of array to compile for
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    chars, origin, origin_end = kernels.fold(
        raw, starts, ends, offsets, map_at, map_start, map_end,
        tables.to, tables.own, tables.weak, tables.script, tables.more,
    )  # fmt: skip
    return Folded(chars, origin, origin_end, offsets)


def _code_points(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The code points of all texts end to end, and where each begins."""
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=starts[1:])
    return np.frombuffer(joined, np.uint32), starts
