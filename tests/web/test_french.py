"""English and French are equal: whoever reads French finds no English of the catalog on any page.

The site is lived in (files, jobs, labels, wrong joins, packages, views), so that pages say more than "nothing yet".
Data stays as it was written: ads, what people wrote, and kinds of evidence in files.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import select

from filrouge.casework.access import PERMISSIONS_OF, Permission, Role
from filrouge.casework.models import AuditEntry
from filrouge.casework.work import Worker
from filrouge.reports.trail import action_in_words
from filrouge.web import kinds

assert kinds.MODULES
PO = Path(__file__).parents[2] / "src" / "filrouge" / "locale" / "fr" / "LC_MESSAGES" / "filrouge.po"
AD = "Gentle massage by the harbour, call after six, parking behind the house, number {n}"
SHOWN = ("aria-label", "aria-description", "title", "placeholder", "alt", "data-title", "data-description")
"""Attributes that people see or hear; those that begin with data-word are handed to scripts as words."""


@cache
def english() -> re.Pattern[str]:
    """Each run of three words or more of a message that French says otherwise, as one pattern."""
    with PO.open("rb") as file:
        catalog = read_po(file, locale="fr")
    runs = set()
    for message in catalog:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        for said in ids:
            for run in re.split(r"\{[^}]*\}|`[^`]*`|https?://\S+|\n", said):
                run = " ".join(run.split()).strip(" .,:;()“”")
                if len(re.findall(r"[A-Za-z]{2,}", run)) > 2 and not any(run in french for french in strings):
                    runs.add(run)
    assert len(runs) > 1000
    longest_first = sorted(runs, key=lambda run: (-len(run), run))
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![\w-])")


def words_of(page: str) -> str:
    """What a page shows or tells: its text, and the attributes that are words."""
    page = re.sub(r"<script\b[^>]*>.*?</script>|<!--.*?-->", " ", page, flags=re.S)
    names = "|".join((*SHOWN, r"data-word[\w-]*"))
    told = re.findall(rf'\s(?:{names})="([^"]*)"', page)
    # A tag parts sentences, so that two that stand side by side make none together.
    text = re.sub(r"<[^>]*>", " | ", page)
    return re.sub(r"\s+", " ", html.unescape(" | ".join((text, *told))))


@cache
def alone() -> frozenset[str]:
    """Whole messages of two words or more that French says otherwise. One word alone may be an ad's, or a field's."""
    with PO.open("rb") as file:
        return frozenset(
            message.id
            for message in read_po(file, locale="fr")
            if isinstance(message.id, str) and " " in message.id.strip() and message.string != message.id
        )


def leftovers(page: str) -> list[str]:
    """English of the catalog on a page: runs of words anywhere, and messages that stand alone."""
    words = words_of(page)
    return sorted(
        {*english().findall(words), *alone().intersection(part.strip() for part in words.split("|"))}
    )


def french(site: Any, login: str | None = None) -> Any:
    """A browser of somebody who reads French."""
    return site.client(login, lang="fr-CA,fr;q=0.9")


@pytest.fixture
def lived(new_site: Callable[..., Any]) -> Any:
    """A site in which people who read French have worked."""
    site = new_site(own=True)
    ana, ben, sam = (french(site, login) for login in ("ana", "ben", "sam"))
    leads = site.house.desk.casebook("harbour").leads.to_dicts()
    networks = [lead for lead in leads if lead["kind"] == "network"]

    def path(rest: str) -> str:
        return str(site.path("harbour", rest))

    def label(browser: Any, lead: dict[str, Any], **fields: Any) -> None:
        data = {
            "of": lead["kind"],
            "number": lead["id"],
            **{k.replace("_", "-"): v for k, v in fields.items()},
        }
        assert browser.post(path("/judge/label"), data).status_code == 200

    label(ana, leads[0], step_organised=4, note="vu en mars")
    label(ana, leads[1], step_spam=5)
    label(ana, leads[2], unsure="1")
    label(ben, leads[3], step_organised=2)
    ben.post(path("/judge/take"))
    ana.post(path("/wrong-leads"), {"what": "network", "one": networks[-1]["id"]})
    ana.post(path("/triage/views"), {"name": "les miennes"})
    for watch in ({"kind": "text", "text": AD.format(n=3)}, {"kind": "network", "number": networks[0]["id"]}):
        assert ana.post(path("/watches"), watch).status_code == 200
    consent = {
        "reference": "dossier A", "asker": "person", "consent_on": "2026-05-02", "consent_form": "spoken",
        "witness": "R.", "agreed": "yes",
    }  # fmt: skip
    assert ana.post(path("/survivor/new"), consent).status_code == 200
    ana.post(path("/survivor/1/search"), {"kind": "text", "text": AD.format(n=3)})
    rows = [f'{n},"{AD.format(n=n)}",{"2026-03-02" if n else "soon"},Halifax,alpha' for n in range(9)]
    data = "\n".join(["number,body,date,town,site", *rows, ""]).encode()
    ana.get("/account")
    for name in ("alpha.csv", "beta.csv"):
        content = data.replace(b"alpha", name[:-4].encode())
        ana.client.post(path("/files"), data={"csrf": ana.csrf}, files={"file": (name, content)})
    ana.post(path("/files/1/columns"), {"do": "take"})
    terms = {"recipient": "R.", "purpose": "dossier 26-114", "language": "fr", "text": "masked"}
    ana.post(path("/package"), {**terms, "what": f"N{networks[0]['id']}"})
    Worker(site.house.database, site.house.settings.workspace).drain()
    site.house.desk.look_again()
    ana.post(path("/survivor/new"), {**consent, "reference": "dossier B"})
    ana.post(path("/survivor/2/search"), {"kind": "text", "text": AD.format(n=3)})
    sam.post(path("/members"), {"user": site.users["mia"].id})
    return site


def addresses(site: Any, login: str) -> list[str]:
    """Each page that a role may ask for, with numbers that are there."""
    book = site.house.desk.casebook("harbour")
    leads = book.leads.to_dicts()
    network = next(lead["id"] for lead in leads if lead["kind"] == "network")
    cluster = int(book.ads.filter(book.ads["cluster"] >= 0)["cluster"][0])
    lone = int(book.ads["ad"][0])
    numbers = {
        "case_id": site.cases["harbour"].id, "network": network, "cluster": cluster, "ad": lone,
        "user_id": site.users["ben"].id, "of": "network", "number": network,
    }  # fmt: skip
    found = []
    for (method, path), needs in site.app.state.guards.items():
        seen = needs is None or needs in PERMISSIONS_OF[Role(site.users[login].role)]
        if method != "GET" or not seen or path.startswith("/api/") or path.endswith("/events"):
            continue
        for name, number in numbers.items():
            path = path.replace(f"{{{name}}}", str(number))
        found.append(re.sub(r"\{\w+\}", "1", path))
    case = numbers["case_id"]
    return [
        *found,
        f"/cases/{case}/tie?one={lone}&other={int(book.ads['ad'][1])}",
        f"/cases/{case}/judge/network/{leads[0]['id']}",
        f"/cases/{case}/jobs/2",
        f"/cases/{case}/files/2",
        f"/cases/{case}/files/sources/3",
        f"/cases/{case}/survivor/2",
        f"/cases/{case}/as-of/since?day={date.today() - timedelta(days=1)}",
        "/nowhere",
    ]


def test_no_page_shows_english_to_whoever_reads_french(lived: Any) -> None:
    left: dict[str, list[str]] = {}
    for login in ("ana", "ben", "sam", "pat", "aud", "adm"):
        browser, read = french(lived, login), 0
        for address in addresses(lived, login):
            answer = browser.get(address)
            if "html" not in answer.headers.get("content-type", ""):
                continue
            assert '<html lang="fr"' in answer.text, address
            read += answer.status_code == 200
            if found := leftovers(answer.text):
                left[f"{login} {address}"] = found
        assert read > (20 if Permission.READ in PERMISSIONS_OF[Role(lived.users[login].role)] else 8)
    with lived.house.database.session() as db:
        done = set(db.scalars(select(AuditEntry.action)))
    assert {"opinion.first", "wrong_join.reported", "package.made", "job.done"} <= done
    left["the trail"] = [action for action in sorted(done) if action_in_words(action) == action]
    left |= {name: leftovers(page) for name, page in said_on_the_way(lived).items() if leftovers(page)}
    assert {where: what for where, what in left.items() if what} == {}


def said_on_the_way(lived: Any) -> dict[str, str]:
    """Pages that answer what somebody does: signing in, searching, opening, looking at the past."""
    stranger = french(lived)
    pages = {"sign-in": stranger.get("/sign-in").text}
    pages["refused"] = stranger.client.post("/sign-in", data={"login": "ana", "password": "no"}).text
    ana = french(lived, "ana")
    for text in (AD.format(n=3), "902-555-0142", '"parking behind"', "zzz", ""):
        pages[f"search {text}"] = ana.post(lived.path("harbour", "/search"), {"text": text, "q": text}).text
    ana.post(lived.path("harbour", "/open"), {"reason": "vérifier un numéro"})
    pages["opened"] = ana.get(lived.path("harbour", "/triage")).text
    ana.post(lived.path("harbour", "/as-of"), {"day": "2031-01-01"})
    pages["past"] = ana.get(lived.path("harbour", "/triage")).text
    return pages


def test_the_application_in_english_would_be_caught(site: Any) -> None:
    browser = site.client("ana")
    assert "What a case holds, only its members see" in "".join(leftovers(browser.get("/cases").text))
    assert leftovers(browser.get(site.path("harbour", "/triage")).text)
