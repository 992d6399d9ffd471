"""The graph of ties as GraphML and GEXF (Gephi and others), and as a table of links (i2 Analyst's Notebook).

All three are made of the same two tables.

`nodes`: `id` (unique; an identifier's is `kind:value`), `label`, `kind` ("cluster", "identifier", "ad"),
`network` (an identifier may be in several: a list), `ads`, `agencies`, `first`, `last`. `edges`: `source`,
`target` (ids of nodes), `kind`, `bits`, `possible` (a tie too weak to hold a network together). Any further
column is written as one more attribute.
Lists are joined with "; ", days are written as 2026-06-18, nulls are left out.

Sources: GraphML 1.0 (graphml.graphdrawing.org/xmlns/1.0/graphml.xsd), GEXF 1.3 (gexf.net/1.3/gexf.xsd).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filrouge.errors import FilrougeError
from filrouge.i18n import _
from filrouge.reports.exports.text import legible, xml_text
from filrouge.reports.tables import write_csv

if TYPE_CHECKING:
    import polars as pl

LEAST_WEIGHT: Final = 0.01
"""Weight of an edge whose bits are zero or negative: Gephi leaves out edges of no weight."""

_NODE_FIELDS: Final = ("id", "label")
_EDGE_FIELDS: Final = ("source", "target")
_CHUNK: Final = 50_000


class DanglingEdge(FilrougeError):
    """An edge that leads to a node which is not in the graph, or two nodes of one name."""

    def __init__(self, node: str) -> None:
        super().__init__(
            _("The graph is not written: {node} is missing among its nodes, or there twice.").format(
                node=node
            )
        )


def write_graphml(path: Path, nodes: pl.DataFrame, edges: pl.DataFrame) -> None:
    """Write the graph as GraphML, undirected; see the module for the tables.

    A node is `n0`, `n1`... in the file, as the schema allows no sign or space in an id; its own id is in the
    attribute `key`. An edge's `weight` is its bits, at least `LEAST_WEIGHT`.

    Raises:
        DanglingEdge: if an edge leads to no node, or two nodes have one id.
        OSError: if it cannot be written.
    """
    import polars as pl

    nodes, edges = _checked(nodes, edges)
    node_columns = {"label": "label", "id": "key", **{c: c for c in nodes.columns if c not in _NODE_FIELDS}}
    edge_columns = {c: c for c in edges.columns if c not in _EDGE_FIELDS}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns '
        'http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">',
    ]
    for letter, frame, columns, of in (
        ("n", nodes, node_columns, "node"),
        ("e", edges, edge_columns, "edge"),
    ):
        lines += [
            f'<key id="{letter}_{xml_text(name)}" for="{of}" attr.name="{xml_text(name)}" '
            f'attr.type="{_kind_of(frame.schema[column], "int")}"/>'
            for column, name in columns.items()
        ]
    lines.append('<graph id="filrouge" edgedefault="undirected">')
    number = nodes.select("id", pl.concat_str(pl.lit("n"), pl.row_index()).alias("number"))
    placed = (
        edges.join(number.rename({"id": "source", "number": "from"}), on="source", maintain_order="left")
        .join(number.rename({"id": "target", "number": "to"}), on="target", maintain_order="left")
        .with_row_index("row")
    )
    node_lines = nodes.select(
        pl.concat_str(
            pl.lit('<node id="n'), pl.row_index(), pl.lit('">'), *_data("n", node_columns), pl.lit("</node>")
        )
    )
    edge_lines = placed.select(
        pl.concat_str(
            pl.lit('<edge id="e'), "row", pl.lit('" source="'), "from", pl.lit('" target="'), "to",
            pl.lit('">'), *_data("e", edge_columns), pl.lit("</edge>"),
        )
    )  # fmt: skip
    _write(path, lines, (node_lines, edge_lines), ["</graph>", "</graphml>"])


def write_gexf(path: Path, nodes: pl.DataFrame, edges: pl.DataFrame) -> None:
    """Write the graph as GEXF 1.3, undirected; see the module for the tables.

    Where a node's `first` and `last` days are known it also stands in Gephi's timeline. Edges of several kinds
    between two nodes stay apart (`kind`).

    Raises:
        DanglingEdge: if an edge leads to no node, or two nodes have one id.
        OSError: if it cannot be written.
    """
    import polars as pl

    nodes, edges = _checked(nodes, edges)
    timed = {"first", "last"} <= set(nodes.columns) and nodes["first"].count() + nodes["last"].count() > 0
    time = 'mode="dynamic" timeformat="date" timerepresentation="interval"' if timed else 'mode="static"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gexf xmlns="http://gexf.net/1.3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd" version="1.3">',
        "<meta><creator>filrouge</creator></meta>",
        f'<graph defaultedgetype="undirected" idtype="string" {time}>',
    ]
    node_columns = [c for c in nodes.columns if c not in _NODE_FIELDS]
    # The weight is an attribute of the edge itself.
    edge_columns = [c for c in edges.columns if c not in (*_EDGE_FIELDS, "weight")]
    for of, frame, columns in (("node", nodes, node_columns), ("edge", edges, edge_columns)):
        lines.append(f'<attributes class="{of}">')
        lines += [
            f'<attribute id="{of}_{xml_text(c)}" title="{xml_text(c)}" '
            f'type="{_kind_of(frame.schema[c], "integer")}"/>'
            for c in columns
        ]
        lines.append("</attributes>")
    span = [_if_known("first", ' start="', '"'), _if_known("last", ' end="', '"')] if timed else [pl.lit("")]
    node_lines = nodes.select(
        pl.concat_str(
            pl.lit('<node id="'), "id", pl.lit('" label="'), pl.coalesce("label", "id"), pl.lit('"'), *span,
            pl.lit("><attvalues>"),
            *(_if_known(c, f'<attvalue for="node_{xml_text(c)}" value="', '"/>') for c in node_columns),
            pl.lit("</attvalues></node>"),
        )
    )  # fmt: skip
    edge_lines = edges.select(
        pl.concat_str(
            pl.lit('<edge id="'), pl.row_index(), pl.lit('" source="'), "source", pl.lit('" target="'),
            "target", pl.lit('" weight="'), "weight", pl.lit('"'), _if_known("kind", ' kind="', '"'),
            pl.lit("><attvalues>"),
            *(_if_known(c, f'<attvalue for="edge_{xml_text(c)}" value="', '"/>') for c in edge_columns),
            pl.lit("</attvalues></edge>"),
        )
    )  # fmt: skip
    _write(
        path,
        lines,
        (f'<nodes count="{nodes.height}">', node_lines, "</nodes>"),
        (f'<edges count="{edges.height}">', edge_lines, "</edges>", "</graph>", "</gexf>"),
    )


def i2_links(nodes: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """The edges as i2 Analyst's Notebook imports them: a row per link, with both of its ends.

    Returns:
        `entity_1_type`, `entity_1_label`, `entity_1_id`, the same of entity 2, `link_type`, `strength`, `bits`,
        `first`, `last`. The strength is one of i2's own words: "Unconfirmed", or "Tentative" for a possible tie;
        that a link is "Confirmed" is for a person to say. The days are the edge's, or else those in which both
        ends were seen: the later first and the earlier last, null where unknown or where they do not meet.
    """
    import polars as pl

    nodes, edges = _checked(nodes, edges, escaped=False)
    missing = [pl.lit(None, pl.String).alias(c) for c in ("first", "last") if c not in nodes.columns]
    ends = nodes.with_columns(missing).select("id", "kind", "label", "first", "last")
    sides = [
        ends.rename({"id": key, "kind": f"entity_{n}_type", "label": f"entity_{n}_label"}).rename(
            {"first": f"first_{n}", "last": f"last_{n}"}
        )
        for n, key in ((1, "source"), (2, "target"))
    ]
    own = {"first", "last"} <= set(edges.columns)
    first = pl.col("first") if own else pl.max_horizontal("first_1", "first_2")
    last = pl.col("last") if own else pl.min_horizontal("last_1", "last_2")
    meet = (first <= last).fill_null(value=True)
    return (
        edges.join(sides[0], on="source", maintain_order="left")
        .join(sides[1], on="target", maintain_order="left")
        .select(
            "entity_1_type", "entity_1_label", pl.col("source").alias("entity_1_id"),
            "entity_2_type", "entity_2_label", pl.col("target").alias("entity_2_id"),
            pl.col("kind").alias("link_type"),
            pl.when("possible").then(pl.lit("Tentative")).otherwise(pl.lit("Unconfirmed")).alias("strength"),
            pl.col("bits").round(2),
            pl.when(meet).then(first).alias("first"), pl.when(meet).then(last).alias("last"),
        )
    )  # fmt: skip


def write_i2_links(path: Path, nodes: pl.DataFrame, edges: pl.DataFrame) -> None:
    """Write `i2_links` as CSV, cells that a spreadsheet could run as formulas neutralised.

    Raises:
        DanglingEdge: if an edge leads to no node, or two nodes have one id.
        OSError: if it cannot be written.
    """
    write_csv(path, i2_links(nodes, edges))


def refuse_dangling(nodes: pl.DataFrame, edges: pl.DataFrame) -> None:
    """Make sure that the two tables are a graph.

    Raises:
        DanglingEdge: if an edge leads to no node, or two nodes have one id.
    """
    import polars as pl

    twice = nodes.filter(pl.col("id").is_duplicated())["id"]
    ends = pl.concat([edges["source"].cast(pl.String), edges["target"].cast(pl.String)])
    lost = ends.filter(~ends.is_in(nodes["id"].implode()))
    for wrong in (twice, lost):
        if len(wrong):
            raise DanglingEdge(str(wrong[0]))


def _checked(
    nodes: pl.DataFrame, edges: pl.DataFrame, *, escaped: bool = True
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tables with every cell that is no number as text, fit for XML if `escaped`; edges have a `weight`."""
    import polars as pl

    refuse_dangling(nodes, edges)
    if "weight" not in edges.columns:
        weight = pl.col("bits").cast(pl.Float64).fill_nan(0.0).fill_null(0.0).clip(LEAST_WEIGHT).round(4)
        edges = edges.with_columns(weight.alias("weight"))
    return _as_text(nodes, escaped), _as_text(edges, escaped)


def _as_text(frame: pl.DataFrame, escaped: bool) -> pl.DataFrame:
    import polars as pl
    import polars.selectors as cs

    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    frame = frame.with_columns(pl.col(c).cast(pl.List(pl.String)).list.join("; ") for c in lists)
    frame = frame.with_columns(
        cs.datetime().dt.strftime("%Y-%m-%d"),
        cs.date().dt.strftime("%Y-%m-%d"),
        # "NaN" and "inf" are no numbers to most readers.
        pl.when(cs.float().is_finite()).then(cs.float()).name.keep(),
    )
    words = ~(cs.numeric() | cs.boolean())
    frame = frame.with_columns(words.cast(pl.String))
    return frame.with_columns(legible(cs.string(), escaped=escaped).replace("", None))


def _kind_of(kind: pl.DataType, integer: str) -> str:
    """The name by which both formats call a type; only that of small whole numbers differs."""
    import polars as pl

    if kind == pl.Boolean:
        return "boolean"
    if kind.is_float():
        return "double"
    if kind.is_integer():
        return integer if kind in (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16) else "long"
    return "string"


def _if_known(column: str, before: str, after: str) -> pl.Expr:
    import polars as pl

    return pl.concat_str(pl.lit(before), pl.col(column).cast(pl.String), pl.lit(after)).fill_null("")


def _data(letter: str, columns: dict[str, str]) -> list[pl.Expr]:
    return [
        _if_known(column, f'<data key="{letter}_{xml_text(name)}">', "</data>")
        for column, name in columns.items()
    ]


def _write(path: Path, head: Sequence[str], *parts: Iterable[pl.DataFrame | str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(head) + "\n")
        for part in (part for some in parts for part in some):
            if isinstance(part, str):
                file.write(part + "\n")
                continue
            for rows in part.iter_slices(_CHUNK):
                file.write("".join(line + "\n" for line in rows.to_series().to_list()))
