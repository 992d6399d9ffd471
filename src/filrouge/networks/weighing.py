"""All that ties two voices, of every kind, put together in bits: what networks are built of.

A tie between two units (see `units`) has bits of each of `KINDS`. The joint model makes one number of
them in which nothing counts twice. Its weights are fitted on this corpus, with shared identifiers as
weak labels of one hand and matched strangers as labels of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.tokens import Tokens
from filrouge.compare.align import pair_bits
from filrouge.compare.comparison import Comparison
from filrouge.compare.consensus import Consensus
from filrouge.compare.runs import Int32Array
from filrouge.evidence.joint import JointModel
from filrouge.networks.against import language_bits, random_strangers, service_bits, topic_words
from filrouge.networks.coincidence import CoincidenceOdds
from filrouge.networks.decoys import stranger_pairs
from filrouge.networks.images import image_ties
from filrouge.networks.languages import languages
from filrouge.networks.learning import (
    KINDS,
    borne_out,
    fitted_model,
    held_out_units,
    kin_of,
    no_strangers,
)
from filrouge.networks.movement import Movement
from filrouge.networks.near import near_pairs
from filrouge.networks.proposals import proposed
from filrouge.networks.style import StyleModel
from filrouge.networks.style_features import Spans, style_features
from filrouge.networks.travel import impossible_bits
from filrouge.networks.units import TYING, Units, holdings

PASSED_ON: Final = 0.25
"""Share of an identifier's bits that ties those who held it before and after it was not used for long; and of a
text's that several hands use, as if it were an identifier of theirs."""
SEARCHED: Final = 0.5
"""Share of log2(units) that a tie has to have for the search among all pairs in which it was found."""
DECOYS: Final = 20_000
OWNERS_OF_STYLE: Final = 100
"""Owners of phones below which style is not learned: fewer support little more than one bit."""
STRANGERS_TEXT: Final = 0.95
"""What this share of strangers' texts save beside each other, on one agency or two, is taken off the text."""

Float64Array = NDArray[np.float64]


@dataclass(frozen=True)
class Weighed:
    """The ties between units, weighed.

    Attributes:
        held: see `units.holdings`; with `bits` (Float64), what it is worth to share this identifier.
        a, b: int32, shape (pairs,): the pairs of units that something proposed, a < b.
        bits: float64, shape (pairs, kinds): of each of `KINDS`.
        model: makes one number of them.
        decoy_a, decoy_b: int32, shape (decoys,): pairs of units that are strangers, a < b. In no result.
        decoys: float64, shape (decoys, kinds): the same bits of these.
        decoy_is_held_out, pair_is_held_out: bool: of two units that nothing was learned from.
        phone_owners: how many groups of units, joined by phones, style could be learned from.
        style: None where there is too little to learn from.
    """

    units: Units
    held: pl.DataFrame
    a: Int32Array
    b: Int32Array
    bits: Float64Array
    model: JointModel
    decoy_a: Int32Array
    decoy_b: Int32Array
    decoys: Float64Array
    decoy_is_held_out: NDArray[np.bool_]
    pair_is_held_out: NDArray[np.bool_]
    phone_owners: int
    style: StyleModel | None
    movement: Movement
    templates: Sequence[Consensus]


def with_bits(held: pl.DataFrame, count: int) -> pl.DataFrame:
    """The holdings with what each identifier is worth: log2(units / units that hold it)."""
    holders = pl.col("unit").n_unique().over("kind", "value")
    return held.with_columns(bits=(count / holders).log(2))


def shared_identifiers(held: pl.DataFrame, a: Int32Array, b: Int32Array) -> pl.DataFrame:
    """What both units of each pair hold.

    Args:
        held: see `Weighed.held`.
        a, b: the pairs, shape (pairs,).

    Returns:
        `pair` (its number, Int32), `kind`, `value`, `passed_on` (whether the one held it before and the other
        after it was not used for long), `bits` (`PASSED_ON` of them, if so).
    """
    pairs = pl.DataFrame({"pair": np.arange(a.size, dtype=np.int32), "a": a, "b": b})
    mine = held.select(pl.col("unit").alias("a"), "kind", "value", "turn", "bits")
    other = held.select(pl.col("unit").alias("b"), "kind", "value", pl.col("turn").alias("turn_b"))
    return (
        pairs.join(mine, on="a")
        .join(other, on=["b", "kind", "value"])
        .with_columns(passed_on=pl.col("turn") != pl.col("turn_b"))
        .select(
            "pair",
            "kind",
            "value",
            "passed_on",
            pl.when("passed_on").then(PASSED_ON * pl.col("bits")).otherwise("bits").alias("bits"),
        )
    )


class Weigher:
    """Weighs pairs of units by every kind of evidence.

    Args:
        found: the comparison.
        ads: the ads table; if it has a column `image`, its hashes count.
        tokens: the words of the ads.
        identifiers: `ad`, `kind`, `value`.
        masked: `ad`, `start`, `end` of all that is no habit of writing: identifiers, places, names.
        presence: of the units, see `movement.presences`.
        order: the ads in an order that the file does not decide, see `units.order_of`. What is drawn is drawn in it.

    Attributes:
        units: as given.
        language: int8, shape (ads,): the language of each ad, see `languages`.
        level: bits that strangers' texts save on two agencies, and on one; known once it was weighed.
    """

    def __init__(
        self,
        found: Comparison,
        ads: pl.DataFrame,
        tokens: Tokens,
        identifiers: pl.DataFrame,
        masked: pl.DataFrame,
        presence: pl.DataFrame,
        units: Units,
        order: Int32Array,
    ) -> None:
        self._found, self._ads, self.units, self._presence = found, ads, units, presence
        self._order = order
        self._identifiers = identifiers
        self.held = with_bits(holdings(identifiers, units, ads, found.cluster), units.count)
        self._near = near_pairs(self.held.select(ad="unit", kind="kind", value="value"), units.count)
        self._images = self._image_pairs()
        self.movement = Movement.of(presence)
        self._chance = CoincidenceOdds.of(presence, self.movement, units.count)
        self.language = languages(ads["text"])
        self._agency = ads["agency"].rank("dense").to_numpy().astype(np.int64)
        self._topics = topic_words(tokens.key, tokens.kind, tokens.offsets, units.of, self._agency, order)
        self._masked = masked
        self.level = np.zeros(2)
        self._style: StyleModel | None = None
        self._same = self._random = (np.zeros(0, np.int32), np.zeros(0, np.int32))

    def weigh(self, seed: int = 0) -> Weighed:
        """Propose pairs, learn what is learned on this corpus, and weigh the pairs."""
        # Less than a search among all pairs costs would tie nobody by itself.
        rare = self._images.filter(pl.col("bits") > SEARCHED * np.log2(max(self.units.count, 2)))
        a, b = proposed(self.held, self._near, rare, self.movement, self.units.siblings())
        kin = kin_of(self.held, self.units.count)
        out = held_out_units(kin, seed)
        x, y = self._strangers(a, b, kin, out, seed)
        pair_in, pair_out, decoy_out = ~out[a] & ~out[b], out[a] & out[b], out[x]
        # All that is learned is learned from those who are not held out: the level of texts, the rates of what
        # speaks against, style, and the weights.
        self.level = self._strangers_level(x[~decoy_out], y[~decoy_out])
        phone = pair_in & (self._identifier_bits(a, b)[:, TYING.index("phone")] > 0)
        self._same = a[phone], b[phone]
        taught = np.flatnonzero(~out).astype(np.int32)
        one, other = random_strangers(taught.size, seed)
        self._random = taught[one], taught[other]
        owners = int(np.unique(kin[a[phone]]).size)
        if owners >= OWNERS_OF_STYLE:
            self._style = self._learned_style(kin, x[~decoy_out], y[~decoy_out], seed)
        bits, decoys = self.bits(a, b), self.bits(x, y)
        model = borne_out(fitted_model(bits[pair_in], decoys[~decoy_out]), bits[pair_out], decoys[decoy_out])
        return Weighed(
            self.units, self.held, a, b, bits, model, x, y, decoys, decoy_out, pair_out, owners, self._style,
            self.movement, self._found.clustering.templates,
        )  # fmt: skip

    def _strangers(
        self, a: Int32Array, b: Int32Array, kin: NDArray[np.int64], out: NDArray[np.bool_], seed: int
    ) -> tuple[Int32Array, Int32Array]:
        """Pairs of units of strangers who are like these pairs, x < y; both held out, or neither."""
        order, head, of = self._order, self.units.head, self.units.of
        rank = np.empty(order.size, np.int32)
        rank[order] = np.arange(order.size, dtype=np.int32)
        places = pl.Series(rank).gather(self._identifiers["ad"])
        ordered = of[order]
        found = stranger_pairs(
            self._ads[order],
            # Those who use one text are no strangers.
            self.units.whole[ordered],
            DECOYS,
            seed,
            identifiers=self._identifiers.with_columns(places.alias("ad")),
            like=(rank[head[a]], rank[head[b]]),
            language=self.language[order],
            kin=no_strangers(kin)[ordered],
            side=out[ordered],
        ).pairs
        x, y = (ordered[found[side].to_numpy()] for side in ("a", "b"))
        return np.minimum(x, y), np.maximum(x, y)

    def _image_pairs(self) -> pl.DataFrame:
        """Pairs of units that show one picture: `a` < `b`, `bits`."""
        schema = {"a": pl.Int32, "b": pl.Int32, "bits": pl.Float32}
        if "image" not in self._ads.columns:
            return pl.DataFrame(schema=schema)
        of = pl.Series(self.units.of[self._order])
        ties = image_ties(self._ads["image"].gather(self._order), of.to_numpy())
        one, other = of.gather(ties["a"]), of.gather(ties["b"])
        return (
            pl.DataFrame({"x": one, "y": other, "bits": ties["image"]})
            .filter(pl.col("x") != pl.col("y"))
            .group_by(pl.min_horizontal("x", "y").alias("a"), pl.max_horizontal("x", "y").alias("b"))
            .agg(pl.col("bits").max())
            .sort("a", "b")
        )

    def bits(self, a: Int32Array, b: Int32Array) -> Float64Array:
        """Bits of each of `KINDS` for pairs of units, shape (pairs, kinds)."""
        columns = dict.fromkeys(KINDS, np.zeros(a.size))
        columns["text"] = self._text(a, b)
        shared = self._identifier_bits(a, b)
        columns |= {kind: shared[:, k] for k, kind in enumerate(TYING)}
        columns["image"] = self._image_bits(a, b)
        columns["near"] = self._near_bits(a, b)
        if self._style is not None:
            style = self._style.bits(self._features, a, b).astype(np.float64)
            # Of one template in several hands the habits are the template's.
            columns["style"] = np.where(self._are_siblings(a, b), 0.0, style)
        columns["movement"] = self._chance.bits(self.movement.bits(a, b))
        columns["against"] = self._against_bits(a, b)
        return np.column_stack([columns[kind] for kind in KINDS])

    def _text(self, a: Int32Array, b: Int32Array) -> Float64Array:
        """Bits saved by writing the one's text with the other's beside it, less what strangers' texts save."""
        found, head = self._found, self.units.head
        one, other = found.text[head[a]], found.text[head[b]]
        saved = pair_bits(one, other, found.corpus.words, found.clustering.price, found.corpus.offsets)
        together = self._together(a, b)
        out: Float64Array = np.maximum(saved - self.level[together], 0.0)
        hands = np.bincount(self.units.whole)[self.units.whole[a]]
        return np.where(self._are_siblings(a, b), PASSED_ON * np.log2(self.units.count / hands), out)

    def _are_siblings(self, a: Int32Array, b: Int32Array) -> NDArray[np.bool_]:
        """Whether the two are parts of one cluster."""
        out: NDArray[np.bool_] = self.units.whole[a] == self.units.whole[b]
        return out

    def _together(self, a: Int32Array, b: Int32Array) -> NDArray[np.int64]:
        """1 for pairs whose texts stand on one agency, else 0."""
        agency, head = self._agency, self.units.head
        out: NDArray[np.int64] = (agency[head[a]] == agency[head[b]]).astype(np.int64)
        return out

    def _strangers_level(self, a: Int32Array, b: Int32Array) -> Float64Array:
        """What strangers' texts save on two agencies, and on one."""
        saved, together = self._text(a, b), self._together(a, b)
        return np.array(
            [
                np.quantile(saved[together == k], STRANGERS_TEXT) if (together == k).any() else 0.0
                for k in (0, 1)
            ]
        )

    def _identifier_bits(self, a: Int32Array, b: Int32Array) -> Float64Array:
        """Bits of the identifiers that both hold, shape (pairs, kinds of `TYING`)."""
        shared = shared_identifiers(self.held, a, b).group_by("pair", "kind").agg(pl.col("bits").sum())
        out = np.zeros((a.size, len(TYING)))
        column = shared["kind"].replace_strict({k: i for i, k in enumerate(TYING)}, return_dtype=pl.Int64)
        out[shared["pair"].to_numpy(), column.to_numpy()] = shared["bits"].to_numpy()
        return out

    def _near_bits(self, a: Int32Array, b: Int32Array) -> Float64Array:
        """Bits of the best near-identifiers of each pair, shape (pairs,)."""
        pairs = pl.DataFrame({"pair": np.arange(a.size, dtype=np.int32), "a": a, "b": b})
        near = pl.concat(
            [
                self._near.select("kind", "value_a", "value_b", "bits"),
                self._near.select(
                    "kind", pl.col("value_b").alias("value_a"), pl.col("value_a").alias("value_b"), "bits"
                ),
            ]
        )
        held = self.held.select("unit", "kind", "value")
        best = (
            pairs.join(held.rename({"unit": "a", "value": "value_a"}), on="a")
            .join(near, on=["kind", "value_a"])
            .join(held.rename({"unit": "b", "value": "value_b"}), on=["b", "kind", "value_b"])
            .group_by("pair")
            .agg(pl.col("bits").max())
        )
        out = np.zeros(a.size)
        out[best["pair"].to_numpy()] = best["bits"].to_numpy()
        return out

    def _image_bits(self, a: Int32Array, b: Int32Array) -> Float64Array:
        """Bits of the pictures that both show, shape (pairs,)."""
        pairs = pl.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b)})
        known = pairs.join(self._images, on=["a", "b"], how="left", maintain_order="left")["bits"]
        return known.fill_null(0.0).to_numpy().astype(np.float64)

    def _against_bits(self, a: Int32Array, b: Int32Array) -> Float64Array:
        """Bits against one hand: no language in common, no services, two far places at one time."""
        language, unit = self.language, self.units.of
        by_language, _ = language_bits(language, unit, a, b, same=self._same, strangers=self._random)
        by_services, _ = service_bits(
            self._topics, a, b, same=self._same, strangers=self._random, language=language, unit=unit
        )
        out: Float64Array = (by_language + by_services + impossible_bits(self._presence, a, b)).astype(
            np.float64
        )
        return out

    def _learned_style(
        self, kin: NDArray[np.int64], x: Int32Array, y: Int32Array, seed: int
    ) -> StyleModel | None:
        """The style model, from pairs of units that share a phone and pairs of strangers."""
        a, b = self._same
        return StyleModel.fit(
            self._features,
            np.concatenate([a, x]),
            np.concatenate([b, y]),
            np.arange(a.size + x.size) < a.size,
            kin,
            seed=seed,
        )

    @cached_property
    def _features(self) -> NDArray[np.float32]:
        """How each unit's ad is written, shape (units, …): of the ad that stands for it."""
        ads, units = self._ads, self.units
        at = np.full(units.of.size, -1, np.int64)
        at[units.head] = np.arange(units.count)
        spans = self._masked.filter(pl.Series(at[self._masked["ad"].to_numpy()] >= 0))
        return style_features(
            ads["text"].gather(units.head).to_list(),
            Spans(
                at[spans["ad"].to_numpy()],
                spans["start"].to_numpy(),
                spans["end"].to_numpy(),
                np.zeros(spans.height, bool),
            ),
            agency=self._agency[units.head],
        )
