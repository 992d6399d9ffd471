"""A search in a case, by a page or by a script: what was asked with, what was found, and what the trail keeps of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from filrouge.casework import searches
from filrouge.casework.errors import Refused
from filrouge.casework.searches import LONGEST, MOST_ADS
from filrouge.engines.case_answers import WORDS, Answer, answer
from filrouge.i18n import _, number
from filrouge.web.here import Here

AUTO: Final = "auto"
"""Each text is looked for as fits it."""


@dataclass(frozen=True)
class Asked:
    """What a case was asked with, and what was found for each text: `answers`, as many as `texts`."""

    texts: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def shown(self) -> set[int]:
        """The ads that are shown for any of the texts."""
        return {ad for found in self.answers for ad in found.numbers}

    @property
    def together(self) -> list[tuple[str, list[int]]]:
        """Clusters and networks to which several of the texts lead: their name, and which texts, from 1."""
        led: dict[tuple[int, int], list[int]] = {}
        for place, found in enumerate(self.answers, 1):
            if found.only_words or found.how == WORDS:
                continue
            ends = {(1, group.cluster) for group in found.groups if group.cluster >= 0}
            ends |= {(0, group.network) for group in found.groups if group.network >= 0}
            for end in ends:
                led.setdefault(end, []).append(place)
        return [
            (f"{'NC'[kind]}{id}", places) for (kind, id), places in sorted(led.items()) if len(places) > 1
        ]


def ask(here: Here, texts: Sequence[str], how: str = AUTO) -> Asked:
    """What a case holds that is near each of some texts, carries the identifier, or holds the words.

    Args:
        here: the request, in a case.
        texts: of ads, or what else is looked for; none of them blank.
        how: one of `filrouge.engines.case_answers.WAYS`, or `AUTO`.

    Raises:
        Refused: if these are too many at once, or one is too long.
    """
    if len(texts) > MOST_ADS:
        raise Refused(
            _(
                "These are {count} ads, and at most {most} can be compared at once. Bring more as a file."
            ).format(count=number(len(texts)), most=number(MOST_ADS))
        )
    if any(len(text) > LONGEST for text in texts):
        raise Refused(
            _(
                "One of these texts is longer than {most} characters. Paste one ad, or bring it as a file."
            ).format(most=number(LONGEST))
        )
    answers = []
    for text in texts:
        way = searches.way_of(text) if how == AUTO else how
        said = searches.straight(text) if way == WORDS else text
        answers.append(answer(here.casebook, here.index, said, way))
    return Asked(tuple(texts), tuple(answers))


def note_search(here: Here, asked: Asked, also: Collection[int] = ()) -> None:
    """The trail says that a search was made, and what proves later which; never the text.

    Args:
        here: the request.
        asked: what was asked; of nothing, nothing is noted.
        also: ads that are shown beside those of the answers.
    """
    if not asked.texts:
        return
    pepper = here.casebook.ws.pepper
    shown: dict[str, Any] = {"in_the_clear": sorted(asked.shown | set(also))} if here.opened else {}
    here.note(
        "case.searched",
        ways=sorted({found.how for found in asked.answers}),
        ads=len(asked.texts),
        characters=sum(len(text) for text in asked.texts),
        found=sum(found.ads for found in asked.answers),
        proofs=[searches.proof(pepper, text) for text in asked.texts],
        **shown,
    )
