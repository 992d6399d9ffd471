"""Networks of invented ads against their truth, beside what text alone gives on the very same set.

`filrouge compare` runs with nothing chosen. Of each reading of its findings: pairwise F1 and B-cubed F1 over
all ads, and B-cubed F1 over those ads alone that are in a true or a found network, since the many that are
rightly left alone make the first look better. Below, by kind of ad, the share that was put into a network; of
independents every one of them is a mistake.

    python benchmarks/networks.py [--ads 50000] [--seeds 1] [--difficulties 0.5]
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from common import compare, machine, workplace

from filrouge.ads.synthetic import write_synthetic
from filrouge.compare.evaluate import Scores, evaluate, match_labels, read_labels

WRONGLY_RANKED = 0.005
"""The share of the independents' ads that may be in a network, at most."""


def of_organisations(findings: Path) -> dict[str, str]:
    """The cluster of each ad, of those clusters alone that show signs of organisation by themselves."""
    with (findings / "templates.jsonl").open(encoding="utf-8") as lines:
        shown = {record["cluster"] for record in map(json.loads, lines) if record["organisation"]}
    clusters = read_labels(findings / "clusters.csv")
    return {ad: cluster if cluster in shown else "" for ad, cluster in clusters.items()}


def scores_of(truth: Mapping[str, str], found: Mapping[str, str]) -> tuple[Scores, Scores]:
    """The scores over all ads, and over those of a true or found group."""
    matched = match_labels(truth, found, members_only=True)
    pairs = [(true, name) for true, name in zip(matched.truth, matched.found, strict=True) if true or name]
    return evaluate(matched.truth, matched.found), evaluate([t for t, _f in pairs], [f for _t, f in pairs])


def row(set_of: str, by: str, scores: Scores, grouped: Scores) -> str:
    """A line of the table."""
    shares = (
        scores.precision,
        scores.recall,
        scores.f1,
        scores.b_cubed_precision,
        scores.b_cubed_recall,
        scores.b_cubed_f1,
        grouped.b_cubed_f1,
    )
    return f"| {set_of} | {by} | {scores.found_clusters:,} | {' | '.join(f'{s:.4f}' for s in shares)} |"


def ranked_by_kind(truth: Path, found: Mapping[str, str]) -> list[str]:
    """Of each role and case: its ads, those in a network, and the share; all independents together last."""
    ads: Counter[tuple[str, str]] = Counter()
    ranked: Counter[tuple[str, str]] = Counter()
    with truth.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            for case in (line["case"] or "ordinary", "all"):
                ads[line["role"], case] += 1
                ranked[line["role"], case] += bool(found.get(line["id"]))
    return [
        f"| {role} | {case} | {ads[role, case]:,} | {ranked[role, case]:,} "
        f"| {ranked[role, case] / ads[role, case]:.4f} |"
        for role, case in sorted(ads, key=lambda kind: (kind[0], kind[1] == "all", kind[1]))
    ]


def measure(folder: Path, ads: int, seed: int, difficulty: float) -> None:
    """Make one set, compare it, and print the lines."""
    write_synthetic(folder, ads=ads, seed=seed, difficulty=difficulty)
    findings = folder / "findings"
    measured = compare([folder / "ads.csv"], findings)
    truth = read_labels(folder / "truth.csv", "network")
    networks = read_labels(findings / "network_members.csv", "network")
    with (findings / "networks.jsonl").open(encoding="utf-8") as lines:
        listed = sum(1 for _line in lines)
    if listed != len(set(networks.values())):
        raise SystemExit(
            f"networks.jsonl lists {listed} networks, network_members.csv {len(set(networks.values()))}"
        )
    name = f"{ads:,} ads, seed {seed}, difficulty {difficulty}"
    print(
        "\n| set | by | groups | precision | recall | F1 | B³ precision | B³ recall | B³ F1 | of networks |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    readings = {
        "networks": networks,
        "text: groups with signs of organisation": of_organisations(findings),
        "text: all groups": read_labels(findings / "clusters.csv"),
    }
    for by, found in readings.items():
        print(row(name, by, *scores_of(truth, found)))
    print("\n| role | case | ads | in a network | share |\n|---|---|---|---|---|")
    lines_by_kind = ranked_by_kind(folder / "truth.csv", networks)
    print("\n".join(lines_by_kind))
    print(
        f"\nIndependents: at most {WRONGLY_RANKED:.1%} may be in a network. "
        f"{measured.working:.1f} s of work, {measured.wall:.1f} s in all, {measured.gigabytes:.1f} GB.",
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
    asked = parser.parse_args()
    print(machine())
    for ads in map(int, asked.ads.split(",")):
        for seed in map(int, asked.seeds.split(",")):
            for difficulty in map(float, asked.difficulties.split(",")):
                with workplace() as folder:
                    measure(Path(folder), ads, seed, difficulty)


if __name__ == "__main__":
    main()
