"""What is packaged, and on which terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from filrouge import i18n
from filrouge.errors import FilrougeError
from filrouge.i18n import _

if TYPE_CHECKING:
    import polars as pl

    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.case_apart import Apart

MOST_ADS: Final = 5_000
"""Ads of one package: with more, nobody reads it and the checker of the other side takes hours."""


class Book(Protocol):
    """What a package is made from: a view of a workspace, and the case whose ads may be seen."""

    @property
    def ws(self) -> Workspace:
        """The view; its snapshot is named in the manifest."""

    @property
    def case(self) -> str:
        """Only ads of this case are read."""

    @property
    def ads(self) -> pl.DataFrame:
        """ad, cluster, network, bits, seq, source, row: the case's ads as its readers see them."""

    @property
    def apart(self) -> Apart:
        """What people of the case keep apart though a run put it together; `ads` follows it."""


@dataclass(frozen=True)
class Network:
    """The ads of a network, by its id in the workspace."""

    id: int

    @property
    def name(self) -> str:
        """N and the id."""
        return f"N{self.id}"


@dataclass(frozen=True)
class Cluster:
    """The ads of a cluster, by its id in the workspace."""

    id: int

    @property
    def name(self) -> str:
        """C and the id."""
        return f"C{self.id}"


@dataclass(frozen=True)
class Ads:
    """Ads by their numbers in the workspace, in any order.

    Attributes:
        ads: their numbers.
        alone: whether the package is made as if the case held nothing else: no ad stands for the others of its cluster,
            no cluster and no network is named, and nothing is counted among other ads. For who asks for their own.
    """

    ads: tuple[int, ...]
    alone: bool = False

    @property
    def name(self) -> str:
        """A and the numbers, as far as they are few."""
        shown = "-".join(str(ad) for ad in sorted(set(self.ads))[:4])
        return f"A{shown}" + ("-etc" if len(set(self.ads)) > 4 else "")


What = Network | Cluster | Ads


@dataclass(frozen=True)
class Terms:
    """On which terms a package is made. All of it stands in the manifest and in the report.

    Attributes:
        made_by: who makes it.
        made_at: when, in UTC; a term, so that a package can be made again byte for byte.
        recipient: for whom it is; the report is marked with it on every page.
        purpose: why they get it.
        language: of report and README, "en" or "fr".
        opened: why identifiers, names and texts stand in the clear; None: they are masked.
        authority: what the case rests on (a legal authority, a file number), "" if not said.
    """

    made_by: str
    made_at: datetime
    recipient: str = ""
    purpose: str = ""
    language: str = "en"
    opened: str | None = None
    authority: str = ""

    def __post_init__(self) -> None:
        if self.language not in i18n.LANGUAGES:
            raise ValueError(f"filrouge speaks {' and '.join(i18n.LANGUAGES)}, not {self.language!r}")
        if self.made_at.tzinfo is None:
            raise ValueError("made_at needs a time zone")
        # Whole seconds: PDF, DOCX and ZIP know no finer times.
        object.__setattr__(self, "made_at", self.made_at.astimezone(UTC).replace(microsecond=0))

    @property
    def is_open(self) -> bool:
        """Whether identifiers, names and texts stand in the clear."""
        return self.opened is not None


class NothingToPackage(FilrougeError):
    """A network, cluster or ad of which the case holds nothing."""

    def __init__(self, name: str, case: str) -> None:
        super().__init__(
            _(
                "{name}: the case “{case}” holds no ad of it that can be read, so there is nothing to package."
            ).format(name=name, case=case)
        )


class TooManyAds(FilrougeError):
    """More ads than a package can hold."""

    def __init__(self, name: str, ads: int) -> None:
        super().__init__(
            _(
                "{name} has {ads} ads, and a package holds {most} at most. Package its clusters one by one, or the "
                "ads that matter."
            ).format(name=name, ads=i18n.number(ads), most=i18n.number(MOST_ADS))
        )
