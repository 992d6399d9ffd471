"""Whether bits claim more than they know on real messages, from no generator of ours and in several languages.

Scam messages that people reported: of those that lead to one domain, the domain is hidden, and the rest is held
against matched strangers. Of messages in eight languages nothing is known but that few of any two are of one hand:
no more than one stranger in 2^b may reach b bits.

    python benchmarks/calibration_sms.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from common import data_folder, machine, workplace

from filrouge.ads.columns import Columns
from filrouge.engines.local import analyse
from filrouge.evidence.calibration import cllr, expected_calibration_error, min_cllr
from filrouge.evidence.scale import AT
from filrouge.networks.learning import HIDDEN, LABELS, shares, without
from filrouge.networks.weighing import Weighed
from filrouge.progress import Silent


def weighed(name: str, agency: str) -> Weighed:
    """The ties of a file of messages; `agency` is the column that plays it, "" for one agency."""
    with (data_folder() / name).open(encoding="utf-8", newline="") as rows:
        table = [[row["id"], row["text"], row[agency] if agency else "all"] for row in csv.DictReader(rows)]
    with workplace() as folder:
        messages = Path(folder) / "messages.csv"
        with messages.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([["id", "text", "agency"], *table])
        found = analyse([str(messages)], columns=Columns(), jobs=2, progress=Silent())
    return found.networks.weighed


def main() -> None:
    """Print what was measured."""
    print(machine())
    found = weighed("scam_sms.csv", "brand")
    label, hidden = LABELS[1], HIDDEN[1]
    one = without(found.bits[shares(found.bits, label)], hidden)
    bits = found.model.bounded(np.vstack([one, without(found.decoys, hidden)]))
    same = np.arange(bits.size) < len(one)
    cost, least = cllr(bits, same), min_cllr(bits, same)
    print(
        f"scam_sms.csv: {len(one)} pairs of one link, {len(found.decoys):,} of strangers; "
        f"{'fitted' if found.model.is_fitted else 'cautious'} weights. Cllr {cost:.3f}, least {least:.3f}, "
        f"miscalibration {cost - least:.3f}, calibration error {expected_calibration_error(bits, same, prior=0.5):.3f}"
    )
    found = weighed("scam_sms_languages.csv", "")
    total = found.model.total(found.decoys)
    print(f"scam_sms_languages.csv: {total.size:,} pairs of strangers")
    for step in AT:
        print(f"  {step:4.1f} bits: {int((total >= step).sum())}, at most {total.size / 2**step:,.1f}")


if __name__ == "__main__":
    main()
