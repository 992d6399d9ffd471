"""The graph of a network and the waterfall of a tie's evidence, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from filrouge.reports.html.marks import visible

WIDTH: Final = 440
ROW: Final = 26
LEFT: Final = 128
RIGHT: Final = 270
"""Where the voices and the identifiers stand."""
LONGEST: Final = 21
SWEEPS: Final = 6
OUTSIDE: Final = "outside"


@dataclass(frozen=True)
class Node:
    """A voice (`kind` "cluster" or "ad") or an identifier (its kind) of a network, or one beyond it (`OUTSIDE`)."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True)
class Link:
    """A tie between two nodes, by their names."""

    a: str
    b: str
    kind: str
    bits: float
    possible: bool = False


@dataclass(frozen=True)
class Step:
    """A bar of a waterfall: what one kind of evidence adds, and its drawing."""

    kind: str
    bits: float
    bar: Markup


def waterfall_steps(parts: Sequence[tuple[str, float]]) -> tuple[list[Step], float, Markup]:
    """The bars of a waterfall, each beginning where the one before it ends; their sum, and its bar."""
    ends = [0.0]
    for _kind, bits in parts:
        ends.append(ends[-1] + bits)
    low, high = min(ends), max(ends)
    scale = 200 / ((high - low) or 1.0)

    def bar(begin: float, end: float, css: str) -> Markup:
        x, wide = (min(begin, end) - low) * scale, max(abs(end - begin) * scale, 1.0)
        return Markup(
            '<svg class="fall" viewBox="0 0 200 10" preserveAspectRatio="none" aria-hidden="true">'
            f'<path class="rail" d="M{-low * scale:.1f},0V10"/>'
            f'<path class="{css}" d="M{x:.1f},1h{wide:.1f}v8h{-wide:.1f}z"/></svg>'
        )

    steps = [
        Step(kind, bits, bar(ends[k], ends[k + 1], "for" if bits >= 0 else "less"))
        for k, (kind, bits) in enumerate(parts)
    ]
    return steps, ends[-1], bar(0.0, ends[-1], "total")


def network_graph(nodes: Sequence[Node], links: Sequence[Link], label: str) -> Markup:
    """Voices on the left, identifiers on the right, and the ties between them: the wider, the more bits.

    A link that is only possible is dashed. Nodes stand beside those that they are tied to.
    """
    columns = _ordered(nodes, links)
    rows = max(len(columns[0]), len(columns[1]), 1)
    height = rows * ROW + 8
    at: dict[str, tuple[float, float]] = {}
    for x, column in zip((LEFT, RIGHT), columns, strict=True):
        step = height / max(len(column), 1)
        for k, node in enumerate(column):
            at[node.name] = (x, (k + 0.5) * step)
    most = max((link.bits for link in links), default=1.0) or 1.0
    drawn = "".join(
        f'<path class="{"possible" if link.possible else "tie"}" '
        f'stroke-width="{1 + 3.5 * max(link.bits, 0.0) / most:.1f}" d="{_line(at[link.a], at[link.b])}"/>'
        for link in links
        if link.a in at and link.b in at
    )
    marks = "".join(_mark(node, *at[node.name]) for column in columns for node in column)
    return Markup(
        f'<svg class="graph" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">'
        f"{drawn}{marks}</svg>"
    )


def _is_voice(node: Node) -> bool:
    return node.kind in ("cluster", "ad", OUTSIDE)


def _ordered(nodes: Sequence[Node], links: Sequence[Link]) -> tuple[list[Node], list[Node]]:
    """The two columns, so that ties cross little: each node goes to the mean place of its neighbours."""
    voices = [node for node in nodes if _is_voice(node)]
    others = [node for node in nodes if not _is_voice(node)]
    near: dict[str, list[str]] = {}
    for link in links:
        near.setdefault(link.a, []).append(link.b)
        near.setdefault(link.b, []).append(link.a)
    for _sweep in range(SWEEPS):
        for column, facing in ((others, voices), (voices, others)):
            place = {node.name: k / max(len(facing), 1) for k, node in enumerate(facing)}
            own = {node.name: k / max(len(column), 1) for k, node in enumerate(column)}

            def mean(node: Node, place: dict[str, float] = place, own: dict[str, float] = own) -> float:
                seen = [place[name] for name in near.get(node.name, ()) if name in place]
                return sum(seen) / len(seen) if seen else own[node.name]

            column.sort(key=mean)
    return voices, others


def _line(one: tuple[float, float], other: tuple[float, float]) -> str:
    """A straight line between the columns, an arc towards the middle within one."""
    (x0, y0), (x1, y1) = one, other
    if x0 != x1:
        return f"M{x0:.1f},{y0:.1f}L{x1:.1f},{y1:.1f}"
    bend = min(24 + abs(y1 - y0) * 0.35, 100) * (1 if x0 == LEFT else -1)
    return f"M{x0:.1f},{y0:.1f}C{x0 + bend:.1f},{y0:.1f} {x1 + bend:.1f},{y1:.1f} {x1:.1f},{y1:.1f}"


def _mark(node: Node, x: float, y: float) -> str:
    name = visible(node.label)
    short = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    if _is_voice(node):
        css = "far" if node.kind == OUTSIDE else "voice"
        shape = f'<circle class="{css}" cx="{x}" cy="{y:.1f}" r="5"/>'
        words = f'<text x="{x - 11}" y="{y + 4:.1f}" text-anchor="end">'
        short = name if len(name) <= 15 else name[:14] + "…"
    else:
        shape = f'<path class="identifier" d="M{x - 5},{y - 5:.1f}h10v10h-10z"/>'
        words = f'<text x="{x + 11}" y="{y + 4:.1f}">'
    return f"<g><title>{escape(name[:200])}</title>{shape}{words}{escape(short)}</text></g>"
