"""Whether bits keep their word, on invented ads whose truth is known.

Of each set: the checks that `filrouge calibrate` makes, by weak labels with the label's kinds hidden; and what
those can't know, the bits of all kinds against the truth. Pairs of one hand are the weighed ones of one true
network, strangers are the matched ones of two; both of voices that taught nothing. Least Cllr is what the order of
the pairs allows (discrimination); the rest of Cllr is miscalibration.

The last line is of all pairs that the search brought up, against the odds that any two voices are of one hand:
how many of them the bits say are of one hand, and how many are.

    python benchmarks/calibration.py [--ads 50000] [--seeds 1] [--difficulties 0.5] [--languages all,fr]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from common import machine, workplace

from filrouge.ads.columns import Columns
from filrouge.ads.synthetic import write_synthetic
from filrouge.engines.local import Findings, analyse
from filrouge.evidence.calibration import cllr, expected_calibration_error, min_cllr
from filrouge.networks.calibrated import calibration
from filrouge.progress import Silent

ASKED = 0.15
"""The Cllr that may not be exceeded at difficulty 0.5 and 50,000 ads."""


def owners(findings: Findings, truth: Path) -> np.ndarray:
    """Who is behind each voice: its true network, or else its template's writer; shape (units,)."""
    # A voice that mixes several is whose most of its ads are.
    units = pl.DataFrame({"id": findings.read.ads["id"], "unit": findings.networks.units.of})
    known = pl.read_csv(truth, infer_schema_length=0).select(
        "id", owner=pl.coalesce(pl.col("network").replace("", None), pl.lit("writer ") + pl.col("template"))
    )
    most = units.join(known, on="id", how="left").group_by("unit").agg(pl.col("owner").mode().sort().first())
    return most.sort("unit")["owner"].to_numpy()


def row(name: str, by: str, bits: np.ndarray, same: np.ndarray) -> str:
    """A line of the table."""
    cost, least = cllr(bits, same), min_cllr(bits, same)
    error = expected_calibration_error(bits, same, prior=0.5)
    return (
        f"| {name} | {by} | {int(same.sum()):,} | {int((~same).sum()):,} "
        f"| {cost:.3f} | {least:.3f} | {cost - least:.3f} | {error:.3f} |"
    )


def measure(folder: Path, name: str, language: str) -> None:
    """Compare the ads of `folder`, of one language or of all, and print the lines."""
    ads = folder / "ads.csv"
    if language != "all":
        of = pl.read_csv(folder / "truth.csv", infer_schema_length=0).filter(pl.col("language") == language)
        ads = folder / f"{language}.csv"
        table = pl.read_csv(folder / "ads.csv", infer_schema_length=0)
        table.join(of.select("id"), on="id", how="semi").write_csv(ads)
    findings = analyse([str(ads)], columns=Columns(), jobs=2, progress=Silent())
    weighed = findings.networks.weighed
    owner = owners(findings, folder / "truth.csv")
    same = owner[weighed.a] == owner[weighed.b]
    one_after_all = owner[weighed.decoy_a] == owner[weighed.decoy_b]
    total, strangers = weighed.model.total(weighed.bits), weighed.model.total(weighed.decoys)
    for check in calibration(weighed, has_images=True)["checks"]:
        if check["cllr"] is not None:
            loss = check["cllr"] - check["least_cllr"]
            print(
                f"| {name} | weak label: {check['label'][0]} hidden | {check['same']:,} "
                f"| {check['strangers']:,} | {check['cllr']:.3f} | {check['least_cllr']:.3f} | {loss:.3f} "
                f"| {check['error']:.3f} |"
            )
    one = total[weighed.pair_is_held_out & same]
    for by, two in (
        ("truth, all kinds", strangers[weighed.decoy_is_held_out & ~one_after_all]),
        ("the same, strangers as drawn", strangers[weighed.decoy_is_held_out]),
    ):
        print(row(name, by, np.concatenate([one, two]), np.arange(one.size + two.size) < one.size))
    print(f"| {name} | **asked** | | | {ASKED} | | | |\n")
    print(
        f"{int(one_after_all.sum())} of {one_after_all.size:,} strangers are of one hand. What may be claimed: "
        f"{weighed.model.least:.1f} to {weighed.model.most:.1f} bits."
    )
    size = np.unique(owner, return_counts=True)[1]
    prior = np.log2((size * (size - 1)).sum() / (owner.size * (owner.size - 1) - (size * (size - 1)).sum()))
    said = 1 / (1 + np.exp2(-(total + prior)))
    print(
        f"Of {same.size:,} pairs that the search brought up, {said.sum():,.0f} are of one hand by the bits at the "
        f"true odds of 2^{prior:.1f}, {int(same.sum()):,} in truth.\n",
        flush=True,
    )


def main() -> None:
    """Print tables in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ads", default="50000", help="sizes, apart by commas")
    parser.add_argument("--seeds", default="1", help="apart by commas")
    parser.add_argument("--difficulties", default="0.5", help="apart by commas")
    parser.add_argument("--languages", default="all", help="all, en, fr, es; apart by commas")
    asked = parser.parse_args()
    print(machine())
    head = "| set | by | one hand | strangers | Cllr | least | miscalibration | calibration error |"
    for ads in map(int, asked.ads.split(",")):
        for seed in map(int, asked.seeds.split(",")):
            for difficulty in map(float, asked.difficulties.split(",")):
                with workplace() as folder:
                    write_synthetic(Path(folder), ads=ads, seed=seed, difficulty=difficulty)
                    for language in asked.languages.split(","):
                        print(f"\n{head}\n|---|---|---|---|---|---|---|---|")
                        name = f"{ads:,} ads, seed {seed}, difficulty {difficulty}, {language}"
                        measure(Path(folder), name, language)


if __name__ == "__main__":
    main()
