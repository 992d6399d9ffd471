"""What ties the voices of a run, as files: what `explain` and `calibrate` read beside the index of words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.engines.local import Findings
from filrouge.errors import NoFindings, UnknownAd
from filrouge.evidence.calibration import stranger_rate
from filrouge.evidence.joint import JointModel
from filrouge.evidence.scale import AT
from filrouge.networks.calibrated import decoy_totals
from filrouge.networks.learning import KINDS
from filrouge.networks.possible import possible_bits, sides_of_possible
from filrouge.networks.waterfall import waterfall_of
from filrouge.networks.weighing import shared_identifiers

FILES: Final = ("voices", "voice_ties", "holdings", "possible")
"""Tables of `index/`; the bits of strangers are beside them, in decoys.npy, without the pairs themselves."""


@dataclass(frozen=True)
class Held:
    """An identifier that two voices hold. `passed_on`: the one before and the other after a long silence."""

    kind: str
    value: str
    bits: float
    passed_on: bool


@dataclass(frozen=True)
class Reach:
    """How many of so many pairs of strangers reach some bits.

    `at_least_one_in`: what may be claimed with 95 % confidence; `one_in`: what was counted, None if none does.
    """

    strangers: int
    reach: int
    one_in: float | None
    at_least_one_in: float


@dataclass(frozen=True)
class VoiceTie:
    """What ties the voices of two ads.

    Attributes:
        one, other: the ads' ids.
        networks: of both, "" for an ad in none that is ranked.
        same_voice: the ads were written from one template, so that there is no tie to weigh.
        weighed: whether the run weighed this pair; if not, the parts are those of the identifiers alone.
        parts: kind and bits, in the order of the kinds; "once" is what is counted once, with the start.
        total: their sum.
        claimed: as much of it as the pairs of this corpus bear out.
        checked: whether they did; else it is the limit of a corpus with too little to learn from.
        reach: what strangers reach; None where nothing is known of the pair.
        shared: identifiers that both voices hold, the strongest first.
        possible: bits of the one weak tie that the link hangs on, None if it does not.
    """

    one: str
    other: str
    networks: tuple[str, str]
    same_voice: bool
    weighed: bool
    parts: tuple[tuple[str, float], ...]
    total: float
    claimed: float
    checked: bool
    reach: Reach | None
    shared: tuple[Held, ...]
    possible: float | None

    @property
    def supports_one_hand(self) -> bool:
        """Whether what may be claimed has words: at least weak support."""
        return self.claimed >= AT[0]


def write_voices(folder: Path, findings: Findings) -> None:
    """Write what `tie_of_voices` reads: the tables of `FILES`, and decoys.npy."""
    found = findings.networks
    weighed, of = found.weighed, found.units.of
    names = [found.networks.name(rank) for rank in range(len(found.networks.shown))] + [""]
    pl.DataFrame(
        {"unit": of, "network": [names[rank] for rank in found.of_ad], "part": found.partition.label[of]},
        schema={"unit": pl.Int32, "network": pl.String, "part": pl.Int32},
    ).write_parquet(folder / "voices.parquet")
    bits = {kind: weighed.bits[:, k] for k, kind in enumerate(KINDS)}
    pl.DataFrame({"a": weighed.a, "b": weighed.b} | bits).write_parquet(folder / "voice_ties.parquet")
    weighed.held.select("unit", "kind", "value", "turn", "bits").write_parquet(folder / "holdings.parquet")
    sides_of_possible(found.graph, found.partition).write_parquet(folder / "possible.parquet")
    np.save(folder / "decoys.npy", decoy_totals(weighed))


def run_record_of(folder: Path) -> dict[str, Any]:
    """What run.json says.

    Raises:
        NoFindings: if the folder holds none.
    """
    try:
        record: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoFindings(str(folder), "run.json") from None
    return record


def strangers_of(folder: Path) -> NDArray[np.float64]:
    """The bits of all pairs of strangers, ascending.

    Raises:
        NoFindings: if the folder holds none.
    """
    path = folder / "index" / "decoys.npy"
    if not path.exists():
        raise NoFindings(str(folder), "index/decoys.npy")
    out: NDArray[np.float64] = np.load(path)
    return out


def reach_of(strangers: NDArray[np.float64], bits: float) -> Reach:
    """How many of the pairs of strangers reach so many bits."""
    row = stranger_rate(strangers, [bits]).row(0, named=True)
    return Reach(row["strangers"], row["reach"], row["one_in"], row["at_least_one_in"])


def tie_of_voices(folder: Path, one: str, other: str) -> VoiceTie:
    """What ties the voices of two ads, by the bits of networks.jsonl.

    Raises:
        NoFindings: if the folder holds none.
        UnknownAd: if no ad has one of the ids.
    """
    index = folder / "index"
    for name in FILES:
        if not (index / f"{name}.parquet").exists():
            raise NoFindings(str(folder), f"index/{name}.parquet")
    model = JointModel.from_dict(run_record_of(folder)["weights"])
    ids = pl.read_parquet(folder / "ads.parquet", columns=["id"])["id"]
    voices = pl.read_parquet(index / "voices.parquet")
    mine, yours = (voices.row(_place(ids, name, folder), named=True) for name in (one, other))
    networks = (mine["network"], yours["network"])
    if mine["unit"] == yours["unit"]:
        return VoiceTie(one, other, networks, True, False, (), 0.0, 0.0, model.is_fitted, None, (), None)
    a, b = sorted((mine["unit"], yours["unit"]))
    row = (
        pl.scan_parquet(index / "voice_ties.parquet")
        .filter((pl.col("a") == a) & (pl.col("b") == b))
        .select(KINDS)
        .collect()
    )
    shared = _shared(index, a, b)
    bits = row.to_numpy().astype(np.float64) if row.height else _of_identifiers(shared)
    known = bool(row.height or shared)
    total = float(model.total(bits)[0]) if known else 0.0
    return VoiceTie(
        one=one,
        other=other,
        networks=networks,
        same_voice=False,
        weighed=row.height > 0,
        parts=tuple((part["kind"], part["bits"]) for part in waterfall_of(model.parts(bits)[0]))
        if known
        else (),
        total=round(total, 2),
        claimed=round(float(model.bounded(bits)[0]), 2) if known else 0.0,
        checked=model.is_fitted,
        reach=reach_of(strangers_of(folder), total) if known else None,
        shared=shared,
        possible=possible_bits(
            pl.read_parquet(index / "possible.parquet"),
            (mine["unit"], mine["part"]),
            (yours["unit"], yours["part"]),
        ),
    )


def _place(ids: pl.Series, name: str, folder: Path) -> int:
    at = (ids == name).arg_true()
    if at.is_empty():
        raise UnknownAd(name, str(folder))
    return int(at[0])


def _shared(index: Path, a: int, b: int) -> tuple[Held, ...]:
    """The identifiers that both voices hold, the strongest first."""
    held = pl.scan_parquet(index / "holdings.parquet").filter(pl.col("unit").is_in([a, b])).collect()
    rows = shared_identifiers(held, np.array([a], np.int32), np.array([b], np.int32))
    rows = rows.sort("bits", "kind", "value", descending=[True, False, False])
    return tuple(Held(*row) for row in rows.select("kind", "value", "bits", "passed_on").iter_rows())


def _of_identifiers(shared: tuple[Held, ...]) -> NDArray[np.float64]:
    """The bits of a pair of which nothing else is known, shape (1, kinds)."""
    bits = np.zeros((1, len(KINDS)))
    for held in shared:
        bits[0, KINDS.index(held.kind)] += held.bits
    return bits
