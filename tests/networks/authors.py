"""Simulated authors of neutral trade ads: what is said has nothing to do with how it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

TRADES = {
    name: words.split()
    for name, words in {
        "cleaning": "kitchen bathroom windows carpets offices floors ovens balconies dusting laundry",
        "moving": "furniture boxes pianos storage trucks stairs packing sofas fridges apartments",
        "garden": "hedges lawns trees flowers leaves fences weeding watering planting terraces",
        "nails": "manicure pedicure polish gel acrylic colours designs removal repair brushes",
        "massage": "shoulders relaxation swedish therapy pressure muscles tension oil tables sessions",
        "rooms": "bedroom kitchenette parking balcony furnished utilities heating internet laundry storage",
    }.items()
}
FRAMES = [
    "we do {0} and {1} for the whole family",
    "i can help you with {0}, {1} and also {2}",
    "please call or send a message for {0}",
    "do not wait, it is a professional service for {0}",
    "are you looking for {0} or {1}? you are in good hands",
    "the appointment is available today and tomorrow",
    "my prices are very reasonable, no surprise with the {0}",
    "all of our {0} work is experienced and careful",
    "very friendly staff, quality {0} at every address",
    "ask about the {0} when you book your appointment",
    "it is not only {0} but also {1} and {2}",
    "i am available every weekend for {0}",
]
EN_FRANCAIS = [
    "nous faisons {0} et {1} pour toute la famille",
    "je peux vous aider avec {0}, {1} et aussi {2}",
    "merci de nous appeler pour {0}",
    "vous cherchez {0} ou {1}? vous êtes chez des gens sérieux",
    "le service est disponible dans la ville et sur les routes",
    "mes prix ne sont pas chers, sans surprise pour {0}",
    "tout est fait avec soin, très propre, par une équipe",
    "une question? parlez de {0} avec nous",
    "ce n'est pas que {0} mais aussi {1}",
    "je suis libre les samedis pour {0}",
]
EMOJI = ["😀", "🌟", "✅", "📞", "🌸", "💎", "👍", "🔥", "☀️", "🎉"]
SLIPS = [
    ("professional", "proffesional"), ("appointment", "apointment"), ("available", "availble"),
    ("reasonable", "reasonible"), ("experienced", "experianced"), ("message", "mesage"),
    ("quality", "qualitty"), ("careful", "carefull"), ("tomorrow", "tommorow"), ("weekend", "weekned"),
]  # fmt: skip


@dataclass(frozen=True)
class Habits:
    """How one author writes; chances, so that no ad shows all of them."""

    tight_comma: float = 0.0
    space_before: float = 0.0
    bangs: float = 0.0
    dots: float = 0.0
    lower_start: float = 0.0
    capitals: float = 0.0
    small_i: float = 0.0
    breaks: float = 0.0
    emoji: float = 0.0
    own_emoji: tuple[str, ...] = field(default_factory=lambda: tuple(EMOJI))
    slips: float = 0.0
    own_slips: tuple[int, ...] = tuple(range(len(SLIPS)))
    shorthand: float = 0.0
    contractions: float = 0.0


ALIKE = Habits(
    0.1, 0.1, 0.2, 0.1, 0.3, 0.05, 0.3, 0.3, 0.2, tuple(EMOJI), 0.05, tuple(range(len(SLIPS))), 0.2, 0.3
)
"""Everybody writes like this where there are no habits."""


def habits(draw: np.random.Generator) -> Habits:
    """One author's habits; each is pronounced in few authors."""

    def chance(common: float) -> float:
        return float(draw.beta(0.4, 0.4 * (1 - common) / common))

    return Habits(
        chance(0.15), chance(0.12), chance(0.25), chance(0.15), chance(0.35), chance(0.06), chance(0.35),
        chance(0.35), chance(0.25), tuple(draw.choice(EMOJI, 2, replace=False).tolist()),
        chance(0.12), tuple(draw.choice(len(SLIPS), 4, replace=False).tolist()), chance(0.2), chance(0.3),
    )  # fmt: skip


def written(
    draw: np.random.Generator, own: Habits, trade: str, sentences: int = 8, frames: Sequence[str] = FRAMES
) -> str:
    """One ad of a trade, as an author of these habits writes it."""
    out = []
    for frame in draw.choice(frames, sentences, replace=False):
        text = str(frame).format(*draw.permutation(TRADES[trade])[:3])
        for k, (right, wrong) in enumerate(SLIPS):
            if k in own.own_slips and draw.random() < own.slips:
                text = text.replace(right, wrong)
        if draw.random() < own.shorthand:
            text = text.replace("you ", "u ").replace("please", "pls")
        if draw.random() < own.contractions:
            text = text.replace("do not", "dont").replace("it is", "its").replace("i am", "im")
        if draw.random() >= own.lower_start:
            text = text[0].upper() + text[1:]
        if draw.random() >= own.small_i:
            text = text.replace(" i ", " I ").replace("i am", "I am")
        if draw.random() < own.tight_comma:
            text = text.replace(", ", ",")
        if draw.random() < own.capitals:
            text = text.upper()
        end = "!" * int(draw.integers(1, 4)) if draw.random() < own.bangs else "."
        end = "..." if draw.random() < own.dots else end
        text += " " * (draw.random() < own.space_before) + end
        if draw.random() < own.emoji:
            text += " " + str(draw.choice(own.own_emoji))
        out.append(text + ("\n" if draw.random() < own.breaks else " "))
    return "".join(out).strip()


@dataclass(frozen=True)
class Trade:
    """A corpus of authors: `texts`, the author and trade of each."""

    texts: list[str]
    author: np.ndarray
    trade: np.ndarray


def market(seed: int, authors: int, each: int, *, with_habits: bool = True, french: float = 0.0) -> Trade:
    """Ads of `authors` authors, `each` of trades at random; a share of the authors writes in French."""
    draw = np.random.default_rng(seed)
    texts, trades = [], []
    names = sorted(TRADES)
    for _ in range(authors):
        own = habits(draw) if with_habits else ALIKE
        frames = EN_FRANCAIS if french and draw.random() < french else FRAMES
        for _ in range(each):
            trades.append(int(draw.integers(len(names))))
            texts.append(written(draw, own, names[trades[-1]], frames=frames))
    return Trade(texts, np.repeat(np.arange(authors), each), np.array(trades))


def labelled_pairs(
    seed: int, author: np.ndarray, strangers: int, same_trade: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of one author (each ad with the next of the author's), and as many strangers as asked: a, b, same."""
    draw = np.random.default_rng(seed)
    order = np.argsort(author, kind="stable")
    mine = author[order[:-1]] == author[order[1:]]
    a, b = order[:-1][mine], order[1:][mine]
    x, y = draw.integers(0, author.size, (2, 4 * strangers))
    apart = author[x] != author[y]
    if same_trade is not None:
        apart &= same_trade[x] == same_trade[y]
    x, y = x[apart][:strangers], y[apart][:strangers]
    one, two = np.concatenate([a, x]), np.concatenate([b, y])
    same = np.concatenate([np.ones(a.size, bool), np.zeros(x.size, bool)])
    return np.minimum(one, two), np.maximum(one, two), same
