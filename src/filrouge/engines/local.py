"""The main job on this machine's cores: from files to findings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from filrouge.ads.columns import Columns
from filrouge.ads.fold import fold_texts
from filrouge.ads.readers import read_ads
from filrouge.ads.schema import ReadResult
from filrouge.ads.tokens import (
    SLOT_KINDS,
    Tokens,
    Vocabulary,
    join_chunks,
    split_chunks,
    vocabulary_of,
)
from filrouge.compare.comparison import Comparison, compare
from filrouge.engines.ahead import Ahead
from filrouge.engines.prepare import CHUNK, Marks, countries_of, find_marks, make_masks
from filrouge.guide import load_indicators
from filrouge.i18n import N_
from filrouge.networks.finding import FoundNetworks, find_networks
from filrouge.networks.groups import Groups
from filrouge.networks.listed import Listed, listed_words
from filrouge.networks.texts import Texts
from filrouge.networks.ties import all_ties
from filrouge.networks.values import SlotValues

if TYPE_CHECKING:
    from filrouge.progress import Progress


@dataclass
class Findings:
    """Everything that the main job found; what is written to the folder and drawn in the report."""

    read: ReadResult
    identifiers: pl.DataFrame
    comparison: Comparison
    tokens: Tokens
    vocabulary: Vocabulary
    groups: Groups
    located: pl.DataFrame
    names: pl.DataFrame
    listed: Listed
    networks: FoundNetworks
    seconds: dict[str, float] = field(default_factory=dict)

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """A line of templates.jsonl for each cluster, the strongest first."""
        return [self.groups.record(cluster) for cluster in self.groups.rank]

    @cached_property
    def ties(self) -> pl.DataFrame:
        """Pairs of ads with the evidence between them; see `all_ties`."""
        return all_ties(self.comparison, self.identifiers)


class Clock:
    """Times the stages of a job, and tells of them."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self.progress = progress
        self._name = ""
        self._began = 0.0

    def begin(self, key: str) -> None:
        """Time a stage that tells of itself."""
        self.stop()
        self._name, self._began = key, time.perf_counter()

    def stage(self, key: str, words: str, total: int | None = None) -> None:
        """Time a stage and tell of it."""
        self.begin(key)
        self.progress.stage(words, total)

    def stop(self) -> None:
        """The stage is over."""
        if self._name:
            self.seconds[self._name] = round(time.perf_counter() - self._began, 3)
        self._name = ""


def analyse(
    paths: Sequence[str], *, columns: Columns, jobs: int, progress: Progress, ahead: Ahead | None = None
) -> Findings:
    """Read the ads and find their clusters, templates, identifiers, ties and networks.

    The result does not depend on `jobs`: chunks have a fixed size and are joined in order.

    Args:
        paths: files of ads, folders of saved pages, or "-" for standard input.
        columns: which column is what, where the person said so.
        jobs: cores to use.
        progress: told how far the work is.
        ahead: who compiles the comparison meanwhile, if anybody does.

    Raises:
        FilrougeError: if a file cannot be read.
    """
    clock = Clock(progress)
    clock.begin("read")
    read = read_ads(paths, columns, progress=progress)
    ads = read.ads
    texts = ads["text"].to_list()
    clock.stage("clean", N_("Cleaning"), ads.height)
    starts = range(0, len(texts), CHUNK)
    with ThreadPoolExecutor(jobs) as pool:
        folded = list(pool.map(lambda s: fold_texts(texts[s : s + CHUNK]), starts))
    clock.stage("identify", N_("Looking for phones, places and other identifiers"), ads.height)
    countries, located = countries_of(ads)
    marks = find_marks(texts, folded, countries, jobs, progress)
    clock.stage("words", N_("Splitting into words"), None)
    written = split_chunks(folded, make_masks(marks, folded), jobs)
    listed = listed_words(load_indicators(), folded)
    del folded
    vocabulary = vocabulary_of(written, jobs)
    tokens = join_chunks(written, vocabulary, jobs)
    del written
    clock.stage("compare", N_("Comparing"), None)
    if ahead:
        ahead.wait_for_comparison()
    found = compare(tokens.key, tokens.kind, tokens.offsets, jobs)
    clock.stop()
    findings = described(read, marks, located, tokens, vocabulary, listed, found, progress=progress)
    return replace(findings, seconds={**clock.seconds, **findings.seconds})


def described(
    read: ReadResult,
    marks: Marks,
    located: pl.DataFrame,
    tokens: Tokens,
    vocabulary: Vocabulary,
    listed: Listed,
    found: Comparison,
    *,
    progress: Progress,
) -> Findings:
    """What is known of ads that were compared: groups as records, ties and networks.

    Args:
        read: the ads.
        marks: identifiers, places and names in their texts.
        located: `ad`, `value`: the place that the location column names.
        tokens: the words of the ads.
        vocabulary: the words that are written plainly.
        listed: the words of the indicators, where they stand.
        found: which ads were written from one template.
        progress: told how far the work is.
    """
    clock, ads = Clock(progress), read.ads
    clock.stage("describe", N_("Describing the groups"), None)
    every = marks.together()
    values = SlotValues(every, SLOT_KINDS)
    texts_in_words = Texts(ads, tokens.start, tokens.end, tokens.offsets, SLOT_KINDS, values)
    groups = Groups(found, texts_in_words, marks.identifiers, located)
    clock.stage("networks", N_("Weighing ties and finding networks"), None)
    networks = find_networks(found, ads, tokens, marks.identifiers, located, every, groups)
    clock.stop()
    return Findings(
        read,
        marks.identifiers,
        found,
        tokens,
        vocabulary,
        groups,
        located,
        marks.names,
        listed,
        networks,
        clock.seconds,
    )
