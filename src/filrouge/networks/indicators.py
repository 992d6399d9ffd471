"""The indicators of the guide, computed on clusters and networks and compared with the rest of this corpus.

Each stands by itself: nothing here adds them up. What tells nothing on this corpus is said to tell nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.fold import fold_texts
from filrouge.compare.runs import Int32Array
from filrouge.guide import Indicator
from filrouge.networks.baseline import Whole, compare_groups, compare_voices
from filrouge.networks.lift import Lift
from filrouge.networks.listed import Listed, listed_words
from filrouge.networks.observed import Observed, Seen, all_marks
from filrouge.networks.organisation import agency_identifiers
from filrouge.networks.rules import BETWEEN_VOICES, COMPUTED
from filrouge.networks.units import TYING

CHUNK: Final = 8192
"""Ads that are looked through at a time."""
SPANS_SHOWN: Final = 50
"""Places in the text that a row names; the count of ads is of all."""
WORDS_SHOWN: Final = 12
"""Different words or values that a row names, the commonest first."""

_BOUNDS: Final = [
    f"{name}_{baseline}"
    for baseline in ("strangers", "independents")
    for name in ("share", "lift", "low", "high")
]
SCHEMA: Final[dict[str, Any]] = {
    "of": pl.String,
    "number": pl.Int32,
    "indicator": pl.String,
    "ads": pl.Int32,
    "share": pl.Float32,
    "words": pl.List(pl.Struct({"value": pl.String, "ads": pl.Int32})),
    "spans": pl.List(pl.Struct({"ad": pl.Int32, "start": pl.Int32, "end": pl.Int32})),
    **dict.fromkeys(_BOUNDS, pl.Float32),
    "tells_nothing": pl.Boolean,
}
"""Columns of what `observe` gives back."""


def observe(
    indicators: Sequence[Indicator],
    ads: pl.DataFrame,
    units: Int32Array,
    networks: Int32Array,
    identifiers: pl.DataFrame,
    places: pl.DataFrame,
    names: pl.DataFrame | None = None,
    *,
    listed: Listed | None = None,
) -> pl.DataFrame:
    """What can be seen of organisation in each network, and in each cluster of a network.

    Ads outside networks are what these are compared with; no row is about them. Alerts (`Indicator.alert`)
    are left out: see `alerts`.

    An indicator that one ad can show is compared by voices (`units`): of the group's voices so many show it, of
    the others, on the same agencies and in the same languages, so many. One that only a group can show is
    compared by groups: of the others at least half as large, so many show it. One that joins voices is compared by
    voices, too: of those outside networks, so many share such a value with anybody. Either way the group is one
    or a few draws, not as many as it has ads, so the intervals are wide.

    Args:
        indicators: those of the guide, or some of them.
        ads: `text`, `agency`, `posted`; row number = ad.
        units: the voice of each ad (its cluster, or itself alone), any numbers from 0. Shape (ads,).
        networks: the network of each ad, -1 for none. Shape (ads,).
        identifiers: `ad`, `kind`, `value` and, where known, `start` and `end`. Those that belong to an agency
            are left out, see `agency_identifiers`.
        places: `ad`, `value` and, where known, `start` and `end`.
        names: the names in the texts, likewise; without them the indicators about names see nothing.
        listed: what the words of these indicators, or of more, were found to say of the texts, if it is at hand.

    Returns:
        `of` ("network" or "cluster"), `number` (of the network or unit), `indicator` (id), `ads` (how many show
        it), `share` (of the group's ads), `words` (what triggered it, with how many ads), `spans` (the first of
        them in the raw texts), per baseline (`strangers`: all others, `independents`: those in no network) the
        share there and the lift with the bounds of its 95 % interval (null: nobody to compare with), and
        `tells_nothing`: whether the interval against independents includes 1, lies below it or is not known.
        (Strangers are mostly other networks where few voices are independent, and what all networks show
        may still tell them from people who work alone.) Sorted by of, number and the order of the indicators.
    """
    wanted = [one for one in indicators if not one.alert]
    seen = _observed(wanted, ads, units, identifiers, places, names, listed)
    network = np.asarray(networks).astype(np.int64)
    wholes = _wholes(seen.unit, network)
    first_of_unit = np.full(int(seen.unit.max(initial=-1)) + 1, -1, np.int64)
    first_of_unit[seen.unit[::-1]] = np.asarray(units).astype(np.int64)[::-1]
    frames = []
    for one in wanted:
        frames += [_rows(one, seen, network, whole, first_of_unit) for whole in wholes]
    found = [frame for frame in frames if frame.height]
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    order = {one.id: k for k, one in enumerate(wanted)}
    return (
        pl.concat(found)
        .with_columns(order=pl.col("indicator").replace_strict(order, return_dtype=pl.Int32))
        .sort(pl.col("of") != "network", "number", "order")
        .drop("order")
    )


def alerts(
    indicators: Sequence[Indicator],
    ads: pl.DataFrame,
    identifiers: pl.DataFrame,
    *,
    listed: Listed | None = None,
) -> pl.DataFrame:
    """Ads that a human must look at now, whatever they are tied to.

    An alert is no indicator: it is never counted, compared or ranked. That many ads say the same makes it no
    less of one, so nothing is left out as an agency's own.

    Args:
        indicators: those of the guide, or some of them.
        ads: `text`, `agency`, `posted`; row number = ad.
        identifiers: `ad`, `kind`, `value` and, where known, `start` and `end`.
        listed: as for `observe`.

    Returns:
        `ad`, `start`, `end` (raw offsets) and `indicator`, in the order of the ads.
    """
    wanted = [one for one in indicators if one.alert]
    nowhere = pl.DataFrame(schema={"ad": pl.Int32, "value": pl.String})
    ages = identifiers.filter(pl.col("kind") == "age")
    words = listed or _listed(wanted, ads["text"])
    seen = Observed(
        ads=ads.select("text", "agency", pl.col("posted").cast(pl.Datetime("us"))),
        unit=np.arange(ads.height, dtype=np.int64),
        marks=all_marks(ads, ages, nowhere, None),
        phrases=words.phrases,
        language=words.language,
    )
    schema = {"ad": pl.Int32, "start": pl.Int32, "end": pl.Int32, "indicator": pl.String}
    frames = [
        COMPUTED[one.rule]
        .compute(seen, seen.unit, one)
        .triggers.with_columns(indicator=pl.lit(one.id))
        .select(list(schema))
        for one in wanted
    ]
    return pl.concat([pl.DataFrame(schema=schema), *frames]).unique().sort("ad", "start", "end", "indicator")


def _observed(
    indicators: Sequence[Indicator],
    ads: pl.DataFrame,
    units: Int32Array,
    identifiers: pl.DataFrame,
    places: pl.DataFrame,
    names: pl.DataFrame | None,
    listed: Listed | None,
) -> Observed:
    words = listed or _listed(indicators, ads["text"])
    voice = np.unique(np.asarray(units), return_inverse=True)[1].astype(np.int64)
    # A price that many ask is no agency's.
    contacts = identifiers.filter(pl.col("kind").is_in(TYING))
    agencys = agency_identifiers(contacts, voice.astype(np.int32), ads["agency"])
    own = identifiers.join(agencys, on=["kind", "value"], how="anti", maintain_order="left")
    posted = ads["posted"].cast(pl.Datetime("us"))
    return Observed(
        ads=ads.select("text", "agency").with_columns(posted=posted),
        unit=voice,
        marks=all_marks(ads, own, places, names),
        phrases=words.phrases,
        language=words.language,
    )


def _listed(indicators: Sequence[Indicator], texts: pl.Series) -> Listed:
    pieces = range(0, max(texts.len(), 1), CHUNK)
    return listed_words(indicators, [fold_texts(texts.slice(at, CHUNK).to_list()) for at in pieces])


def _wholes(unit: NDArray[np.int64], network: NDArray[np.int64]) -> list[Whole]:
    """Networks (and what is outside them, by voices), then voices."""
    alone = int(network.max(initial=-1)) + 1
    return [
        Whole("network", np.where(network >= 0, network, unit + alone), network),
        Whole("cluster", unit, network),
    ]


def _rows(
    one: Indicator, seen: Observed, network: NDArray[np.int64], whole: Whole, unit_number: NDArray[np.int64]
) -> pl.DataFrame:
    """The rows of one indicator for the networks, or for the clusters within networks."""
    rule = COMPUTED[one.rule]
    between_voices = one.parameters.get("by") in BETWEEN_VOICES
    if between_voices and whole.of == "cluster":
        return pl.DataFrame(schema=SCHEMA)
    # What two voices share no voice alone can show: outside networks, whoever shares it with anybody counts.
    group = np.where(network >= 0, network, whole.groups) if between_voices else whole.group
    found: Seen = rule.compute(seen, group, one)
    counts = np.bincount(whole.group, minlength=whole.groups)
    hits = np.bincount(whole.group[found.ads], minlength=whole.groups)
    shown = np.flatnonzero((hits > 0) & (counts > 1) & whole.in_network)
    if not shown.size:
        return pl.DataFrame(schema=SCHEMA)
    if rule.of_each_ad or between_voices:
        bounds = compare_voices(found.ads, seen, network, whole, shown)
    else:
        bounds = compare_groups(hits > 0, counts, whole, shown)
    number = shown if whole.of == "network" else unit_number[shown]
    frame = pl.DataFrame(
        {
            "group": shown,
            "of": pl.Series([whole.of] * shown.size, dtype=pl.String),
            "number": number.astype(np.int32),
            "indicator": pl.Series([one.id] * shown.size, dtype=pl.String),
            "ads": hits[shown].astype(np.int32),
            "share": (hits[shown] / counts[shown]).astype(np.float32),
            **_columns(bounds),
            "tells_nothing": ~bounds[1].above_one,
        }
    )
    rows = frame.join(_triggers(found, whole, shown), on="group", how="left", maintain_order="left")
    return rows.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def _columns(bounds: Sequence[Lift]) -> dict[str, pl.Series]:
    values = [column for part in bounds for column in (part.share, part.ratio, part.low, part.high)]
    return {
        name: pl.Series(value).cast(pl.Float32).fill_nan(None)
        for name, value in zip(_BOUNDS, values, strict=True)
    }


def _triggers(found: Seen, whole: Whole, shown: NDArray[np.int64]) -> pl.DataFrame:
    """Per group the commonest words and the first spans."""
    group = whole.group[found.triggers["ad"].to_numpy()]
    rows = found.triggers.with_columns(group=pl.Series(group)).filter(
        pl.col("group").is_in(pl.Series(shown).implode())
    )
    words_of = (
        rows.group_by("group", "value")
        .agg(pl.col("ad").n_unique().cast(pl.Int32).alias("ads"))
        .sort("group", "ads", "value", descending=[False, True, False])
        .group_by("group", maintain_order=True)
        .agg(pl.struct("value", "ads").head(WORDS_SHOWN).alias("words"))
    )
    spans_of = (
        rows.drop_nulls("start")
        .select("group", "ad", "start", "end")
        .unique()
        .sort("group", "ad", "start", "end")
        .group_by("group", maintain_order=True)
        .agg(pl.struct("ad", "start", "end").head(SPANS_SHOWN).alias("spans"))
    )
    return words_of.join(spans_of, on="group", how="left").with_columns(
        pl.col("spans").fill_null(pl.lit([], dtype=SCHEMA["spans"]))
    )
