"""Image hashes from a file to the networks that they tie."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from filrouge.ads.synthetic import write_synthetic
from filrouge.cli import main


@pytest.fixture(scope="module")
def ads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic")
    write_synthetic(folder, ads=600, seed=5, difficulty=0.5)
    return folder / "ads.csv"


def compared(ads: Path, *options: str) -> Path:
    out = ads.parent / f"found-{len(list(ads.parent.iterdir()))}"
    assert main(["compare", str(ads), "--out", str(out), "--jobs", "1", *options]) == 0
    return out


def test_invented_images_are_found_said_and_weighed(ads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = compared(ads)
    told = capsys.readouterr()
    assert "image = image_hash" in told.out + told.err
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["columns"][0]["fields"]["image"] == "image_hash"
    assert run["columns"][0]["how"]["image"] == "header"
    given = pl.read_csv(ads, infer_schema=False)["image_hash"].fill_null("")
    assert pl.read_parquet(out / "ads.parquet")["image"].to_list() == given.to_list()
    weighed = [
        kind
        for line in (out / "networks.jsonl").read_text(encoding="utf-8").splitlines()
        for kind in _kinds(line)
    ]
    assert "image" in weighed


def _kinds(line: str) -> list[str]:
    return [
        each["kind"]
        for tie in json.loads(line)["strongest"]
        for each in tie.get("kinds", [])
        if each["bits"] > 0
    ]


def test_the_column_can_be_named_and_a_bad_cell_is_a_line_of_the_rejects(ads: Path, tmp_path: Path) -> None:
    table = pl.read_csv(ads, infer_schema=False).rename({"image_hash": "x"})
    cells = ["photo.jpg", *table["x"].to_list()[1:]]
    table.with_columns(x=pl.Series(cells)).write_csv(tmp_path / "ads.csv")
    out = compared(tmp_path / "ads.csv", "--image", "x")
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["parameters"]["image"] == "x"
    with (out / "rejects.csv").open(encoding="utf-8", newline="") as file:
        told = [(row["row"], row["field"]) for row in csv.DictReader(file) if row["field"] == "image"]
    assert told == [("1", "image")]
    assert pl.read_parquet(out / "ads.parquet").height == table.height


def test_ads_without_images_come_out_as_if_there_were_no_such_column(ads: Path, tmp_path: Path) -> None:
    table = pl.read_csv(ads, infer_schema=False)
    found = []
    for name, columns in (("none", table.drop("image_hash")), ("empty", table.with_columns(image_hash=None))):
        (tmp_path / name).mkdir()
        columns.write_csv(tmp_path / name / "ads.csv")
        found.append(compared(tmp_path / name / "ads.csv"))
    for file in ("clusters.csv", "networks.jsonl", "network_members.csv"):
        assert (found[0] / file).read_bytes() == (found[1] / file).read_bytes()
