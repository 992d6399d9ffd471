"""The parts of a search: a question as pseudonyms, held ads weighed against it, and how a hit is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.fold import fold_texts
from filrouge.ads.identifiers import find_identifiers
from filrouge.ads.identifiers.numbering import DEFAULT_COUNTRY
from filrouge.ads.names import find_names
from filrouge.ads.places import Gazetteer
from filrouge.ads.plain_split import plain_words
from filrouge.ads.tokens import KIND_BITS, SLOT_KINDS, Masks, Vocabulary, join_disguised, written_words
from filrouge.compare.align import pair_bits
from filrouge.compare.fingerprints import UsualRuns, run_keys, whole_keys, whole_places, word_places
from filrouge.compare.labels import HALF
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array, dense_ids
from filrouge.compare.search import copied_words
from filrouge.compare.strangers import IN_PASSING
from filrouge.corpus.glimpse import Glimpse
from filrouge.corpus.kernels import UInt8Array
from filrouge.corpus.pseudonyms import identifier_pseudonyms, token_pseudonyms
from filrouge.corpus.reading import Words
from filrouge.engines.prepare import first_come
from filrouge.engines.stored import Hit, Shared, stretches
from filrouge.networks.ties import TYING_KINDS


class Prices(Protocol):
    """What words would cost a stranger; `filrouge.compare.language.LanguageModel` is one."""

    def prices(self, keys: UInt64Array, offsets: Int64Array) -> Float32Array:
        """Bits of each word of some texts, whose words lie end to end."""


@dataclass(frozen=True)
class Near(Hit):
    """A hit in a workspace. The `value` of what is `shared` is its pseudonym.

    Attributes:
        ad: its number.
        equal: whether its words are those of the query, one by one.
        tied: whether the bits are more than strangers reach, or the query belongs to the ad's cluster as an ad would.
    """

    ad: int
    equal: bool
    tied: bool


@dataclass(frozen=True)
class Question:
    """A text from outside, or a held ad, as the index sees it.

    Attributes:
        keys: pseudonyms of its words, in order.
        kinds, pseudonyms: the identifiers in it that may tie.
        fills: what stands in its slots, see `fills_of`; nothing where it is not known.
    """

    keys: UInt64Array
    kinds: tuple[str, ...]
    pseudonyms: UInt64Array
    fills: frozenset[str] = frozenset()

    def runs(self, rarity: Rarity) -> tuple[UInt64Array, Float32Array]:
        """Its different runs, and what a text that shares one is given for it: its rarity squared.

        So a rare run counts for more than a usual one, and several that are neither count for more than one that
        nobody else has: copies share many, strangers a sentence.
        """
        every, at = np.unique(run_keys(*self._alone), return_index=True)
        price = rarity.prices(self.keys, self._alone[2])
        return every.astype(np.uint64), np.square(price[at])

    @property
    def whole(self) -> int:
        """The key of all its words."""
        return int(whole_places(whole_keys(*self._alone))[0])

    @property
    def words(self) -> UInt64Array:
        """Its different words, as the index lists them; identifiers and names are none."""
        said = self.keys[(self.keys & np.uint64(KIND_BITS)) == 0]
        words: UInt64Array = np.unique(word_places(said))
        return words

    @property
    def _alone(self) -> tuple[Int32Array, UInt64Array, Int64Array]:
        n = self.keys.size
        return np.arange(n, dtype=np.int32), self.keys, np.array([0, n], np.int64)


def question_of(text: str, pepper: bytes, vocabulary: Vocabulary) -> Question:
    """A text from outside as the index sees it.

    What `prepare` makes of a chunk of ads, without tables: for one text they take longer than the work itself.

    Args:
        text: as pasted.
        pepper: of the workspace.
        vocabulary: the words that the workspace writes plainly, for joining disguised ones.
    """
    folded = fold_texts([text])
    identifiers = find_identifiers(folded, [DEFAULT_COUNTRY])
    plain = plain_words(folded)
    places = Gazetteer.load().find(folded, [DEFAULT_COUNTRY], plain)
    names = find_names(folded, [text], plain)
    kinds = identifiers["kind"].to_list()
    spans = sorted(
        (rank, start, end, kind)
        for rank, frame, each in (
            (0, identifiers, kinds),
            (1, places, ["place"] * places.height),
            (2, names, ["name"] * names.height),
        )
        for start, end, kind in zip(frame["start"].to_list(), frame["end"].to_list(), each, strict=True)
    )
    start, end = (np.array([span[k] for span in spans], np.int64) for k in (1, 2))
    kept = np.flatnonzero(first_come(np.zeros(start.size, np.int64), start, end))
    kept = kept[np.argsort(start[kept], kind="stable")]
    kind_of = np.array([SLOT_KINDS.index(spans[k][3]) for k in kept.tolist()], np.uint8)
    ad = np.zeros(kept.size, np.int32)
    masks = Masks(ad, start[kept].astype(np.int32), end[kept].astype(np.int32), kind_of)
    tokens = join_disguised(written_words(folded, masks), vocabulary)
    found = zip(kinds, identifiers["value"].to_list(), strict=True)
    named = list(dict.fromkeys((kind, value) for kind, value in found if kind in TYING_KINDS))
    return Question(
        token_pseudonyms(tokens.key, tokens.kind, pepper),
        tuple(kind for kind, _value in named),
        identifier_pseudonyms([kind for kind, _v in named], [value for _k, value in named], pepper),
        frozenset(fill for fill in fills_of(text, tokens.start, tokens.end, tokens.kind) if fill),
    )


def fills_of(raw: str, start: Int32Array, end: Int32Array, kind: UInt8Array) -> list[str]:
    """What stands in the slots of a text, word by word, however it is punctuated; "" for what is no slot.

    Two phones are one kind of word where texts are compared; shown beside each other, they are not the same words.

    Args:
        raw: the text.
        start, end, kind: of its words, as in `Tokens`.
    """
    out = [""] * kind.size
    for k in np.flatnonzero(kind).tolist():
        bare = "".join(c for c in raw[start[k] : end[k]].lower() if c.isalnum())
        # A country's code is often left out.
        out[k] = f"{kind[k]}:{bare[-8:] if bare.isdigit() else bare}"
    return out


def as_it_stands(text: str, pepper: bytes) -> tuple[tuple[str, ...], UInt64Array]:
    """Kinds and pseudonyms of an identifier that is named without the words that would say what it is."""
    alone = text.strip().lower()
    return TYING_KINDS, identifier_pseudonyms(TYING_KINDS, [alone] * len(TYING_KINDS), pepper)


def named_identifiers(
    text: str, pepper: bytes, vocabulary: Vocabulary
) -> tuple[tuple[str, ...], UInt64Array]:
    """Kinds and pseudonyms of the identifiers that a text names, or that it is."""
    question = question_of(text, pepper, vocabulary)
    if question.kinds:
        return question.kinds, question.pseudonyms
    return as_it_stands(text, pepper) if text.strip() else ((), question.pseudonyms)


class Rarity:
    """Prices until a run has learned better ones: a third of the rarity of the run of three words that ends at each."""

    def __init__(self, usual: UsualRuns | None) -> None:
        self._usual = usual or UsualRuns(np.zeros(0, np.uint32), np.zeros(0, np.int64), 0)

    def prices(self, keys: UInt64Array, offsets: Int64Array) -> Float32Array:
        """Bits of each word."""
        runs = run_keys(np.arange(keys.size, dtype=np.int32), keys, offsets)
        price = self._usual.rarity(runs) / np.float32(3)
        return np.where((keys & np.uint64(KIND_BITS)) == 0, price, IN_PASSING).astype(np.float32)


@dataclass(frozen=True)
class Cuts:
    """Bits that tie an ad to a question.

    Attributes:
        near: however little of the ad that is.
        plain: of an ad of which the question holds at least half: a plain copy needs less, as in a cluster.
    """

    near: float
    plain: float

    def tie(self, bits: np.ndarray, whole: np.ndarray) -> NDArray[np.bool_]:
        """Which ads are tied, by what the question saves each, and what each takes alone."""
        tied: NDArray[np.bool_] = (bits >= self.near) | ((bits >= self.plain) & (bits >= HALF * whole))
        return tied


class Weigher:
    """Weighs held ads against one question, and remembers what their words cost.

    Args:
        question: pseudonyms of its words.
        prices: what words cost a stranger.
        fills: what stands in the slots of the question.

    Attributes:
        slight: ads whose bits do not tie them, however many they are.
    """

    def __init__(self, question: UInt64Array, prices: Prices, fills: frozenset[str] = frozenset()) -> None:
        self.question, self.prices, self.fills = question, prices, fills
        self._known: dict[int, Float32Array] = {}
        self._own: Float32Array | None = None
        self.slight: set[int] = set()

    def bits(self, opened: Words) -> Float32Array:
        """Bits saved when each of the opened ads is written with the question beside it."""
        keys = opened.keys[opened.words]
        price = self._priced(keys, opened.offsets)
        for k, ad in enumerate(opened.ad.tolist()):
            self._known[ad] = price[opened.offsets[k] : opened.offsets[k + 1]]
        words, found = dense_ids(np.concatenate([self.question, keys]))
        n = self.question.size
        others = np.arange(opened.ad.size, dtype=np.int32)
        return pair_bits(
            np.zeros_like(others), others, words[n:], price, opened.offsets,
            models=(words[:n], np.array([0, n], np.int64)), vocabulary=found,
        )  # fmt: skip

    def tied(self, ads: Int64Array, bits: np.ndarray, whole: np.ndarray, cuts: Cuts) -> NDArray[np.bool_]:
        """bool, which ads are tied by what the question saves each; see `Cuts.tie`."""
        return cuts.tie(bits, whole) & ~np.isin(ads, list(self.slight))

    @property
    def alone(self) -> float:
        """Bits of the question, written alone."""
        return float(self._priced_question().sum())

    @property
    def full(self) -> float:
        """Bits saved when the question is written with a text beside it that holds all of it."""
        return float(self.written_with([self.question])[0])

    def whole(self, ad: int) -> float:
        """Bits of an ad that was weighed, written alone."""
        return float(self._known[ad].sum())

    def _priced(self, keys: UInt64Array, offsets: Int64Array) -> Float32Array:
        """What the words of some texts cost, and in the same go, the first time, what those of the question do."""
        if self._own is not None:
            return self.prices.prices(keys, offsets)
        n = self.question.size
        price = self.prices.prices(np.concatenate([self.question, keys]), np.concatenate([[0], offsets + n]))
        self._own = price[:n]
        return price[n:]

    def _priced_question(self) -> Float32Array:
        if self._own is None:
            self._own = self.prices.prices(self.question, np.array([0, self.question.size], np.int64))
        return self._own

    def written_with(self, models: Sequence[UInt64Array]) -> Float32Array:
        """Bits saved when the question is written with each of some texts beside it."""
        n = self.question.size
        words, found = dense_ids(np.concatenate([self.question, *models]))
        begins = np.cumsum([0, *(model.size for model in models)]).astype(np.int64)
        first, offsets = np.arange(len(models), dtype=np.int32), np.array([0, n], np.int64)
        return pair_bits(
            first, np.zeros_like(first), words[:n], self._priced_question(), offsets,
            models=(words[n:], begins), vocabulary=found,
        )  # fmt: skip

    def costs(self, opened: Glimpse) -> list[Float32Array]:
        """What each word of the opened ads costs, ad by ad."""
        ads, tokens = opened.ads.tolist(), opened.tokens
        new = [k for k, ad in enumerate(ads) if ad not in self._known]
        if new:
            parts = [tokens.key[tokens.offsets[k] : tokens.offsets[k + 1]] for k in new]
            offsets = np.cumsum([0, *(part.size for part in parts)]).astype(np.int64)
            price = np.split(self._priced(np.concatenate(parts), offsets), offsets[1:-1])
            self._known.update({ads[k]: mine for k, mine in zip(new, price, strict=True)})
        return [self._known[ad] for ad in ads]


class Weighed:
    """The ads that were weighed for a question, each once."""

    def __init__(self, weigher: Weigher) -> None:
        self.weigher = weigher
        self._found: dict[int, tuple[float, bool, float]] = {}

    def add(self, ads: Iterable[int], bits: float, equal: bool, whole: float) -> None:
        """Take ads of one text, which takes `whole` bits alone."""
        for ad in ads:
            self._found.setdefault(ad, (bits, equal, whole))

    @property
    def ads(self) -> Int64Array:
        """Their numbers, in the order in which they came."""
        return np.array(list(self._found), np.int64)

    @property
    def bits(self) -> Float32Array:
        """Saved by writing each with the question beside it."""
        return np.array([bits for bits, _equal, _whole in self._found.values()], np.float32)

    @property
    def equal(self) -> np.ndarray:
        """bool, whether the words of each are those of the question."""
        return np.array([equal for _bits, equal, _whole in self._found.values()], bool)

    @property
    def whole(self) -> Float32Array:
        """What each takes alone, in bits."""
        return np.array([whole for _bits, _equal, whole in self._found.values()], np.float32)


@dataclass(frozen=True)
class Ranked:
    """Ads that a question leads to, best first.

    Attributes:
        ads: their numbers.
        bits: saved by writing each with the question beside it; -1 where it was not weighed.
        equal: bool, whether the words are those of the question.
        tied: bool, whether it is tied to the question, by itself or by its cluster.
        shared: identifiers that both have.
        claimed: the cluster that the question belongs to as an ad would, -1 for none.
        weigher: remembers what words cost.
    """

    ads: Int64Array
    bits: Float32Array
    equal: np.ndarray
    tied: np.ndarray
    shared: dict[int, tuple[Shared, ...]]
    claimed: int
    weigher: Weigher

    def at(self, which: NDArray[np.bool_]) -> Ranked:
        """Some of them, in the same order."""
        return replace(
            self,
            ads=self.ads[which],
            bits=self.bits[which],
            equal=self.equal[which],
            tied=self.tied[which],
        )


def equal_ones(question: UInt64Array, opened: Words) -> np.ndarray:
    """bool, which of the opened ads have the words of the question, one by one."""
    sizes = np.diff(opened.offsets)
    out: np.ndarray = sizes == question.size
    for k in np.flatnonzero(out).tolist():
        a, b = int(opened.offsets[k]), int(opened.offsets[k + 1])
        out[k] = np.array_equal(opened.keys[opened.words[a:b]], question)
    return out


def shown(
    weigher: Weigher,
    opened: Glimpse,
    shared: dict[int, tuple[Shared, ...]],
    clusters: dict[int, int],
    cuts: Cuts,
    claimed: int,
) -> list[Near]:
    """Opened ads as hits, in their order.

    Args:
        weigher: of the question.
        opened: the ads.
        shared: identifiers that they share with the question.
        clusters: which cluster each is in, below 0 for none.
        cuts: bits that tie an ad to it.
        claimed: the cluster that the question belongs to, below 0 for none.
    """
    tokens, question = opened.tokens, weigher.question
    words, _found = dense_ids(np.concatenate([question, tokens.key]))
    model, texts = words[: question.size], words[question.size :]
    out = []
    every = zip(opened.ads.tolist(), opened.rows, weigher.costs(opened), strict=True)
    for k, (ad, row, price) in enumerate(every):
        here = slice(int(tokens.offsets[k]), int(tokens.offsets[k + 1]))
        bits, places = copied_words(texts[here], price, model)
        raw, start, end = row["text"], tokens.start[here], tokens.end[here]
        fills = fills_of(raw, start, end, tokens.kind[here])
        equal = bool(np.array_equal(tokens.key[here], question))
        same = ((places >= 0) | equal) & np.array([not fill or fill in weigher.fills for fill in fills], bool)
        cluster = clusters.get(ad, -1)
        name = str(cluster) if cluster >= 0 else ""
        tied = weigher.tied(np.array([ad]), np.array([bits]), price.sum(), cuts)[0]
        out.append(
            Near(
                id=row["id"],
                agency=row["agency"],
                posted=row["posted"].strftime("%Y-%m-%d") if row["posted"] else None,
                location=row["location"],
                cluster=name,
                template=name,
                bits=round(bits, 1),
                stretches=stretches(raw, start, end, same),
                shared=shared.get(ad, ()),
                ad=ad,
                equal=equal,
                tied=bool(tied) or (cluster >= 0 and cluster == claimed),
            )
        )
    return out
