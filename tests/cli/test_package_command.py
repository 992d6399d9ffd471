"""Packaging and checking evidence, as a person types it."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

from workspace_days import Unit, filrouge, on_day

from filrouge.casework import wrong_joins
from filrouge.casework.access import Role
from filrouge.casework.cases import make_case
from filrouge.casework.database import Database
from filrouge.casework.people import make_user
from filrouge.corpus.workspace import Workspace

AT = ("--made-at", "2026-06-04T12:00:00Z")


def packaged(unit: Unit, out: Path, *more: str | Path) -> None:
    with on_day(4):
        told = unit("package", "--case", "harbour", "--cluster", "0", "--out", out, *AT, *more)
    assert told.code == 0, told.err


def files_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_cluster_is_packaged_masked_and_the_package_agrees(three_days: Unit, tmp_path: Path) -> None:
    out = tmp_path / "out" / "c0.zip"
    with on_day(4):
        told = three_days(
            "package", "--case", "harbour", "--cluster", "0", "--out", out, "--for", "Crown prosecutor", *AT
        )
    assert told.code == 0, told.err
    assert "C0, 4 ads" in told.words
    assert "Identifiers, names and texts are masked." in told.words
    files = files_of(out)
    rows = list(csv.DictReader(io.StringIO(files["ads.csv"].decode(), newline="")))
    assert {row["id"] for row in rows} == {"L1", "L2", "L3", "L6"}
    for content in files.values():
        for secret in (b"604-555-0123", b"6045550123", b"Sophie", b"market", b"416-555-0158"):
            assert secret not in content
    key = re.search(r"--signed-by ([0-9a-f]{16})", told.words)
    assert key is not None
    checked = filrouge("verify-package", out, "--signed-by", key[1])
    assert checked.code == 0
    assert "Everything agrees." in checked.out
    assert "for Crown prosecutor" in checked.words


def test_the_same_package_can_be_made_again_later(three_days: Unit, tmp_path: Path) -> None:
    packaged(three_days, tmp_path / "one.zip")
    seq = json.loads(files_of(tmp_path / "one.zip")["manifest.json"])["snapshot"]["seq"]
    packaged(three_days, tmp_path / "two.zip", "--as-of", str(seq))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_opening_needs_a_reason_which_the_ledger_keeps_with_the_hash_of_what_left(
    three_days: Unit, tmp_path: Path
) -> None:
    before = three_days("snapshots").out.count("\n")
    refused = three_days(
        "package", "--case", "harbour", "--cluster", "0", "--out", tmp_path / "x.zip", "--open", " "
    )
    assert refused.code == 2
    assert three_days("snapshots").out.count("\n") == before
    packaged(three_days, tmp_path / "open.zip", "--open", "file 26-114")
    told = three_days("snapshots")
    assert "ads opened" in told.out
    assert "file 26-114" in told.out
    assert "evidence packaged" in told.out
    assert b"604-555-0123" in files_of(tmp_path / "open.zip")["ads.csv"]
    assert three_days("verify").code == 0


def test_what_people_keep_apart_in_the_workbench_is_apart(three_days: Unit, tmp_path: Path) -> None:
    packaged(three_days, tmp_path / "before.zip")
    assert not (three_days.where / "casework").exists()
    ws = Workspace.open(three_days.where, key_file=three_days.key)
    seq = ws.snapshot.seq
    database = Database.of(ws)
    with database.writing() as db:
        by = make_user(db, "", login="ana", name="Ana", role=Role.ANALYST, password="seven quiet bicycles")
        case = make_case(
            db, by, name="harbour", title="Harbour", purpose="Practice", authority="Invented data",
            keep_until=date(2031, 1, 1), members=[by],
        )  # fmt: skip
        found = wrong_joins.report(db, by, case, wrong_joins.Decision("ad", 1, 0), seq=seq)
        found.told[0].at = datetime(2026, 6, 4, 11, 0, tzinfo=UTC)
    database.close()
    with on_day(4):
        told = three_days(
            "package", "--case", "harbour", "--cluster", "0", "--out", tmp_path / "after.zip", *AT
        )
    assert told.code == 0, told.err
    assert "took 1 join apart, as wrong. The package follows them." in told.words
    assert "C0, 3 ads" in told.words
    files = files_of(tmp_path / "after.zip")
    assert json.loads(files["manifest.json"])["what"]["joins_kept_apart"] == 1
    told_inside = " ".join(" ".join(content.decode(errors="replace").split()) for content in files.values())
    assert "took 1 join of that run apart" in told_inside
    members = [row["id"] for row in csv.DictReader(io.StringIO(files["ads.csv"].decode(), newline=""))]
    assert "L2" not in members
    checked = filrouge("verify-package", tmp_path / "after.zip")
    assert checked.code == 0, checked.out
    # As it was known then: before it was reported, the next snapshot had been written.
    packaged(three_days, tmp_path / "then.zip", "--as-of", "2026-06-03")
    assert "joins_kept_apart" not in json.loads(files_of(tmp_path / "then.zip")["manifest.json"])["what"]
    again = ("--made-at", "2026-06-04T10:59:59Z")
    with on_day(4):
        assert three_days(
            "package", "--case", "harbour", "--cluster", "0", "--out", tmp_path / "earlier.zip", *again
        ).code == 0  # fmt: skip
    assert "joins_kept_apart" not in json.loads(files_of(tmp_path / "earlier.zip")["manifest.json"])["what"]


def test_a_changed_package_is_told_where_it_was_changed(three_days: Unit, tmp_path: Path) -> None:
    out = tmp_path / "c0.zip"
    packaged(three_days, out)
    content = bytearray(out.read_bytes())
    at = content.index(b"run,is_word") + 200
    content[at] ^= 1
    out.write_bytes(content)
    told = filrouge("verify-package", out)
    assert told.code == 1
    assert "evidence/prices.csv: the file is not as it was" in told.words
    assert "Do not rely on this package." in told.words
    out.write_text("no package")
    assert filrouge("verify-package", out).code == 1
    assert filrouge("verify-package", tmp_path / "none.zip").code == 2
    assert filrouge("verify-package", out, "--signed-by", "xyz").code == 2


def test_what_is_packaged_is_said_once_and_is_there(three_days_once: Unit, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "x.zip")
    for asked in (
        ("--case", "harbour"),
        ("--case", "harbour", "--cluster", "0", "--network", "0"),
        ("--case", "harbour", "--ads", "one"),
        ("--case", "harbour", "--cluster", "99"),
        ("--case", "nobody's", "--cluster", "0"),
        ("--case", "harbour", "--ads", "0,9"),
        ("--case", "harbour", "--cluster", "0", "--made-at", "noon"),
    ):
        told = three_days_once("package", *asked, *out)
        assert told.code == 2, asked
        assert not (tmp_path / "x.zip").exists()
    missing = three_days_once("package", "--case", "harbour", "--cluster", "99", *out)
    assert "C99: the case “harbour” holds no ad of it" in " ".join(missing.err.split())


def test_ads_are_packaged_by_their_numbers(three_days: Unit, tmp_path: Path) -> None:
    out = tmp_path / "ads.zip"
    with on_day(4):
        told = three_days("package", "--case", "harbour", "--ads", "0, 1", "--out", out, *AT)
    assert told.code == 0, told.err
    assert filrouge("verify-package", out).code == 0
    manifest = json.loads(files_of(out)["manifest.json"])
    assert manifest["what"] == {"kind": "ads", "name": "A0-1", "ads": [0, 1]}
