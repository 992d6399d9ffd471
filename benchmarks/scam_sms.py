"""Recall on 1,062 scam messages that people reported: those with one domain belong together.

Links are hidden from the comparison, so that only the wording can tie them. Precision can not
be read from this set: one script also runs on several domains.

    python benchmarks/scam_sms.py
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from common import data_folder, machine, workplace

from filrouge.ads.columns import Columns
from filrouge.engines.local import analyse
from filrouge.progress import Silent

LINK = re.compile(r"(https?://\S+|\b[\w-]+(\.[\w-]+)+(/\S*)?)", re.IGNORECASE)


def main() -> None:
    """Print the recall."""
    with (data_folder() / "scam_sms.csv").open(encoding="utf-8", newline="") as rows:
        table = list(csv.DictReader(rows))
    with workplace() as folder:
        hidden = Path(folder) / "messages.csv"
        with hidden.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["id", "text", "agency"])
            writer.writerows([row["id"], LINK.sub(" ", row["text"]), row["brand"]] for row in table)
        found = analyse([str(hidden)], columns=Columns(), jobs=2, progress=Silent())
    cluster = dict(zip(found.read.ads["id"].to_list(), found.comparison.cluster.tolist(), strict=True))
    groups: dict[str, list[str]] = defaultdict(list)
    for row in table:
        if row["domain_group"]:
            groups[row["domain_group"]].append(row["id"])
    pairs = [pair for members in groups.values() for pair in combinations(members, 2)]
    together = [pair for pair in pairs if cluster[pair[0]] >= 0 and cluster[pair[0]] == cluster[pair[1]]]
    tied = sum(name >= 0 for name in cluster.values())
    largest = max(found.comparison.cluster.tolist().count(k) for k in range(len(found.records)))
    print(machine())
    print(
        f"pairs of one domain: {len(pairs)}, in one cluster: {len(together)} ({len(together) / len(pairs):.3f})"
    )
    print(f"messages: {len(table)}, in a cluster: {tied}, clusters: {len(found.records)}, largest: {largest}")


if __name__ == "__main__":
    main()
