"""Takes the picture of the README from a report: one group, from its name to the end of its lists.

make demo && .venv/bin/python tests/docs/picture.py out/demo/report.html
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "images" / "report.png"
WORDS = "a small discount on quiet days"
"""What the template of the group says that is shown."""
WIDTH = 1280


def main(report: Path, executable: str = "/usr/bin/chromium") -> None:
    """Write the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto(report.resolve().as_uri())
        group = page.locator("article.group", has_text=WORDS).first
        box = group.bounding_box()
        end = group.get_by_text("Its ads", exact=True).first.bounding_box()
        if box is None or end is None:
            raise SystemExit(f"{report}: no group says “{WORDS}”")
        top = box["y"] + 10
        clip = {"x": 0.0, "y": top, "width": float(WIDTH), "height": end["y"] - 16 - top}
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE, full_page=True, clip=clip)  # type: ignore[arg-type]
        browser.close()
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
