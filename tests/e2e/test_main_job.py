"""The main job as an analyst does it: three exports in, one organisation out."""

from __future__ import annotations

import csv
import gzip
import html
import json
import random
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from agencies import ALONE, ORGANISATION, PHONES, all_ads
from running import Run

LONE_ADS = {ad.id: ad.text for ad in all_ads() if ad.id in ALONE}
FILES = (
    "clusters.csv",
    "identifiers.csv",
    "rejects.csv",
    "templates.jsonl",
    "ties.parquet",
    "run.json",
    "report.html",
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def records(findings: Path) -> list[dict[str, Any]]:
    lines = (findings / "templates.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def words_of(report: Path) -> str:
    """What a reader of the report reads, without markup."""
    text = re.sub(r"<style.*?</style>", " ", report.read_text(encoding="utf-8"), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def run_record(findings: Path) -> dict[str, Any]:
    """run.json without what the clock decides."""
    record: dict[str, Any] = json.loads((findings / "run.json").read_text(encoding="utf-8"))
    del record["began"], record["seconds"]
    return record


def test_the_ads_of_the_organisation_are_one_cluster_and_nobody_else_is_in_any(findings: Path) -> None:
    cluster = {row["id"]: row["cluster"] for row in rows(findings / "clusters.csv")}
    assert {id for id, name in cluster.items() if name} == ORGANISATION
    assert len({cluster[id] for id in ORGANISATION}) == 1
    assert cluster.keys() >= ALONE


def test_clusters_csv_has_the_columns_that_scripts_rely_on(findings: Path) -> None:
    with (findings / "clusters.csv").open(encoding="utf-8") as file:
        assert file.readline().strip() == "id,agency,cluster,template,bits"
    assert [row["id"] for row in rows(findings / "clusters.csv")] == [ad.id for ad in all_ads()]


def test_every_file_of_the_contract_is_there_and_nothing_is_left_beside_it(findings: Path) -> None:
    assert set(FILES) <= {path.name for path in findings.iterdir()}
    assert [path.name for path in findings.parent.iterdir()] == [findings.name]


def test_the_phones_of_the_organisation_are_found_however_they_are_written(findings: Path) -> None:
    phones = {row["id"]: row["value"] for row in rows(findings / "identifiers.csv") if row["kind"] == "phone"}
    agency_phone = dict(zip("NMS", PHONES, strict=True))
    assert {id: phones.get(id) for id in ORGANISATION} == {id: agency_phone[id[0]] for id in ORGANISATION}


def test_the_template_has_slots_for_the_name_the_place_the_price_and_the_phone(findings: Path) -> None:
    (record,) = records(findings)
    slots = {part["kind"]: part["values"] for part in record["parts"] if part["type"] == "slot"}
    assert {"name", "place", "price", "phone"} <= slots.keys()
    assert dict.fromkeys(PHONES, 3) == slots["phone"]
    assert sum(slots["place"].values()) == 9
    assert {"anna", "sophie", "nathalie"} <= slots["name"].keys()
    assert record["agencies"] == {"elmercado": 3, "negoce": 3, "northboard": 3}
    assert (record["first"], record["last"]) == ("2026-01-03", "2026-03-09")
    assert record["organisation"] is True


def test_the_words_of_the_template_are_those_that_its_ads_share(findings: Path) -> None:
    (record,) = records(findings)
    constant = " ".join(part["text"] for part in record["parts"] if part["type"] == "text").split()
    written = {
        word for ad in all_ads() if ad.id in ORGANISATION for word in re.findall(r"\w+", ad.text.lower())
    }
    assert "calm relaxing massage with warm" in " ".join(constant)
    assert set(constant) <= written
    assert {"northboard", "négoce", "featured", "annonce"}.isdisjoint(constant)


def test_the_report_shows_the_group_with_its_identifiers_places_and_dates(findings: Path) -> None:
    words = words_of(findings / "report.html")
    (record,) = records(findings)
    for told in (record["cluster"], "northboard", "negoce", "elmercado", "2026-01-03", "2026-03-09", *PHONES):
        assert told in words, told
    for place in record["places"]:
        assert place in words
    for id in ORGANISATION:
        assert re.search(rf"\b{id}\b", words), id


def test_the_report_draws_the_template_with_its_slots_in_the_text(findings: Path) -> None:
    source = (findings / "report.html").read_text(encoding="utf-8")
    for kind in ("name", "place", "phone", "price"):
        assert re.search(rf'class="[^"]*\b{kind}\b', source) or f'data-kind="{kind}"' in source, kind


def test_people_who_advertise_alone_are_not_in_the_report(findings: Path) -> None:
    words = words_of(findings / "report.html")
    for id, text in LONE_ADS.items():
        assert text[:30] not in words
        assert not re.search(rf"\b{id}\b", words), id
    for row in rows(findings / "identifiers.csv"):
        if row["id"] in ALONE:
            assert row["value"] not in words


def test_the_report_asks_the_network_for_nothing(findings: Path) -> None:
    source = (findings / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?!#|data:)[^"'\s>]""", source)
    assert "@import" not in source
    assert "<script" not in source.lower()


def test_the_pairs_are_tied_by_words_and_by_phone(findings: Path) -> None:
    ties = pl.read_parquet(findings / "ties.parquet")
    pairs = {frozenset(pair) for pair in ties.select("a", "b").iter_rows()}
    assert frozenset({"N1", "S1"}) in pairs
    assert all(pair <= ORGANISATION for pair in pairs)
    by_phone = ties.filter((pl.col("a") == "N1") & (pl.col("b") == "N2"))
    assert by_phone["phone"].item() > 0


def test_run_json_says_what_was_read_and_that_it_was_not_altered(
    findings: Path, agency_files: list[Path]
) -> None:
    import hashlib

    record = run_record(findings)
    assert [given["sha256"] for given in record["inputs"]] == [
        hashlib.sha256(path.read_bytes()).hexdigest() for path in agency_files
    ]
    assert record["counts"]["ads"] == len(all_ads())
    assert record["counts"]["tied"] == len(ORGANISATION)


def test_two_runs_differ_in_nothing_but_the_clock_whatever_the_number_of_jobs(
    findings: Path, agency_files: list[Path], tmp_path: Path, filrouge: Run
) -> None:
    again = tmp_path / "again"
    assert filrouge("compare", *agency_files, "--out", again, "--jobs", "1").code == 0
    one, other = (
        {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        for folder in (findings, again)
    )
    assert one.keys() == other.keys()
    for name in one.keys() - {"run.json", "report.html"}:
        assert one[name].read_bytes() == other[name].read_bytes(), name
    assert run_record(findings) == run_record(again)
    began = [json.loads((folder / "run.json").read_text())["began"] for folder in (findings, again)]
    first, second = ((folder / "report.html").read_text(encoding="utf-8") for folder in (findings, again))
    assert _undated(first, began[0]) == _undated(second, began[1])


def _undated(report: str, began: str) -> str:
    """The report without the moment at which it was made."""
    day, clock = began.split("T")
    for stamp in (began, f"{day} {clock[:5]}", f"{day} {clock[:8]}", day):
        report = report.replace(stamp, "")
    return report


def test_a_pasted_text_finds_the_ads_and_shows_the_words_in_common(findings: Path, filrouge: Run) -> None:
    pasted = "calm RELAXING m a s s a g e with warm coconut oil, hot towels, in a tidy studio near the lake"
    done = filrouge("search", pasted, "--in", findings, "--top", "20")
    assert done.code == 0
    found = re.findall(r"^\d+\. (\w+)", done.out, flags=re.M)
    assert set(found[:9]) == ORGANISATION
    assert re.search(r"«[^»]*coconut oil[^»]*»", done.out)


@pytest.mark.parametrize("asked", ["604 555 0123", "six oh four, 555, 0123", "+16045550123", "6O4.555.O123"])
def test_a_phone_number_finds_the_ads_that_have_it(asked: str, findings: Path, filrouge: Run) -> None:
    done = filrouge("search", asked, "--in", findings)
    assert set(re.findall(r"^\d+\. (\w+)", done.out, flags=re.M)) == {"N1", "N2", "N3"}
    assert "+16045550123" in done.out


def test_a_text_is_searched_from_standard_input(findings: Path, filrouge: Run) -> None:
    done = filrouge("search", "-", "--in", findings, stdin=b"Pintura de interiores, presupuesto gratis")
    assert re.search(r"^1\. S7 ", done.out, flags=re.M)


def test_explain_says_why_two_ads_are_tied(findings: Path, filrouge: Run) -> None:
    done = filrouge("explain", "N1", "N2", "--in", findings)
    assert done.code == 0
    assert "N1 and N2 were written from one template" in done.out
    assert "+16045550123" in done.out
    assert " bits" in done.out
    assert "«" in done.out


def test_explain_says_why_two_ads_are_not_tied(findings: Path, filrouge: Run) -> None:
    done = filrouge("explain", "N4", "M6", "--in", findings)
    assert done.code == 0
    assert "Nothing ties N4 and M6" in done.out


def test_explain_names_an_ad_that_is_not_there(findings: Path, filrouge: Run) -> None:
    done = filrouge("explain", "N1", "Z9", "--in", findings)
    assert done.code == 2
    assert "Z9" in done.err
    assert "clusters.csv" in done.err


def test_the_findings_can_be_told_in_french(agency_files: list[Path], tmp_path: Path, filrouge: Run) -> None:
    done = filrouge("compare", *agency_files, "--out", tmp_path / "out", "--lang", "fr")
    assert done.code == 0
    assert '<html lang="fr"' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Done" not in done.said


def test_strict_ends_with_three_when_rows_were_rejected(tmp_path: Path, filrouge: Run) -> None:
    (tmp_path / "ads.csv").write_text("id,text\n1,Rooms by the park\n2,\n", encoding="utf-8")
    assert filrouge("compare", tmp_path / "ads.csv", "--out", tmp_path / "lax").code == 0
    done = filrouge("compare", tmp_path / "ads.csv", "--out", tmp_path / "strict", "--strict")
    assert done.code == 3
    assert "rejects.csv" in done.out
    (reject,) = rows(tmp_path / "strict" / "rejects.csv")
    assert (reject["file"], reject["row"], reject["field"]) == (str(tmp_path / "ads.csv"), "2", "text")
    assert len(rows(tmp_path / "strict" / "clusters.csv")) == 1


def test_strict_ends_with_zero_when_all_was_taken(
    agency_files: list[Path], tmp_path: Path, filrouge: Run
) -> None:
    assert filrouge("compare", *agency_files, "--out", tmp_path / "out", "--strict").code == 0


def as_pages(folder: Path) -> Path:
    """The ads as a folder of pages that a person saved with a browser."""
    pages = folder / "pages"
    pages.mkdir()
    for ad in all_ads():
        (pages / f"{ad.id}.html").write_text(
            f"<!doctype html><html><head><title>{ad.id}</title></head><body><nav>Home Search</nav>"
            f"<main><h1>{ad.city}</h1><p>{html.escape(ad.text)}</p></main></body></html>",
            encoding="utf-8",
        )
    return pages


def as_warc(folder: Path) -> Path:
    """The ads as a web archive, each page a response of a server."""
    records = []
    for ad in all_ads():
        page = f"<!doctype html><html><body><main><p>{html.escape(ad.text)}</p></main></body></html>".encode()
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://board.example.com/{ad.id}\r\n"
            f"WARC-Date: {ad.posted}T12:00:00Z\r\nWARC-Record-ID: <urn:uuid:{len(records):032}>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
        )
        records.append(gzip.compress(head.encode() + answer + b"\r\n\r\n", mtime=0))
    path = folder / "saved.warc.gz"
    path.write_bytes(b"".join(records))
    return path


def tied_texts(findings: Path) -> set[str]:
    """The phones in the ads that were tied, by which the ads are known when their ids are not."""
    tied = {row["id"] for row in rows(findings / "clusters.csv") if row["cluster"]}
    assert len(tied) == len(ORGANISATION)
    return {row["value"] for row in rows(findings / "identifiers.csv") if row["id"] in tied}


@pytest.mark.parametrize(
    ("copies", "strangers"),
    [
        (5, 5),
        (10, 15),
        (48, 12),
        (300, 100),
    ],
)
def test_a_template_that_many_of_the_ads_follow_is_found(
    copies: int, strangers: int, tmp_path: Path, filrouge: Run
) -> None:
    dice = random.Random(5)
    syllables = [a + b for a in "bklmnrst" for b in ("a", "i", "o", "ul", "en")]
    words = [one + other for one in syllables for other in syllables]
    template = dice.choices(words, k=50)
    with (tmp_path / "ads.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "text"])
        for k in range(copies):
            noisy = [dice.choice(words) if dice.random() < 0.05 else word for word in template]
            table.writerow([f"copy{k}", " ".join(noisy)])
        for k in range(strangers):
            table.writerow([f"stranger{k}", " ".join(dice.choices(words, k=50))])
    filrouge("compare", tmp_path / "ads.csv", "--out", tmp_path / "out")
    tied = {row["id"] for row in rows(tmp_path / "out" / "clusters.csv") if row["cluster"]}
    assert tied == {f"copy{k}" for k in range(copies)}


@pytest.mark.parametrize("made", [as_pages, as_warc])
def test_saved_pages_and_web_archives_give_the_same_group(made: Any, tmp_path: Path, filrouge: Run) -> None:
    done = filrouge("compare", made(tmp_path), "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert tied_texts(tmp_path / "out") == set(PHONES)


@pytest.mark.parametrize("way", ["gz", "zst", "stdin", "parquet"])
def test_the_same_ads_in_another_wrapping_give_the_same_group(
    way: str, tmp_path: Path, filrouge: Run
) -> None:
    table = pl.DataFrame(
        [(ad.id, ad.posted, ad.city, ad.text) for ad in all_ads()],
        schema=["id", "posted", "city", "text"],
        orient="row",
    )
    plain = table.write_csv().encode()
    given, stdin = tmp_path / f"all.csv.{way}", None
    if way == "gz":
        given.write_bytes(gzip.compress(plain))
    elif way == "zst":
        given.write_bytes(zstandard.compress(plain))
    elif way == "parquet":
        table.write_parquet(given)
    else:
        given, stdin = Path("-"), plain
    done = filrouge("compare", given, "--out", tmp_path / "out", stdin=stdin)
    assert done.code == 0, done.err
    cluster = {row["id"]: row["cluster"] for row in rows(tmp_path / "out" / "clusters.csv")}
    assert {id for id, name in cluster.items() if name} == ORGANISATION
