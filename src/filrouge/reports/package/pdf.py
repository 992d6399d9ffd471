"""A report as PDF/A-2a, by typst: tagged, with its own fonts, and always the same bytes."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.resources import files as resources
from typing import Any, Final, Literal

from filrouge.i18n import _
from filrouge.reports.package.blocks import (
    Block,
    Bullets,
    Facts,
    Grid,
    Heading,
    Para,
    Report,
    TemplateText,
    bars,
)
from filrouge.reports.package.glyphs import drawable
from filrouge.reports.ties import signed

STANDARDS: Final = ["a-2a", "ua-1"]


def pdf_of(report: Report, made_at: datetime) -> bytes:
    """The report as PDF.

    Args:
        report: in the language in which its words are spoken now.
        made_at: what the file says of when it was made.
    """
    return _compiled(report, made_at, "pdf")[0]


def pictures_of(report: Report, made_at: datetime) -> list[bytes]:
    """The pages of the report as PNG, for eyes."""
    return _compiled(report, made_at, "png")


def _compiled(report: Report, made_at: datetime, form: Literal["pdf", "png"]) -> list[bytes]:
    import typst

    said = {
        "title": report.title,
        "subtitle": report.subtitle,
        "mark": report.mark,
        "foot": report.foot,
        "language": report.language,
        "made": [made_at.year, made_at.month, made_at.day, made_at.hour, made_at.minute, made_at.second],
        "missing": _("A character that the fonts of this report lack is shown as ▯; ads.csv has it."),
        "blocks": [_plain(block) for block in report.blocks],
    }
    source = (resources("filrouge.reports.package") / "report.typ").read_text(encoding="utf-8")
    # What ads say goes in as data, never as markup.
    data = json.dumps(_drawable(said), ensure_ascii=False)
    compiler = typst.Compiler(source.encode(), ignore_system_fonts=True, sys_inputs={"report": data})
    standards: Any = STANDARDS if form == "pdf" else []
    found = compiler.compile(
        format=form, pdf_standards=standards, timestamp=int(made_at.timestamp()), ppi=110
    )
    return found if isinstance(found, list) else [found or b""]


def _plain(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"type": "heading", "level": block.level, "text": block.text}
    if isinstance(block, Para):
        return {"type": "para", "text": block.text, "strong": block.strong}
    if isinstance(block, Bullets):
        return {"type": "bullets", "items": list(block.items)}
    if isinstance(block, Facts):
        return {"type": "facts", "rows": [list(row) for row in block.rows]}
    if isinstance(block, Grid):
        return {
            "type": "grid",
            "head": list(block.head),
            "rows": [list(row) for row in block.rows],
            "widths": [float(width) for width in block.widths],
            "right": list(block.right),
            "mono": list(block.mono),
        }
    if isinstance(block, TemplateText):
        kinds = iter(enumerate(block.kinds, 1))
        parts = [
            [part.text, ""] if part.text else [str(number), kind]
            for part in block.parts
            for number, kind in [next(kinds) if part.slot else (0, "")]
        ]
        return {"type": "template", "parts": parts}
    return {
        "type": "waterfall",
        "rows": [
            [name, signed(bits), bits >= 0, begin, width]
            for name, bits, begin, width in bars(block.steps, block.total)
        ],
    }


def _drawable(value: Any) -> Any:
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, list):
        return [_drawable(item) for item in value]
    if isinstance(value, dict):
        return {key: _drawable(item) for key, item in value.items()}
    return value
