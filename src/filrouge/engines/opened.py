"""The search index of a workspace, opened, with what the last run knows of words, clusters and strangers."""

from __future__ import annotations

import numpy as np

from filrouge.compare.reach import Reach
from filrouge.corpus.indexing import bring_up, index_folder, merge_in_background
from filrouge.corpus.results import RUN, Membership, last_run
from filrouge.corpus.results import membership as membership_of
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ask import SearchIndex
from filrouge.engines.asking import Prices, Rarity
from filrouge.engines.claims import Clusters, Templates
from filrouge.engines.kept import read_kept
from filrouge.engines.outsiders import in_search, measure, measured_for
from filrouge.engines.sight import seen_ads


def open_index(
    ws: Workspace,
    *,
    prices: Prices | None = None,
    membership: Membership | None = None,
    cut: float | None = None,
    jobs: int = 1,
    merge: bool = True,
    among: np.ndarray | str | None = None,
) -> SearchIndex:
    """The index of a workspace, with what it lacked built.

    Args:
        ws: the workspace, as of now or of a past day.
        prices, membership, cut: to be taken in place of what the last run of the view left.
        jobs: segments that are built at once, where there are several.
        merge: whether a process is begun that merges small segments, if there are many.
        among: the ads that may be seen, bool by ad number, or the case whose ads may be; all if None.
    """
    index = index_folder(ws)
    bring_up(ws, index, jobs=jobs)
    manifest, segments = index.opened()
    if merge and index.crowded():
        merge_in_background(index)
    run = last_run(ws)
    kept = read_kept(ws, run.batch) if run else None
    given = cut
    if run is not None:
        membership = membership_of(ws) if membership is None else membership
        cut = Reach(*run.details["reach"]).pair if cut is None else cut
        # What words cost is kept of the latest run only, so the past too is weighed by it.
        model = kept or read_kept(ws, [row.batch for row in ws.rows() if row.kind == RUN][-1])
        prices = prices or (model.model if model else None)
    seen = seen_ads(ws, among) if isinstance(among, str) else among
    if membership is not None and seen is not None:
        membership = membership.among(seen)
    clusters = None if membership is None else Clusters(membership)
    found = SearchIndex(
        ws,
        segments,
        rarity=Rarity(index.usual(manifest)),
        prices=prices,
        clusters=clusters,
        templates=Templates(kept, clusters) if kept is not None and clusters is not None else None,
        cut=cut,
        among=seen,
    )
    if given is None and membership is not None:
        if kept is not None and not measured_for(ws, index):
            if seen is None:
                measure(ws, index, found, membership, kept.model)
            else:
                open_index(ws, merge=False)  # what strangers reach is measured among all, whoever asks
        found.decide_by(in_search(index, found.ads))
    return found
