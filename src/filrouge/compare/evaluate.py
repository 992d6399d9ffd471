"""How well found groups agree with a truth that is known.

Two ads are a pair if they stand in one group. Pairs are counted from the table of how many ads each true
group has in each found group, so a million ads take a second.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filrouge.errors import EmptyFile, FilrougeError, MissingFile
from filrouge.i18n import _, number

# What stands before a value in our own tables so that a spreadsheet does not run it as a formula.
_FORMULA_GUARDS = tuple(f"'{sign}" for sign in "=+-@\t\r")


class UnusableLabels(FilrougeError):
    """A file that does not say in which cluster each ad is."""


class MissingAds(FilrougeError):
    """Ads whose truth is known are not among the clusters."""

    def __init__(self, missing: int, known: int, first: str) -> None:
        super().__init__(
            _(
                "{missing} of the {known} ads of the truth are not among the clusters; the first: “{first}”. "
                "Give the truth and the clusters of the same ads."
            ).format(missing=number(missing), known=number(known), first=first)
        )


@dataclass(frozen=True)
class Scores:
    """Agreement of two groupings of the same ads; every share is between 0 and 1.

    Attributes:
        ads: how many were scored.
        true_clusters, found_clusters: groups of two ads or more.
        true_pairs, found_pairs, shared_pairs: pairs of ads in one true group, in one found group, in both.
        precision: shared pairs among the found ones; 1 if nothing was put together.
        recall: shared pairs among the true ones; 1 if nothing belongs together.
        f1: their harmonic mean, 2 shared / (true + found); 1 if both groupings leave every ad alone.
        adjusted_rand: 0 is what chance gives, 1 is perfect; can be negative. Hubert & Arabie 1985.
        grouping_accuracy: share of ads whose found group is exactly their true group, an ad alone being a
            group of one. Zhu et al., Tools and Benchmarks for Automated Log Parsing, ICSE-SEIP 2019.
        b_cubed_precision: of the found group of an ad, the share that is of its true group, itself included;
            the mean over all ads, so that a large group counts for its ads and not for its pairs.
            Bagga & Baldwin, Algorithms for Scoring Coreference Chains, LREC workshop 1998. An ad without a
            group is a group of one (Amigó et al., A Comparison of Extrinsic Clustering Evaluation Metrics,
            Information Retrieval 12, 2009).
        b_cubed_recall: of the true group of an ad, the share that is in its found group; likewise.
        b_cubed_f1: their harmonic mean.
    """

    ads: int
    true_clusters: int
    found_clusters: int
    true_pairs: int
    found_pairs: int
    shared_pairs: int
    precision: float
    recall: float
    f1: float
    adjusted_rand: float
    grouping_accuracy: float
    b_cubed_precision: float
    b_cubed_recall: float
    b_cubed_f1: float


def evaluate(truth: Sequence[str], found: Sequence[str]) -> Scores:
    """Score `found` against `truth`.

    Args:
        truth: the true cluster of each ad; "" for an ad that belongs with no other.
        found: the found cluster of each ad, in the same order; "" likewise. Only equality of names
            within one sequence counts.

    Raises:
        ValueError: if the two are not of one length.
    """
    if len(truth) != len(found):
        raise ValueError(
            f"{len(truth)} true clusters and {len(found)} found ones: these are not the same ads"
        )
    true_group, found_group = _groups(truth), _groups(found)
    cell = true_group * (len(found) + 1) + found_group
    _cells, cell_of, cell_size = np.unique(cell, return_inverse=True, return_counts=True)
    true_size, found_size = np.bincount(true_group), np.bincount(found_group)
    shared, true, claimed = _pairs(cell_size), _pairs(true_size), _pairs(found_size)
    # Exactly right: all of the true group and all of the found group stand in one cell.
    in_cell = cell_size[cell_of]
    exact = (in_cell == true_size[true_group]) & (in_cell == found_size[found_group])
    b_precision = _mean(in_cell / found_size[found_group])
    b_recall = _mean(in_cell / true_size[true_group])
    return Scores(
        ads=len(truth),
        true_clusters=int((true_size > 1).sum()),
        found_clusters=int((found_size > 1).sum()),
        true_pairs=true,
        found_pairs=claimed,
        shared_pairs=shared,
        precision=_share(shared, claimed),
        recall=_share(shared, true),
        f1=_share(2 * shared, true + claimed),
        adjusted_rand=_adjusted_rand(len(truth), shared, true, claimed),
        grouping_accuracy=_share(int(exact.sum()), len(truth)),
        b_cubed_precision=b_precision,
        b_cubed_recall=b_recall,
        b_cubed_f1=2 * b_precision * b_recall / (b_precision + b_recall),
    )


def _groups(names: Sequence[str]) -> NDArray[np.int64]:
    """A number for each ad's group, from 0; an ad without a name has a group of its own."""
    numbers: dict[str, int] = {}
    group = np.empty(len(names), np.int64)
    used = 0
    for ad, name in enumerate(names):
        number = numbers.setdefault(name, used) if name else used
        used += number == used
        group[ad] = number
    return group


def _pairs(sizes: NDArray[np.int64]) -> int:
    # 64 bits hold the pairs of four thousand million ads.
    return int((sizes.astype(np.int64) * (sizes - 1) // 2).sum())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _mean(shares: NDArray[np.float64]) -> float:
    # Every ad shares at least itself, so the mean is above 0.
    return float(shares.mean()) if shares.size else 1.0


def _adjusted_rand(ads: int, shared: int, true: int, found: int) -> float:
    """The index in whole numbers up to the one division, so that it is exact for any size."""
    every = ads * (ads - 1) // 2
    best_over_chance = every * (true + found) - 2 * true * found
    # No room between chance and best: both groupings are all alone or all together, hence the same.
    return 2 * (every * shared - true * found) / best_over_chance if best_over_chance else 1.0


@dataclass(frozen=True)
class Matched:
    """The clusters of the same ads, in the order of the truth; `unknown` ads have no known truth."""

    truth: list[str]
    found: list[str]
    unknown: int


def match_labels(
    truth: Mapping[str, str], found: Mapping[str, str], *, members_only: bool = False
) -> Matched:
    """Bring truth and findings together by id.

    Ads without a known truth are left out and counted: a person labels some ads, not all.

    Args:
        truth: the true group of each ad by its id.
        found: the found group of each ad by its id.
        members_only: `found` names only ads that are in a group, as `network_members.csv` does; an ad
            that it does not name is in none.

    Raises:
        MissingAds: if an ad of the truth was not among those compared; with `members_only`, if `found` names
            ads and none of them is in the truth.
    """
    missing = [ad for ad in truth if ad not in found]
    if missing and (not members_only or (found and len(missing) == len(truth))):
        raise MissingAds(len(missing), len(truth), missing[0])
    unknown = sum(ad not in truth for ad in found)
    return Matched(list(truth.values()), [found.get(ad, "") for ad in truth], unknown)


def read_labels(path: str | Path, column: str = "cluster") -> dict[str, str]:
    """The group of each ad by its id, from a CSV with the columns `id` and `column`.

    Other columns are left unread. The order is that of the file.

    Raises:
        MissingFile: if there is no such file.
        EmptyFile: if nothing is in it.
        UnusableLabels: if it is not UTF-8 text, lacks a column or a cell, or names an ad twice.
    """
    name = str(path)
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            return _labels(name, csv.reader(file), column)
    except FileNotFoundError as trouble:
        raise MissingFile(name) from trouble
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise UnusableLabels(
            _(
                "{file}: this is not a CSV in UTF-8 ({why}). Give a table with the columns id and {column}."
            ).format(file=name, why=trouble, column=column)
        ) from trouble


def _labels(name: str, rows: Iterable[list[str]], column: str) -> dict[str, str]:
    lines = iter(rows)
    header = next(lines, None)
    if header is None:
        raise EmptyFile(name)
    columns = [heading.strip().lower() for heading in header]
    for wanted in ("id", column):
        if columns.count(wanted) != 1:
            raise UnusableLabels(
                _(
                    "{file}: one column is to be called {wanted}. The columns are {columns}. "
                    "Rename the right one, and separate columns by commas."
                ).format(file=name, wanted=wanted, columns=", ".join(header) or _("none"))
            )
    id_at, group_at = columns.index("id"), columns.index(column)
    labels: dict[str, str] = {}
    for row, values in enumerate(lines, start=1):
        if not values:
            continue  # an empty line
        if len(values) <= max(id_at, group_at) or not values[id_at]:
            raise UnusableLabels(
                _(
                    "{file}, row {row}: the id or the {column} is missing. Complete the row or remove it."
                ).format(file=name, row=row, column=column)
            )
        ad = _unguarded(values[id_at])
        if ad in labels:
            raise UnusableLabels(
                _("{file}, row {row}, id: “{ad}” is there a second time. Give each ad one row.").format(
                    file=name, row=row, ad=ad
                )
            )
        labels[ad] = _unguarded(values[group_at].strip())
    return labels


def _unguarded(value: str) -> str:
    return value[1:] if value.startswith(_FORMULA_GUARDS) else value
