"""Takes the pictures of the README from a report: a network, and a group with its template.

make demo && .venv/bin/python tests/docs/picture.py out/demo/report.html
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
WORDS = "a small discount on quiet days"
"""What the template of the group says that is shown."""
PHONE = "+15015550182"
"""A phone of the network that is shown."""
WIDTH = 1280


def main(report: Path, executable: str = "/usr/bin/chromium") -> None:
    """Write the pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto(report.resolve().as_uri())
        group = page.locator("article.group:not(.network)", has_text=WORDS).first
        network = page.locator("article.network", has_text=PHONE).first
        take(page, group, group.get_by_text("Its ads", exact=True).first, "report.png")
        take(page, network, network.locator("figcaption").first, "network.png", gap=4)
        browser.close()


def take(page: Page, article: Locator, until: Locator, name: str, gap: int = 16) -> None:
    """Write the picture of an article, from its name to above `until`."""
    box, end = article.bounding_box(), until.bounding_box()
    if box is None or end is None:
        raise SystemExit(f"{name}: the report has no such article")
    top = box["y"] + 10
    clip = {"x": 0.0, "y": top, "width": float(WIDTH), "height": end["y"] - gap - top}
    IMAGES.mkdir(exist_ok=True)
    page.screenshot(path=IMAGES / name, full_page=True, clip=clip)  # type: ignore[arg-type]
    print(f"{name}: {(IMAGES / name).stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
