"""A few ads as they are shown: the raw text, who published it when and where, and where its words are.

Less than `Workspace.texts` gives, and so in half the time: a search shows ten ads of ten blocks while somebody waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from filrouge.compare.runs import Int64Array
from filrouge.corpus.opening import Gathering, Opened, read_keys, read_places, read_words
from filrouge.corpus.view import rows_at

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace


def glimpse(ws: Workspace, ads: Int64Array) -> Opened:
    """The ads, by ascending number, each once; the tables of what was found in them are empty.

    Raises:
        UnknownAdNumber: if one of them is not there, or was destroyed.
    """
    each = np.unique(ads)
    blocks, opener = ws.view.blocks, ws.opener
    at, place = blocks.of(each)
    out = Gathering()
    for mine in np.split(np.arange(each.size), np.flatnonzero(np.diff(at)) + 1) if each.size else ():
        k = int(at[mine[0]])
        # Not remembered: the next question leads to other ads, and what they share would be forgotten for it.
        texts, marks = opener.fields(blocks.texts[k]), opener.fields(blocks.marks[k])
        words = opener.remembered(blocks.words[k], read_words)
        keys = opener.remembered(blocks.keys[blocks.group[k]], read_keys)
        rows = rows_at(place[mine], read_places(texts), int(blocks.first[k]))
        out._numbers.append(each[mine])
        out._take_texts(texts, rows)
        out._take_words(marks, words, keys, rows)
    return out.opened()
