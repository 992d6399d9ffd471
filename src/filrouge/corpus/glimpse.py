"""A few ads as they are shown: the raw text, who published it when and where, and where its words are.

Less than `Workspace.texts` gives, and so in a third of the time: a search shows ten ads of ten blocks while somebody
waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from filrouge.ads.tokens import Tokens
from filrouge.compare.runs import Int64Array
from filrouge.compare.shares import with_help
from filrouge.corpus.opening import Gathering, read_keys, read_places, read_words
from filrouge.corpus.view import rows_at

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

AT_ONCE: Final = 64
"""Blocks whose texts are open at once."""


@dataclass(frozen=True)
class Glimpse:
    """Some ads, by ascending number.

    Attributes:
        ads: their numbers.
        rows: per ad what the columns of `ads_schema` say.
        tokens: their words; `key` holds pseudonyms.
    """

    ads: Int64Array
    rows: list[dict[str, Any]]
    tokens: Tokens


def glimpse(ws: Workspace, ads: Int64Array) -> Glimpse:
    """The ads, each once.

    Args:
        ws: the workspace.
        ads: numbers of ads.

    Raises:
        UnknownAdNumber: if one of them is not there, or was destroyed.
    """
    each = np.unique(ads)
    blocks, opener = ws.view.blocks, ws.opener
    at, place = blocks.of(each)
    shares = np.split(np.arange(each.size), np.flatnonzero(np.diff(at)) + 1) if each.size else []
    out = Gathering()
    for first in range(0, len(shares), AT_ONCE):
        some = shares[first : first + AT_ONCE]
        wanted = [int(at[mine[0]]) for mine in some]
        # Not remembered: the next question leads to other ads, and what they share would be forgotten for it.
        parts = with_help(
            opener.fields, [block for k in wanted for block in (blocks.texts[k], blocks.marks[k])]
        )
        for mine, k, texts, marks in zip(some, wanted, parts[::2], parts[1::2], strict=True):
            words = opener.remembered(blocks.words[k], read_words)
            keys = opener.remembered(blocks.keys[blocks.group[k]], read_keys)
            rows = rows_at(place[mine], read_places(texts), int(blocks.first[k]))
            out.add_texts(texts, rows)
            out.add_words(marks, words, keys, rows)
    columns = dict(out.columns)
    columns["posted"] = [_moment(at) for at in columns["posted"]]
    names = list(columns)
    rows_of = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return Glimpse(each, rows_of, out.words())


def _moment(microseconds: int | None) -> datetime | None:
    if microseconds is None:
        return None
    return datetime.fromtimestamp(microseconds / 1e6, UTC).replace(tzinfo=None)
