"""Three days of a unit that takes in ads, all invented: what came on each, and the commands that took it in.

A teacher's template, "lessons", is in both cases and grows every day. Another one, "repairs", has one ad in the case
harbour and two in the case market: when market is destroyed, nothing of it is left that could be tied.
"""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from unittest.mock import patch

import filrouge.corpus.ledger as ledger
from filrouge.cli import main

LESSONS = (
    "Patient teacher {name} gives violin lessons to slow beginners in {city}, at your kitchen table if you like. We "
    "begin with four bars of a tune that you choose, and nobody has to read notes before spring. The first half hour "
    "costs nothing, later ones {price} dollars. Call {phone} after supper and ask for {name}."
)
REPAIRS = (
    "Old bicycles of {city} made to roll again: {name} trues wheels, changes worn chains and greases what squeaks, "
    "while you drink a lemonade in the yard. Bring it before noon and ride home at five. No job above {price} dollars "
    "without a word with you first. Text {phone} for a free morning."
)
STRANGERS = (
    "Two students with a van move your sofa or piano on weekends. Ask Tom, 604-555-0161.",
    "Gel nails, short or almond, in my living room. I am Priya. Text 778 555 0119 after lunch.",
    "Furnished basement room near the bus loop, laundry shared, no smokers. 250 555 0188, ask for Gord.",
    "Registered massage therapist, receipts for insurance. Book with Helen 604 555 0190.",
    "Night shift bakers wanted, training paid, bring your own shoes. Write to jobs@oven.example.com",
    "Ménage de bureaux le soir, produits écologiques, je suis ponctuelle. Lucie 418 555 0110",
    "Chambre meublée à deux pas du parc, wifi compris, libre en mars. Demandez Roger au 819 555 0134.",
    "Cours de guitare pour adultes débutants, chez vous ou chez moi. 819-555-0171, Marc.",
    "Señora responsable cuida casas y jardines por temporada. Llame a Rosa, 647 555 0150.",
    "Se busca cocinero para restaurante pequeño, turno de noche. Pregunte por Diego: 519 555 0166",
    "Clases de costura los sábados, grupos de cuatro personas. Telas incluidas. 519 555 0128, Pilar",
    "Pintura de interiores, presupuesto gratis, referencias del barrio. Andrés 416 555 0131",
)

Row = tuple[str, str, str, str]
"""id, day of posting, city, text."""


def _lesson(id: str, posted: str, city: str, name: str, price: int, phone: str) -> Row:
    return id, posted, city, LESSONS.format(name=name, city=city, price=price, phone=phone)


def _repair(id: str, posted: str, city: str, name: str, price: int, phone: str) -> Row:
    return id, posted, city, REPAIRS.format(name=name, city=city, price=price, phone=phone)


def _alone(letter: str, posted: str, first: int, past: int) -> list[Row]:
    return [(f"{letter}{k}", posted, "Victoria", STRANGERS[k]) for k in range(first, past)]


DAYS: dict[int, dict[str, list[Row]]] = {
    1: {
        "harbour": [
            _lesson("L1", "2026-05-28", "Vancouver", "Anna", 30, "604-555-0123"),
            _lesson("L2", "2026-05-29", "Burnaby", "Sophie", 35, "604-555-0123"),
            _lesson("L3", "2026-05-30", "Surrey", "Julie", 30, "604-555-0142"),
            _repair("R1", "2026-05-30", "Nanaimo", "Simon", 40, "250-555-0177"),
            *_alone("H", "2026-05-29", 0, 5),
        ]
    },
    2: {
        "market": [
            _lesson("L4", "2026-06-01", "Toronto", "Maria", 40, "416-555-0158"),
            _lesson("L5", "2026-06-01", "Ottawa", "Laura", 45, "416-555-0158"),
            _repair("R2", "2026-06-01", "Hamilton", "Peter", 45, "905-555-0133"),
            _repair("R3", "2026-06-02", "London", "Oscar", 50, "905-555-0133"),
            *_alone("M", "2026-06-01", 5, 10),
        ]
    },
    3: {
        "harbour": [
            _lesson("L6", "2026-06-02", "Richmond", "Clara", 30, "604-555-0123"),
            *_alone("H", "2026-06-02", 10, 12),
        ]
    },
}
"""What came on each day, by case."""
NEW = {1: 9, 2: 9, 3: 3}
IN_LESSONS = {1: 3, 2: 5, 3: 6}


class Clock(datetime):
    """The time of the ledger, on the days of the scenario."""

    day = 1
    minute = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        Clock.minute += 1
        return datetime(2026, 6, Clock.day, 12 + Clock.minute // 60, Clock.minute % 60, tzinfo=tz or UTC)


@contextlib.contextmanager
def on_day(day: int) -> Iterator[None]:
    """What is written to a ledger within is of that day of June 2026."""
    Clock.day = day
    with patch.object(ledger, "datetime", Clock):
        yield


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """All that went to standard output, as one line: paragraphs break where the terminal ends."""
        return " ".join(self.out.split())


def filrouge(*arguments: str | Path, lang: str = "en") -> Told:
    """Run the command line here, and keep what it says."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*map(str, arguments), "--lang", lang])
    assert "Traceback" not in err.getvalue()
    return Told(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Unit:
    """A workspace and its key."""

    where: Path
    key: Path
    files: Path

    @classmethod
    def made(cls, folder: Path) -> Unit:
        """A new one."""
        unit = cls(folder / "unit", folder / "unit.key", folder)
        with on_day(1):
            assert unit("init").code == 0
        return unit

    def copied(self, folder: Path) -> Unit:
        """The same one elsewhere."""
        shutil.copytree(self.where, folder / "unit")
        return Unit(folder / "unit", self.key, folder)

    def __call__(self, command: str, *arguments: str | Path, lang: str = "en") -> Told:
        """Run a command on it."""
        return filrouge(command, self.where, *arguments, "--key-file", self.key, lang=lang)

    def file(self, day: int, case: str) -> Path:
        """The export of a case on a day."""
        path = self.files / f"{case}-{day}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["id", "posted", "city", "description"])
            table.writerows(DAYS[day][case])
        return path

    def spend(self, day: int) -> None:
        """Take in what came on a day, and compare."""
        with on_day(day):
            for case in DAYS[day]:
                told = self("ingest", self.file(day, case), "--case", case, "--receiver", "J. Roy")
                assert told.code == 0, told.err
            told = self("run", "--jobs", "1")
            assert told.code == 0, told.err
