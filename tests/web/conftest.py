"""The workbench over a small workspace of invented ads, for tests that click and for tests that ask."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from filrouge.casework import cases, passwords, people, tokens
from filrouge.casework.access import Permission, Role, permissions
from filrouge.casework.models import Case, User
from filrouge.casework.work import Worker
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run
from filrouge.web.app import create_app
from filrouge.web.house import House, Settings

DEMO = Path(__file__).parents[2] / "examples" / "demo"
FILES = {
    "harbour": ("harbourlist.csv", "northboard.jsonl"),
    "market": ("petitesannonces.csv", "elmercado.tsv"),
}
"""The two cases: English ads, and French and Spanish ones."""
PASSWORD = "seven quiet bicycles"
SECRET = b"a secret of a workspace in tests"[:32]


@pytest.fixture(scope="session")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of 2,000 invented ads in two cases, compared; nobody writes to it."""
    where = tmp_path_factory.mktemp("unit") / "unit"
    ws = Workspace.init(where, secret=SECRET)
    for case, files in FILES.items():
        ingest(ws.refreshed(), [str(DEMO / file) for file in files], case=case, receiver="J. Roy", jobs=1)
    run(ws.refreshed(), jobs=1)
    return where


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace without ads: for pages that show none, it is made in no time."""
    where = tmp_path_factory.mktemp("empty") / "unit"
    Workspace.init(where, secret=SECRET)
    return where


@dataclass
class Site:
    """The application, and who has an account: a person of each role, in the cases harbour and market.

    `ana` and `ben` are analysts, `sam` is supervisor of harbour; `mia` is an analyst, `sue` supervisor of market;
    `pat` is a partner in harbour; `aud` is the auditor, `adm` the administrator.
    """

    app: FastAPI
    house: House
    users: dict[str, User]
    cases: dict[str, Case]
    clients: list[TestClient] = field(default_factory=list)

    def client(self, login: str | None = None, *, lang: str = "") -> Browser:
        """A browser, signed in as somebody; `lang` is what it asks for by its Accept-Language."""
        client = TestClient(self.app, base_url="http://127.0.0.1", follow_redirects=True)
        if lang:
            client.headers["Accept-Language"] = lang
        self.clients.append(client)
        browser = Browser(client)
        if login is not None:
            answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
        return browser

    def token(self, login: str, *scopes: Permission) -> str:
        """A token of somebody's scripts, for all that they may do unless said otherwise."""
        with self.house.database.writing() as db:
            user = db.get_one(User, self.users[login].id)
            return tokens.make(db, user, name="test", scopes=scopes or list(permissions(user)), days=1)[0]

    def path(self, case: str, rest: str = "") -> str:
        """The address of a page of a case."""
        return f"/cases/{self.cases[case].id}{rest}"


class Browser:
    """A client that sends the token of its session along with forms."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.csrf = ""

    def get(self, path: str, **options: Any) -> Any:
        """A page; the token on it is kept for the next form."""
        answer = self.client.get(path, **options)
        found = (
            re.search(r'<meta name="csrf" content="([^"]+)"', answer.text)
            if "html" in answer.headers.get("content-type", "")
            else None
        )
        if found:
            self.csrf = found[1]
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        """Send a form."""
        if not self.csrf:
            self.get("/account")
        return self.client.post(path, data={"csrf": self.csrf, **(data or {})}, **options)


PEOPLE = {
    "ana": (Role.ANALYST, "harbour"),
    "ben": (Role.ANALYST, "harbour"),
    "sam": (Role.SUPERVISOR, "harbour"),
    "mia": (Role.ANALYST, "market"),
    "sue": (Role.SUPERVISOR, "market"),
    "pat": (Role.PARTNER, "harbour"),
    "aud": (Role.AUDITOR, ""),
    "adm": (Role.ADMINISTRATOR, ""),
}


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Hashing a password takes no time in tests."""
    from argon2 import PasswordHasher

    before, passwords._HASHER = passwords._HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.of_nobody.cache_clear()
    yield
    passwords._HASHER = before


def populated(house: House) -> tuple[dict[str, User], dict[str, Case]]:
    """Make the people and the cases."""
    with house.database.writing() as db:
        users = {
            login: people.make_user(db, "", login=login, name=login.title(), role=role, password=PASSWORD)
            for login, (role, _case) in PEOPLE.items()
        }
        for user in users.values():
            user.offered = True  # the page that offers a second factor was seen before
        made = {
            case: cases.make_case(
                db, users["adm"], name=case, title=case.title(), purpose="Finding who is behind copied ads",
                authority="Practice with invented data", keep_until=date(2031, 1, 1),
                members=[users[login] for login, (_role, of) in PEOPLE.items() if of == case],
            )
            for case in FILES
        }  # fmt: skip
    return users, made


@pytest.fixture
def new_site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Makes sites: `new_site()` on the workspace of all, `new_site(own=True)` on a copy that may be written to.

    `new_site(ads=False)` is quick: a workspace without ads.
    """
    made: list[Site] = []

    def new(
        *,
        own: bool = False,
        ads: bool = True,
        populate: bool = True,
        unit: Path | None = None,
        **options: Any,
    ) -> Site:
        unit = unit or request.getfixturevalue("unit" if ads else "empty")
        where = unit
        if own:
            where = tmp_path / f"unit{len(made)}"
            shutil.copytree(unit, where)
        options.setdefault("options", {"raise_faults": True})
        url = options.pop("database_url", f"sqlite:///{tmp_path / f'people{len(made)}.sqlite'}")
        settings = Settings(
            Workspace.open(where, secret=SECRET),
            database_url=url,
            **{"work": False, "hosts": ("127.0.0.1", "localhost"), **options},
        )
        app = create_app(settings)
        house = app.state.house
        users, cases_ = populated(house) if populate else ({}, {})
        made.append(Site(app, house, users, cases_))
        return made[-1]

    yield new
    for site in made:
        for client in site.clients:
            client.close()
        site.house.close()


@pytest.fixture
def site(new_site: Callable[..., Site]) -> Site:
    """The application with everybody in it."""
    return new_site()


@pytest.fixture
def people_site(new_site: Callable[..., Site]) -> Site:
    """The application with everybody in it, and no ads."""
    return new_site(ads=False)


@dataclass
class Served:
    """The application on a port of this machine, for a real browser."""

    site: Site
    address: str


@pytest.fixture
def serve() -> Iterator[Callable[[Site], Served]]:
    """Serves a site on a free port until the test ends."""
    import uvicorn

    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(site: Site) -> Served:
        server = uvicorn.Server(
            uvicorn.Config(site.app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        running.append((server, thread))
        return Served(site, f"http://127.0.0.1:{port}")

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def signed_in(browser: Any, serve: Callable[[Site], Served], site: Site) -> Iterator[Callable[..., Any]]:
    """Opens a page of a real browser in which somebody is signed in: `signed_in("ana", width=390)`."""
    served = serve(site)
    contexts = []

    def open_page(
        login: str, *, width: int = 1280, height: int = 900, dark: bool = False, lang: str = "en"
    ) -> Any:
        context = browser.new_context(
            base_url=served.address, viewport={"width": width, "height": height}, locale=lang,
            color_scheme="dark" if dark else "light",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_load_state()
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def working(own: Any) -> Iterator[None]:
    """A worker beside the application of a module's `own` site."""
    worker = Worker(own.house.database, own.house.settings.workspace)
    thread = threading.Thread(target=worker.work, kwargs={"threads": 1})
    thread.start()
    yield
    worker.end()
    thread.join(20)
