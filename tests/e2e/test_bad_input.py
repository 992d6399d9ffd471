"""Every kind of bad input: a message that names the file and what to do, or a row in rejects.csv."""

from __future__ import annotations

import csv
import errno
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from running import Done, environment, run_filrouge

from filrouge import i18n
from filrouge.cli import main

Compare = Callable[..., Done]


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in ("FILROUGE_LANG", "LC_ALL", "LC_MESSAGES", "FILROUGE_DEBUG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "en")
    yield
    i18n.set_language("en")


@pytest.fixture
def compare(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Compare:
    """Writes the content to a file, compares it into `tmp_path/out`, and looks at what came of it."""

    def run(content: bytes | None, *more: str, name: str = "ads.csv", out: str = "out") -> Done:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        capfd.readouterr()
        code = main(["compare", str(tmp_path / name), "--out", str(tmp_path / out), *more])
        said = capfd.readouterr()
        assert "Traceback" not in said.out + said.err
        assert code != 1, said.err
        if code == 2:
            assert len(said.err.split("Error: ")) == 2, said.err
            assert not (tmp_path / "out" / "run.json").exists()
        left = {path.name for path in tmp_path.iterdir()} - {name, out}
        assert not [other for other in left if other.startswith(".")], left
        return Done(code, said.out, said.err)

    return run


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(*lines: tuple[object, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def workbook() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return data.getvalue()


@pytest.mark.parametrize(
    ("content", "told", "what_to_do"),
    [
        pytest.param(b"", "empty", "Export it again", id="an empty file"),
        pytest.param(b"\n\n\n", "empty", "Export it again", id="blank lines"),
        pytest.param(b"id,text\n", "no ad", "Export the ads again", id="a header alone"),
        pytest.param(b"1,Clean rooms by the park,alpha\n2,Nails,beta\n", "row 1", "id,text", id="no header"),
        pytest.param(b"id~text~agency\n1~a~b\n", "row 1", "comma", id="an unknown delimiter"),
        pytest.param(b"id,date\n1,2026-01-01\n", "id, date", "--text", id="no column with text"),
        pytest.param(workbook(), "an Excel workbook", "CSV", id="xlsx"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "an image", "CSV", id="png"),
        pytest.param(bytes(range(256)) * 40, "a binary file", "CSV", id="bytes of any kind"),
        pytest.param(gzip.compress(b"id,text\n1,Rooms\n")[:12], "damaged", "again", id="gzip without a body"),
        pytest.param(b"id,text\n1,\n2,\n", "2 rows were rejected", "--text", id="texts that are all empty"),
    ],
)
def test_a_file_without_ads_is_named_with_what_to_do(
    content: bytes, told: str, what_to_do: str, compare: Compare, tmp_path: Path
) -> None:
    done = compare(content)
    assert done.code == 2
    assert str(tmp_path / "ads.csv") in done.err
    assert told in done.err
    assert what_to_do in done.err
    assert not (tmp_path / "out").exists()


def test_a_column_that_is_not_there_is_told_with_those_that_are(compare: Compare) -> None:
    done = compare(b"id,text\n1,Rooms\n", "--text", "body")
    assert done.code == 2
    assert "“body”" in done.err
    assert "id, text" in done.err


def test_a_file_that_is_not_there_is_named(compare: Compare, tmp_path: Path) -> None:
    done = compare(None)
    assert done.code == 2
    assert f"{tmp_path / 'ads.csv'}: there is no such file" in done.err


def test_a_folder_without_pages_is_told_by_what_it_holds(compare: Compare, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "ads.csv").write_text("id,text\n1,Rooms\n")
    done = compare(None, name="exports")
    assert done.code == 2
    assert "this is a folder" in done.err
    assert "ads.csv" in done.err


def test_what_stands_before_the_break_of_a_truncated_gzip_is_read_and_the_rest_is_told(
    compare: Compare, tmp_path: Path
) -> None:
    whole = table(("id", "text"), *((i, f"Room {i} by the park, {i * 7919} metres") for i in range(3000)))
    packed = gzip.compress(whole)
    done = compare(packed[: len(packed) // 2], "--strict", name="ads.csv.gz")
    assert done.code == 3
    reasons = [row["reason"] for row in rows(tmp_path / "out" / "rejects.csv")]
    assert any("truncated" in reason for reason in reasons)
    assert 100 < len(rows(tmp_path / "out" / "clusters.csv")) < 3000


def test_bytes_that_are_no_utf8_are_mended_and_told(compare: Compare, tmp_path: Path) -> None:
    lines = [f"{i},Chambre à louer près du métro".encode() for i in range(40)]
    lines[20] = lines[20].replace("è".encode(), b"\xff")
    done = compare(b"id,text\n" + b"\n".join(lines) + b"\n")
    assert done.code == 0
    assert len(rows(tmp_path / "out" / "clusters.csv")) == 40
    (reject,) = rows(tmp_path / "out" / "rejects.csv")
    assert reject["row"] == "21"


def test_nul_bytes_are_no_trouble(compare: Compare, tmp_path: Path) -> None:
    done = compare(b"id,text\n1,Rooms\x00 by the park\n2,\x00\x00\n3,Nails\x00\n")
    assert done.code == 0
    assert {row["id"] for row in rows(tmp_path / "out" / "clusters.csv")} >= {"1", "3"}


@pytest.mark.parametrize("word", ["room ", "x"])
def test_ten_megabytes_in_one_field_are_an_ad(word: str, compare: Compare, tmp_path: Path) -> None:
    done = compare(table(("id", "text"), (1, word * (10_000_000 // len(word))), (2, "Clean rooms")))
    assert done.code == 0
    assert [row["id"] for row in rows(tmp_path / "out" / "clusters.csv")] == ["1", "2"]


def test_one_ad_is_compared_with_nobody(compare: Compare, tmp_path: Path) -> None:
    assert compare(b"id,text\n1,Rooms by the park\n").code == 0
    (row,) = rows(tmp_path / "out" / "clusters.csv")
    assert (row["id"], row["cluster"]) == ("1", "")


def test_twenty_thousand_equal_ads_are_one_cluster(compare: Compare, tmp_path: Path) -> None:
    text = (
        "Calm relaxing massage with warm oil, hot towels and quiet music behind the old station, 604 555 0123"
    )
    done = compare(table(("id", "text"), *((i, text) for i in range(20_000))))
    assert done.code == 0
    found = rows(tmp_path / "out" / "clusters.csv")
    assert len(found) == 20_000
    assert {row["cluster"] for row in found} == {"C0001"}
    assert (tmp_path / "out" / "report.html").stat().st_size < 5_000_000
    assert (tmp_path / "out" / "ties.parquet").stat().st_size < 20_000_000


def test_an_id_that_stands_twice_is_told_apart(compare: Compare, tmp_path: Path) -> None:
    done = compare(table(("id", "text"), ("7", "Clean rooms"), ("7", "Gel nails"), ("7", "Night shifts")))
    assert done.code == 0
    ids = [row["id"] for row in rows(tmp_path / "out" / "clusters.csv")]
    assert ids == ["7", "7#2", "7#3"]
    told = rows(tmp_path / "out" / "rejects.csv")
    assert [(line["row"], line["field"]) for line in told] == [("2", "id"), ("3", "id")]


def test_dates_that_miss_or_mean_nothing_cost_the_date_alone(compare: Compare, tmp_path: Path) -> None:
    done = compare(
        table(("id", "text", "date"), (1, "Rooms", ""), (2, "Nails", "soon"), (3, "Jobs", "2026-02-31"))
    )
    assert done.code == 0
    assert len(rows(tmp_path / "out" / "clusters.csv")) == 3
    told = [(line["row"], line["field"]) for line in rows(tmp_path / "out" / "rejects.csv")]
    assert ("2", "posted") in told
    assert ("3", "posted") in told


def test_dates_in_five_formats_are_one_date(compare: Compare, tmp_path: Path) -> None:
    ways = (
        "2026-03-14",
        "14/03/2026",
        "14 mars 2026",
        "March 14, 2026",
        "2026-03-14T09:30:00Z",
        "14.03.2026",
    )
    done = compare(table(("id", "texte", "date"), *((i, f"Room {i}", way) for i, way in enumerate(ways))))
    assert done.code == 0
    posted = pl.read_parquet(tmp_path / "out" / "ads.parquet")["posted"].dt.date().unique()
    assert [str(day) for day in posted] == ["2026-03-14"]
    assert rows(tmp_path / "out" / "rejects.csv") == []


def test_a_wrong_row_is_told_with_file_row_and_field(compare: Compare, tmp_path: Path) -> None:
    done = compare(b"id,text\n1,Rooms\n2,Nails,too,many\n3,\n", "--strict")
    assert done.code == 3
    told = rows(tmp_path / "out" / "rejects.csv")
    assert {line["file"] for line in told} == {str(tmp_path / "ads.csv")}
    assert [line["row"] for line in told] == ["2", "3"]
    assert told[1]["field"] == "text"
    assert all(line["reason"] for line in told)


GOOD = b"id,text\n1,Rooms by the park\n2,Gel nails at home\n"


def test_a_full_disk_leaves_what_was_there(
    compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compare(GOOD).code == 0
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}

    def full(self: Path, *text: object, **options: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    code = main(["compare", str(tmp_path / "ads.csv"), "--out", str(tmp_path / "out")])
    assert code == 2
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ads.csv", "out"]


def test_a_file_system_without_room_is_told(tmp_path: Path) -> None:
    disk, source = tmp_path / "disk", tmp_path / "ads.csv"
    disk.mkdir()
    source.write_bytes(table(("id", "text"), *((i, f"Room {i} by the park " * 30) for i in range(3000))))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a small file system")
    try:
        for out in (disk / "out", disk):
            done = subprocess.run(
                [sys.executable, "-m", "filrouge", "compare", str(source), "--out", str(out)],
                capture_output=True,
                text=True,
                check=False,
                env=environment(),
            )
            assert done.returncode == 2, done.stderr
            assert "Traceback" not in done.stderr
            assert "No space left on device" in done.stderr
            assert str(out) in done.stderr
            assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("folder_of", ["file", "findings"])
def test_a_file_or_folder_without_permission_is_told(folder_of: str, tmp_path: Path) -> None:
    """As another user where this one is root, whom permissions do not bind."""
    private, shared = tmp_path / "private", tmp_path / "shared"
    for folder in (private, shared):
        folder.mkdir()
    (shared / "ads.csv").write_bytes(GOOD)
    (private / "ads.csv").write_bytes(GOOD)
    private.chmod(0o500)
    (private / "ads.csv").chmod(0o000)
    source = (private if folder_of == "file" else shared) / "ads.csv"
    out = tmp_path / "out" if folder_of == "file" else private / "out"
    try:
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, "compare", str(source), "--out", str(out)],
            capture_output=True,
            text=True,
            check=False,
            env=environment(NUMBA_CACHE_DIR=str(shared)),
        )
    finally:
        private.chmod(0o700)
    if done.returncode == 77:
        pytest.skip("this machine has no way to act without permission")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert str(source if folder_of == "file" else out) in done.stderr
    assert not out.exists()


AS_NOBODY = """
import ctypes, os, sys
from filrouge.cli import main
import filrouge.reports.findings, filrouge.engines.stored, filrouge.ads.columns, filrouge.reports.terminal
if os.geteuid() == 0:
    # Root without CAP_DAC_OVERRIDE (1), CAP_DAC_READ_SEARCH (2): nothing else changes.
    libc = ctypes.CDLL(None)
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if libc.capget(header, data):
        sys.exit(77)
    data[0] &= ~0b110
    data[1] &= ~0b110
    if libc.capset(header, data):
        sys.exit(77)
sys.exit(main(sys.argv[1:]))
"""


def test_findings_do_not_replace_a_file(compare: Compare, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    done = compare(GOOD)
    assert done.code == 2
    assert str(tmp_path / "out") in done.err
    assert (tmp_path / "out").read_text() == "mine"


def test_findings_do_not_replace_a_folder_of_other_things(compare: Compare, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    done = compare(GOOD)
    assert done.code == 2
    assert "not empty" in done.err
    assert "--out" in done.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]


def test_findings_replace_those_of_an_earlier_run_whole(compare: Compare, tmp_path: Path) -> None:
    assert compare(GOOD).code == 0
    (tmp_path / "out" / "index" / "stale.npy").write_bytes(b"old")
    assert compare(b"id,text\nx,Night shifts\n").code == 0
    assert [row["id"] for row in rows(tmp_path / "out" / "clusters.csv")] == ["x"]
    assert not (tmp_path / "out" / "index" / "stale.npy").exists()


def test_a_file_whose_name_is_no_text_is_compared_and_named(tmp_path: Path) -> None:
    source = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
    source.write_bytes(GOOD)
    done = run_filrouge("compare", source, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["inputs"][0]["name"].endswith("caf\ufffd.csv")


def test_a_folder_whose_name_is_no_text_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_bytes(GOOD)
    out = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    done = run_filrouge("compare", tmp_path / "ads.csv", "--out", out)
    assert done.code == 2
    assert "caf\ufffd: could not be written" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["ads.csv"]


def test_asking_for_thousands_of_jobs_starts_no_thousands_of_threads(
    compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    started: list[threading.Thread] = []
    start = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda self: (started.append(self), start(self)))
    assert compare(GOOD, "--jobs", "100000").code == 0
    assert len(started) < 1000


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stage", ["Cleaning", "Comparing", "Writing"])
def test_a_run_that_is_stopped_leaves_nothing_behind(
    sign: signal.Signals, stage: str, tmp_path: Path
) -> None:
    source = tmp_path / "ads.csv"
    source.write_bytes(
        table(
            ("id", "text"), *((i, f"Room {i} by park {i * 7919} near {i % 97} " * 4) for i in range(20_000))
        )
    )
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text(json.dumps({"of": "an earlier run"}))
    process = subprocess.Popen(
        [sys.executable, "-m", "filrouge", "compare", str(source), "--out", str(out), "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONUNBUFFERED="1"),
    )
    assert process.stderr is not None
    while stage not in process.stderr.readline():
        assert process.poll() is None
    time.sleep(0.05)
    process.send_signal(sign)
    _out, told = process.communicate(timeout=120)
    assert "Traceback" not in told
    assert process.returncode == (130 if sign == signal.SIGINT else 143)
    assert [path.name for path in out.iterdir()] == ["run.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ads.csv", "out"]
