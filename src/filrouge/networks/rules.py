"""How each indicator is computed: a rule takes the corpus and its groups and says in which ads it saw its sign.

A rule never looks beyond a group, and no rule weighs anything. `guide.indicators.RULES` has their parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.networks.observed import TRIGGER_SCHEMA, Observed, Seen, kinds_of, parameter, seen_at

if TYPE_CHECKING:
    from filrouge.guide import Indicator

Group = NDArray[np.int64]
Compute = Callable[[Observed, Group, "Indicator"], Seen]

ADDRESS: Final = (
    r"(?i)\b\d{1,5}(?:[ ,]+[\p{L}.'’-]+){1,3}[ ]+(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|lane)\b"
    r"|\b\d{1,5}[ ,]+(?:rue|avenue|boulevard|boul|chemin|allée|place)[ ]+[\p{L}'’-]+(?:[ ]+[\p{L}'’-]+)?"
    r"|\b(?:calle|avenida|carrera)[ ]+[\p{L}'’-]+(?:[ ]+[\p{L}'’-]+)?[ ,]*(?:#|n[oº°]\.?|número)?[ ]*\d{1,5}\b"
)
"""A street and a number, as English, French and Spanish write them."""
STREETS: Final = "street words"
"""Under this owner the words that an address needs are looked for with the words of the list."""
STREET_WORDS: Final = (
    "street", "st", "avenue", "ave", "road", "rd", "boulevard", "blvd", "drive", "lane", "rue", "boul", "chemin",
    "allée", "place", "calle", "avenida", "carrera",
)  # fmt: skip
BETWEEN_VOICES: Final = ("voice", "language")
"""What a value must be shared `by` for a sign that no voice can show alone: one text has one language."""
WRITTEN_OUT: Final = r"\p{L}|[^\x00-\x7F]"


@dataclass(frozen=True)
class Rule:
    """A rule and what it is a property of.

    Attributes:
        compute: says where it is seen.
        of_each_ad: whether one ad can show it; then the shares of voices are compared, else whole groups.
    """

    compute: Compute
    of_each_ad: bool = False


def words(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads with any of the listed words."""
    return seen_at(seen.phrases.filter(pl.col("owner") == indicator.id), seen.size)


def shared_value(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads with a value that `least` different names, voices, languages or agencies of the group have."""
    p = indicator.parameters
    held = seen.of_kinds(kinds_of(p), group)
    return seen_at(_shared(held, seen, group, str(p["by"]), parameter(p, "least")), seen.size)


def shared_address(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads with a street address that `least` different voices or phones of the group give."""
    p = indicator.parameters
    ads = seen.phrases.filter(pl.col("owner") == STREETS)["ad"].unique().sort()
    found = (
        pl.DataFrame({"ad": ads, "text": seen.ads["text"].gather(ads.cast(pl.UInt32))})
        .with_columns(written=pl.col("text").str.extract_all(ADDRESS))
        .explode("written")
        .drop_nulls("written")
    )
    held = found.select(
        "ad",
        start=pl.col("text").str.find(pl.col("written"), literal=True).cast(pl.Int32),
        written="written",
        text="text",
        kind=pl.lit("address"),
        value=pl.col("written").str.to_lowercase().str.replace_all(r"[\s,.]+", " "),
    )
    # The place is given in bytes; characters are what spans count.
    held = held.with_columns(
        start=_characters_before(held["text"], held["start"]),
    ).with_columns(end=(pl.col("start") + pl.col("written").str.len_chars()).cast(pl.Int32))
    at = held["ad"].to_numpy()
    held = held.with_columns(
        group=pl.Series(group[at]),
        unit=pl.Series(seen.unit[at]),
        code=pl.col("value").rank("dense").cast(pl.Int32),
    )
    return seen_at(_shared(held, seen, group, str(p["by"]), parameter(p, "least")), seen.size)


def values_of_one_text(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads of a voice that has `least` different values of a kind."""
    p = indicator.parameters
    held = seen.of_kinds(kinds_of(p), group).with_columns(
        several=pl.col("code").n_unique().over("unit", "kind")
    )
    return seen_at(held.filter(pl.col("several") >= parameter(p, "least")), seen.size)


def changing_values(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads of a voice whose ads give `least` different lists of values (an ad may well list three prices)."""
    p = indicator.parameters
    held = seen.of_kinds(kinds_of(p), group)
    lists = held.group_by("ad", "unit").agg(
        pl.col("code").unique().sort().cast(pl.String).str.join(" ").alias("list")
    )
    several = lists.with_columns(several=pl.col("list").n_unique().over("unit")).filter(
        pl.col("several") >= parameter(p, "least")
    )
    return seen_at(held.join(several.select("ad"), on="ad", how="semi"), seen.size)


def several_in_one_ad(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads that have `least` different values of a kind themselves."""
    p = indicator.parameters
    held = seen.of_kinds(kinds_of(p), group).with_columns(
        several=pl.col("code").n_unique().over("ad", "kind")
    )
    return seen_at(held.filter(pl.col("several") >= parameter(p, "least")), seen.size)


def disguised(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads that write a value with letters or signs that are no plain digits."""
    held = seen.of_kinds(kinds_of(indicator.parameters), group).drop_nulls("start")
    raw = seen.ads["text"].gather(held["ad"].cast(pl.UInt32))
    held = held.with_columns(written=raw).with_columns(
        written=pl.col("written").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    )
    return seen_at(held.filter(pl.col("written").str.contains(WRITTEN_OUT)), seen.size)


def area_codes(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads of a voice whose North American phones have `least` different area codes."""
    held = (
        seen.of_kinds(["phone"], group)
        .filter(pl.col("value").str.contains(r"^\+1\d{10}$"))
        .with_columns(value=pl.col("value").str.slice(0, 5))
        .with_columns(several=pl.col("value").n_unique().over("unit"))
    )
    return seen_at(held.filter(pl.col("several") >= parameter(indicator.parameters, "least")), seen.size)


def moves(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads with a value that stands in `places` different places within `days` days."""
    p = indicator.parameters
    stays = _stays(seen, group, kinds_of(p))
    if stays.is_empty():
        return _none(seen)
    window = stays.rolling(
        index_column="day", period=f"{parameter(p, 'days')}d", group_by=["group", "code"]
    ).agg(pl.col("place").n_unique().alias("places"))
    many = window.filter(pl.col("places") >= parameter(p, "places")).select("group", "code").unique()
    found = stays.join(many, on=["group", "code"], how="semi")
    return seen_at(found.with_columns(value=seen.values_of(found["place"]), start=None, end=None), seen.size)


def circuit(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads of moves through `places` different places, in an order that the group goes `times` times."""
    p = indicator.parameters
    length = parameter(p, "places")
    by = ["group", "code"]
    stays = _stays(seen, group, kinds_of(p))
    arrivals = stays.filter((pl.col("place") != pl.col("place").shift(1).over(by)).fill_null(True))
    stops = [f"p{k}" for k in range(length)]
    steps = arrivals.with_columns(
        pl.col("place").shift(-k).over(by).alias(stop) for k, stop in enumerate(stops)
    ).drop_nulls(stops)
    steps = steps.filter(
        pl.all_horizontal(pl.col(a) != pl.col(b) for k, a in enumerate(stops) for b in stops[k + 1 :])
    )
    again = steps.with_columns(times=pl.len().over("group", *stops)).filter(
        pl.col("times") >= parameter(p, "times")
    )
    names = again.with_columns(seen.values_of(again[stop]).alias(stop) for stop in stops)
    way = pl.concat_str(stops, separator=" → ")
    return seen_at(names.with_columns(value=way, start=None, end=None), seen.size)


def burst(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads of which a voice posts `least` within `minutes` minutes.

    Of a voice: strangers put together by mistake post at one time soon enough.
    """
    p = indicator.parameters
    timed = seen.timed(seen.unit)
    least = parameter(p, "least")
    if timed.height < least:
        return _none(seen)
    whose = timed["group"].to_numpy()
    when = timed["posted"].dt.timestamp("ms").to_numpy()
    last = least - 1
    dense = (whose[last:] == whose[: whose.size - last]) & (
        when[last:] - when[: when.size - last] <= parameter(p, "minutes") * 60_000
    )
    inside = np.zeros(whose.size + 1, np.int64)
    begins = np.flatnonzero(dense)
    np.add.at(inside, begins, 1)
    np.add.at(inside, begins + least, -1)
    found = timed.filter(pl.Series(np.cumsum(inside[:-1]) > 0))
    value = pl.col("posted").dt.strftime("%Y-%m-%d %H:%M")
    return seen_at(found.with_columns(value=value, start=None, end=None), seen.size)


def set_hours(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads of the hour at which a voice posts on `days` days and at least `percent` per cent of its ads."""
    p = indicator.parameters
    timed = seen.timed(seen.unit).with_columns(
        hour=pl.col("posted").dt.hour(), day=pl.col("posted").dt.date(), all=pl.len().over("group")
    )
    hours = timed.with_columns(
        here=pl.len().over("group", "hour"), days=pl.col("day").n_unique().over("group", "hour")
    )
    found = hours.filter(
        (pl.col("days") >= parameter(p, "days"))
        & (100 * pl.col("here") >= parameter(p, "percent") * pl.col("all"))
    )
    value = pl.format("{}:00", pl.col("hour").cast(pl.String).str.zfill(2))
    return seen_at(found.with_columns(value=value, start=None, end=None), seen.size)


def new_names_in_old_text(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads of a voice that is posted for `days` days, in which `least` names came after its first half."""
    p = indicator.parameters
    dated = seen.dated(group).with_columns(
        first=pl.col("posted").min().over("unit"), last=pl.col("posted").max().over("unit")
    )
    long = dated.filter(pl.col("last") - pl.col("first") >= pl.duration(days=parameter(p, "days")))
    names = seen.of_kinds(["name"], group).drop("group", "unit").join(long, on="ad")
    late = names.with_columns(begins=pl.col("posted").min().over("unit", "value")).filter(
        pl.col("begins") - pl.col("first") > (pl.col("last") - pl.col("first")) / 2
    )
    late = late.with_columns(several=pl.col("value").n_unique().over("unit"))
    return seen_at(late.filter(pl.col("several") >= parameter(p, "least")), seen.size)


def two_uses_of_one_contact(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads with the listed words whose contact also stands in ads of their group without them."""
    hits = seen.phrases.filter(pl.col("owner") == indicator.id)
    held = seen.of_kinds(kinds_of(indicator.parameters), group).select("ad", "group", "code").unique()
    held = held.join(hits.select("ad").unique().with_columns(hit=pl.lit(True)), on="ad", how="left")
    both = held.with_columns(pl.col("hit").fill_null(False)).filter(
        pl.col("hit").any().over("group", "code") & pl.col("hit").not_().any().over("group", "code")
    )
    return seen_at(hits.join(both.filter("hit").select("ad").unique(), on="ad", how="semi"), seen.size)


def age_below(seen: Observed, group: Group, indicator: Indicator) -> Seen:
    """Ads that give an age below `years`, or have the listed words."""
    years = seen.marks.filter(
        (pl.col("kind") == "age")
        & (pl.col("value").cast(pl.Int32, strict=False) < parameter(indicator.parameters, "years"))
    )
    said = seen.phrases.filter(pl.col("owner") == indicator.id)
    return seen_at(
        pl.concat([years.select(list(TRIGGER_SCHEMA)), said.select(list(TRIGGER_SCHEMA))]), seen.size
    )


COMPUTED: Final[Mapping[str, Rule]] = {
    "words": Rule(words, of_each_ad=True),
    "shared_value": Rule(shared_value),
    "shared_address": Rule(shared_address),
    "values_of_one_text": Rule(values_of_one_text),
    "changing_values": Rule(changing_values),
    "several_in_one_ad": Rule(several_in_one_ad, of_each_ad=True),
    "disguised": Rule(disguised, of_each_ad=True),
    "area_codes": Rule(area_codes),
    "moves": Rule(moves),
    "circuit": Rule(circuit),
    "burst": Rule(burst),
    "set_hours": Rule(set_hours),
    "new_names_in_old_text": Rule(new_names_in_old_text),
    "two_uses_of_one_contact": Rule(two_uses_of_one_contact),
    "age_below": Rule(age_below, of_each_ad=True),
}
"""The rules by the names that the list of indicators uses."""


def _none(seen: Observed) -> Seen:
    return seen_at(pl.DataFrame(schema=TRIGGER_SCHEMA), seen.size)


def _shared(held: pl.DataFrame, seen: Observed, group: Group, by: str, least: int) -> pl.DataFrame:
    """The rows of `held` whose value in their group goes with `least` different things of kind `by`."""
    if by == "voice":
        things = held.select("group", "code", thing="unit")
    elif by == "language":
        spoken = held.select("group", "code", thing=pl.Series(seen.language[held["ad"].to_numpy()]))
        things = spoken.filter(pl.col("thing") >= 0)
    else:
        other = seen.of_kinds([by], group).select("ad", thing="code").unique()
        things = held.select("ad", "group", "code").unique().join(other, on="ad")
    many = (
        things.group_by("group", "code")
        .agg(pl.col("thing").n_unique().alias("things"))
        .filter(pl.col("things") >= least)
    )
    return held.join(many, on=["group", "code"], how="semi")


def _stays(seen: Observed, group: Group, kinds: list[str]) -> pl.DataFrame:
    """Where a value was on which day: `ad`, `group`, `code`, `place` (its code), `day`, by value and day."""
    days = seen.dated(group).select("ad", day=pl.col("posted").dt.date())
    return (
        seen.of_kinds(kinds, group)
        .select("ad", "group", "code")
        .unique()
        .join(seen.one_place(), on="ad")
        .join(days, on="ad")
        .sort("group", "code", "day", "place", "ad")
    )


def _characters_before(texts: pl.Series, byte: pl.Series) -> pl.Series:
    """The number of characters before a place that is given in bytes."""
    pairs = zip(texts.to_list(), byte.to_list(), strict=True)
    return pl.Series([len(text.encode()[:at].decode(errors="ignore")) for text, at in pairs], dtype=pl.Int32)
