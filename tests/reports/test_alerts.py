"""An alert goes to a person, with what to do; it repeats no text of an ad and ranks nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest

from filrouge.ads.columns import Columns
from filrouge.guide import Indicator, load_guide
from filrouge.progress import Silent
from filrouge.reports.alerts import SHOWN
from filrouge.reports.findings import RunSummary, compare_files

TRADES = (
    "Bikes mended while you wait, old bells polished free of charge.",
    "Wedding cakes from four to forty tiers, tasting on Thursdays upstairs.",
    "Vintage typewriters cleaned, oiled and given fresh ribbons.",
)


@pytest.fixture(scope="module")
def alert() -> Indicator:
    (one,) = (one for one in load_guide().indicators if one.alert)
    return one


def run(folder: Path, texts: Sequence[str], language: str = "en") -> RunSummary:
    with (folder / "ads.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("id", "text", "agency"))
        out.writerows((f"ad-{k}", text, "quayside") for k, text in enumerate(texts))
    return compare_files(
        [str(folder / "ads.csv")],
        folder / "out",
        columns=Columns(),
        jobs=1,
        language=language,
        progress=Silent(),
    )


def rows(folder: Path) -> list[dict[str, str]]:
    written = (folder / "out" / "alerts.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(StringIO(written, newline="")))


def section(folder: Path) -> str:
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    return page.split('aria-labelledby="alerts"')[1].split("</section>")[0]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_alert_names_the_ads_and_what_to_do_and_quotes_nothing(
    alert: Indicator, language: str, tmp_path: Path
) -> None:
    word = alert.words["en"][0]
    summary = run(tmp_path, [TRADES[0], f"{TRADES[1]} {word}", TRADES[2]], language)
    assert summary.alerts == 1
    assert rows(tmp_path) == [{"id": "ad-1", "agency": "quayside", "alert": alert.id}]
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["counts"]["alerts"] == 1
    part = section(tmp_path).replace("&#39;", "'").replace("&#34;", '"')
    for words in (alert.name, alert.observes, alert.weakness, alert.false_alarm):
        assert words.of(language) in part
    assert all(duty.says.of(language) in part for duty in load_guide().duties)
    assert "ad-1" in part
    assert "ad-0" not in part
    assert "Wedding" not in part
    assert f"> {word}" not in part


def test_no_alert_makes_no_section_and_an_empty_table(tmp_path: Path) -> None:
    assert run(tmp_path, TRADES).alerts == 0
    assert rows(tmp_path) == []
    assert 'id="alerts"' not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_of_many_alerted_ads_the_report_names_the_first_and_the_table_all(
    alert: Indicator, tmp_path: Path
) -> None:
    text = f"{TRADES[1]} {alert.words['en'][0]}"
    assert run(tmp_path, [text] * (SHOWN + 3)).alerts == SHOWN + 3
    assert len(rows(tmp_path)) == SHOWN + 3
    part = section(tmp_path)
    assert f"ad-{SHOWN - 1}<" in part
    assert f"ad-{SHOWN}<" not in part
    assert "and 3 more in alerts.csv" in part
