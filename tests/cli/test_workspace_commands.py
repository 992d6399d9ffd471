"""The commands of a workspace, as a person types them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from workspace_days import NEW, Unit, filrouge, on_day

from filrouge.corpus.workspace import Workspace


def test_a_new_workspace_says_where_its_key_is_and_what_losing_it_means(tmp_path: Path) -> None:
    told = filrouge("init", tmp_path / "unit")
    assert told.code == 0
    (key,) = Path(os.environ["XDG_CONFIG_HOME"]).rglob("*.key")
    assert str(key) in told.out
    assert key.stat().st_mode & 0o077 == 0
    assert "Whoever loses the key loses the ads" in told.out
    assert filrouge("status", tmp_path / "unit").code == 0


def test_the_key_may_be_written_where_the_owner_wants_it(tmp_path: Path) -> None:
    told = filrouge("init", tmp_path / "unit", "--key-file", tmp_path / "safe" / "unit.key")
    assert told.code == 0
    assert str(tmp_path / "safe" / "unit.key") in told.out
    assert filrouge("status", tmp_path / "unit").code == 2
    assert filrouge("status", tmp_path / "unit", "--key-file", tmp_path / "safe" / "unit.key").code == 0


def test_a_key_in_the_environment_is_used_and_written_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILROUGE_KEY", "A" * 43 + "=")
    told = filrouge("init", tmp_path / "unit")
    assert told.code == 0
    assert "FILROUGE_KEY" in told.out
    assert not list(Path(os.environ["XDG_CONFIG_HOME"]).rglob("*"))


def test_taking_in_says_what_was_taken_for_what_and_how_much_was_new(tmp_path: Path) -> None:
    unit = Unit.made(tmp_path)
    told = unit("ingest", unit.file(1, "harbour"), "--case", "harbour")
    assert told.code == 0
    assert f"{unit.file(1, 'harbour')}: text = description, id = id, posted = posted" in told.out
    assert "9 ads are new." in told.out
    assert "case “harbour”, as of snapshot 1" in told.out
    again = unit("ingest", unit.file(1, "harbour"))
    assert again.code == 0
    assert "0 ads are new." in again.out
    assert "9 were held already." in again.out
    assert "the workspace is as it was" in again.out


def test_rows_that_were_not_taken_as_they_stand_are_told_and_strict_says_so(tmp_path: Path) -> None:
    unit = Unit.made(tmp_path)
    file = tmp_path / "some.csv"
    file.write_text(
        "id,text,posted\n1,Two students move your sofa,2026-05-01\n2,,2026-05-01\n3,Pianos tuned,soon\n"
    )
    told = unit("ingest", file, "--strict")
    assert told.code == 3
    assert "2 things in the files were not taken as they stand:" in told.out
    assert f"{file}, row 2, text: " in told.out
    assert f"{file}, row 3, posted: " in told.out
    assert "2 ads are new." in told.out


def test_the_columns_may_be_named(tmp_path: Path) -> None:
    unit = Unit.made(tmp_path)
    file = tmp_path / "some.csv"
    file.write_text("a,b\nTwo students move your sofa,Pianos tuned by ear on quiet afternoons\n")
    told = unit("ingest", file, "--text", "a")
    assert "text = a" in told.out
    assert unit("ingest", file, "--text", "c").code == 2


def test_a_run_says_what_it_found(tmp_path: Path) -> None:
    unit = Unit.made(tmp_path)
    unit("ingest", unit.file(1, "harbour"))
    told = unit("run", "--jobs", "1")
    assert told.code == 0
    assert "9 ads, compared with each other" in told.out
    assert "3 ads were written from one template." in told.out
    assert "1 cluster began." in told.out
    again = unit("run")
    assert again.code == 0
    assert "there was nothing to do" in again.out
    anew = unit("run", "--anew", "--no-networks")
    assert anew.code == 0
    assert "3 ads were written from one template." in anew.out
    assert "Networks were not sought" in anew.out


def test_the_status_is_what_the_workspace_holds(three_days_once: Unit) -> None:
    told = three_days_once("status")
    assert told.code == 0
    assert f"{three_days_once.where}: 21 ads of 3 agencies, from 2 months." in told.words
    assert "9 ads were written from one of 2 templates." in told.words
    assert re.search(r"^harbour +12 +2026-05 to 2026-06$", told.out, re.MULTILINE)
    assert re.search(r"^market +9 +2026-06$", told.out, re.MULTILINE)
    assert "Ads came last on 2026-06-03" in told.out
    assert "None of its ads were destroyed." in told.out
    assert "not compared yet" not in told.out
    assert re.search(r"^texts and words, sealed +[\d.]+ kB$", told.out, re.MULTILINE)


def test_the_status_says_what_no_run_has_seen(tmp_path: Path) -> None:
    unit = Unit.made(tmp_path)
    assert "no ads" in unit("status").out
    unit("ingest", unit.file(1, "harbour"))
    assert "They were never compared" in unit("status").out
    unit("run", "--no-networks")
    unit("ingest", unit.file(2, "market"))
    assert "9 ads came since and were not compared yet" in unit("status").words


def test_the_ledger_is_a_table(three_days_once: Unit) -> None:
    told = three_days_once("snapshots")
    assert told.code == 0
    head, *rows = told.out.splitlines()
    assert head.split() == ["number", "when", "what", "by", "version", "ads", "why"]
    assert [row.split()[0] for row in rows] == list("0123456")
    assert [re.findall(r"[+]\d+", row) for row in rows if "ads taken in" in row] == [
        [f"+{new}"] for new in NEW.values()
    ]
    assert [row.split()[1] for row in rows] == [f"2026-06-0{day}" for day in (1, 1, 1, 2, 2, 3, 3)]


def test_the_history_of_a_cluster_is_how_it_grew(three_days_once: Unit) -> None:
    told = three_days_once("history", "0")
    assert told.code == 0
    assert re.findall(r"(\d+) ads? came in: (\d+) ads now", told.out) == [("3", "3"), ("2", "5"), ("1", "6")]
    assert "began" in told.out
    every = three_days_once("history")
    assert re.findall(r"snapshot (\d)\n +1 cluster began", every.out) == ["2", "4"]


def test_the_history_of_a_network_is_asked_for(three_days_once: Unit) -> None:
    told = three_days_once("history", "0", "--network")
    assert told.code == 0
    assert told.out.startswith("network 0")
    assert "came in" in told.out


def test_a_workspace_that_nobody_touched_is_verified(three_days_once: Unit) -> None:
    told = three_days_once("verify")
    assert told.code == 0
    assert "All is as it was written, in 7 snapshots." in told.out
    ws = Workspace.open(three_days_once.where, key_file=three_days_once.key)
    assert ws.snapshot.fingerprint() in told.out


def test_what_was_altered_is_listed_and_the_exit_code_is_one(three_days: Unit) -> None:
    pack = max((three_days.where / "packs").iterdir())
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)
    told = three_days("verify")
    assert told.code == 1
    assert "1 thing is not as it was written:" in told.out
    assert f"packs/{pack.name}" in told.out


def test_a_table_that_is_gone_is_listed(three_days: Unit) -> None:
    file = next((three_days.where / "tables" / "membership").rglob("*.parquet"))
    file.unlink()
    told = three_days("verify")
    assert told.code == 1
    assert file.name in told.out


def test_a_ledger_that_cannot_be_read_is_no_fault_of_the_program(three_days: Unit) -> None:
    for file in (three_days.where / "tables" / "ledger").glob("*.parquet"):
        file.unlink()
    told = three_days("verify")
    assert told.code == 1
    assert "altered so far that the rest cannot be checked" in told.out
    assert "ledger" in told.out
    assert three_days("status").code == 2


def test_what_was_left_behind_is_cleared_away(three_days: Unit) -> None:
    assert "nothing to clear away" in three_days("vacuum").out
    orphan = three_days.where / "packs" / f"{'a' * 32}.pack"
    orphan.write_bytes(b"left behind")
    os.utime(orphan, (0, 0))
    dry = three_days("vacuum", "--dry-run")
    assert "1 file would be cleared away (11 bytes)." in dry.out
    assert f"packs/{orphan.name}" in dry.out
    assert orphan.exists()
    assert "1 file was cleared away" in three_days("vacuum").out
    assert not orphan.exists()
    assert three_days("verify").code == 0


def test_findings_are_exported_as_compare_writes_them_and_that_is_in_the_ledger(three_days: Unit) -> None:
    out = three_days.files / "findings"
    told = three_days("export", "--as", "compare-dir", "--out", out, "--open", "for the prosecutor")
    assert told.code == 0, told.err
    assert (out / "report.html").exists()
    assert "21 ads" in told.out
    assert "in the clear" in told.out
    rows = three_days("snapshots").out.splitlines()
    assert rows[-1].endswith("for the prosecutor")
    assert "ads opened" in rows[-1]
    found = filrouge("search", "violin lessons to slow beginners at your kitchen table", "--in", out)
    assert found.code == 0
    assert "L1" in found.out


def test_an_export_of_the_past_holds_what_was_known_then(three_days: Unit) -> None:
    out = three_days.files / "findings"
    told = three_days(
        "export", "--as", "compare-dir", "--out", out, "--open", "for the court", "--as-of", "2026-06-01"
    )
    assert told.code == 0, told.err
    assert told.out.startswith("As of 2026-06-01 ")
    assert "9 ads" in told.out


def test_without_a_reason_nothing_is_exported(three_days: Unit) -> None:
    out = three_days.files / "findings"
    told = three_days("export", "--as", "compare-dir", "--out", out)
    assert told.code == 2
    assert "--open" in told.err
    assert not out.exists()
    assert len(three_days("snapshots").out.splitlines()) == 8


def test_the_past_is_announced_on_the_first_line(three_days_once: Unit) -> None:
    for command in ("status", "snapshots", "history"):
        told = three_days_once(command, "--as-of", "2026-06-02")
        assert told.code == 0
        assert re.match(r"As of 2026-06-02 \d\d:\d\d \(snapshot 4\): what was known then\.\n", told.out), (
            told.out
        )
    assert len(three_days_once("snapshots", "--as-of", "2").out.splitlines()) == 5


def test_what_is_written_today_is_after_all_of_the_scenario(three_days: Unit) -> None:
    with on_day(4):
        assert three_days("search", "violin", "--words", "--open", "test").code == 0
    assert three_days("snapshots").out.splitlines()[-1].split()[1] == "2026-06-04"
