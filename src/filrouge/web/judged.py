"""What pages show of labels: the box in which one labels, and the chips that say what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from fastapi import HTTPException

from filrouge.casework import triage
from filrouge.casework.access import Permission
from filrouge.casework.judging import Answer
from filrouge.casework.verdicts import KINDS, STEPS, Judged, Said, Verdict
from filrouge.i18n import _
from filrouge.reports import judging as words
from filrouge.web.forms import whole_number

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from filrouge.casework.lineage import What
    from filrouge.web.here import Here

OF: Final = ("cluster", "network")


@dataclass(frozen=True)
class Chip:
    """A label as a small fact."""

    text: str
    tone: str


def chips_of(here: Here, of: str, number: int) -> list[Chip]:
    """The labels of a cluster or network that the person may see."""
    board, what = here.board, (of, number)
    out = [
        Chip(words.verdict_words(kind, verdict), words.verdict_tone(kind, verdict))
        for kind, verdict in board.labels(what, here.user.id)
    ]
    if (
        not board.is_open_to(here.user.id, what)
        and what in board.wanted
        and board.of(what).own(here.user.id) is None
    ):
        out.append(Chip(_("Second opinion wanted"), "warn"))
    if not out and board.of(what).is_unsure and board.is_open_to(here.user.id, what):
        out.append(Chip(_("Unsure"), ""))
    return out


@dataclass(frozen=True)
class Box:
    """What the box in which one labels shows; see judge/label_box.html.

    Attributes:
        of, number, name: of what is judged.
        chips: labels that the person may see.
        mine: what they said themselves; said: in words.
        wants_blind: whether they would have to say it blind, and may.
        may: whether they may say anything now; past: whether it is the past that they look at.
        steps, kinds: what can be chosen.
        inherited: what was said of others that were merged into it; split_from: of that from which it was split.
    """

    of: str
    number: int
    name: str
    chips: list[Chip]
    mine: Said | None
    said: list[str]
    wants_blind: bool
    may: bool
    past: bool
    kinds: list[tuple[str, str, str]]
    steps: list[tuple[int, str]]
    inherited: list[tuple[str, list[str]]]
    split_from: str
    hidden: bool
    history: str


def box_of(here: Here, of: str, number: int) -> Box:
    """What the box shows to the person who looks."""
    board, what, person = here.board, (of, number), here.user.id
    one = board.of(what)
    mine = one.own(person)
    open_ = board.is_open_to(person, what)
    parent = board.split_from(what)
    may = here.may(Permission.JUDGE)
    return Box(
        of=of,
        number=number,
        name=words.name_of(of, number),
        chips=chips_of(here, of, number),
        mine=mine,
        said=words.said_words(mine) if mine else [],
        wants_blind=may and not open_ and what in board.wanted and mine is None,
        may=may,
        past=here.as_of is not None,
        kinds=kinds(),
        steps=steps(),
        inherited=[
            (words.name_of(heir.of, heir.number), _verdicts(heir))
            for heir in board.inherited(what)
            if board.is_open_to(person, (heir.of, heir.number))
        ],
        split_from=words.name_of(parent.of, parent.number) if parent else "",
        hidden=not open_,
        history=f"/cases/{here.the_case.id}/judge/{of}/{number}",
    )


def _verdicts(one: Judged) -> list[str]:
    return [
        words.verdict_words(kind, verdict)
        for kind, verdict in one.verdicts.items()
        if verdict not in (Verdict.NONE, Verdict.NO)
    ] or [_("Unsure") if one.is_unsure else _("Judged, and none of these")]


def kinds() -> list[tuple[str, str, str]]:
    """What is judged: code, words, what is meant."""
    return [(kind, words.kind_words(kind), words.kind_hint(kind)) for kind in KINDS]


def steps() -> list[tuple[int, str]]:
    """The steps: number and words."""
    return [(step, words.step_words(step)) for step in STEPS]


def answer_of(form: FormData) -> Answer:
    """What a form with the scale says: step-KIND each, or kind and step; unsure; note."""

    def text(name: str) -> str:
        said = form.get(name)
        return said if isinstance(said, str) else ""

    asked = {kind: text(f"step-{kind}") for kind in KINDS}
    if text("kind") in KINDS:
        asked[text("kind")] = text("step")
    given = {kind: whole_number(step, 1) for kind, step in asked.items()}
    steps = {kind: step for kind, step in given.items() if step is not None}
    return Answer(steps, bool(text("unsure")) or text("kind") == "unsure", text("note"))


def what_of(form: FormData) -> What:
    """What a form is about.

    Raises:
        HTTPException: 404 if it names nothing that can be judged.
    """
    of, number = form.get("of"), form.get("number")
    found = whole_number(number)
    if of not in OF or found is None:
        raise HTTPException(404)
    return str(of), found


def ads_in(here: Here, what: What) -> int:
    """How many ads of the case are in a cluster or network.

    Raises:
        HTTPException: 404 if the case holds nothing of it.
    """
    of, number = what
    book = here.whole_casebook
    lead = book.lead(of, number)
    if lead is not None:
        return int(lead["ads"])
    ads = book.ads.filter(pl.col(of) == number).height if of == "cluster" else 0
    if not ads:
        raise HTTPException(404)
    return ads


def newest_seq(here: Here) -> int:
    """The snapshot that is looked at."""
    return here.house.desk.view(here.as_of).snapshot.seq


def mark_opened(here: Here, of: str, number: int) -> None:
    """Write that the person has opened a lead; for the pages that show one."""
    if here.as_of is not None:
        return
    seq, what = newest_seq(here), (of, number)
    with here.reading() as db:
        known = triage.is_seen(db, here.user, here.the_case, what, seq)
    if not known:
        with here.writing() as db:
            triage.mark_seen(db, here.user, here.the_case, [what], seq)


def in_templates() -> dict[str, Any]:
    """Names that the templates of all rooms may use."""
    return {"judging_box": box_of, "label_chips_of": chips_of}
