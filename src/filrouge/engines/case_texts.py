"""Texts of a case as they may be shown: templates with slots, members beside them, two ads beside each other.

What words cost is what the run found strangers to write (`Kept.model`), never what the few opened ads would say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from filrouge.ads.tokens import SLOT_KINDS
from filrouge.compare.clusters import Clustering
from filrouge.compare.comparison import Comparison, different_texts
from filrouge.compare.models import best_connected, members_of, models_begun_at
from filrouge.compare.reach import Reach
from filrouge.compare.runs import Float32Array, Int64Array, dense_ids
from filrouge.compare.search import copied_words
from filrouge.compare.templates import build_templates
from filrouge.corpus.pseudonyms import identifier_pseudonym
from filrouge.engines.asking import Prices, fills_of
from filrouge.engines.case_sheets import Member, Piece, Segment
from filrouge.engines.masking import NAME, Mask, masks_of, pseudonym
from filrouge.engines.prepare import Marks
from filrouge.engines.stored import stretches
from filrouge.networks.groups import Groups
from filrouge.networks.texts import Texts
from filrouge.networks.ties import TYING_KINDS
from filrouge.networks.values import SlotValues

if TYPE_CHECKING:
    from filrouge.corpus.opening import Opened

VALUES_SHOWN: Final = 30
"""Values of a slot that are named, the commonest."""


class _Either(Container[int]):
    """What is in one of two containers."""

    def __init__(self, one: Container[int], other: Container[int]) -> None:
        self._one, self._other = one, other

    def __contains__(self, item: object) -> bool:
        return item in self._one or item in self._other


@dataclass(frozen=True)
class Masks:
    """What is masked in some opened ads; nothing where they are shown as they are.

    Attributes:
        of: per place of an ad, what is masked in its text, by ascending begin.
        words: what is masked anywhere, in lower case, and what stands for it.
        values: kind and value of what was found, and what stands for it.
    """

    of: Mapping[int, Sequence[Mask]]
    words: Mapping[str, str]
    values: Mapping[tuple[str, str], str]

    @classmethod
    def none(cls) -> Masks:
        """Everything is shown."""
        return cls({}, {}, {})

    @classmethod
    def over(cls, opened: Opened, pepper: bytes, names: Container[int]) -> Masks:
        """Over all that may name somebody.

        Args:
            opened: the ads.
            pepper: of the workspace.
            names: what stands for the names that the case's templates are signed by.
        """
        said = {identifier_pseudonym(NAME, name, pepper) for name in opened.names["value"].unique().to_list()}
        of = masks_of(opened, pepper, _Either(names, said))
        texts = opened.ads["text"].to_list()
        words = {texts[k][start:end].lower(): shown for k, masks in of.items() for start, end, shown in masks}
        found = opened.identifiers.filter(pl.col("kind").is_in(TYING_KINDS)).select("kind", "value").unique()
        values = {
            (kind, value): pseudonym(kind, identifier_pseudonym(kind, value, pepper))
            for kind, value in found.iter_rows()
        }
        for value in opened.names["value"].unique().to_list():
            values[NAME, value] = pseudonym(NAME, identifier_pseudonym(NAME, value, pepper))
        return cls(of, words, values)

    def over_words(self, text: str) -> str:
        """A text in lower case that stands in no single ad: what is masked in any ad is masked in it."""
        low = text.lower()
        for word in sorted((word for word in self.words if word in low), key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", self.words[word], text, flags=re.IGNORECASE)
        return text

    def over_value(self, kind: str, value: str) -> str:
        """A value of a slot."""
        if kind == "place":
            # Recognised as a town, which pages show anyway; "Victoria" is no name there.
            return value
        # A template's slot for handles holds addresses and ways of paying too.
        for one in ("handle", "email", "payment") if kind == "handle" else (kind,):
            if (one, value) in self.values:
                return self.values[one, value]
        return self.over_words(value)


class Drawn:
    """The template of ads of one cluster, drawn from those that were opened.

    Args:
        opened: the ads.
        bits: what the template saves each, as the run wrote it.
        prices: what words cost a stranger.
        reach: bits that strangers reach.
        masks: what is not shown.
    """

    def __init__(
        self, opened: Opened, bits: Float32Array, prices: Prices, reach: Reach, masks: Masks
    ) -> None:
        self._masks, self._ads = masks, opened.ads
        ads = opened.ads.with_columns(pl.Series("id", [f"{k:09d}" for k in range(opened.ads.height)]))
        tokens = opened.tokens
        marks = Marks(opened.identifiers, opened.places, opened.names).together()
        texts = Texts(
            ads, tokens.start, tokens.end, tokens.offsets, SLOT_KINDS, SlotValues(marks, SLOT_KINDS)
        )
        found = _one_cluster(opened, bits, prices, reach)
        self._groups = Groups(found, texts, opened.identifiers, opened.located)
        self.opened = opened.ads.height

    def template(self) -> tuple[Segment, ...]:
        """The template, in order."""
        return tuple(self._segment(part) for part in self._groups.parts(0))

    def members(self, wanted: Collection[int]) -> dict[int, Member]:
        """Some of the opened ads beside the template, by their numbers."""
        numbers = self._ads["ad"].to_list()
        places = {ad: k for k, ad in enumerate(numbers)}
        out = {}
        for row in self._groups.members_at(0, [places[ad] for ad in wanted]):
            k = int(row["id"])
            pieces = [_piece(span) for span in row["spans"]]
            shown = masked_pieces(pieces, self._masks.of.get(k, ()), self._masks)
            about = self._ads.row(k, named=True)
            out[numbers[k]] = Member(
                numbers[k],
                about["id"],
                about["agency"],
                about["posted"],
                about["location"],
                row["bits"],
                shown,
            )
        return out

    def _segment(self, part: dict[str, Any]) -> Segment:
        if part["type"] == "text":
            return Segment(self._masks.over_words(part["text"]))
        kind, values = part["kind"], part["values"]
        shown: dict[str, int] = {}
        for value, ads in values.items():
            words = self._masks.over_value(kind, value)
            shown[words] = shown.get(words, 0) + ads
        first = sorted(shown.items(), key=lambda item: (-item[1], item[0]))[:VALUES_SHOWN]
        return Segment("", kind, tuple(first), len(shown), sum(values.values()))


def _one_cluster(opened: Opened, bits: Float32Array, prices: Prices, reach: Reach) -> Comparison:
    """The comparison in which all of some ads are one cluster."""
    tokens = opened.tokens
    words, count = dense_ids(tokens.key)
    key_of_word, kind_of_word = np.zeros(count, np.uint64), np.zeros(count, np.uint8)
    key_of_word[words], kind_of_word[words] = tokens.key, tokens.kind
    corpus, text = different_texts(words, key_of_word, kind_of_word, tokens.offsets)
    cost = prices.prices(tokens.key, tokens.offsets)
    first = np.zeros(corpus.ads, np.int64)
    first[text[::-1]] = np.arange(text.size - 1, -1, -1)
    price = np.concatenate(
        [cost[tokens.offsets[k] : tokens.offsets[k + 1]] for k in first.tolist()] or [np.zeros(0, np.float32)]
    ).astype(np.float32)
    label, saved = np.zeros(corpus.ads, np.int32), np.zeros(corpus.ads, np.float32)
    saved[text] = bits
    members = members_of(label)
    starts = best_connected(members, saved)
    start = corpus.words, corpus.offsets[starts], corpus.offsets[starts + 1]
    models = models_begun_at(corpus, price, members, start, 2, reach.pair, 1)
    plain, none = corpus.without_runs(), np.zeros(0, np.int32)
    clustering = Clustering(label, saved, models, price, none, none, reach.pair, reach, reach, plain)
    return Comparison(
        np.zeros(text.size, np.int32),
        bits.astype(np.float32),
        build_templates(plain, price, members, models),
        text,
        plain,
        clustering,
        np.bincount(text, minlength=corpus.ads),
    )


def _piece(span: Mapping[str, Any]) -> Piece:
    op = span["op"]
    return Piece(span["text"], op == "same", span.get("kind"), op == "delete")


def masked_pieces(pieces: Sequence[Piece], masks: Sequence[Mask], words: Masks) -> tuple[Piece, ...]:
    """The pieces of an ad's text with what is masked replaced.

    Args:
        pieces: in order; without those that are `lost` their texts are the raw text.
        masks: by ascending begin; where two overlap, the first one's words stand for both.
        words: masks what is lost, which has no place in the raw text.
    """
    out: list[Piece] = []
    waiting = list(masks)
    at = covered = 0
    for piece in pieces:
        if piece.lost:
            out.append(Piece(words.over_words(piece.text), piece.common, piece.slot, True))
            continue
        begin, end = at, at + len(piece.text)
        here = max(begin, covered)
        while waiting and waiting[0][0] < end:
            start, finish, shown = waiting.pop(0)
            if start < covered:
                covered = max(covered, finish)
                here = max(here, covered)
                continue
            if here < start:
                out.append(_cut(piece, here - begin, start - begin))
            out.append(Piece(shown, piece.common, piece.slot, False, True))
            covered = finish
            here = finish
        if here < end:
            out.append(_cut(piece, here - begin, end - begin))
        at = end
    return tuple(piece for piece in out if piece.text)


def _cut(piece: Piece, first: int, after: int) -> Piece:
    return Piece(piece.text[first:after], piece.common, piece.slot)


@dataclass(frozen=True)
class Beside:
    """Two ads beside each other: bits saved by writing the one with the other, and which words are in common."""

    bits: float
    pieces: tuple[tuple[Piece, ...], tuple[Piece, ...]]


def beside(opened: Opened, prices: Prices, masks: Masks) -> Beside:
    """Two opened ads beside each other."""
    tokens = opened.tokens
    words, _found = dense_ids(tokens.key)
    cost = prices.prices(tokens.key, tokens.offsets)
    one, other = (slice(int(tokens.offsets[k]), int(tokens.offsets[k + 1])) for k in (0, 1))
    fills = [
        fills_of(opened.ads["text"][k], tokens.start[part], tokens.end[part], tokens.kind[part])
        for k, part in enumerate((one, other))
    ]
    saved, pieces = [], []
    for k, (here, there) in enumerate(((one, other), (other, one))):
        bits, places = copied_words(words[here], cost[here], words[there])
        saved.append(bits)
        raw = opened.ads["text"][k]
        # A slot that both have is in common where the same stands in it.
        same = np.array([not fill or fill in fills[1 - k] for fill in fills[k]], bool)
        cut = _common(raw, tokens.start[here], tokens.end[here], (places >= 0) & same)
        pieces.append(masked_pieces(cut, masks.of.get(k, ()), masks))
    return Beside(max(saved), (pieces[0], pieces[1]))


def _common(raw: str, start: np.ndarray, end: np.ndarray, common: np.ndarray) -> list[Piece]:
    return [Piece(stretch.text, stretch.common) for stretch in stretches(raw, start, end, common)]


def common_lines(opened: Opened, masks: Masks, most: int = 160) -> list[str]:
    """What the ads of each two in a row have in common, in one line with "___" for what differs."""
    tokens = opened.tokens
    words, _found = dense_ids(tokens.key)
    # Where words stand is asked here, not what they are worth.
    cost = np.where(tokens.kind == 0, np.float32(4), np.float32(0.5)).astype(np.float32)
    out = []
    for k in range(0, opened.ads.height - 1, 2):
        one, other = (slice(int(tokens.offsets[j]), int(tokens.offsets[j + 1])) for j in (k, k + 1))
        _bits, places = copied_words(words[one], cost[one], words[other])
        raw = opened.ads["text"][k]
        spans = zip(tokens.start[one].tolist(), tokens.end[one].tolist(), strict=True)
        same = (places >= 0) & (tokens.kind[one] == 0)
        said = [
            raw[a:b].lower() if is_same else "___"
            for (a, b), is_same in zip(spans, same.tolist(), strict=True)
        ]
        line = " ".join(
            word for word, before in zip(said, ["", *said], strict=False) if (word, before) != ("___",) * 2
        )
        line = masks.over_words(line)
        out.append(line if len(line) <= most else line[: most - 1].rstrip() + "…")
    return out


def shown_text(opened: Opened, k: int, masks: Masks) -> tuple[Piece, ...]:
    """The text of an opened ad as it may be shown."""
    return masked_pieces([Piece(opened.ads["text"][k])], masks.of.get(k, ()), masks)


def spread(ads: Int64Array, most: int) -> Int64Array:
    """At most so many of some ads, from all over them: the first ones, and then every so-manieth."""
    if ads.size <= most:
        return ads
    first = most // 2
    rest = ads[first:]
    step = np.linspace(0, rest.size - 1, most - first).astype(np.int64)
    out: Int64Array = np.concatenate([ads[:first], rest[step]])
    return out
