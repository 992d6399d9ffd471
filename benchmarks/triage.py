"""How long a page of triage takes in a case with very many leads: `python benchmarks/triage.py --leads 60000`.

A corpus of 1,000,000 ads gives some ten thousand leads; here their table is made up, with labels and seen marks in the
database, and the page is asked for as the application makes it: by 20 people at once, each with other filters.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "web"))


def made_up(leads: int, known: pl.DataFrame, seed: int = 7) -> pl.DataFrame:
    """A table of leads like the known ones, many times over."""
    random_ = np.random.default_rng(seed)
    rows = known[random_.integers(0, known.height, leads)]
    day = date(2026, 1, 1)
    first = [day + timedelta(days=int(k)) for k in random_.integers(0, 200, leads)]
    agencies = [f"agency{k}" for k in range(60)]
    return rows.with_columns(
        pl.Series("id", np.arange(10_000, 10_000 + leads)),
        pl.Series("first", first),
        pl.Series("ads", random_.geometric(0.05, leads).astype(np.int64) + 2),
        pl.Series("strength", np.sort(random_.gamma(2, 2, leads))[::-1].round(2)),
        pl.Series("agencies", [random.sample(agencies, 1 + k % 4) for k in range(leads)]),
    ).with_columns(pl.format("N{}", "id").alias("name"), pl.lit("network").alias("kind"))


def main() -> None:
    """Measure it."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--leads", type=int, default=60_000)
    asked.add_argument("--people", type=int, default=20)
    asked.add_argument("--pages", type=int, default=10)
    asked.add_argument("--labels", type=int, default=3_000)
    asked.add_argument(
        "--think", type=float, default=3.0, help="mean seconds between the pages of one person"
    )
    given = asked.parse_args()
    from starlette.testclient import TestClient

    import conftest as site_of
    from filrouge.casework import judging, people, triage
    from filrouge.casework.access import Role
    from filrouge.casework.judging import Answer
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.ingest import ingest
    from filrouge.engines.run import run
    from filrouge.web.app import create_app
    from filrouge.web.house import Settings

    folder = Path(tempfile.mkdtemp())
    ws = Workspace.init(folder / "unit", secret=site_of.SECRET)
    for case, files in site_of.FILES.items():
        ingest(ws.refreshed(), [str(site_of.DEMO / f) for f in files], case=case, receiver="J. Roy", jobs=1)
    run(ws.refreshed(), jobs=1)
    app = create_app(Settings(Workspace.open(folder / "unit", secret=site_of.SECRET), work=False))
    house = app.state.house
    _users, cases = site_of.populated(house)
    case = cases["harbour"]
    book = house.desk.casebook("harbour")
    reasons = [book.why(kind, id_) for kind, id_ in book.leads.select("kind", "id").iter_rows()]
    leads = made_up(given.leads, book.leads)
    object.__setattr__(book._leads, "table", leads)
    book.__dict__.pop("_lead_rows", None)
    book.why = lambda _kind, id_: reasons[id_ % len(reasons)]
    with house.database.writing() as db:
        who = [
            people.make_user(
                db, "", login=f"analyst{k}", name=f"Analyst {k}", role=Role.ANALYST, password=site_of.PASSWORD
            )
            for k in range(given.people)
        ]
        from filrouge.casework.models import Member

        for user in who:
            db.add(Member(case_id=case.id, user_id=user.id))
    chosen = random.Random(3).sample(range(10_000, 10_000 + given.leads), given.labels)
    for part in range(0, len(chosen), 200):
        with house.database.writing() as db:
            some = {("network", number): 5 for number in chosen[part : part + 200]}
            judging.give_to_many(db, who[part % 5], case, some, Answer({"spam": 4}), seq=1)
    with house.database.writing() as db:
        for user in who:
            triage.mark_seen(db, user, case, [("network", number) for number in chosen[:1_000]], 1)

    taken: list[float] = []
    wrong: list[Any] = []

    def person(k: int) -> None:
        dice = random.Random(k)
        client = TestClient(app, base_url="http://127.0.0.1")
        browser = site_of.Browser(client)
        client.post("/sign-in", data={"login": f"analyst{k}", "password": site_of.PASSWORD})
        path = f"/cases/{case.id}/triage"
        filters = [
            {},
            {"agency": "agency7"},
            {"label": "none"},
            {"unseen": "1"},
            {"label": "spam"},
            {"least": "20"},
        ]
        browser.post(f"{path}/filters", {**filters[k % len(filters)]})
        for _page in range(given.pages):
            time.sleep(dice.expovariate(1 / given.think) if given.think else 0)
            sort = dice.choice(["-strength", "-ads", "last", "-agencies"])
            begun = time.perf_counter()
            answer = browser.get(f"{path}?sort={sort}&page={dice.randint(1, 9)}")
            taken.append(time.perf_counter() - begun)
            if answer.status_code != 200:
                wrong.append(answer.status_code)

    threads = [threading.Thread(target=person, args=(k,)) for k in range(given.people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ms = np.sort(np.array(taken)) * 1000
    print(
        f"{given.leads:,} leads, {given.labels:,} labels, {given.people} people, {ms.size} pages: "
        f"median {np.quantile(ms, 0.5):.0f} ms, p95 {np.quantile(ms, 0.95):.0f} ms, most {ms[-1]:.0f} ms; "
        f"{len(wrong)} errors"
    )
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
