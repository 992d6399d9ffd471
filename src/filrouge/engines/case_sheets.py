"""What a casebook gives: leads' reasons, dossiers of clusters and networks, sheets of ads and of ties; plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from filrouge.errors import FilrougeError
from filrouge.evidence.scale import verbal
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.engines.voices import Reach


class UnknownCluster(FilrougeError):
    """A cluster of which a case holds too little to be one, or nothing."""

    def __init__(self, cluster: int) -> None:
        super().__init__(_("There is no cluster C{cluster} in this case.").format(cluster=cluster))


class UnknownNetwork(FilrougeError):
    """A network of which a case holds no sign of organisation, or nothing."""

    def __init__(self, network: int) -> None:
        super().__init__(_("There is no network N{network} in this case.").format(network=network))


@dataclass(frozen=True)
class Reason:
    """Why a lead is here.

    Attributes:
        kind: "sign" (of organisation), "size" (what adds to the strength) or "indicator".
        code: of a sign "phone", "email", "handle", "payment", "name" or "agency"; of a size "agencies" or "places";
            of an indicator its id in the guide.
        count: of a sign or size how many different ones; of an indicator the ads that show it.
        ads: of the lead.
        bits: what it adds to the strength, in doublings; 0 for an indicator.
        lift: of an indicator, how many times more usual than among those in no network; None where none of these
            shows it, or there are none.
        tells_nothing: of an indicator, whether it is as usual among those in no network.
    """

    kind: str
    code: str
    count: int
    ads: int
    bits: float = 0.0
    lift: float | None = None
    tells_nothing: bool = False


@dataclass(frozen=True)
class Identifier:
    """An identifier that ads of the case carry.

    Attributes:
        kind: "phone", "email", "url", "handle" or "payment".
        shown: what a page shows: the pseudonym in words, or the value where ads are opened.
        pseudonym: in words, as in "phone:7k3f9q2m".
        number: what stands for it in the workspace.
        ads: of what is looked at that carry it; holders: of the whole case.
        clusters: ids of the clusters that carry it, not of an agency's own; voices: how many clusters and single ads
            of the case do.
        first, last: days on which it was seen.
        bits: log2(voices of the case / those that carry it).
        of_agency: whether it belongs to an agency rather than to those who advertise there: then it ties nobody.
    """

    kind: str
    shown: str
    pseudonym: str
    number: int
    ads: int
    holders: int
    clusters: tuple[int, ...]
    voices: int
    first: date | None
    last: date | None
    bits: float
    of_agency: bool = False


@dataclass(frozen=True)
class Piece:
    """A piece of a text.

    Attributes:
        text: of it.
        common: whether what it is held beside (the template, the other ad) has it too.
        slot: the kind of the slot in which it stands, None for none.
        lost: whether it stands in the template alone, and not in this ad.
        masked: whether a pseudonym stands for what was written.
    """

    text: str
    common: bool = False
    slot: str | None = None
    lost: bool = False
    masked: bool = False


@dataclass(frozen=True)
class Segment:
    """A piece of a template: words that all have, or a slot.

    Attributes:
        text: the words; "" for a slot.
        slot: the kind of slot ("phone", "name", "price", "place", "free", ...), None for words.
        values: of a slot, the commonest values and how many of the opened ads have each.
        different: how many different values the slot has in the opened ads.
        filled: opened ads that have anything there.
    """

    text: str
    slot: str | None = None
    values: tuple[tuple[str, int], ...] = ()
    different: int = 0
    filled: int = 0


@dataclass(frozen=True)
class Member:
    """An ad of a cluster, beside its template. `bits`: what the template saves it."""

    ad: int
    id: str
    agency: str
    posted: datetime | None
    location: str
    bits: float
    stretches: tuple[Piece, ...]


@dataclass(frozen=True)
class ClusterBrief:
    """A cluster in one line. `template`: its first words, with "___" for slots."""

    id: int
    name: str
    ads: int
    agencies: tuple[str, ...]
    places: tuple[str, ...]
    first: date | None
    last: date | None
    template: str


@dataclass(frozen=True)
class ClusterTemplate:
    """The template of a cluster: `id`, `name` ("C345"), the case's `ads` in it, and its pieces in order."""

    id: int
    name: str
    ads: int
    template: tuple[Segment, ...]


@dataclass(frozen=True)
class ClusterTie:
    """What ties two clusters, or a cluster and a single ad, of one case.

    Attributes:
        one, other: ids of clusters; -1 for a single ad.
        one_ad, other_ad: the number of the ad that stands for each.
        bits: of all kinds together; claimed: as much of it as the corpus bears out.
        parts: bits by kind, for (> 0) and against (< 0); "once" is what is counted once, with the start.
        possible: whether the link hangs on this one weak tie, so that the run did not join what it ties.
    """

    one: int
    other: int
    one_ad: int
    other_ad: int
    bits: float
    claimed: float
    parts: tuple[tuple[str, float], ...]
    possible: bool = False


@dataclass(frozen=True)
class AdSheet:
    """One ad.

    Attributes:
        ad: its number; id: as its file says.
        cluster, network: ids, -1 for none that this case may see.
        stretches: the text, in order.
        identifiers: those of the ad.
        source, row: file and row it came from; sha256: of the file; received, receiver: when, and by whom.
        seq: the snapshot that brought it.
    """

    ad: int
    id: str
    agency: str
    posted: datetime | None
    location: str
    case: str
    cluster: int
    network: int
    stretches: tuple[Piece, ...]
    identifiers: tuple[Identifier, ...]
    source: str
    row: int
    sha256: str
    received: datetime | None
    seq: int
    receiver: str = ""

    @property
    def text(self) -> str:
        """The text as it may be shown."""
        return "".join(piece.text for piece in self.stretches)


@dataclass(frozen=True)
class SharedIdentifier:
    """An identifier that two ads or clusters have in common. `bits`: what sharing it is worth in this case."""

    identifier: Identifier
    bits: float


@dataclass(frozen=True)
class TieSheet:
    """What ties two ads, or two clusters, and what speaks against.

    Attributes:
        one, other: the ads; of clusters, those that stand for them. Their stretches say what is in common.
        of: "ads" or "clusters".
        clusters: ids of both, -1 for none.
        same_cluster, same_network: whether the run put both in one.
        text_bits: saved by writing the one with the other beside it, before anything is taken off.
        cut: bits that strangers reach by chance with their texts.
        waterfall: bits by kind, for and against; "once" is what is counted once, with the start.
        weighed: kinds that were looked at here. What the others would say is not known.
        total: sum of the waterfall; claimed: as much of it as the corpus bears out.
        checked: whether pairs of this corpus did; else `claimed` is the limit of one with too little to learn from.
        strangers: what pairs of strangers reach; None where no run measured it.
        shared: identifiers in common, the strongest first.
        possible: whether the run cut the link as one weak tie.
    """

    one: AdSheet
    other: AdSheet
    of: str
    clusters: tuple[int, int]
    same_cluster: bool
    same_network: bool
    text_bits: float
    cut: float
    waterfall: tuple[tuple[str, float], ...]
    weighed: tuple[str, ...]
    total: float
    claimed: float
    checked: bool
    strangers: Reach | None
    shared: tuple[SharedIdentifier, ...]
    possible: bool = False

    @property
    def against(self) -> tuple[tuple[str, float], ...]:
        """The parts that speak against one source."""
        return tuple((kind, bits) for kind, bits in self.waterfall if bits < 0 and kind != "once")

    def verbal(self, language: str | None = None) -> str:
        """What may be claimed, in words of the scale."""
        return verbal(self.claimed, language)


@dataclass(frozen=True)
class ClusterDossier:
    """All that a case may see of a cluster.

    Attributes:
        id, name: "C345".
        network: in which it is, -1 for none.
        ads: of the case in it; opened: those whose texts template and slots were drawn from.
        lead: the facts of its row, as in `Casebook.leads`.
        reasons: why it is a lead; none if it is none by itself.
        template: in order.
        members: of the page asked for, those first that the template saves most.
        page, pages: from 1.
        identifiers: those with most ads first, agencies' own last.
        timeline: day, agency, place, ads.
        places: place, lat, lon, first, last, ads; in the order of their first days.
        history: what runs wrote of it: seq, at, kind, other, ads.
    """

    id: int
    name: str
    network: int
    ads: int
    opened: int
    lead: dict[str, Any]
    reasons: tuple[Reason, ...]
    template: tuple[Segment, ...]
    members: tuple[Member, ...]
    page: int
    pages: int
    identifiers: tuple[Identifier, ...]
    timeline: pl.DataFrame
    places: pl.DataFrame
    history: pl.DataFrame


@dataclass(frozen=True)
class NetworkDossier:
    """All that a case may see of a network.

    Attributes:
        id, name: "N12".
        lead: the facts of its row, as in `Casebook.leads`.
        reasons: why it is a lead.
        clusters: the largest first; at most `MOST_CLUSTERS` with their templates.
        clusters_left: clusters of the network that are not listed.
        single_ads: numbers of ads that are in it without a cluster.
        ties: the strongest first; possible ones last.
        ties_left: ties that are not listed.
        identifiers: those of most voices first, agencies' own last; identifiers_left: how many are not listed.
        timeline: day, cluster (-1 for single ads), agency, place, ads.
        places: place, lat, lon, first, last, ads; in the order of the itinerary (a place once).
        stays: place, lat, lon, week, first, last, ads; in the order of their first days.
        strength_parts: what adds to the strength, in doublings.
        for_, against: the waterfall summed over the ties shown, by kind: bits for and against.
        holds_together: what the run found about what holds it together; None where it did not look, or where that
            cannot be said of the case's own ads alone.
        members: ad, cluster, agency, posted, location, bits; the newest first, at most `MOST_MEMBERS`.
        members_left: ads that are not listed.
    """

    id: int
    name: str
    lead: dict[str, Any]
    reasons: tuple[Reason, ...]
    clusters: tuple[ClusterBrief, ...]
    clusters_left: int
    single_ads: tuple[int, ...]
    ties: tuple[ClusterTie, ...]
    ties_left: int
    identifiers: tuple[Identifier, ...]
    identifiers_left: int
    timeline: pl.DataFrame
    places: pl.DataFrame
    stays: pl.DataFrame
    strength_parts: dict[str, float]
    for_: tuple[tuple[str, float], ...]
    against: tuple[tuple[str, float], ...]
    holds_together: dict[str, Any] | None
    members: pl.DataFrame
    members_left: int
    indicators: tuple[Reason, ...] = field(default=())
