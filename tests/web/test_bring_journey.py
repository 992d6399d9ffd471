"""In a real browser, with the real command and its worker: bring a file, correct a column, watch it being compared."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched, at_rest, downloaded

DEMO = Path(__file__).parents[2] / "examples" / "demo"


@dataclass
class Running:
    """A practice workbench that is served by the command."""

    address: str
    password: str
    server: subprocess.Popen[bytes]
    where: Path

    def workers(self) -> list[int]:
        """The numbers of the processes that work on jobs."""
        children = Path(f"/proc/{self.server.pid}/task").glob("*/children")
        return [int(number) for path in children for number in path.read_text().split()]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if not Path("/proc/self/task").exists():
        pytest.skip("processes are looked at in /proc, which this system lacks")
    where = tmp_path_factory.mktemp("practice") / "unit"
    program = [sys.executable, "-m", "filrouge"]
    files = [f"harbour={DEMO / 'harbourlist.csv'}", f"market={DEMO / 'petitesannonces.csv'}"]
    made = subprocess.run(
        [*program, "practice", str(where), *files], capture_output=True, text=True, check=True
    )
    password = re.search(r"password: (\S+)", made.stdout)
    assert password
    again = subprocess.run(
        [*program, "practice", str(where), *files], capture_output=True, text=True, check=True
    )
    assert password[0] in again.stdout
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([*program, "serve", str(where), "--port", str(port)], stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{address}/healthz").close()
            break
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)
    found = Running(address, password[1], server, where)
    yield found
    workers = found.workers()
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) is not None
    for number in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)


@pytest.fixture
def page(browser: Any, running: Running) -> Iterator[Any]:
    context = browser.new_context(base_url=running.address, locale="en", accept_downloads=True)
    page = context.new_page()
    page.goto("/")
    page.fill("input[name=login]", "analyst")
    page.fill("input[name=password]", running.password)
    page.click("main form button")
    page.wait_for_load_state()
    yield page
    context.close()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose text column is not the one that its header seems to name, and with dates that are none."""
    path = tmp_path_factory.mktemp("exported") / "exported ads.csv"
    with path.open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(["ref", "text", "remarks", "date", "town"])
        for row, line in enumerate((DEMO / "northboard.jsonl").read_text().splitlines()[:300]):
            ad = json.loads(line)
            date = "soon" if row % 100 == 7 else ad["posted_at"]
            write.writerow([ad["listing_id"], "see the site", ad["body"], date, ad.get("location", "")])
    return path


def drop(page: Any, path: Path) -> None:
    """Drop a file on the page, as a person does with the pointer."""
    data = page.evaluate_handle(
        """([name, text]) => { const d = new DataTransfer();
           d.items.add(new File([text], name, {type: "text/csv"})); return d; }""",
        [path.name, path.read_text()],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("[data-drop]", event, {"dataTransfer": data})


@pytest.mark.parametrize("words", [["audit", "verify"], ["status"]])
def test_commands_find_the_key_of_a_practice_workspace(running: Running, words: list[str]) -> None:
    command = [sys.executable, "-m", "filrouge", *words, str(running.where)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def case_path(page: Any) -> str:
    """The practice case that the page is in, or is gone to."""
    page.goto("/cases")
    href = page.locator("main a", has_text="Practice: harbour").first.get_attribute("href")
    assert href
    return str(href)


def test_a_file_is_dropped_corrected_watched_and_its_rejects_are_downloaded(
    page: Any, running: Running, exported: Path
) -> None:
    base = case_path(page)
    assert page.locator(".strip.practice").is_visible()
    page.goto(f"{base}/files")
    drop(page, exported)
    page.wait_for_url(re.compile(r"/files/\d+$"))
    assert page.locator("h1").inner_text() == "exported ads.csv"
    assert re.search(r"[0-9a-f]{64}", page.inner_text("main"))
    first = page.locator("#ads tbody tr").first
    assert "see the site" in first.inner_text()
    page.select_option("select[name=text]", "=remarks")
    page.click("button[value=look]")
    page.wait_for_load_state()
    assert "see the site" not in page.locator("#ads tbody tr").first.inner_text()
    page.click("button[value=take]")
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    # Nothing is clicked: the page tells by itself how it goes on.
    page.wait_for_selector("text=What was in the file", timeout=60_000)
    # In quotes: without them, case is not looked at, and "Next: all is compared" would do before it is.
    page.wait_for_selector('text="All is compared."', timeout=120_000)
    assert page.locator(".stats dd").first.inner_text() == "300"
    rows = Path(downloaded(page, "text=Download as CSV").path()).read_text().splitlines()
    assert rows[0] == "file,row,field,reason"
    assert sum("soon" in row for row in rows) == 3
    page.click("text=See what was found")
    page.wait_for_load_state()
    assert "What this case holds now" in page.inner_text("main")


def test_a_worker_that_is_killed_comes_back(
    page: Any, running: Running, exported: Path, tmp_path: Path
) -> None:
    base = case_path(page)
    (before,) = running.workers()
    os.kill(before, signal.SIGKILL)
    part = tmp_path / "more.csv"
    lines = exported.read_text().splitlines()
    part.write_text("\n".join([lines[0].replace("text", "note").replace("remarks", "text"), *lines[1:50]]))
    page.goto(f"{base}/files")
    page.set_input_files("input[type=file]", str(part))
    page.click("form[data-upload] button")
    page.wait_for_url(re.compile(r"/files/\d+$"))
    page.click("button[value=take]")
    page.wait_for_selector("text=What was in the file", timeout=60_000)
    assert "nothing was added" in page.inner_text("main")
    (after,) = running.workers()
    assert after != before


def test_it_works_without_a_script(browser: Any, running: Running, tmp_path: Path) -> None:
    context = browser.new_context(base_url=running.address, locale="en", java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=login]", "colleague")
    page.fill("input[name=password]", running.password)
    page.click("main form button")
    base = case_path(page)
    part = tmp_path / "plain.csv"
    part.write_text("id,text\n1,A quiet room near the station for one person with a cat\n")
    page.goto(f"{base}/files")
    page.set_input_files("input[type=file]", str(part))
    page.click("form[data-upload] button")
    assert page.locator("h1").inner_text() == "plain.csv"
    page.click("button[value=take]")
    end = time.monotonic() + 60
    while "What was in the file" not in page.inner_text("main"):
        assert time.monotonic() < end
        time.sleep(0.3)
        page.reload()
    context.close()


def test_a_new_user_comes_to_a_first_finding_in_the_demo(page: Any) -> None:
    """From signing in: one click on a case, one to the list of leads, one to the strongest."""
    page.goto("/")
    page.locator("main a", has_text="Practice: harbour").first.click()
    page.wait_for_load_state()
    page.locator("nav.rooms a[href$='/triage']").click()
    page.wait_for_load_state()
    page.locator("main table tbody th a, main table tbody td a").first.click()
    page.wait_for_load_state()
    assert re.search(r"/(networks|clusters)/\d+$", page.url)
    assert page.locator("#template").is_visible()
    assert page.locator("#why").is_visible()


def test_the_pages_are_accessible(page: Any) -> None:
    base = case_path(page)
    watch = Watched(page)
    for path in (f"{base}/files", f"{base}/work", f"{base}/jobs/1"):
        at_rest(page, path)
        assert watch.violations() == [], path
