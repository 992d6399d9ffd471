"""A run over a workspace: the new ads are compared with all, and what that changes is written down.

The first run compares all ads with each other. Later ones let the clusters grow (`filrouge.compare.growth`),
unless there is
so much new, or so little at all, that to compare everything is as fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.compare.clusters import find_clusters
from filrouge.compare.growth import ALONE, NEW, Grown, State, Texts, grow, numbered_by_appearance
from filrouge.compare.identity import Event, named
from filrouge.compare.language import language_model
from filrouge.compare.stages import Stages
from filrouge.compare.strangers import slices
from filrouge.corpus.results import (
    RUN,
    SCHEMAS,
    Membership,
    events,
    last_run,
    membership,
    network_of,
    next_network,
)
from filrouge.engines.kept import Kept, forget, keep, read_kept
from filrouge.engines.local import Clock
from filrouge.engines.recall import findings_of
from filrouge.errors import FilrougeError
from filrouge.i18n import _
from filrouge.progress import Silent

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.reading import Words
    from filrouge.corpus.workspace import Workspace
    from filrouge.progress import Progress

SMALL: Final = 50_000
"""Up to so many different texts all are compared with each other: that takes seconds, and is what growth is
measured by."""
MUCH: Final = 0.5
"""New texts, as a share of the known ones, from which on all are compared with each other."""
MUCH_MORE: Final = 2.0
"""Times as many texts as when all were last compared with each other, from which on that is done again: what
strangers reach
was measured then. Of a workspace that grows by a day at a time, it happens once in as many days as there were
before."""
FEW_ENOUGH: Final = 300_000
"""Ads up to which a run also seeks networks unless told otherwise: to weigh all ties of more takes minutes."""
ALIKE: Final = 0.05
"""Bits by which an ad's weight must change to be written down."""


class RunOvertaken(FilrougeError):
    """Another run was written while this one worked."""

    def __init__(self) -> None:
        super().__init__(
            _("Another run of this workspace finished meanwhile, so this one wrote nothing. Run it again.")
        )


@dataclass(frozen=True)
class RunSummary:
    """What a run found.

    Attributes:
        snapshot: that it wrote; None if there was nothing new.
        whole: whether all ads were compared with each other, rather than the new ones with the known.
        ads: that could be read; new: of them those that no run had seen.
        tied: ads in a cluster; clusters: how many there are.
        networks: how many there are; None if they were not sought.
        began, ended, merged, split: clusters of which this is true since the last run.
        seconds: of each stage.
    """

    snapshot: Snapshot | None
    whole: bool
    ads: int
    new: int
    tied: int
    clusters: int
    networks: int | None = None
    began: int = 0
    ended: int = 0
    merged: int = 0
    split: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Corpus:
    """The different texts of a view, and which of its ads have each."""

    ads: NDArray[np.int64]
    text: NDArray[np.int64]
    texts: Texts


@dataclass(frozen=True)
class _Found:
    """Clusters by text: ids, bits, and what is kept for the next run."""

    cluster: NDArray[np.int64]
    bits: NDArray[np.float32]
    kept: Kept
    events: list[Event]
    cut: float


def run(
    ws: Workspace,
    *,
    anew: bool = False,
    networks: bool | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    stages: Stages | None = None,
) -> RunSummary:
    """Compare the ads that came since the last run with all of the workspace.

    Args:
        ws: the workspace as it is now.
        anew: compare all ads with each other, even if it takes long.
        networks: whether to weigh all ties and find networks, for which all ads are opened; None: if they are
            `FEW_ENOUGH`.
        jobs: cores to use; the result is the same.
        stages: who compares all ads with each other, where that is done; these cores if not given.
        progress: told how far the work is.

    Raises:
        RunOvertaken: if another run was written meanwhile; nothing was changed.
    """
    clock = Clock(progress or Silent())
    clock.stage("open", _("Opening"))
    before = last_run(ws)
    known = membership(ws)
    lost = _lost_since(ws, before)
    corpus, seen = _corpus_of(ws, int(before.details["through"]) if before else -1)
    new = int((~seen).sum())
    wanted = corpus.ads.size <= FEW_ENOUGH if networks is None else networks
    lacking = wanted and before is not None and not before.details["networks"]
    if not before and not new:
        return RunSummary(None, False, 0, 0, 0, 0)
    if before and not (new or lost or anew or lacking):
        tied = int((known.of(corpus.ads) >= 0).sum())
        return RunSummary(None, False, corpus.ads.size, 0, tied, int(before.details["clusters"]))
    clock.stage("compare", _("Comparing"))
    kept = read_kept(ws, before.batch) if before and not anew else None
    found, whole = _compared(corpus, seen, known, kept, before, jobs, stages)
    ids = found.cluster[corpus.text]
    linked = _networks(ws, corpus, found, jobs, clock) if wanted else _Linked.none()
    clock.stage("write", _("Writing"))
    with ws.begin(RUN) as batch:
        batch.write("membership", _changed(corpus, found, known))
        gone = _destroyed_whole(ws, known, corpus) if lost else []
        for of, told in (("cluster", [*found.events, *gone]), ("network", linked.events)):
            batch.write("events", _event_rows(of, told, lost))
        if linked.rows is not None:
            batch.write("network_members", linked.rows)
        keep(ws, batch.id, found.kept)
        details = {
            "through": ws.snapshot.seq,
            "whole": whole,
            "texts_whole": corpus.texts.sizes.size if whole or not before else before.details["texts_whole"],
            "readable": int(corpus.ads.size),
            "new": new,
            "tied": int((ids >= 0).sum()),
            "clusters": int(found.kept.ids.size),
            "next_id": found.kept.next_id,
            "cut": round(found.cut, 4),
            "reach": [found.kept.reach.place, found.kept.reach.scale, found.kept.reach.ads],
            "among": [found.kept.among.place, found.kept.among.scale, found.kept.among.ads],
            "networks": wanted,
            "next_network": linked.next_id if wanted else next_network(ws),
        }
        snapshot = batch.commit(details, check=lambda now, _batch: _not_overtaken(now, before))
        forget(ws, batch.id)
    clock.stop()
    counts = {
        kind: sum(event.kind == kind for event in found.events)
        for kind in ("began", "ended", "merged", "split")
    }
    return RunSummary(
        snapshot, whole, corpus.ads.size, new, int((ids >= 0).sum()), int(found.kept.ids.size),
        networks=linked.count if wanted else None, **counts, seconds=clock.seconds,
    )  # fmt: skip


@dataclass(frozen=True)
class _Linked:
    """Networks by ad: the rows that changed, what became of them, how many there are."""

    rows: pl.DataFrame | None
    events: list[Event]
    count: int
    next_id: int

    @classmethod
    def none(cls) -> _Linked:
        return cls(None, [], 0, 0)


def _networks(ws: Workspace, corpus: _Corpus, found: _Found, jobs: int, clock: Clock) -> _Linked:
    """The networks that ties of all kinds hold together, and the ids that they keep."""
    clock.stage("recall", _("Opening"))
    cluster, bits = found.cluster[corpus.text], found.bits[corpus.text]
    reaches = found.kept.reach, found.kept.among
    findings = findings_of(ws, corpus.ads, cluster, bits, reaches, jobs=jobs, progress=clock.progress)
    clock.stop()
    clock.seconds |= findings.seconds
    now, was = findings.networks.of_ad.astype(np.int64), network_of(ws, corpus.ads)
    names = named(was, now, next_network(ws))
    ids = _named_by(names.ids, now)
    changed = ids != was
    rows = pl.DataFrame({"ad": corpus.ads[changed], "network": ids[changed]}).cast(SCHEMAS["network_members"])  # type: ignore[arg-type]
    return _Linked(rows, names.events, names.ids.size, names.next_id)


def _not_overtaken(now: Workspace, before: Snapshot | None) -> None:
    last = last_run(now)
    if (last.seq if last else -1) != (before.seq if before else -1):
        raise RunOvertaken


def _lost_since(ws: Workspace, before: Snapshot | None) -> bool:
    """Whether ads that the last run had seen were destroyed since."""
    if before is None:
        return False
    since = [row for row in ws.snapshots() if row.seq > int(before.details["through"])]
    return any(row.details.get("destroyed_keys") or row.details.get("destroyed_ads") for row in since)


def _destroyed_whole(ws: Workspace, known: Membership, corpus: _Corpus) -> list[Event]:
    """The end of the clusters of which no ad is left."""
    told = events(ws).filter(pl.col("of") == "cluster")
    began = told.filter(pl.col("kind").is_in(["began", "split"]))["id"].unique()
    over = told.filter(pl.col("kind").is_in(["ended", "merged"]))["id"].unique()
    held = pl.Series(np.unique(known.of(corpus.ads)))
    gone = began.filter(~began.is_in(over.implode()) & ~began.is_in(held.implode()))
    return [Event("ended", id, -1, 0) for id in gone.sort().to_list()]


def _corpus_of(ws: Workspace, through: int) -> tuple[_Corpus, NDArray[np.bool_]]:
    """The different texts of a view, and which of its ads the last run had seen."""
    frame = ws.ads(["text_key"])
    words: Words = ws.words()
    if not np.array_equal(frame["ad"].to_numpy(), words.ad):
        # Ads destroyed between the two looks are in neither from now on.
        frame = frame.filter(pl.col("ad").is_in(pl.Series(words.ad).implode()))
    # In the order of their hashes, so that the order in which ads came decides nothing.
    _keys, first, text = np.unique(frame["text_key"].to_numpy(), return_index=True, return_inverse=True)
    texts = Texts(
        words.words,
        words.offsets[:-1][first],
        np.diff(words.offsets)[first],
        words.keys,
        np.bincount(text, minlength=first.size).astype(np.int64),
    )
    return _Corpus(words.ad, text.astype(np.int64), texts), (frame["seq"] <= through).to_numpy()


def _compared(
    corpus: _Corpus,
    seen: NDArray[np.bool_],
    known: Membership,
    kept: Kept | None,
    before: Snapshot | None,
    jobs: int,
    stages: Stages | None = None,
) -> tuple[_Found, bool]:
    """The clusters now, and whether all was compared with all."""
    count = corpus.texts.sizes.size
    old = np.full(count, NEW, np.int64)
    old[corpus.text[seen]] = known.of(corpus.ads[seen])
    fresh = int((old == NEW).sum())
    doubled = before is not None and count > MUCH_MORE * int(before.details["texts_whole"])
    if kept is None or count <= SMALL or fresh > MUCH * (count - fresh) or doubled:
        next_id = int(before.details["next_id"]) if before else 0
        return _whole(corpus, np.where(old == NEW, ALONE, old), next_id, jobs, stages), True
    return _grown(corpus, seen, old, known, kept, jobs), False


def _whole(corpus: _Corpus, old: NDArray[np.int64], next_id: int, jobs: int, stages: Stages | None) -> _Found:
    """All texts compared with all."""
    texts = corpus.texts
    said = np.flatnonzero(texts.lengths > 0)
    sizes = texts.sizes[said]
    whole, key_of_word = numbered_by_appearance(texts, said, jobs)
    clustering = find_clusters(whole, sizes, jobs, stages)
    label = np.full(old.size, ALONE, np.int64)
    label[said] = clustering.label
    bits = np.zeros(old.size, np.float32)
    bits[said] = clustering.bits
    names = named(old, label, next_id, texts.sizes)
    order = np.argsort(names.ids)
    templates = clustering.templates.kept(order)
    kept = Kept(
        names.ids[order],
        key_of_word[templates.words],
        templates.price,
        templates.begins,
        language_model(whole, key_of_word, clustering.label, jobs),
        clustering.reach,
        clustering.among,
        names.next_id,
    )
    return _Found(_named_by(names.ids, label), bits, kept, names.events, clustering.cut)


def _grown(
    corpus: _Corpus,
    seen: NDArray[np.bool_],
    old: NDArray[np.int64],
    known: Membership,
    kept: Kept,
    jobs: int,
    stages: Stages | None = None,
) -> _Found:
    """New texts compared with what is known, and the clusters that they touch decided anew."""
    # Words that only templates of destroyed ads had need numbers, too.
    keys, place = np.unique(np.concatenate([corpus.texts.key_of_word, kept.words]), return_inverse=True)
    number = place[: corpus.texts.key_of_word.size].astype(np.int32)
    texts = replace(corpus.texts, words=number[corpus.texts.words], key_of_word=keys)
    label = np.searchsorted(kept.ids, old).astype(np.int32)
    label[old < 0] = old[old < 0]
    bits = np.zeros(old.size, np.float32)
    bits[corpus.text[seen]] = known.bits_of(corpus.ads[seen])
    before = np.bincount(corpus.text[seen], minlength=old.size)
    asked = (label == NEW) | ((label == ALONE) & (texts.sizes > np.maximum(before, 1)))
    # Of a cluster that lost ads for ever, all that are left are looked at again.
    held = np.bincount(known.cluster[known.cluster >= 0], minlength=int(kept.ids.max(initial=-1)) + 1)[
        kept.ids
    ]
    there = np.bincount(label[label >= 0], before[label >= 0], minlength=kept.ids.size)
    shrunk = np.append(there < held, False)
    asked |= shrunk[np.maximum(label, ALONE)]
    asked &= texts.lengths > 0
    state = State(
        label, bits, place[corpus.texts.key_of_word.size :].astype(np.int32), kept.price, kept.begins,
        kept.model, kept.reach, kept.among,
    )  # fmt: skip
    grown = grow(texts, state, asked, jobs)
    after = grown.state
    ids, next_id, told = _ids_after(old, label, grown, kept, texts.sizes)
    alive = np.flatnonzero(np.bincount(after.label[after.label >= 0], minlength=ids.size))
    order = alive[np.argsort(ids[alive])]
    begins, at = slices(after.begins[order], np.diff(after.begins)[order])
    now = Kept(
        ids[order],
        keys[after.words[at]],
        after.price[at],
        begins,
        after.model,
        after.reach,
        after.among,
        next_id,
    )
    return _Found(_named_by(ids, after.label), after.bits, now, told, after.reach.pair)


def _ids_after(
    old: NDArray[np.int64],
    before: NDArray[np.int32],
    grown: Grown,
    kept: Kept,
    sizes: NDArray[np.int64],
) -> tuple[NDArray[np.int64], int, list[Event]]:
    """The id of each label, and what became of those that were touched."""
    label, touched = grown.state.label, grown.touched
    ids = np.full(grown.state.begins.size - 1, ALONE, np.int64)
    ids[: kept.ids.size] = kept.ids
    changed = np.zeros(ids.size + 1, np.bool_)
    changed[touched] = True
    here = np.flatnonzero(changed[label] | changed[np.where(before == NEW, ALONE, before)])
    present, number = np.unique(label[here], return_inverse=True)
    if present.size and present[0] < 0:
        number, present = number - 1, present[1:]
    names = named(np.where(old[here] == NEW, ALONE, old[here]), number, kept.next_id, sizes[here])
    ids[touched] = ALONE
    ids[present] = names.ids
    return ids, names.next_id, names.events


def _named_by(ids: NDArray[np.int64], label: NDArray[np.integer]) -> NDArray[np.int64]:
    """The ids of labels; -1 for a label of -1."""
    named_by: NDArray[np.int64] = np.append(ids, np.int64(ALONE))[label]
    return named_by


def _changed(corpus: _Corpus, found: _Found, known: Membership) -> pl.DataFrame:
    """The rows of the table of members that say something new."""
    cluster, bits = found.cluster[corpus.text], found.bits[corpus.text]
    was, weighed = known.of(corpus.ads), known.bits_of(corpus.ads)
    new = (cluster != was) | ((cluster >= 0) & (np.abs(bits - weighed) > ALIKE))
    frame = pl.DataFrame({"ad": corpus.ads[new], "cluster": cluster[new], "bits": bits[new].round(2)})
    return frame.cast(SCHEMAS["membership"])  # type: ignore[arg-type]


def _event_rows(of: str, told: list[Event], lost: bool) -> pl.DataFrame:
    why = "ads were destroyed" if lost else "ads came"
    rows = [(of, *event, why) for event in told]
    return pl.DataFrame(rows, schema=SCHEMAS["events"], orient="row")
