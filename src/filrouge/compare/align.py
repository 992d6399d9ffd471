"""The exact comparison: what it costs to write one text with the help of another.

A text is written word by word. A word is either spelled out, at the price that the strangers'
language model asks, or copied from the model text: going on where the last copy ended is
nearly free, a small step aside (a word dropped, put in or changed) costs `STEP` bits, and
beginning to copy anywhere else, as after a sentence that was moved, costs the choice of the
place. Bits saved by the cheapest such writing are the evidence of the text.

Source: minimum description length as in Lee et al., InfoShield (ICDE 2021), section III, with
block moves as in Cormode & Muthukrishnan, The string edit distance matching problem with moves
(ACM TALG 2007), in place of one global alignment, so that a moved sentence stays evidence.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.shares import even_cuts, in_order

GO_ON = np.float32(0.25)
"""Bits to say that the copy goes on; -log2 of the chance that it does, about 0.85."""
STEP = np.float32(4.5)
"""Bits for a step aside of at most `REACH` words in either text."""
REACH = 4
JUMP = 3.0
"""Bits to begin to copy, beyond those that say where in the model."""
NOWHERE = np.float32(-1e9)
"""The value of a cell whose two words differ."""
EXTRA = np.float32(1.0)
"""Bits for each further word that a step leaves out."""
LONGEST = 1200
"""Words of one ad that are compared; a text longer than that is compared by its beginning."""
PAIRS_TOGETHER = 1 << 16
"""Pairs that a thread compares at a time."""
SEQUELS = 1 << 12
"""Size of the table of words that follow each other in a model; two that share a place cost time, nothing else."""
ROUNDING = np.float32(0.01)
"""By how much two sums of the same bits may differ."""


@njit(cache=True, nogil=True)
def index_model(model, head, following):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Chain the places of each word of `model`, through `head` (per word, -1: none) and `following`."""
    for j in range(model.size - 1, -1, -1):
        word = model[j]
        if word >= 0:
            following[j] = head[word]
            head[word] = j


@njit(cache=True, nogil=True)
def forget_model(model, head):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Undo `index_model`, so that `head` can serve the next model."""
    for j in range(model.size):
        if model[j] >= 0:
            head[model[j]] = -1


@njit(cache=True, nogil=True)
def copy_bits(text, cost, m, head, following, jump, best, back):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bits saved by writing `text` with `model` beside it.

    Args:
        text: word numbers, int32, shape (n,).
        cost: bits to spell out each word, float32, shape (n,).
        m: words of the model.
        head, following: the model's words, see `index_model`.
        jump: bits to begin to copy at any place.
        best: room for float32, shape (n, m) or larger; overwritten.
        back: room for int32, shape (n, m) or larger; overwritten: where the best way to a
            cell came from, as row * m + column, or -1.

    Returns:
        The bits saved (0 if nothing is worth copying), and the last row and column of the
        cheapest writing (-1, -1 if there is none).
    """
    n = text.size
    top = np.float32(0.0)
    top_row = -1
    top_column = -1
    # The best writing that ends anywhere above the current row: a jump may start from it.
    free = np.float32(0.0)
    free_cell = -1
    # The best of each row: no step from a row is worth looking for that could not beat what there is.
    tops = np.empty(n, np.float32)
    for i in range(n):
        row_best = np.float32(0.0)
        row_column = -1
        word = text[i]
        price = cost[i]
        best[i, :m] = NOWHERE
        j = head[word] if word >= 0 else -1
        while j >= 0:
            value = free - jump
            origin = free_cell
            if i > 0 and j > 0 and best[i - 1, j - 1] > NOWHERE:
                went_on = best[i - 1, j - 1] - GO_ON
                if went_on > value:
                    value = went_on
                    origin = (i - 1) * m + j - 1
            for a in range(1, REACH + 1):
                if i - a < 0:
                    break
                if tops[i - a] - STEP - EXTRA * np.float32(max(a, 2) - 2) <= value:
                    continue
                for b in range(1, REACH + 1):
                    if j - b < 0:
                        break
                    if a == 1 and b == 1:
                        continue
                    before = best[i - a, j - b]
                    if before > NOWHERE:
                        stepped = before - STEP - EXTRA * np.float32(max(a, b) - 2)
                        if stepped > value:
                            value = stepped
                            origin = (i - a) * m + j - b
            value += price
            best[i, j] = value
            back[i, j] = origin
            if value > row_best:
                row_best = value
                row_column = j
            j = following[j]
        tops[i] = row_best
        if row_best > free:
            free = row_best
            free_cell = i * m + row_column
        if row_best > top:
            top = row_best
            top_row = i
            top_column = row_column
    return top, top_row, top_column


@njit(cache=True, nogil=True)
def trace(row, column, m, back, places):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write into `places` (int32, shape (n,)) which model word each word was copied from, -1 for none."""
    places[:] = -1
    while row >= 0:
        places[row] = column
        cell = back[row, column]
        if cell < 0:
            break
        row = cell // m
        column = cell % m


@njit(cache=True, nogil=True)
def most_bits(text, cost, head, sequel, jump):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bits that no writing of `text` can save more than, found far sooner than what the best one does save.

    It asks of each word whether the model has it, and of each two neighbours whether they are neighbours there
    (`sequel`, see `note_sequels`), but not where.
    """
    top = np.float32(0.0)
    one, two, three, four = NOWHERE, NOWHERE, NOWHERE, NOWHERE
    last = np.int64(-1)
    mask = np.int64(sequel.size - 1)
    for i in range(text.size):
        word = np.int64(text[i])
        value = max(top - jump, max(max(one, two), max(three, four)) - STEP)
        if sequel[(last * 40503 + word) & mask]:
            value = max(value, one - GO_ON)
        value = value + cost[i] if word >= 0 and head[word] >= 0 else NOWHERE
        top = max(top, value)
        four = three
        three = two
        two = one
        one = value
        last = word
    return top


@njit(cache=True, nogil=True)
def note_sequels(model, sequel, noted):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Note (or forget) in a table of hashes which words follow each other in the model."""
    mask = np.int64(sequel.size - 1)
    for j in range(1, model.size):
        sequel[(np.int64(model[j - 1]) * 40503 + np.int64(model[j])) & mask] = noted


@njit(cache=True, nogil=True)
def weigh_pairs(  # type: ignore[no-untyped-def]  # pragma: no cover
    first, second, models, model_begins, words, cost, offsets, vocabulary, floor, bits
):
    """Write into `bits` what `pair_bits` returns; nothing where no more than `floor` could be saved."""
    longest = 1
    widest = 1
    for k in range(first.size):
        widest = max(widest, model_begins[first[k] + 1] - model_begins[first[k]])
        longest = max(longest, offsets[second[k] + 1] - offsets[second[k]])
    longest = min(longest, LONGEST)
    widest = min(widest, LONGEST)
    best = np.empty((longest, widest), np.float32)
    back = np.empty((longest, widest), np.int32)
    head = np.full(vocabulary, -1, np.int32)
    following = np.empty(widest, np.int32)
    sequel = np.zeros(SEQUELS, np.bool_)
    model = models[:0]
    jump = np.float32(0.0)
    known = -1
    for k in range(first.size):
        a = first[k]
        b = second[k]
        begin = offsets[b]
        end = min(offsets[b + 1], begin + LONGEST)
        if a != known:
            # Pairs stand in the order of their first texts, so that most models serve several pairs.
            forget_model(model, head)
            note_sequels(model, sequel, False)
            model = models[model_begins[a] : min(model_begins[a + 1], model_begins[a] + LONGEST)]
            jump = np.float32(np.log2(max(model.size, 1)) + JUMP)
            index_model(model, head, following)
            note_sequels(model, sequel, True)
            known = a
        if model.size == 0 or end == begin:
            continue
        text, its_cost = words[begin:end], cost[begin:end]
        least = floor[k if floor.size > 1 else 0]
        if least > 0.0 and most_bits(text, its_cost, head, sequel, jump) <= least - ROUNDING:
            continue
        bits[k], _, _ = copy_bits(text, its_cost, model.size, head, following, jump, best, back)


def pair_bits(
    first: Int32Array,
    second: Int32Array,
    words: Int32Array,
    cost: Float32Array,
    offsets: Int64Array,
    threads: int = 1,
    *,
    floor: float | Float32Array = 0.0,
    models: tuple[Int32Array, Int64Array] | None = None,
    vocabulary: int = 0,
) -> Float32Array:
    """Bits saved by writing text `second[k]` with text `first[k]` beside it; float32, shape (pairs,).

    Args:
        first, second: int32, shape (pairs,); fastest where equal ones of `first` stand together.
        words, cost, offsets: the texts: word numbers, bits of each word, where each text begins.
        threads: how many threads to use; the result is the same.
        floor: bits that matter to nobody, of all pairs or of each: what cannot save more may be said to save 0.
        models: words and where each begins, if `first` counts other texts than `second`.
        vocabulary: how many word numbers there are, if that is known.
    """
    model_words, model_begins = models or (words, offsets)
    vocabulary = vocabulary or max(
        (int(some.max()) + 1 for some in (words, model_words) if some.size), default=1
    )
    bits = np.zeros(first.size, np.float32)
    floors = np.atleast_1d(np.asarray(floor, np.float32))
    cuts = even_cuts(first.size, max(1, min(PAIRS_TOGETHER, -(-first.size // threads))))

    def share(k: int) -> None:
        part = slice(cuts[k], cuts[k + 1])
        weigh_pairs(
            first[part], second[part], model_words, model_begins, words, cost, offsets, vocabulary,
            floors[part] if floors.size > 1 else floors, bits[part],
        )  # fmt: skip

    in_order(share, cuts.size - 1, threads)
    return bits


@njit(cache=True, nogil=True)
def align_members(members, words, cost, offsets, model, head):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write each member with the model beside it.

    `head` is room for int32, one for each word of the vocabulary, all -1; it is left so.

    Returns:
        bits, float32, shape (members,); votes, int32, shape (m,): how many members copied
        each word of the model; places, int32: for all words of the members end to end, the
        model word that each was copied from, or -1.
    """
    m = model.size
    longest = 1
    total = 0
    for k in range(members.size):
        size = min(offsets[members[k] + 1] - offsets[members[k]], LONGEST)
        longest = max(longest, size)
        total += offsets[members[k] + 1] - offsets[members[k]]
    best = np.empty((longest, max(m, 1)), np.float32)
    back = np.empty((longest, max(m, 1)), np.int32)
    bits = np.zeros(members.size, np.float32)
    votes = np.zeros(m, np.int32)
    places = np.full(total, -1, np.int32)
    jump = np.float32(np.log2(max(m, 1)) + JUMP)
    following = np.empty(max(m, 1), np.int32)
    index_model(model, head, following)
    at = 0
    for k in range(members.size):
        begin = offsets[members[k]]
        size = offsets[members[k] + 1] - begin
        n = min(size, LONGEST)
        saved, row, column = copy_bits(
            words[begin : begin + n], cost[begin : begin + n], m, head, following, jump, best, back
        )
        bits[k] = saved
        if row >= 0:
            trace(row, column, m, back, places[at : at + n])
            for i in range(n):
                if places[at + i] >= 0:
                    votes[places[at + i]] += 1
        at += size
    forget_model(model, head)
    return bits, votes, places
