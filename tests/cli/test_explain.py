"""What `explain` says of the voices of two ads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from filrouge.cli import main
from filrouge.engines.voices import VoiceTie, tie_of_voices
from filrouge.errors import NoFindings
from filrouge.networks.learning import KINDS
from filrouge.networks.possible import SIDES


@pytest.fixture(scope="module")
def heads(demo: Path) -> pl.DataFrame:
    """An ad of each voice: `unit`, `id`, `part`, and its cluster's name ("" for an ad of its own)."""
    ids = pl.read_parquet(demo / "ads.parquet", columns=["id"])
    clusters = pl.read_parquet(demo / "index" / "clusters.parquet", columns=["cluster"])
    voices = pl.read_parquet(demo / "index" / "voices.parquet")
    return pl.concat([voices, ids, clusters], how="horizontal").unique(
        "unit", keep="first", maintain_order=True
    )


@pytest.fixture(scope="module")
def pairs(demo: Path, heads: pl.DataFrame) -> pl.DataFrame:
    """The pairs of voices that were weighed, with an ad of each: `id_a`, `id_b`."""
    ids = heads.select("unit", "id")
    return (
        pl.read_parquet(demo / "index" / "voice_ties.parquet")
        .join(ids.rename({"unit": "a", "id": "id_a"}), on="a", maintain_order="left")
        .join(ids.rename({"unit": "b", "id": "id_b"}), on="b", maintain_order="left")
    )


def copy(findings: Path, to: Path) -> None:
    """Copy what `explain` reads."""
    (to / "index").mkdir()
    for name in (
        "ads.parquet",
        "run.json",
        *(f"index/{file.name}" for file in (findings / "index").iterdir()),
    ):
        (to / name).write_bytes((findings / name).read_bytes())


def of_row(demo: Path, row: dict[str, object]) -> VoiceTie:
    return tie_of_voices(demo, str(row["id_a"]), str(row["id_b"]))


def test_a_pair_has_the_same_bits_in_explain_and_in_the_networks(demo: Path, heads: pl.DataFrame) -> None:
    ad_of = {**dict(heads.select("cluster", "id").iter_rows()), **{ad: ad for ad in heads["id"]}}
    compared = 0
    for line in (demo / "networks.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        for tie in record["strongest"] + record["against"]:
            if "kinds" not in tie:
                continue
            found = tie_of_voices(demo, ad_of[tie["a"]], ad_of[tie["b"]])
            assert found.weighed
            assert [{"kind": kind, "bits": bits} for kind, bits in found.parts] == tie["kinds"]
            assert found.networks == (record["network"], record["network"])
            compared += 1
    assert compared > 20


def test_the_order_of_the_ads_does_not_change_the_bits(demo: Path, pairs: pl.DataFrame) -> None:
    row = pairs.row(0, named=True)
    one, other = of_row(demo, row), tie_of_voices(demo, row["id_b"], row["id_a"])
    assert (one.parts, one.total, one.claimed, one.shared) == (
        other.parts,
        other.total,
        other.claimed,
        other.shared,
    )


def test_the_parts_sum_to_the_total_and_no_more_is_claimed_than_is_borne_out(
    demo: Path, pairs: pl.DataFrame
) -> None:
    most = json.loads((demo / "run.json").read_text(encoding="utf-8"))["weights"]["most"]
    for row in pairs.head(30).iter_rows(named=True):
        found = of_row(demo, row)
        assert sum(bits for _kind, bits in found.parts) == pytest.approx(found.total, abs=0.05)
        assert found.claimed <= most + 0.01


def test_voices_that_share_nothing_were_not_weighed(
    demo: Path, heads: pl.DataFrame, pairs: pl.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    one = heads["id"][0]
    known = set(pairs.filter(pl.col("id_a") == one)["id_b"]) | set(
        pairs.filter(pl.col("id_b") == one)["id_a"]
    )
    other = next(ad for ad in heads["id"][1:] if ad not in known and not tie_of_voices(demo, one, ad).shared)
    assert main(["explain", one, other, "--in", str(demo)]) == 0
    said = capsys.readouterr().out
    assert "was not weighed, for nothing proposed it" in said
    assert "total" not in said


def test_a_pair_that_shares_a_contact_but_was_not_weighed_has_the_bits_of_the_contact(
    demo: Path, tmp_path: Path, pairs: pl.DataFrame
) -> None:
    # The run's folder without this pair is what a run with more holders between the two leaves.
    row = pairs.filter((pl.col("phone") > 0) & (pl.col("email") == 0)).row(0, named=True)
    copy(demo, tmp_path)
    table = pl.read_parquet(demo / "index" / "voice_ties.parquet")
    table.filter((pl.col("a") != row["a"]) | (pl.col("b") != row["b"])).write_parquet(
        tmp_path / "index" / "voice_ties.parquet"
    )
    weighed, known = of_row(demo, row), of_row(tmp_path, row)
    assert weighed.weighed
    assert not known.weighed
    assert {kind for kind, _bits in known.parts} <= {"phone", "handle", "payment", "url", "once"}
    assert dict(known.parts)["phone"] == dict(weighed.parts)["phone"]
    assert sum(held.bits for held in known.shared if held.kind == "phone") == pytest.approx(row["phone"])


def test_ads_of_one_template_are_one_voice(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = pl.read_csv(demo / "clusters.csv").filter(pl.col("cluster") == "C0001")["id"][:2].to_list()
    assert main(["explain", *both, "--in", str(demo)]) == 0
    assert "Both ads are of one voice" in capsys.readouterr().out


def test_a_tie_is_shown_with_its_kinds_the_total_words_and_strangers(
    demo: Path, pairs: pl.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    row = pairs.sort("phone", "a", "b", descending=[True, False, False]).row(0, named=True)
    assert main(["explain", row["id_a"], row["id_b"], "--in", str(demo)]) == 0
    said = capsys.readouterr().out
    for expected in (
        "phone  ",
        "counted once  ",
        "total  ",
        "█",
        "support for one source",
        "pairs of strangers",
    ):
        assert expected in said
    assert "share no contact of few" in said


def test_a_link_that_was_cut_is_said_to_be_only_possible(
    demo: Path, tmp_path: Path, pairs: pl.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    # As if the run had cut a weak tie between two voices that are in no network together.
    row = next(
        row
        for row in pairs.iter_rows(named=True)
        if not of_row(demo, row).networks[0] or len(set(of_row(demo, row).networks)) == 2
    )
    parts = pl.read_parquet(demo / "index" / "voices.parquet").with_columns(part=pl.lit(-1, pl.Int32))
    copy(demo, tmp_path)
    parts.write_parquet(tmp_path / "index" / "voices.parquet")
    pl.DataFrame(
        [(0, 0, -1, row["a"], 5.5), (0, 1, -1, row["b"], 5.5)], schema=SIDES, orient="row"
    ).write_parquet(tmp_path / "index" / "possible.parquet")
    assert main(["explain", row["id_a"], row["id_b"], "--in", str(tmp_path)]) == 0
    assert "only possible: it hangs on one weak tie of 5.50 bits" in capsys.readouterr().out


def test_a_folder_without_the_voices_is_refused(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    with pytest.raises(NoFindings, match="voices"):
        tie_of_voices(tmp_path, "a", "b")


def test_the_strangers_are_kept_as_numbers_only(demo: Path) -> None:
    kept = np.load(demo / "index" / "decoys.npy")
    assert kept.dtype == np.float64
    assert kept.ndim == 1
    assert (np.diff(kept) >= 0).all()
    assert set(pl.read_parquet_schema(demo / "index" / "voice_ties.parquet")) == {"a", "b", *KINDS}


def test_ads_whose_voices_are_tied_are_not_said_to_have_nothing_between_them(
    demo: Path, pairs: pl.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    near = pairs.filter(pl.col("near") > 0).sort("near", "a", "b", descending=[True, False, False])
    tie = next(found for row in near.iter_rows(named=True) if (found := of_row(demo, row)).supports_one_hand)
    assert main(["explain", tie.one, tie.other, "--in", str(demo)]) == 0
    assert "Nothing ties" not in capsys.readouterr().out
