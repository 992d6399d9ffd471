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

BAR: Final = 36
"""Characters of the widest bar."""
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
    from docx.shared import Pt

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
        rows = []
        for name, bits, begin, width in bars(block.steps, block.total):
            first, last = round(begin * BAR), round((begin + width) * BAR)
            # Bars for one hand are full, those against it are light: seen without colour.
            bar = "\u00a0" * min(first, BAR - 1) + ("█" if bits >= 0 else "░") * max(last - first, 1)
            rows.append([name, signed(bits), bar])
        _table(document, [_("kind"), _("bits"), ""], rows, [2, 1, 5], right=[1], mono=[2], size=Pt(7))


def _table(
    document: Any, head: Any, rows: Any, widths: Any, *, right: Any = (), mono: Any = (), size: Any = None
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    table = document.add_table(rows=0, cols=len(widths), style="Table Grid")
    table.autofit = False
    whole = 17 / sum(widths)
    for number, row in enumerate([*([head] if len(head) else []), *rows]):
        cells = table.add_row().cells
        for k, text in enumerate(row):
            cells[k].width = Cm(widths[k] * whole)
            paragraph = cells[k].paragraphs[0]
            run = paragraph.add_run(plain_text(str(text)))
            run.font.size = Pt(8.5)
            run.bold = bool(len(head)) and number == 0
            if k in mono and number:
                run.font.name, run.font.size = "Consolas", size or Pt(7.5)
            if k in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()
