"""What each reader makes of one file, before all files become one table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from filrouge.ads.schema import Reject

if TYPE_CHECKING:
    import polars as pl

    from filrouge.ads.columns import Columns, GuessedColumns


class Origin(NamedTuple):
    """Where bytes come from.

    `path` is as the person gave it; `name` is the same with bytes that are no text replaced, fit for tables;
    `label` is what messages call it.
    """

    path: str
    name: str
    label: str


@dataclass
class Content:
    """The bytes of one file, decompressed.

    `truncated`: the compression broke off after these. `most`: bytes that may come of them, None for any number.
    """

    origin: Origin
    data: bytes
    wanted: Columns
    truncated: bool = False
    most: int | None = None


@dataclass
class Part:
    """The ads of one file as they are written there.

    `frame`: "row" (Int64) and, as String, those of "text", "title", "id", "agency", "posted", "location",
    "image" that the file has; "posted" may be a Datetime already. Nulls are empty.
    """

    frame: pl.DataFrame
    guessed: GuessedColumns | None = None
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Whether a missing date deserves a line; pages mostly have none.
    expects_dates: bool = True
