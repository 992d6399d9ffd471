"""Every two colours that meet on a page can be told apart (WCAG 2.2: 1.4.3 for words, 1.4.11 for what has a shape)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "src" / "filrouge" / "web" / "static"
TOKENS = (STATIC / "tokens.css").read_text(encoding="utf-8")
KINDS = ("phone", "price", "name", "place", "age", "time", "url", "handle", "email", "payment", "free")
TINTS = ("good", "info", "warn", "bad")
CHARTS = tuple(f"chart-{n}" for n in range(1, 7))

WORDS = [
    *((word, ground) for word in ("ink", "soft") for ground in ("paper", "card", "sunk", "hover")),
    *(("ink", ground) for ground in ("mark", "thread-tint", *(f"{tint}-tint" for tint in TINTS))),
    *(("soft", ground) for ground in ("thread-tint", *(f"{tint}-tint" for tint in TINTS))),
    *((tint, f"{tint}-tint") for tint in TINTS),
    *((tint, "card") for tint in TINTS),
    *(("bad", ground) for ground in ("paper", "sunk")),
    *(("info", ground) for ground in ("paper", "hover")),
    *(("thread", ground) for ground in ("paper", "card", "sunk", "thread-tint", "hover")),
    ("card", "thread"),
    ("on-solid", "solid"),
    *((f"slot-{kind}-ink", f"slot-{kind}") for kind in KINDS),
    *(("ink", f"slot-{kind}") for kind in KINDS),
]
SHAPES = [
    *(("edge", ground) for ground in ("paper", "card", "sunk")),
    *(("thread", ground) for ground in ("paper", "card", "sunk", "line", "thread-tint")),
    *((f"slot-{kind}-line", ground) for kind in KINDS for ground in (f"slot-{kind}", "card")),
    *((chart, ground) for chart in CHARTS for ground in ("paper", "card")),
    ("info", "line"),
    ("warn", "mark"),
]


def colours() -> dict[str, tuple[str, str]]:
    """Each colour's name, and how it looks by day and by night."""
    found = re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS)
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, 1 to 21."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("least", "pairs"), [(4.5, WORDS), (3.0, SHAPES)], ids=["words", "shapes"])
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_what_meets_can_be_told_apart(least: float, pairs: list[tuple[str, str]], theme: int) -> None:
    known = colours()
    weak = {
        (front, ground): round(contrast(known[front][theme], known[ground][theme]), 2)
        for front, ground in pairs
        if contrast(known[front][theme], known[ground][theme]) < least
    }
    assert weak == {}


def test_each_colour_that_is_used_is_known() -> None:
    own = set(re.findall(r"--([a-z0-9-]+):", TOKENS))
    for sheet in STATIC.glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        local = set(re.findall(r"--([a-z0-9-]+):", text))
        assert set(re.findall(r"var\(--([a-z0-9-]+)\)", text)) <= own | local, sheet


def test_no_sheet_paints_with_a_colour_of_its_own() -> None:
    for sheet in ("app.css", "evidence.css"):
        assert not re.findall(
            r"#[0-9a-f]{3,6}\b(?!-)", (STATIC / sheet).read_text(encoding="utf-8").replace("#vg-", "")
        )


def test_each_kind_of_slot_has_a_line_of_its_own() -> None:
    """Kinds are told apart by the word beside them and by the line below, not by colour alone."""
    sheet = (STATIC / "evidence.css").read_text(encoding="utf-8")
    rules = dict(re.findall(r"^\.slot-([a-z]+) \{[^}]*?-line\);(.*?)\}", sheet, re.MULTILINE))
    lines = {kind: " ".join(rules[kind].split()) for kind in KINDS if kind in rules}
    assert set(lines) >= set(KINDS) - {"free"}
    assert len(set(lines.values())) == len(lines)
