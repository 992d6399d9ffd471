"""Watches: what is kept, what new ads raise, who is told, and that nothing of it goes outside."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched

from filrouge.casework import watches
from filrouge.casework.models import AuditEntry, Job, Watch, WatchAlert
from filrouge.casework.watching import became
from filrouge.casework.work import Worker
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run
from filrouge.web import kinds

assert kinds.MODULES
SECRET = b"a secret of a workspace in tests"
VIOLIN = (
    "Patient teacher {name} gives violin lessons to slow beginners in {city}, at your kitchen table if you like. We "
    "begin with four bars of a tune that you choose, and nobody has to read notes before spring. The first half hour "
    "costs nothing, later ones {price} dollars. Call {phone} after supper and ask for {name}."
)
BOAT = (
    "Small wooden boats are caulked, sanded and painted by {name} on the slip behind the old cannery in {city}. Bring "
    "yours before the equinox and it floats by the first of May. Planks, oakum and honest advice are included, from "
    "{price} dollars a metre. Ring {phone} at low tide."
)
HELD = "604-555-0123"
OTHER = "604-555-0188"


def write(path: Path, case: str, rows: list[tuple[str, str, str, int, str]], first: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "posted", "city", "agency", "description"])
        for k, (text, name, city, price, phone) in enumerate(rows):
            said = text.format(name=name, city=city, price=price, phone=phone)
            table.writerow(
                [f"{case}-{first + k}", f"2026-05-{1 + (first + k) % 28:02d}", city, f"{case}list", said]
            )


def take_in(
    ws: Workspace, folder: Path, case: str, rows: list[Any], first: int, *, compare: bool = True
) -> None:
    path = folder / f"{case}-{first}.csv"
    write(path, case, rows, first)
    ingest(ws.refreshed(), [str(path)], case=case, receiver="J. Roy", jobs=1)
    if compare:
        run(ws.refreshed(), jobs=1)


BEFORE = [
    (VIOLIN, name, city, 30 + k, phone)
    for k, (name, city, phone) in enumerate(
        [("Anna", "Vancouver", HELD), ("Sophie", "Burnaby", "604-555-0142"), ("Ella", "Surrey", HELD)]
    )
]
NEW = [(VIOLIN, "Mona", "Vancouver", 41, "604-555-0171"), (BOAT, "Otto", "Steveston", 90, HELD)]
THEIRS = [(VIOLIN, "Clara", "Toronto", 55, HELD), (VIOLIN, "Berta", "Ottawa", 56, "416-555-0101")]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watched")
    ws = Workspace.init(folder / "unit", secret=SECRET)
    take_in(ws, folder, "harbour", BEFORE, 0, compare=False)
    take_in(ws, folder, "market", THEIRS, 0)
    return folder / "unit"


@pytest.fixture
def own(first: Path, new_site: Callable[..., Any]) -> Any:
    return new_site(unit=first, own=True)


def more(site: Any, tmp_path: Path, rows: list[Any] = NEW, case: str = "harbour", first: int = 50) -> None:
    """New ads are taken in and compared by the command line, and the worker looks at what came."""
    take_in(site.house.settings.workspace, tmp_path, case, rows, first)
    worker = Worker(site.house.database, site.house.settings.workspace)
    worker.look()
    worker.drain()
    worker.look()
    worker.drain()
    site.house.desk.look_again()


def lead(site: Any, kind: str, case: str = "harbour") -> int:
    return int(site.house.desk.casebook(case).ads.filter(site_column(kind) >= 0)[kind][0])


def site_column(kind: str) -> Any:
    import polars as pl

    return pl.col(kind)


def keep(site: Any, login: str = "ana", case: str = "harbour", **form: Any) -> Any:
    browser = site.client(login)
    return browser, browser.post(site.path(case, "/watches"), form)


def alerts(site: Any) -> list[WatchAlert]:
    with site.house.database.session() as db:
        return list(db.query(WatchAlert).order_by(WatchAlert.id))


def texts(site: Any, ads: list[int]) -> list[str]:
    import numpy as np

    opened = site.house.desk.view().texts(np.array(ads, np.int64), marks=False)
    return list(opened.ads["text"])


# -- what raises an alert -----------------------------------------------------------------------------------------


def test_a_watched_cluster_tells_of_new_ads_of_its_template_once(own: Any, tmp_path: Path) -> None:
    browser, page = keep(own, kind="cluster", number=lead(own, "cluster"))
    assert "It is watched" in page.text
    more(own, tmp_path)
    (alert,) = alerts(own)
    assert ["Mona" in text for text in texts(own, alert.ads)] == [True]
    page = browser.get(own.path("harbour", "/watches"))
    assert f"/watches/alerts/{alert.id}" in page.text
    more(own, tmp_path, [(BOAT, "Nils", "Steveston", 95, "604-555-0199")], first=80)
    assert len(alerts(own)) == 1


def test_a_watched_identifier_tells_of_new_carriers_whatever_they_say(own: Any, tmp_path: Path) -> None:
    browser, _page = keep(own, kind="identifier", text=f"call {HELD}")
    more(own, tmp_path)
    (alert,) = alerts(own)
    assert ["Otto" in text for text in texts(own, alert.ads)] == [True]
    for path in ("/watches", f"/watches/alerts/{alert.id}"):
        assert "0123" not in browser.get(own.path("harbour", path)).text
    browser.post(own.path("harbour", "/open"), {"reason": "file 26-114"})
    assert HELD in browser.get(own.path("harbour", "/watches")).text


def test_an_identifier_nobody_carries_yet_can_be_watched(own: Any, tmp_path: Path) -> None:
    keep(own, kind="identifier", text=OTHER)
    more(own, tmp_path)
    assert alerts(own) == []
    more(own, tmp_path, [(BOAT, "Nils", "Steveston", 95, OTHER)], first=80)
    assert len(alerts(own)) == 1


def test_an_identifier_is_watched_by_the_pseudonym_of_a_page(own: Any, tmp_path: Path) -> None:
    cluster = lead(own, "cluster")
    one = next(
        one for one in own.house.desk.casebook("harbour").cluster(cluster).identifiers if one.holders == 2
    )
    browser, _page = keep(own, kind="identifier", text=one.pseudonym)
    page = browser.get(own.path("harbour", f"/clusters/{cluster}"))
    assert page.text.count(">Watched<") == 1
    more(own, tmp_path)
    assert len(alerts(own)) == 1
    refused = browser.post(own.path("harbour", "/watches"), {"kind": "identifier", "text": "phone:00000000"})
    assert refused.status_code == 400


def test_a_watched_text_tells_of_new_ads_near_it_and_of_those_with_its_numbers(
    own: Any, tmp_path: Path
) -> None:
    keep(own, kind="text", text=VIOLIN.format(name="Ida", city="Delta", price=60, phone=HELD))
    more(own, tmp_path)
    (alert,) = alerts(own)
    assert sorted(word for text in texts(own, alert.ads) for word in ("Mona", "Otto") if word in text) == [
        "Mona",
        "Otto",
    ]


def test_words_are_watched_as_they_were_searched_for(own: Any, tmp_path: Path) -> None:
    keep(own, kind="words", text='"old cannery"')
    more(own, tmp_path)
    (alert,) = alerts(own)
    assert "Otto" in texts(own, alert.ads)[0]


def test_the_text_of_an_ad_is_watched_without_being_opened(own: Any, tmp_path: Path) -> None:
    ad = int(own.house.desk.casebook("harbour").ads["ad"][0])
    theirs = int(own.house.desk.casebook("market").ads["ad"][0])
    browser, _page = keep(own, kind="text", ad=ad)
    assert "violin" not in browser.get(own.path("harbour", "/watches")).text
    assert browser.post(own.path("harbour", "/watches"), {"kind": "text", "ad": theirs}).status_code == 404
    more(own, tmp_path)
    assert len(alerts(own)) == 1


def test_a_watched_network_follows_what_it_was_merged_into(own: Any) -> None:
    import polars as pl

    from filrouge.casework import watching

    told = pl.DataFrame(
        {
            "of": ["network"] * 4 + ["cluster"],
            "kind": ["split", "merged", "split", "merged", "merged"],
            "id": [3, 1, 9, 9, 5],
            "other": [1, 7, 7, 11, 6],
            "seq": [2, 5, 6, 7, 8],
        }
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(watching, "events", lambda _ws: told)
        ws = own.house.settings.workspace
        assert became(ws, "network", 1, 4) == {1, 7, 9, 11}
        assert became(ws, "network", 1, 0) == {1, 3, 7, 9, 11}
        assert became(ws, "cluster", 1, 0) == {1}


# -- what people keep apart ---------------------------------------------------------------------------------------


def apart(site: Any, what: str, one: int, other: int, case: str = "harbour") -> None:
    answer = site.client("ana").post(
        site.path(case, "/wrong-leads"), {"what": what, "one": one, "other": other}
    )
    assert answer.status_code == 200


def look(site: Any) -> None:
    worker = Worker(site.house.database, site.house.settings.workspace)
    worker.look()
    worker.drain()
    site.house.desk.look_again()


def test_a_watched_cluster_is_silent_of_an_ad_that_is_kept_out_of_it(own: Any, tmp_path: Path) -> None:
    cluster = lead(own, "cluster")
    keep(own, kind="cluster", number=cluster)
    take_in(
        own.house.settings.workspace,
        tmp_path,
        "harbour",
        [(VIOLIN, "Mona", "Vancouver", 41, "604-555-0171"), (VIOLIN, "Nora", "Delta", 42, "604-555-0172")],
        50,
    )
    own.house.desk.look_again()
    book = own.house.desk.casebook("harbour")
    newest = book.ads.filter(site_column("cluster") == cluster)["ad"].sort()[-1]
    apart(own, "ad", newest, cluster)
    look(own)
    (alert,) = alerts(own)
    assert newest not in alert.ads
    assert len(alert.ads) == 1


@pytest.mark.parametrize("what", ["", "cluster", "network"])
def test_a_watched_network_is_silent_of_a_cluster_that_is_kept_out_of_it(
    new_site: Callable[..., Any], what: str
) -> None:
    site = new_site(own=True)
    book = site.house.desk.casebook("harbour")
    network = book.leads.filter(site_column("kind") == "network", site_column("clusters") > 2)["id"][0]
    inside = book.ads.filter(site_column("network") == network)
    cluster = book.network(network).clusters[-1].id
    keep(site, kind="network", number=network)
    if what:
        apart(site, what, *((cluster, network) if what == "cluster" else (network, -1)))
    with site.house.database.writing() as db:
        # As if it had been made before anything came.
        for watch in db.query(Watch):
            watch.through, watch.run = -1, -1
    look(site)
    told = {ad for alert in alerts(site) for ad in alert.ads}
    of_cluster = set(inside.filter(site_column("cluster") == cluster)["ad"])
    assert of_cluster
    expected = {"": set(inside["ad"]), "cluster": set(inside["ad"]) - of_cluster, "network": set()}
    assert told == expected[what]


# -- two cases ----------------------------------------------------------------------------------------------------


def test_new_ads_of_another_case_raise_nothing_here(own: Any, tmp_path: Path) -> None:
    keep(own, kind="cluster", number=lead(own, "cluster"))
    keep(own, kind="identifier", text=HELD)
    keep(own, kind="text", text=VIOLIN.format(name="Ida", city="Delta", price=60, phone=HELD))
    keep(own, kind="words", text="violin")
    more(
        own,
        tmp_path,
        [(VIOLIN, "Rosa", "Toronto", 57, HELD), (BOAT, "Emil", "Toronto", 91, HELD)],
        case="market",
    )
    assert alerts(own) == []


def test_another_case_sees_no_watch_and_no_alert(own: Any, tmp_path: Path) -> None:
    keep(own, kind="identifier", text=HELD)
    more(own, tmp_path)
    mia = own.client("mia")
    assert "phone:" not in mia.get(own.path("market", "/watches")).text
    for rest in ("/watches/alerts/1",):
        assert mia.get(own.path("market", rest)).status_code == 404
    for rest in ("/watches/1/delete", "/watches/1/mute", "/watches/1/name"):
        assert mia.post(own.path("market", rest)).status_code == 404
    theirs = own.house.desk.casebook("market").ads["network"]
    ours = own.house.desk.casebook("harbour").ads["network"]
    for number in set(theirs) - set(ours) - {-1}:
        _browser, page = keep(own, kind="network", number=number)
        assert page.status_code == 404


def test_partners_read_and_do_not_watch(own: Any, tmp_path: Path) -> None:
    pat = own.client("pat")
    assert pat.get(own.path("harbour", "/watches")).status_code == 200
    assert pat.post(own.path("harbour", "/watches"), {"kind": "words", "text": "violin"}).status_code == 403


# -- people -------------------------------------------------------------------------------------------------------


def test_the_count_is_of_what_one_has_not_seen_oneself(own: Any, tmp_path: Path) -> None:
    ana, _page = keep(own, kind="identifier", text=HELD)
    more(own, tmp_path)
    ben = own.client("ben")
    counted = '<span>Watches</span> <span class="count">1</span>'
    assert counted in ana.get(own.path("harbour")).text
    ana.get(own.path("harbour", "/watches/alerts/1"))
    assert counted not in ana.get(own.path("harbour")).text
    assert counted in ben.get(own.path("harbour")).text
    ben.post(own.path("harbour", "/watches/seen"))
    assert counted not in ben.get(own.path("harbour")).text


def test_who_silences_a_watch_is_told_no_more_and_others_are(own: Any, tmp_path: Path) -> None:
    ana, _page = keep(own, kind="identifier", text=HELD)
    ana.post(own.path("harbour", "/watches/1/mute"), {"muted": "1"})
    more(own, tmp_path)
    counted = '<span>Watches</span> <span class="count">1</span>'
    page = ana.get(own.path("harbour", "/watches"))
    assert counted not in page.text
    assert "/watches/alerts/1" in page.text
    assert counted in own.client("ben").get(own.path("harbour")).text
    ana.post(own.path("harbour", "/watches/1/mute"), {"muted": "0"})
    assert counted in ana.get(own.path("harbour")).text


def test_a_deleted_watch_is_silent_and_comes_back_with_all_it_missed(own: Any, tmp_path: Path) -> None:
    ana, _page = keep(own, kind="identifier", text=HELD)
    page = ana.post(own.path("harbour", "/watches/1/delete"))
    assert "/watches/1/restore" in page.text
    more(own, tmp_path)
    assert alerts(own) == []
    ana.post(own.path("harbour", "/watches/1/restore"))
    worker = Worker(own.house.database, own.house.settings.workspace)
    worker.look()
    worker.drain()
    assert len(alerts(own)) == 1


def test_what_is_watched_lies_sealed_and_the_trail_does_not_say_it(own: Any) -> None:
    browser, _page = keep(
        own, kind="text", text=VIOLIN.format(name="Ida", city="Delta", price=60, phone=HELD)
    )
    browser.post(own.path("harbour", "/watches/1/name"), {"name": "The violins"})
    assert "The violins" in browser.get(own.path("harbour", "/watches")).text
    with own.house.database.session() as db:
        watch = db.get_one(Watch, 1)
        assert b"violin" not in watch.sealed.lower()
        assert watch.pseudonyms
        assert all("0123" not in one or one.startswith("phone:") for one in watch.pseudonyms)
        said = " ".join(f"{row.subject} {row.details}" for row in db.query(AuditEntry))
        told = " ".join(str(job.arguments) for job in db.query(Job))
    assert "violin" not in said.lower() + told.lower()
    assert HELD not in said + told


def test_the_same_is_watched_once(own: Any) -> None:
    for _time in range(2):
        keep(own, kind="identifier", text=HELD)
        keep(own, kind="words", text="violin")
        keep(own, kind="cluster", number=lead(own, "cluster"))
    with own.house.database.session() as db:
        assert db.query(Watch).count() == 3


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "text", "text": " "},
        {"kind": "identifier", "text": ""},
        {"kind": "text", "text": "w " * 20_000},
    ],
)
def test_nothing_and_too_much_are_not_watched(own: Any, form: dict[str, str]) -> None:
    _browser, page = keep(own, **form)
    assert page.status_code == 400


def test_in_the_past_nothing_is_watched(own: Any) -> None:
    import datetime

    browser = own.client("ana")
    day = datetime.date(2026, 1, 1)
    with pytest.MonkeyPatch.context() as patched:
        from filrouge.web.here import Here

        patched.setattr(Here, "as_of", property(lambda _self: day))
        page = browser.post(own.path("harbour", "/watches"), {"kind": "words", "text": "violin"})
    assert page.status_code in (400, 404)
    with own.house.database.session() as db:
        assert db.query(Watch).count() == 0


def test_a_look_that_failed_is_not_begun_every_few_seconds(own: Any, tmp_path: Path) -> None:
    from filrouge.casework import jobs

    keep(own, kind="words", text="cannery")
    broken = jobs.KINDS["watch"]
    worker = Worker(own.house.database, own.house.settings.workspace)
    take_in(own.house.settings.workspace, tmp_path, "harbour", NEW, 50)

    def fails(_job: Any, _workshop: Any) -> Any:
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(jobs.KINDS, "watch", jobs.Kind("watch", fails, broken.title))
        for _time in range(3):
            worker.look()
            worker.drain()
    with own.house.database.session() as db:
        assert [job.state for job in db.query(Job).filter(Job.kind == "watch")] == ["failed"]
    more(own, tmp_path, [(VIOLIN, "Lina", "Delta", 61, OTHER)], first=90)
    assert len(alerts(own)) == 1, "the next run finds what this one did not"


def test_titles_are_masked_unless_opened(own: Any) -> None:
    keep(own, kind="text", text="One two three four five")
    with own.house.database.session() as db:
        watch = db.get_one(Watch, 1)
    ws = own.house.settings.workspace
    assert watches.title(ws, watch, in_the_clear=False) == "Text of 5 words"
    assert "One two" in watches.title(ws, watch, in_the_clear=True)


# -- journey 8, in a browser --------------------------------------------------------------------------------------


@pytest.fixture
def site(own: Any) -> Any:
    """`signed_in` serves this one."""
    return own


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_search_is_watched_and_an_alert_is_opened_in_the_browser(
    signed_in: Callable[..., Any], own: Any, working: None, tmp_path: Path, width: int, dark: bool
) -> None:
    page = signed_in("ana", width=width, dark=dark)
    watch = Watched(page)
    page.goto(own.path("harbour"))
    page.fill("main textarea", VIOLIN.format(name="Ida", city="Delta", price=60, phone=OTHER))
    page.click("main form button.primary")
    page.click("text=Watch this search")
    page.wait_for_selector("text=It is watched")
    take_in(own.house.settings.workspace, tmp_path, "harbour", NEW, 50)
    room = own.path("harbour", "/watches")
    for _time in range(60):
        page.goto(room)
        if page.locator("text=new").count() and alerts(own):
            break
        page.wait_for_timeout(500)
    page.goto(room)
    assert watch.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#alerts a").first.click()
    page.wait_for_selector("text=Ads of this alert")
    assert watch.violations() == []
    assert page.locator("#ads tbody tr").count() == 1
    page.goto(room)
    page.click("#watched >> text=Delete")
    page.wait_for_selector("text=The watch is deleted")
    page.click("text=Undo")
    page.wait_for_selector("text=The watch is there again")


def test_buttons_stand_on_the_pages_of_leads_and_ads(own: Any) -> None:
    browser = own.client("ana")
    cluster, network = lead(own, "cluster"), int(own.house.desk.casebook("harbour").ads["network"].max())
    ad = int(own.house.desk.casebook("harbour").ads["ad"][0])
    pages = [f"/clusters/{cluster}", f"/ads/{ad}"] + ([f"/networks/{network}"] if network >= 0 else [])
    for rest in pages:
        assert f'action="{own.path("harbour", "/watches")}"' in browser.get(own.path("harbour", rest)).text, (
            rest
        )
    assert 'action="/cases/1/watches"' not in own.client("pat").get(own.path("harbour", f"/ads/{ad}")).text
