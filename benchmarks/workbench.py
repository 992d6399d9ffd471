"""Twenty analysts at once on the workbench: how long its pages take, and whether any fails.

    python benchmarks/workbench.py WS --key-file KEY --case NAME --ads FILE.csv
        [--analysts 20] [--seconds 120] [--think 1 3]

WS is a workspace that was compared; FILE.csv holds ads in the columns of `scale_set.py`, from which the analysts paste.
The workbench runs in a process of its own with a database of its own, the analysts in another one (locust, each on a
connection of their own). Every analyst signs in, then goes on until the time is over: pastes an ad of which every tenth
word is missing (5 of 10), opens the triage page (2) or one of its pages (1), the page of a network or a cluster from
there (2), with a pause of 1 to 3 seconds after each. The first half minute, in which caches fill, is not counted.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

from common import machine

WARM = 30
PASSWORD = "seven quiet bicycles"
PORT = 8611
ASKED = {"search": 500, "triage": 300, "network": 800}
"""Milliseconds that 95 of 100 answers may take."""


def main() -> None:
    """Measure, or be one of the two processes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--case", required=True)
    parser.add_argument("--ads", type=Path, required=True)
    parser.add_argument("--analysts", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--think", type=float, nargs=2, default=(1.0, 3.0))
    parser.add_argument("--database", help=argparse.SUPPRESS)
    parser.add_argument("--ask", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ask is not None:
        ask(given)
    elif given.database:
        serve(given)
    else:
        measure(given)


def measure(given: argparse.Namespace) -> None:
    """Start both processes, and print what the analysts saw."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/people.sqlite"
        server = subprocess.Popen(
            [sys.executable, *sys.argv, "--database", url], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        case = int(server.stdout.readline())
        try:
            until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz").status == 200)
            told = subprocess.run(
                [sys.executable, *sys.argv, "--ask", str(case)], stdout=subprocess.PIPE, text=True, check=True
            )
        finally:
            server.terminate()
            server.wait(20)
    found = json.loads(told.stdout)
    print(machine())
    print(f"{given.analysts} analysts, {given.seconds} s, pauses of {given.think[0]} to {given.think[1]} s")
    for name, row in found.items():
        asked = f" (asked {ASKED[name]})" if name in ASKED else ""
        print(
            f"{name:10} {row['count']:6} answers, {row['failed']} failed · p50 {row['p50']:.0f} ms, "
            f"p95 {row['p95']:.0f} ms{asked}, slowest {row['most']:.0f} ms"
        )


def serve(given: argparse.Namespace) -> None:
    """The workbench, with accounts for the analysts."""
    import uvicorn

    from filrouge.casework import cases, people
    from filrouge.casework.access import Role
    from filrouge.corpus.workspace import Workspace
    from filrouge.web.app import create_app
    from filrouge.web.house import Settings

    ws = Workspace.open(given.workspace, key_file=given.key_file)
    app = create_app(Settings(ws, database_url=given.database, work=False))
    with app.state.house.database.writing() as db:
        users = [
            people.make_user(
                db, "", login=f"analyst{k}", name=f"Analyst {k}", role=Role.ANALYST, password=PASSWORD
            )
            for k in range(given.analysts)
        ]
        case = cases.make_case(
            db, users[0], name=given.case, title=given.case, purpose="Measuring", authority="Invented ads",
            keep_until=date(2099, 1, 1), members=users,
        )  # fmt: skip
    print(case.id, flush=True)
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", access_log=False)


def ask(given: argparse.Namespace) -> None:
    """The analysts."""
    from gevent import monkey

    monkey.patch_all()
    from locust import HttpUser, between, task
    from locust.env import Environment

    texts = pasted(given.ads)
    times: dict[str, list[float]] = {}
    failed: dict[str, int] = {}
    base = f"/cases/{given.ask}"
    began = time.monotonic()
    numbers = iter(range(given.analysts))

    class Analyst(HttpUser):
        host = f"http://127.0.0.1:{PORT}"
        wait_time = between(*given.think)

        def on_start(self) -> None:
            self.login = f"analyst{next(numbers)}"
            self.client.post("/sign-in", data={"login": self.login, "password": PASSWORD}, name="sign in")
            page = self.client.get(base, name="home")
            assert page.status_code == 200, (page.status_code, page.text[:200])
            self.csrf = re.search(r'name="csrf" content="([^"]+)"', page.text)[1]
            self.leads: list[str] = []
            self.random = random.Random(self.login)

        def said(self, name: str, began_at: float, answer: Any) -> None:
            if time.monotonic() - began > WARM:
                times.setdefault(name, []).append(1000 * (time.monotonic() - began_at))
                if answer.status_code != 200:
                    failed[name] = failed.get(name, 0) + 1

        def get(self, name: str, path: str) -> Any:
            at = time.monotonic()
            answer = self.client.get(path, name=name)
            self.said(name, at, answer)
            return answer

        @task(5)
        def search(self) -> None:
            at = time.monotonic()
            answer = self.client.post(
                f"{base}/search",
                data={"csrf": self.csrf, "text": self.random.choice(texts)},
                headers={"HX-Request": "true", "X-CSRF-Token": self.csrf},
                name="search",
            )
            self.said("search", at, answer)

        @task(2)
        def triage(self) -> None:
            page = self.get("triage", f"{base}/triage").text
            self.leads = list(dict.fromkeys(re.findall(rf'href="{base}/((?:networks|clusters)/\d+)"', page)))

        @task(1)
        def later(self) -> None:
            self.get("triage", f"{base}/triage?page={self.random.randint(2, 20)}")

        @task(2)
        def network(self) -> None:
            if not self.leads:
                self.triage()
            if self.leads:
                lead = self.random.choice(self.leads)
                self.get("network" if lead.startswith("networks") else "cluster", f"{base}/{lead}")

    env = Environment(user_classes=[Analyst])
    runner = env.create_local_runner()
    runner.start(given.analysts, spawn_rate=2)
    import gevent

    gevent.sleep(WARM + given.seconds)
    runner.quit()
    print(json.dumps({name: summary(found, failed.get(name, 0)) for name, found in sorted(times.items())}))


def summary(times: list[float], failed: int) -> dict[str, float]:
    """Answers in a few numbers."""
    ordered = sorted(times)
    at = lambda share: ordered[min(int(share * len(ordered)), len(ordered) - 1)]  # noqa: E731
    return {"count": len(ordered), "failed": failed, "p50": at(0.5), "p95": at(0.95), "most": ordered[-1]}


def pasted(path: Path, count: int = 2_000) -> list[str]:
    """Ads as they are pasted: every tenth word is missing."""
    chance = random.Random(5)
    texts = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = (row.get("text") or row.get("description") or "").split()
            texts.append(" ".join(word for word in words if chance.random() > 0.1))
            if len(texts) >= 20 * count:
                break
    return chance.sample(texts, min(count, len(texts)))


def until(true: Any, seconds: float = 120) -> None:
    """Wait for something to be true."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        try:
            if true():
                return
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit("the workbench did not start")


if __name__ == "__main__":
    main()
