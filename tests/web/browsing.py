"""What the tests in a browser share: a page that is watched, and axe."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Watched:
    """A page, and what went wrong on it.

    Attributes:
        page: Playwright's page.
        complaints: errors and warnings of the console, and uncaught errors.
        asked: addresses that it asked for.
    """

    page: Any
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What axe finds, a line for each kind with the first places."""
        # Through the debugger, so that the page's own policy stays as strict as it is.
        self.page.evaluate(AXE)
        found = self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(r => r.violations)",
            RULES,
        )
        return [
            f"{rule['id']}: {rule['help']}: " + " | ".join(n["html"][:160] for n in rule["nodes"][:3])
            for rule in found
        ]

    def others(self, address: str) -> list[str]:
        """What was asked of others than `address`."""
        return [url for url in self.asked if not url.startswith((address, "data:", "blob:"))]


@contextmanager
def watched(browser: Any, address: str, **context: Any) -> Iterator[Watched]:
    """The page at `address`, loaded, in a window of its own."""
    around = browser.new_context(**{"locale": "en-CA", "timezone_id": "America/Vancouver", **context})
    page = around.new_page()
    watch = Watched(page)
    page.on("console", lambda said: said.type in ("error", "warning") and watch.complaints.append(said.text))
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    page.on("request", lambda request: watch.asked.append(request.url))
    page.goto(address, wait_until="load")
    try:
        yield watch
    finally:
        around.close()


def at_rest(page: Any, path: str, seconds: float = 60) -> None:
    """Open a page on which no job is under way.

    A page that follows a job loads itself anew when the job ends: what is asked of it just then is lost. So the server
    is asked, not the page, until nothing is followed; then the page is opened.
    """
    end = time.monotonic() + seconds
    while "data-events" in page.request.get(path).text():
        assert time.monotonic() < end, f"a job on {path} does not end"
        time.sleep(0.2)
    answer = page.goto(path)
    assert answer.ok
    assert "data-events" not in answer.text(), f"a job began on {path} in between"


def downloaded(page: Any, link: str) -> Any:
    """The download that a link gives.

    A click that no request follows was lost by the browser, and is made once more; what else goes wrong is told with
    all that was asked and answered.
    """
    from playwright.sync_api import TimeoutError as TooLate

    page.wait_for_load_state()
    told: list[str] = []
    page.on("request", lambda request: told.append(f"asked {request.url}"))
    page.on("response", lambda response: told.append(f"answered {response.status} {response.url}"))
    try:
        try:
            with page.expect_download(timeout=10_000) as waiting:
                page.click(link)
        except TooLate:
            if told:
                raise
            with page.expect_download(timeout=60_000) as waiting:
                page.click(link)
    except TooLate as trouble:
        said = page.inner_text("main")[:300]
        raise AssertionError(f"no file from {link}: {told}; {page.url} says: {said}") from trouble
    return waiting.value
