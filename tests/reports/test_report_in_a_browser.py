"""The report in a real browser: nothing runs, nothing is asked for, and it fits a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sample import sample
from test_report import EVIL, everywhere

from filrouge.reports.html import render_report


def opened(browser: Any, tmp_path: Path, source: str, **context: Any) -> tuple[Any, list[str]]:
    """The page, and what it asked the network for."""
    (tmp_path / "report.html").write_text(source, encoding="utf-8")
    page = browser.new_context(**context).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    return page, asked


def test_a_script_in_an_ad_does_not_run(browser: Any, tmp_path: Path) -> None:
    for evil in EVIL:
        page, asked = opened(browser, tmp_path, render_report(everywhere(evil), "en"))
        assert page.title() == "Ads written by one hand · filrouge"
        assert page.locator("main").is_visible()
        assert len(asked) == 1
        page.context.close()


@pytest.mark.parametrize("text", ["a" * 400, "very " * 80, "wide\u00a0" * 60, "🟥" * 120])
def test_a_phone_needs_no_sideways_scrolling(browser: Any, tmp_path: Path, text: str) -> None:
    page, _asked = opened(
        browser, tmp_path, render_report(everywhere(text), "en"), viewport={"width": 390, "height": 844}
    )
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def test_what_is_folded_on_the_screen_is_printed(browser: Any, tmp_path: Path) -> None:
    page, _asked = opened(browser, tmp_path, render_report(sample(), "en"))
    last = page.locator("#C0001").locator("xpath=ancestor::article").locator("details li").last
    assert not last.evaluate("element => element.checkVisibility()")
    page.emulate_media(media="print")
    assert last.evaluate("element => element.checkVisibility()")
    assert last.bounding_box()["height"] > 0
    page.context.close()


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255;
    return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const over = (top, under) => top.slice(0, 3).map((v, k) => v * top[3] + under[k] * (1 - top[3])).concat(1);
  const ground = e => { const own = rgba(getComputedStyle(e).backgroundColor);
    return own[3] === 1 ? own : over(own, e.parentElement ? ground(e.parentElement) : [255, 255, 255, 1]); };
  const poor = new Set();
  const check = (e, style, text) => {
    const g = ground(e), a = light(over(rgba(style.color), g)), b = light(g);
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.add(`${e.tagName}.${e.className}: ${text} ${ratio.toFixed(2)}`); };
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg')) continue;
    const text = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join('');
    if (text) check(e, getComputedStyle(e), text.slice(0, 20));
    const before = getComputedStyle(e, '::before');
    if (!['none', 'normal', '""'].includes(before.content)) check(e, before, before.content);
  }
  return [...poor];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_words_have_the_contrast_that_wcag_asks_for(browser: Any, tmp_path: Path, scheme: str) -> None:
    page, _asked = opened(browser, tmp_path, render_report(sample(), "en"), color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate(CONTRAST) == []
    page.context.close()
