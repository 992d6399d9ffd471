"""The ways to read a chain of digits, number words and look-alike letters as groups of digits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from filrouge.ads.identifiers.number_words import HUNDRED, HUNDREDS, Group, Token, composed, tokens_of

SECOND_READING: Final = -0.4
"""What it costs to read a chain in a less likely way, for each way before it."""

_NEW_NUMBER: Final = re.compile(r"(?:\+|\bplus\b)[\s(]*$")
_DIGITS: Final = re.compile(r"[0-9]+")
_LETTER_OR_BANG: Final = re.compile(r"[a-z!|]")
_EDGE_LOOK: Final = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a chain.

    Attributes:
        text: the chain.
        groups: its digits, as they are written together.
        gaps: what stands before each group; before the first, what stands before the chain.
        broken: whether no phone reaches from before a group into it.
        plus: whether a plus sign stands before a group.
        cost: how unlikely the way is, zero or less, on the scale on which phones are scored.
    """

    text: str
    groups: list[Group]
    gaps: list[str]
    broken: list[bool]
    plus: list[bool]
    cost: float


def readings(chain: str, before: str) -> Iterator[Reading]:
    """The ways to read a chain, the most likely first; digits alone are read in one way.

    Args:
        chain: digits, number words, look-alikes and what separates them.
        before: the text before it.
    """
    if _LETTER_OR_BANG.search(chain) is None:
        digits = [Group(run.group(), run.start(), run.end(), False) for run in _DIGITS.finditer(chain)]
        yield _with_gaps(chain, digits, [k == 0 for k in range(len(digits))], before, 0.0)
        return
    tokens = tokens_of(chain)
    kinds = {token.kind for token in tokens}
    if kinds <= {"digit", "fill"}:
        yield _reading(chain, tokens, before, True, 0.0)
        return
    absorbs = [True]
    if any(token.text in HUNDRED or token.text in HUNDREDS for token in tokens):
        absorbs.append(False)
    looks = [(False, True, False)]
    if "look" in kinds:
        # Letters that stand alone; letters at the edge of digits, which may be a word: `call is604`.
        looks += [(True, True, False), (False, False, False)]
    if "bang" in kinds:
        looks += [(lone, True, True) for lone in ((False, True) if "look" in kinds else (False,))]
    cost = 0.0
    for lone, edge, bang in looks:
        kept = _chosen(chain, tokens, lone, edge, bang)
        for absorb in absorbs:
            yield _reading(chain, kept, before, absorb, cost)
            cost += SECOND_READING


def _chosen(chain: str, tokens: Sequence[Token], lone: bool, edge: bool, bang: bool) -> list[Token]:
    """The tokens that a reading takes for digits; a letter that it leaves out becomes a break."""
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "bang":
            beside = chain[token.start - 1 : token.start] + chain[token.end : token.end + 1]
            if bang and re.fullmatch(r"[0-9oilsbz!|]{2}", beside):
                kept.append(token)
            at += 1
            continue
        if token.kind != "look":
            kept.append(token)
            at += 1
            continue
        end = at + 1
        while end < len(tokens) and tokens[end].kind == "look" and tokens[end].start == tokens[end - 1].end:
            end += 1
        left = _EDGE_LOOK.match(chain, token.start - 1) if token.start else None
        right = _EDGE_LOOK.match(chain, tokens[end - 1].end)
        inside = left is not None and right is not None
        glued = left is not None or right is not None
        if inside or (glued and edge) or (not glued and lone):
            kept += tokens[at:end]
        else:
            kept.append(Token("break", "", token.start, tokens[end - 1].end))
        at = end
    return kept


def _reading(chain: str, tokens: Sequence[Token], before: str, absorb: bool, cost: float) -> Reading:
    groups: list[Group] = []
    breaks: list[bool] = []
    stretch: list[Token] = []
    for token in [*tokens, Token("break", "", len(chain), len(chain))]:
        if token.kind == "break":
            found = composed(chain, stretch, absorb)
            groups += found
            breaks += [k == 0 for k in range(len(found))]
            stretch = []
        elif token.kind != "fill":
            stretch.append(token)
    return _with_gaps(chain, groups, breaks, before, cost)


def _with_gaps(chain: str, groups: list[Group], breaks: list[bool], before: str, cost: float) -> Reading:
    gaps = []
    plus = []
    at = 0
    for k, group in enumerate(groups):
        gap = chain[at : group.start] if k else before + chain[: group.start]
        at = group.end
        # A plus sign between digits without space is a separator like any other.
        new = ("+" in gap or "plus" in gap) and _NEW_NUMBER.search(gap) is not None and (k == 0 or gap != "+")
        gaps.append(gap)
        plus.append(new)
        if new or (len(gap) > 2 and gap.count("\n") > 2) or "%" in gap:
            breaks[k] = True
    return Reading(chain, groups, gaps, breaks, plus, cost)
