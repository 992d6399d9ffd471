"""Whatever happens in whatever order, a job is in one state, is worked on by one, and ends once."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from filrouge.casework import audit, jobs, people
from filrouge.casework.access import Role
from filrouge.casework.database import Database
from filrouge.casework.errors import Refused
from filrouge.casework.jobs import KINDS, State
from filrouge.casework.models import AuditEntry, Job, now

ENDED = (State.DONE, State.FAILED, State.CANCELLED)
WORKERS = st.sampled_from(["elsewhere:1:a", "elsewhere:2:b", "elsewhere:3:c"])
PLACES = st.integers(0, 3)


class Jobs(RuleBasedStateMachine):
    """People start, cancel and try again; workers take up, die, end; the queue loses and doubles."""

    @initialize()
    def begin(self) -> None:
        self.before = dict(KINDS)
        for name, alone in (("run", True), ("count", False)):
            jobs.kind(name, str, alone=alone, tries=2)(lambda job, shop: {})
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{Path(self.folder.name) / 'people.sqlite'}")
        self.database.upgrade()
        with self.database.writing() as db:
            self.ana = people.make_user(db, "", login="ana", name="Ana", role=Role.ANALYST, password="")
        self.numbers: list[int] = []
        self.ended: dict[int, str] = {}
        self.lost = 0

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()
            KINDS.clear()
            KINDS.update(self.before)

    def number(self, place: int) -> int | None:
        return self.numbers[place % len(self.numbers)] if self.numbers else None

    @rule(kind=st.sampled_from(["run", "count"]))
    def start(self, kind: str) -> None:
        if len(self.numbers) < 4:
            with self.database.writing() as db:
                self.numbers.append(jobs.start(db, kind, None, self.ana).id)

    @rule(place=PLACES, worker=WORKERS)
    def take_up(self, place: int, worker: str) -> None:
        number = self.number(place)
        if number is not None:
            with self.database.writing() as db:
                before = db.get_one(Job, number).state
                taken = jobs.claim(db, number, worker)
                assert taken is None or before == State.QUEUED

    @rule(place=PLACES, worker=WORKERS, state=st.sampled_from([State.DONE, State.FAILED, State.CANCELLED]))
    def end(self, place: int, worker: str, state: State) -> None:
        number = self.number(place)
        if number is not None:
            with self.database.writing() as db:
                mine = jobs.mine(db, number, worker)
                if mine is not None:
                    jobs.end(db, mine, state)

    @rule(place=PLACES, worker=WORKERS)
    def beat(self, place: int, worker: str) -> None:
        number = self.number(place)
        if number is not None:
            with self.database.session() as db:
                said = jobs.beat(db, number, worker, "Counting", 1, None)
            with self.database.session() as db:
                job = db.get_one(Job, number)
                assert (said is not None) == (job.state == State.RUNNING and job.worker == worker)
                assert said is not True or job.stop is not None

    @rule(place=PLACES, worker=WORKERS)
    def put_back(self, place: int, worker: str) -> None:
        number = self.number(place)
        if number is not None:
            with self.database.writing() as db:
                mine = jobs.mine(db, number, worker)
                if mine is not None:
                    jobs.put_back(db, mine)

    @rule(place=PLACES)
    def cancel(self, place: int) -> None:
        number = self.number(place)
        if number is not None:
            with self.database.writing() as db:
                jobs.cancel(db, db.get_one(Job, number), self.ana)

    @rule(place=PLACES)
    def again(self, place: int) -> None:
        number = self.number(place)
        if number is None or len(self.numbers) >= 4:
            return
        with self.database.writing() as db:
            job = db.get_one(Job, number)
            try:
                self.numbers.append(jobs.again(db, job, self.ana).id)
            except Refused:
                assert job.state not in (State.FAILED, State.CANCELLED)

    @rule()
    def everybody_dies(self) -> None:
        with self.database.writing() as db:
            jobs.requeue_lost(db, moment=now() + timedelta(minutes=5))
        with self.database.session() as db:
            assert not db.query(Job).filter(Job.state == State.RUNNING).count()

    @invariant()
    def all_is_well(self) -> None:
        if not hasattr(self, "database"):
            return
        with self.database.session() as db:
            rows = db.query(Job).all()
            assert sum(row.state == State.RUNNING and KINDS[row.kind].alone for row in rows) <= 1
            for row in rows:
                assert (row.state in ENDED) == (row.ended is not None)
                assert 0 <= row.attempts <= KINDS[row.kind].tries
                assert row.state != State.RUNNING or row.worker
                # What ended stays as it ended, and the trail has its end once.
                if row.id in self.ended:
                    assert row.state == self.ended[row.id]
                elif row.state in ENDED:
                    self.ended[row.id] = row.state
            said = db.query(AuditEntry).filter(AuditEntry.action.in_(["job.done", "job.failed"])).all()
            assert len(said) == len({entry.subject for entry in said})
            assert list(audit.verify(db)) == []


Jobs.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, suppress_health_check=list(HealthCheck)
)
TestStates = Jobs.TestCase
