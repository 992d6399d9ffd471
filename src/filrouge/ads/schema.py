"""What an ad is: the columns of the tables that the readers hand to everyone else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

    from filrouge.ads.columns import GuessedColumns

#: What a column of a file can be to us. `text` is the one that an ad cannot do without.
FIELDS = ("text", "id", "agency", "posted", "location", "image")


class Reject(NamedTuple):
    """Something in the input that was not taken as it stands, and what was done about it."""

    file: str
    row: int  # 1-based data row; 0 for the file as a whole
    field: str  # one of FIELDS; "" for the row as a whole
    reason: str


@dataclass(frozen=True)
class Source:
    """One file as it was read."""

    name: str  # as given
    sha256: str  # of the bytes as they lie in the file, so still compressed; of a folder, see `readers.html`
    bytes: int
    rows: int  # ads taken from it


@dataclass(frozen=True)
class ReadResult:
    """All that came out of the input.

    `ads`: one row per ad, see `ads_schema`. `rejects`: see `rejects_schema`.
    `guessed`: per file, which header became which field. `sources`: per file, its fingerprint.
    `notes`: sentences for the person, such as an encoding or a date order that was decided.
    """

    ads: pl.DataFrame
    rejects: pl.DataFrame
    guessed: list[GuessedColumns]
    sources: list[Source]
    notes: list[str]


def ads_schema() -> dict[str, pl.DataType]:
    """Columns of the ads table; the row order is the number of the ad.

    `posted` is in UTC where the file names a zone, else as it stands in the file; null if unknown.
    `image`: perceptual hashes, see `filrouge.ads.images`; "" if there are none.
    `row` is 1-based: the data row in a table, the record in a WARC, the page in a folder.
    """
    import polars as pl

    return {
        "id": pl.String(),
        "text": pl.String(),
        "agency": pl.String(),
        "posted": pl.Datetime("us"),
        "location": pl.String(),
        "image": pl.String(),
        "source": pl.String(),
        "row": pl.Int64(),
    }


def rejects_schema() -> dict[str, pl.DataType]:
    """Columns of the table of rejects."""
    import polars as pl

    return {"file": pl.String(), "row": pl.Int64(), "field": pl.String(), "reason": pl.String()}


def rejects_frame(rejects: Sequence[Reject]) -> pl.DataFrame:
    """The rejects as a table, in the order given."""
    import polars as pl

    return pl.DataFrame(list(rejects), schema=rejects_schema(), orient="row")
