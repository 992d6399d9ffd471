"""The pages of networks and clusters, and the map."""

from __future__ import annotations

import json
import re
from typing import Any

import polars as pl
import pytest


def leads(site: Any, case: str) -> Any:
    return site.house.desk.casebook(case).leads


def one_of(site: Any, kind: str, case: str = "harbour") -> int:
    return int(leads(site, case).filter(kind=kind)["id"][0])


def block(page: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found, name
    return json.loads(found[1])


def test_the_page_of_a_network_shows_its_clusters_and_why(site: Any) -> None:
    book = site.house.desk.casebook("harbour")
    network = one_of(site, "network")
    page = site.client("ana").get(site.path("harbour", f"/networks/{network}"))
    assert page.status_code == 200
    dossier = book.network(network)
    for brief in dossier.clusters:
        assert brief.name in page.text
    assert "Why this is here" in page.text
    drawn = block(page.text, "ads-time-spec")
    assert sum(row["ads"] for row in drawn["data"]["values"]) == dossier.timeline["ads"].sum()


def test_nothing_of_another_case_is_on_a_page(site: Any) -> None:
    mine = set(site.house.desk.casebook("harbour").ads["ad"].to_list())
    browser = site.client("ana")
    for kind, id in leads(site, "harbour").select("kind", "id").head(8).iter_rows():
        page = browser.get(site.path("harbour", f"/{kind}s/{id}")).text
        named = {int(ad) for ad in re.findall(r"/ads/(\d+)", page)}
        assert named
        assert named <= mine


def test_a_network_of_another_case_is_not_there(site: Any) -> None:
    ours = set(leads(site, "harbour").filter(kind="network")["id"])
    theirs = [id for id in leads(site, "market").filter(kind="network")["id"] if id not in ours]
    assert theirs
    browser = site.client("ana")
    assert browser.get(site.path("harbour", f"/networks/{theirs[0]}")).status_code == 404
    assert browser.get(site.path("harbour", "/networks/99999")).status_code == 404
    assert browser.get(site.path("harbour", "/clusters/99999")).status_code == 404
    assert browser.get(site.path("harbour", "/networks/none")).status_code == 422


@pytest.mark.parametrize("number", ["²", "99999999999999999999", "-99999999999999999999", "9" * 400])
def test_what_is_no_number_that_there_can_be_breaks_no_page(site: Any, number: str) -> None:
    browser = site.client("sam")
    assert browser.get(f"/cases/{number}").status_code == 404
    for room in ("networks", "clusters", "ads", "jobs", "files", "package", "survivor"):
        assert browser.get(site.path("harbour", f"/{room}/{number}")).status_code in (404, 422), room
    for asked in ("map?networks=", "map?clusters=", "package?ads="):
        assert browser.get(site.path("harbour", f"/{asked}{number}")).status_code == 200, asked
    answer = browser.post(site.path("harbour", "/package"), {"what": number})
    assert "Say what is packaged" in answer.text
    browser.post(site.path("harbour", "/map"), {"lead": f"network:{number}"})
    assert site.client("adm").get(f"/people/{number}").status_code in (404, 422)


def test_texts_are_masked_until_they_are_opened_with_a_reason(site: Any) -> None:
    browser = site.client("ana")
    book = site.house.desk.casebook("harbour", opened=True)
    cluster = next(
        int(id)
        for id in book.ads.filter(pl.col("cluster") >= 0)["cluster"].unique(maintain_order=True)
        if any(one.kind == "phone" for one in book.cluster(id).identifiers)
    )
    path = site.path("harbour", f"/clusters/{cluster}")
    value = next(one.shown for one in book.cluster(cluster).identifiers if one.kind == "phone")
    assert value not in browser.get(path).text
    assert browser.post(site.path("harbour", "/open"), {"reason": "no"}).status_code == 400
    opened = browser.post(site.path("harbour", "/open"), {"reason": "file 26-114, request", "next": path})
    assert value in opened.text
    assert "file 26-114, request" in opened.text
    browser.post(site.path("harbour", "/mask"))
    assert value not in browser.get(path).text


@pytest.mark.parametrize("asked", ["", "?networks=999999", "?networks=a,b&clusters=;"])
def test_the_map_draws_the_strongest_unless_others_are_chosen(site: Any, asked: str) -> None:
    page = site.client("ana").get(site.path("harbour", "/map" + asked))
    assert page.status_code == 200
    assert block(page.text, "places-data")["places"]


def test_the_map_of_one_network_holds_its_places_alone(site: Any) -> None:
    network = one_of(site, "network")
    browser = site.client("ana")
    page = browser.post(site.path("harbour", "/map"), {"lead": [f"network:{network}"]})
    dossier = site.house.desk.casebook("harbour").network(network)
    drawn = block(page.text, "places-data")
    assert {place["place"] for place in drawn["places"]} <= set(dossier.places["place"])
    assert len(drawn["moves"]) <= sum(1 for _ in re.finditer("data-place", page.text))
