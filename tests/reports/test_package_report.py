"""The report of a package: PDF, DOCX and README say the same, in English and French, whatever stands in the ads."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from package_unit import NOON, files_of, made_workspace, packaged, shared_networks

from filrouge.corpus.workspace import Workspace
from filrouge.i18n import speaking
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
from filrouge.reports.package.docx import docx_of
from filrouge.reports.package.glyphs import MISSING, drawable
from filrouge.reports.package.make import Made
from filrouge.reports.package.pdf import pdf_of, pictures_of
from filrouge.reports.package.templates import Part
from filrouge.reports.package.what import Network

NASTY = 'a #strong[b] "c" \\ $x$ @y <z> https://e.example/ 漢字 😀 é ſ \x00 \u202e ▯ Ω Ж א ع ' + "x" * 300


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return made_workspace(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module", params=["en", "fr"])
def made(ws: Workspace, request: pytest.FixtureRequest) -> Made:
    return packaged(ws, Network(shared_networks(ws)[-1]), language=request.param)


def words_of_docx(content: bytes) -> str:
    import docx

    document = docx.Document(io.BytesIO(content))
    section = document.sections[0]
    said = [p.text for part in (section.header, document, section.footer) for p in part.paragraphs]
    said += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(said)


def a_report(text: str) -> Report:
    return Report(
        title=text, subtitle=text, mark=text, foot=text, language="fr",
        blocks=[
            Heading(text), Heading(text, 2), Para(text), Para(text, strong=True), Bullets([text, text]),
            Facts([(text, text)]), Grid([text, "n"], [[text, "1"], ["", "2"]], [3, 1], right=[1], mono=[0]),
            TemplateText([Part(text=text), Part(slot="phone", values={text: 2}), Part(text="end")], [text]),
            Waterfall([(text, 12.5), ("against", -3.0)], ("total", 9.5)), Waterfall([("none", 0.0)], ("total", 0.0)),
        ],
    )  # fmt: skip


@pytest.mark.parametrize("text", [NASTY, "plain"])
def test_whatever_an_ad_says_is_text_and_no_markup(text: str) -> None:
    report = a_report(text)
    pdf = pdf_of(report, NOON)
    assert pdf.startswith(b"%PDF-")
    assert b"pdfaid" in pdf  # PDF/A says so in its metadata
    assert pdf == pdf_of(report, NOON)
    assert pictures_of(report, NOON)[0].startswith(b"\x89PNG")
    docx = docx_of(report, NOON)
    assert docx == docx_of(report, NOON)
    assert text.replace("\x00", "\ufffd").split("▯")[0].strip() in words_of_docx(docx)


def test_tables_of_the_docx_are_as_a_word_processor_wants_them() -> None:
    import docx

    document = docx.Document(io.BytesIO(docx_of(a_report("plain"), NOON)))
    facts, grid, waterfall, _none = document.tables
    for table in document.tables:
        parts = [part.tag.split("}")[1] for part in table._tbl.tblPr]
        order = ["tblStyle", "tblW", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
        assert parts == [name for name in order if name in parts]
        assert {"tblBorders", "tblCellMar"} <= set(parts)
    # Widths stand with the columns, too: some programs look only there.
    assert [round(column.width.cm, 1) for column in grid.columns] == [12.7, 4.2]
    assert [round(column.width.cm, 1) for column in facts.columns] == [4.2, 12.7]
    heads = [len(table.rows[0]._tr.findall(".//{*}tblHeader")) for table in (facts, grid, waterfall)]
    assert heads == [0, 1, 1]
    # Each row of a waterfall has one bar: from where it begins to where it ends.
    fills = [
        [(cell.get("{*}fill"), cell.getparent().find("{*}gridSpan")) for cell in row._tr.findall(".//{*}shd")]
        for row in waterfall.rows
    ]
    assert [len(row) for row in fills] == [0, 1, 1, 1]
    spans = [int(span.values()[0]) for row in fills for _fill, span in row]
    assert [round(span / spans[0], 2) for span in spans] == [1, 0.23, 0.77]


def test_what_the_fonts_lack_is_marked() -> None:
    assert drawable("é Ω Ж ▯ abc\n") == "é Ω Ж ▯ abc "
    assert drawable("漢😀") == MISSING * 2
    assert drawable("e\u0301\u200d\x00") == "e"


def test_bars_begin_where_the_last_one_ended() -> None:
    found = bars([("a", 10.0), ("b", 5.0), ("c", -6.0)], ("total", 9.0))
    assert [(round(begin * 15), round(width * 15)) for _name, _bits, begin, width in found] == [
        (0, 10), (10, 5), (9, 6), (0, 9),
    ]  # fmt: skip
    below = bars([("a", -4.0)], ("total", -4.0))
    assert [(begin, width) for _name, _bits, begin, width in below] == [(0.0, 1.0), (0.0, 1.0)]


def test_every_page_says_for_whom_it_is_and_how(made: Made) -> None:
    said = words_of_docx(files_of(made.content)["report.docx"])
    assert "Crown prosecutor" in said
    assert "J. Roy" in said
    assert made.manifest["signed_by"] in said
    for source in files_of(made.content)["sources.csv"].decode().splitlines()[1:]:
        assert source.split(",")[1] in said


def test_the_report_shows_what_the_files_say(made: Made) -> None:
    said = words_of_docx(files_of(made.content)["report.docx"])
    ads = files_of(made.content)["ads.jsonl"].decode()
    for ad in re.findall(r'"id": "([^"]+)", "agency"', ads):
        assert ad in said
    assert str(made.manifest["snapshot"]["seq"]) in said


def test_the_readme_names_every_file(made: Made) -> None:
    files = files_of(made.content)
    readme = files["README.md"].decode()
    for name in files:
        stem = name.rsplit(".", 1)[0]
        assert name in readme or f"{stem}." in readme or name.startswith("exports/") or name == "README.md", (
            name
        )
    assert made.manifest["signed_by"] in readme


def test_the_language_of_who_asks_is_left_alone(ws: Workspace) -> None:
    from filrouge import i18n

    with speaking("fr"):
        packaged(ws, Network(shared_networks(ws)[-1]), language="en")
        assert i18n.language() == "fr"


def test_the_pdf_is_a_page_or_more(made: Made, tmp_path: Path) -> None:
    pdf = files_of(made.content)["report.pdf"]
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type/Page") >= 1
