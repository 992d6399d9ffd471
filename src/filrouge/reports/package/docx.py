"""A report as DOCX, by python-docx: to be quoted from and written on; always the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any, Final

from filrouge.i18n import _
from filrouge.reports.exports.text import plain_text
from filrouge.reports.package.blocks import (
    Bullets,
    Facts,
    Grid,
    Heading,
    Para,
    Report,
    TemplateText,
    Waterfall,
    bars,
)
from filrouge.reports.package.check import zip_of
from filrouge.reports.ties import signed

BAR: Final = 60
"""Steps in which bars are drawn."""
WIDTH: Final = 17
"""Centimetres between the margins."""
LONGEST: Final = 255
"""Characters that a property of the file may have."""


def docx_of(report: Report, made_at: datetime) -> bytes:
    """The report as a DOCX file.

    Args:
        report: in the language in which its words are spoken now.
        made_at: what the file says of when it was made.
    """
    import docx
    from docx.shared import Cm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    _write_edges(section, report)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Georgia", Pt(10.5)
    document.core_properties.title = plain_text(report.title)[:LONGEST]
    document.core_properties.author = "filrouge"
    document.core_properties.language = report.language
    document.core_properties.comments = plain_text(f"{report.mark} · {report.foot}")[:LONGEST]
    for name in ("created", "modified", "last_printed"):
        setattr(document.core_properties, name, made_at.replace(tzinfo=None))
    document.add_heading(plain_text(report.title), 0)
    document.add_paragraph(plain_text(report.subtitle))
    for block in report.blocks:
        _add(document, block)
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as archive:
        # Written anew: the times of its members and the compression are not ours to decide.
        return zip_of({name: archive.read(name) for name in archive.namelist()})


def _write_edges(section: Any, report: Report) -> None:
    """The mark above and what it is below, on every page, with the number of the page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    section.header.paragraphs[0].add_run(plain_text(report.mark)).bold = True
    foot = section.footer.paragraphs[0]
    foot.add_run(plain_text(report.foot) + " · ")
    for kind, said in (("begin", None), (None, "PAGE"), ("end", None)):
        run = foot.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = said
        run._r.append(mark)


def _add(document: Any, block: object) -> None:
    if isinstance(block, Heading):
        document.add_heading(plain_text(block.text), block.level)
    elif isinstance(block, Para):
        document.add_paragraph().add_run(plain_text(block.text)).bold = block.strong
    elif isinstance(block, Bullets):
        for item in block.items:
            document.add_paragraph(plain_text(item), style="List Bullet")
    elif isinstance(block, Facts):
        _table(document, [], [list(row) for row in block.rows], [1, 3])
    elif isinstance(block, Grid):
        _table(document, block.head, block.rows, block.widths, right=block.right, mono=block.mono)
    elif isinstance(block, TemplateText):
        paragraph, kinds, number = document.add_paragraph(), iter(block.kinds), 0
        for part in block.parts:
            if part.text:
                paragraph.add_run(plain_text(part.text) + " ")
                continue
            number += 1
            run = paragraph.add_run(plain_text(f"[{number} {next(kinds)}]"))
            run.bold = run.underline = True
            paragraph.add_run(" ")
    elif isinstance(block, Waterfall):
        _waterfall(document, block)


def _table(document: Any, head: Any, rows: Any, widths: Any, *, right: Any = (), mono: Any = ()) -> Any:
    """A table of rows, its columns as wide as `widths` have it among themselves; the head stands on each page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt

    table = document.add_table(rows=0, cols=len(widths))
    table.autofit = False
    _ruled(table)
    whole = WIDTH / sum(widths)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width * whole)
    for number, row in enumerate([*([head] if len(head) else []), *rows]):
        added = table.add_row()
        is_head = bool(len(head)) and number == 0
        for name in ("w:cantSplit", *(["w:tblHeader"] if is_head else [])):
            added._tr.get_or_add_trPr().append(OxmlElement(name))
        for k, (cell, text) in enumerate(zip(added.cells, row, strict=False)):
            cell.width = Cm(widths[k] * whole)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(plain_text(str(text)))
            run.font.size = Pt(8)
            run.bold = is_head
            if k in mono and not is_head:
                run.font.name, run.font.size = "Consolas", Pt(7.5)
            if k in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()
    return table


def _waterfall(document: Any, block: Waterfall) -> None:
    """Bars as shaded cells: dark ones for one hand, light ones against it, told apart without colour."""
    from docx.shared import Pt

    steps = bars(block.steps, block.total)
    widths = [3.0, 2.0, *[12 / BAR] * BAR]
    rows = [(name, signed(bits)) for name, bits, _begin, _width in steps]
    table = _table(document, [_("kind"), _("bits")], rows, widths, right=[1])
    for row in table.rows[:-1]:
        row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
    for row, (_name, bits, begin, width) in zip(table.rows[1:], steps, strict=True):
        first = min(round(begin * BAR), BAR - 1)
        last = max(round((begin + width) * BAR), first + 1)
        cells = row.cells
        for left, right, fill in (
            (0, first, ""),
            (first, last, "2E4057" if bits >= 0 else "C9CED6"),
            (last, BAR, ""),
        ):
            if left < right:
                span = cells[2 + left].merge(cells[1 + right])
                room = span.paragraphs[0].paragraph_format
                room.space_after, room.line_spacing = Pt(0), Pt(11)
                if fill:
                    _shaded(span, fill)


def _shaded(cell: Any, fill: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _ruled(table: Any) -> None:
    """Thin rules between rows, none between columns, and little room beside what is written."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "A0A6B0")):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)
    room = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        beside = OxmlElement(f"w:{side}")
        beside.set(qn("w:w"), "50")
        beside.set(qn("w:type"), "dxa")
        room.append(beside)
    # Word wants the parts of a table's properties in their order.
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblLook")
    table._tbl.tblPr.insert_element_before(room, "w:tblLook")
