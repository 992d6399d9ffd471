"""Opinions, second ones, rulings and undos: whatever people do in whatever order, some things must hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework import audit, blind, judging
from filrouge.casework.database import Database
from filrouge.casework.errors import Refused
from filrouge.casework.judging import Answer, Board, judged_now
from filrouge.casework.lineage import Lineage
from filrouge.casework.models import BlindTask, Case, Member, Opinion, User
from filrouge.casework.verdicts import KINDS, NEEDS_TWO, Judged, Verdict, is_checked

FOLDER = TemporaryDirectory()
WHAT = ("network", 7)
PEOPLE = ("ana", "ben", "cid", "sam")


@contextmanager
def house() -> Iterator[tuple[Session, Case, dict[str, User]]]:
    """A database with a case, of which nothing stays: three analysts, and a supervisor."""
    with empty().writing() as db:
        users = {
            name: User(login=name, name=name.title(), role="supervisor" if name == "sam" else "analyst")
            for name in PEOPLE
        }
        db.add_all(users.values())
        db.flush()
        case = Case(
            name="c",
            title="c",
            purpose="p",
            authority="a",
            keep_until=date(2031, 1, 1),
            made_by=users["sam"].id,
        )
        case.members = [Member(user_id=user.id, user=user) for user in users.values()]
        db.add(case)
        db.flush()
        yield db, case, users
        db.rollback()


@cache
def empty() -> Database:
    database = Database(f"sqlite:///{FOLDER.name}/people.sqlite")
    database.upgrade()
    return database


ANSWERS = st.one_of(
    st.just(Answer({}, unsure=True)),
    st.dictionaries(st.sampled_from(KINDS), st.integers(1, 5), min_size=1).map(Answer),
)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["give", "take", "answer", "hand_back", "undo", "rule"]),
        st.sampled_from(PEOPLE), ANSWERS, st.integers(0, 20),
    ),
    max_size=25,
)  # fmt: skip


def act(db: Session, case: Case, user: User, move: str, answer: Answer, k: int) -> None:
    mine = blind.current(db, user, case)
    if move == "give":
        judging.give(db, user, case, WHAT, answer, ads=10, seq=1)
    elif move == "take":
        blind.take(db, user, case)
    elif move == "answer" and mine:
        judging.give_blind(db, user, case, mine[0], answer, ads=10, seq=1)
    elif move == "hand_back" and mine:
        judging.hand_back(db, user, case, mine[0])
    elif move == "rule" and user.role == "supervisor":
        judging.rule(db, user, case, WHAT, answer, ads=10, seq=1)
    elif move == "undo":
        rows = db.scalars(select(Opinion.id).order_by(Opinion.id)).all()
        if rows:
            judging.take_back(db, user, case, rows[k % len(rows)])


@settings(max_examples=60)
@given(MOVES)
def test_whatever_people_do_what_must_hold_holds(moves: list[tuple[str, str, Answer, int]]) -> None:
    with house() as (db, case, users):
        before: list[int] = []
        for move, who, answer, k in moves:
            with suppress(Refused):
                act(db, case, users[who], move, answer, k)
            rows = db.scalars(select(Opinion.id).order_by(Opinion.id)).all()
            # Nothing is ever deleted.
            assert list(rows[: len(before)]) == before
            before = list(rows)
            one = judged_now(db, case, WHAT)
            must_hold(db, case, users, one)
        assert list(audit.verify(db)) == []


def must_hold(db: Session, case: Case, users: dict[str, User], one: Judged) -> None:
    for kind in NEEDS_TWO:
        if one.verdicts[kind] is Verdict.HOLDS:
            independent = {row.by for row in one.answers(kind)}
            agreed = len(independent) >= 2 and all(row.says(kind) for row in one.answers(kind))
            ruled = one.ruling is not None and one.ruling.says(kind) and one.ruling.by not in independent
            assert agreed or ruled
    # A person has one opinion at most, and rulings come from who gave none.
    givers = [row.by for row in one.opinions if row.turn != "ruling"]
    assert len(givers) == len(set(givers))
    tasks = db.scalars(select(BlindTask)).all()
    asked = [task.user_id for task in tasks if task.user_id is not None]
    assert len(asked) == len(set(asked)), "nobody is asked twice"
    open_ = [task for task in tasks if task.done is None and task.withdrawn is None]
    assert len(open_) <= 1
    if one.wants_second(case.id):
        assert open_
    first = {row.by for row in one.rows if row.turn == "first"}
    for row in one.rows:
        if row.turn == "blind":
            earlier = [r for r in one.rows if r.id < row.id and r.by == row.by and not r.is_undo]
            assert not [r for r in earlier if r.turn in ("blind", "ruling")]
    board = Board({WHAT: one}, blind.wanted(db, case), Lineage({}, {}))
    for name, user in users.items():
        if (
            WHAT in board.wanted
            and user.id not in first
            and not any(row.by == user.id and row.turn == "blind" for row in one.rows)
        ):
            assert not board.is_open_to(user.id, WHAT), name


def test_a_blind_opinion_that_leaves_it_open_calls_for_another() -> None:
    with house() as (db, case, users):
        judging.give(db, users["ana"], case, WHAT, Answer({"spam": 4}), ads=10, seq=1)
        db.add(BlindTask(case_id=case.id, of=WHAT[0], number=WHAT[1]))
        db.flush()
        task = blind.take(db, users["ben"], case)
        # The first said nothing of it: one answer alone is not enough.
        answer = Answer({"organised": 5, "independent": 1})
        judging.give_blind(db, users["ben"], case, task, answer, ads=10, seq=1)
        assert judged_now(db, case, WHAT).verdict("organised") is Verdict.WAITING
        assert blind.offered(db, users["cid"], case)
        assert not blind.offered(db, users["ana"], case)


def test_an_undo_can_be_undone() -> None:
    with house() as (db, case, users):
        said = judging.give(db, users["ana"], case, WHAT, Answer({"spam": 4}), ads=10, seq=1)
        undo = judging.take_back(db, users["ana"], case, said.id)
        assert judged_now(db, case, WHAT).verdict("spam") is Verdict.NONE
        judging.take_back(db, users["ana"], case, undo.id)
        assert judged_now(db, case, WHAT).verdict("spam") is Verdict.HOLDS


def test_labels_follow_a_merge_and_stay_where_the_id_stays_in_a_split() -> None:
    with house() as (db, case, users):
        for number in (7, 9):
            judging.give(db, users["ana"], case, ("network", number), Answer({"spam": 4}), ads=10, seq=1)
        one, other = (judged_now(db, case, ("network", number)) for number in (7, 9))
        merged = Board(
            {("network", 7): one, ("network", 9): other},
            frozenset(),
            Lineage({("network", 9): ("network", 7)}, {("network", 11): ("network", 7)}),
        )
        assert merged.inherited(("network", 7)) == (other,)
        assert [kind for kind, _verdict in merged.labels(("network", 7), users["ben"].id)] == ["spam"]
        assert merged.split_from(("network", 11)) == one
        assert merged.labels(("network", 11), users["ben"].id) == []


def test_what_was_agreed_to_be_independent_is_looked_at_again_when_it_grows() -> None:
    with house() as (db, case, users):
        judging.give(db, users["ana"], case, WHAT, Answer({"independent": 5}), ads=10, seq=1)
        task = blind.take(db, users["ben"], case)
        judging.give_blind(
            db, users["ben"], case, task, Answer({"independent": 4, "organised": 1}), ads=10, seq=1
        )
        one = judged_now(db, case, WHAT)
        assert one.is_let_go(10)
        assert one.is_let_go(15)
        assert not one.is_let_go(16)


def test_about_one_in_three_is_checked() -> None:
    checked = sum(is_checked(1, "network", number) for number in range(3_000))
    assert 900 < checked < 1_100


def test_the_trail_does_not_tell_what_was_said() -> None:
    with house() as (db, case, users):
        judging.give(
            db, users["ana"], case, WHAT, Answer({"organised": 5}, note="only for members"), ads=10, seq=1
        )
        from filrouge.casework.models import AuditEntry

        told: list[Any] = [entry.details for entry in db.scalars(select(AuditEntry))]
        assert "only for members" not in str(told)
        assert "organised" not in str(told)
