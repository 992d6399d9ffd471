"""What texts of strangers reach in a search: by it a search decides what is tied.

The cut of a run is of another question. Most of its texts have copies, which take the places of strangers among the
few that each is compared with. A text from outside meets the most similar of a whole corpus of strangers, so what it
reaches by chance is more. Here held ads that nothing ties are asked about as if they had come from outside, and the
best that each reaches is taken, as in `filrouge.compare.reach`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from filrouge.compare.reach import FEW, Reach, fitted
from filrouge.corpus.index import IndexFolder, Reached
from filrouge.corpus.results import RUN

if TYPE_CHECKING:
    from filrouge.compare.language import LanguageModel
    from filrouge.compare.runs import Int64Array
    from filrouge.corpus.results import Membership
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.ask import SearchIndex

ASKED: Final = 1_000
"""Ads that are asked about, at most: it takes seconds, after a run that compared all with each other."""


def measured_for(ws: Workspace, folder: IndexFolder) -> bool:
    """Whether it is known what strangers reach, by the last run that compared all with each other."""
    known = folder.manifest().reached
    return known is not None and known.run == _last_whole(ws)


def _last_whole(ws: Workspace) -> str:
    return [row.batch for row in ws.rows() if row.kind == RUN and row.details["whole"]][-1]


def measure(
    ws: Workspace, folder: IndexFolder, index: SearchIndex, membership: Membership, model: LanguageModel
) -> None:
    """Measure what strangers reach, and keep it beside the index until all is compared again."""
    ads = ws.ads(["ad"])["ad"].to_numpy().astype(np.int64)
    found = _measured(index, np.sort(ads[membership.of(ads) < 0]), model)
    folder.measure(Reached(_last_whole(ws), *found))


def in_search(folder: IndexFolder, ads: int) -> tuple[Reach, Reach] | None:
    """What strangers reach among so many ads, with the ad and with the template most like them; None if unknown."""
    known = folder.manifest().reached
    if known is None or not known.near:
        return None
    (near, scale), (claimed, width) = known.near, known.claimed
    return Reach(near, scale, ads), Reach(claimed, width, ads)


def _measured(
    index: SearchIndex, alone: Int64Array, model: LanguageModel
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Place and scale with ads, and with templates; nothing if too few ads are alone."""
    asked = np.random.default_rng(0).permutation(alone)[:ASKED] if alone.size >= FEW else alone[:0]
    found = [best for ad in asked.tolist() if (best := index.as_stranger(ad, model)) is not None]
    if len(found) < FEW:
        return (), ()
    near, claimed = (fitted(column, index.ads) for column in np.array(found, np.float32).T)
    return (near.place, near.scale), (claimed.place, claimed.scale)
