"""The first journey, in a browser: from nobody to a case in which an analyst works."""

from __future__ import annotations

import re
from typing import Any

import pyotp

PASSWORD = "four patient lighthouses"
OWN = "nine green lanterns"


def signed_out(browser: Any, served: Any) -> Any:
    context = browser.new_context(base_url=served.address, locale="en")
    page = context.new_page()
    page.goto("/")
    return page


def test_from_the_first_run_to_an_analyst_in_a_case(browser: Any, new_site: Any, serve: Any) -> None:
    served = serve(new_site(ads=False, own=True, populate=False))
    page = signed_out(browser, served)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)

    # The administrator makes their account, and sets up the second factor that is offered.
    page.get_by_label("Your name").fill("Ada Lowe")
    page.get_by_label("Login").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("heading", name="Set up a second factor").wait_for()
    page.get_by_text("Or type the secret").click()
    app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.get_by_label("Code", exact=True).fill(app.now())
    page.get_by_role("button", name="Turn it on").click()
    assert page.locator(".codes li").count() == 8
    page.get_by_role("link", name="I have kept them").click()

    # They make two people.
    given = {}
    for name, role in (("Sue Park", "supervisor"), ("Ana Roy", "analyst")):
        page.get_by_role("navigation", name="Rooms").get_by_role("link", name="People").click()
        page.get_by_role("link", name="New account").click()
        page.get_by_label("Name").fill(name)
        page.get_by_label("Login").fill(name.split()[0].lower())
        page.get_by_label(role, exact=True).check()
        page.get_by_role("button", name="Make the account").click()
        given[name] = page.locator("code.secret").inner_text()

    # They make a case and put its supervisor in.
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Cases").click()
    page.get_by_role("link", name="New case").first.click()
    page.get_by_label("Title").fill("Harbour")
    page.get_by_label("Short name").fill("harbour-2031")
    page.get_by_label("Purpose").fill("Practice with invented ads")
    page.get_by_label("Legal authority").fill("None needed: nothing is real")
    page.get_by_label("Ads are kept until").fill("2031-01-01")
    page.get_by_label("Supervisor").select_option(label="Sue Park")
    page.get_by_role("button", name="Make the case").click()
    page.get_by_text("The case was made.").wait_for()
    page.context.close()

    # The supervisor comes in, chooses a password, and adds the analyst.
    page = came_in(browser, served, "sue", given["Sue Park"])
    page.get_by_role("button", name="Not now").click()
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name="This case").click()
    page.get_by_label("Add a person").select_option(label="Ana Roy (analyst)")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("Ana Roy works on this case now.").wait_for()
    page.context.close()

    # The analyst comes in, and is in the case.
    page = came_in(browser, served, "ana", given["Ana Roy"])
    page.get_by_role("button", name="Not now").click()
    assert re.search(r"/cases/\d+$", page.url)
    assert "Harbour" in page.locator("header.top").inner_text()
    page.context.close()
    assert wrong == []


def came_in(browser: Any, served: Any, login: str, password: str) -> Any:
    """Sign in for the first time, and choose a password."""
    page = signed_out(browser, served)
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Present password").fill(password)
    page.get_by_label("New password").fill(OWN)
    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("heading", name="Set up a second factor").wait_for()
    return page


def test_who_has_a_second_factor_is_asked_for_it(browser: Any, new_site: Any, serve: Any) -> None:
    site = new_site(ads=False)
    served = serve(site)
    page = signed_out(browser, served)
    page.get_by_label("Login").fill("ana")
    page.get_by_label("Password").fill("seven quiet bicycles")
    page.get_by_role("button", name="Sign in").click()
    page.goto("/account/second-factor")
    page.get_by_text("Or type the secret").click()
    page.get_by_label("Code", exact=True).fill(
        pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", "")).now()
    )
    page.get_by_role("button", name="Turn it on").click()
    code = page.locator(".codes li").first.inner_text()
    page.context.close()
    page = signed_out(browser, served)
    page.get_by_label("Login").fill("ana")
    page.get_by_label("Password").fill("seven quiet bicycles")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Compare").wait_for()
    page.context.close()
