"""What `calibrate` says: how sure a run is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from filrouge.cli import main
from filrouge.networks.learning import KINDS
from filrouge.reports.calibration import WIDTH, reliability_line


def calibrated(demo: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["calibrate", "--in", str(demo), "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_the_json_holds_the_weights_of_the_run(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = calibrated(demo, capsys)
    run = json.loads((demo / "run.json").read_text(encoding="utf-8"))
    assert found["weights"] == run["weights"]
    assert found["calibration"] == run["calibration"]
    assert [kind["kind"] for kind in run["calibration"]["kinds"]] == list(KINDS)


def test_the_label_is_hidden_from_the_bits(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = calibrated(demo, capsys)["calibration"]["checks"]  # type: ignore[index]
    for check in checks:
        assert set(check["label"]) <= set(check["hidden"])
        assert check["same"] > 0
        assert check["strangers"] > 0
        assert sum(row["pairs"] for row in check["reliability"]) == check["same"] + check["strangers"]
        assert check["least_cllr"] <= check["cllr"] + 1e-9
        assert all(row["least"] <= row["observed"] <= row["most"] for row in check["reliability"])


def test_fewer_strangers_reach_more_bits(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = calibrated(demo, capsys)
    reach = found["reach"]
    counts = [row["reach"] for row in reach]  # type: ignore[union-attr,attr-defined]
    assert counts == sorted(counts, reverse=True)
    assert all(row["at_least_one_in"] <= (row["one_in"] or row["strangers"]) for row in reach)  # type: ignore[union-attr,attr-defined]
    assert all(0 <= row["by_movement"] <= row["reach"] for row in reach)  # type: ignore[union-attr,attr-defined]
    bits = list(found["calibration"]["strangers"]["bits"].values())  # type: ignore[index]
    assert bits == sorted(bits)


def test_it_says_what_it_rests_on(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--in", str(demo)]) == 0
    said = capsys.readouterr().out
    for expected in (
        "Weights",
        "pairs of strangers",
        "Cllr",
        "Expected calibration error",
        "Silent",
        "image: no column with fingerprints of images came with the ads",
        "What strangers reach",
        "1 in ",
    ):
        assert expected in said


def test_operations_are_planted_and_the_findings_left_as_they_are(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.rglob("*")}
    assert main(["calibrate", "--in", str(demo), "--plant", "3", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["planted"]
    assert {path: path.stat().st_mtime_ns for path in demo.rglob("*")} == before
    assert [row["kind"] for row in rows] == ["phone", "handle", "movement"]
    assert all(row["found"] + row["partly"] <= row["planted"] <= 3 for row in rows)
    assert sum(row["planted"] for row in rows) > 0
    assert main(["calibrate", "--in", str(demo), "--plant", "1"]) == 0
    assert "Planted operations" in capsys.readouterr().out


def test_a_folder_of_no_findings_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--in", str(tmp_path)]) == 2
    assert "run.json" in capsys.readouterr().err
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    assert main(["calibrate", "--in", str(tmp_path)]) == 2
    assert "calibration" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["calibrate"], ["explain", "H-0391", "H-0277"], ["search", "massage"]])
@pytest.mark.parametrize("name", ["run.json", "index/words.npy", "ads.parquet", "index/decoys.npy"])
def test_a_damaged_folder_is_named_and_nobody_is_said_to_have_interrupted(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], name: str
) -> None:
    harmed = tmp_path / "findings"
    shutil.copytree(demo, harmed)
    (harmed / name).write_bytes(b"")
    code = main([*command, "--in", str(harmed)])
    said = capsys.readouterr().err
    # What a command does not read cannot stop it.
    assert code in (0, 2)
    assert (code == 2) == ("a file of the findings is damaged or missing" in said)
    assert "Interrupted" not in said
    if name == "run.json" and command != ["search", "massage"]:
        assert code == 2


def test_the_plot_has_what_was_said_and_what_was_seen_in_their_places() -> None:
    line = reliability_line({"predicted": 1.0, "observed": 0.5, "least": 0.25, "most": 0.75})
    assert len(line) == WIDTH + 2
    assert line.index("o") == WIDTH // 2 + 1
    assert line.index("x") == WIDTH
    assert line.count("-") == WIDTH // 2
    assert "*" in reliability_line({"predicted": 0.5, "observed": 0.5, "least": 0.4, "most": 0.6})
