"""What a report is made of, before it is PDF or DOCX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filrouge.reports.package.templates import Part


@dataclass(frozen=True)
class Heading:
    """A heading; `level` 1 or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Para:
    """A paragraph; `strong`: one that nobody may miss."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Facts:
    """Names and values, a line each."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        head: of the columns.
        rows: the cells.
        widths: of the columns, in shares.
        right: columns of numbers.
        mono: columns that are copied rather than read, such as hashes.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    right: Sequence[int] = ()
    mono: Sequence[int] = ()


@dataclass(frozen=True)
class TemplateText:
    """A template: constants as text, slots as numbered boxes with the word for their kind."""

    parts: Sequence[Part]
    kinds: Sequence[str]


@dataclass(frozen=True)
class Waterfall:
    """What each kind of evidence adds to or takes from a tie, and the total; bits."""

    steps: Sequence[tuple[str, float]]
    total: tuple[str, float]


Block = Heading | Para | Bullets | Facts | Grid | TemplateText | Waterfall


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        title, subtitle: on the first page.
        mark: for whom, masked or open: on every page.
        foot: what it is, by whom and when: on every page.
        language: of the words.
        blocks: all of it, in order.
    """

    title: str
    subtitle: str
    mark: str
    foot: str
    language: str
    blocks: Sequence[Block]


def bars(
    steps: Sequence[tuple[str, float]], total: tuple[str, float]
) -> list[tuple[str, float, float, float]]:
    """Where the bar of each step and of the total begins and how wide it is, as shares of the whole width."""
    at, spans = 0.0, []
    for name, bits in steps:
        spans.append((name, bits, min(at, at + bits), abs(bits)))
        at += bits
    spans.append((*total, min(0.0, total[1]), abs(total[1])))
    low = min(begin for _name, _bits, begin, _width in spans)
    high = max(begin + width for _name, _bits, begin, width in spans)
    scale = 1 / (high - low) if high > low else 0.0
    return [(name, bits, (begin - low) * scale, width * scale) for name, bits, begin, width in spans]
