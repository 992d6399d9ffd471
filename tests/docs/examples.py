"""The examples of the documentation, run as a reader would run them.

Every block of a page that is marked ``console`` is run, line by line, in a folder that has `examples` in it
and nothing else; what a command prints to standard output has to stand under it, but for how long a run took
and for numbers that differ by little. A block of code after the comment ``<!-- file: NAME -->`` is that file,
and the commands in ``<!-- before: COMMANDS -->`` are run without being shown. Other blocks are not run.

`python tests/docs/examples.py` writes into the pages what the commands print now.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(
    r"<!-- before: (?P<before>.*?) -->"
    r"|(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$",
    re.S | re.M,
)
SECONDS = re.compile(r"\b[\d.,]+ s\b")
NUMBER = re.compile(r"\b[CN]\d{4}\b|(?<![\w.:/+-])\d[\d,]*(?:\.\d+)?(?![\w:/-])")
"""A group's or network's name, which is its rank, or a number that stands alone (no id, date, phone or hash)."""
SLACK = 0.03
"""Share by which a number may differ: mathematics is not the same to the last bit on every machine."""


@dataclass(frozen=True)
class Example:
    """A command of a page, what is shown under it, what it printed (standard output), and its exit code."""

    command: str
    shown: str
    printed: str
    code: int

    @property
    def holds(self) -> bool:
        """Whether what is shown is what was printed."""
        shown, printed = _timeless(self.shown), _timeless(self.printed)
        if NUMBER.sub("0", shown) != NUMBER.sub("0", printed):
            return False
        return all(map(_near, NUMBER.findall(shown), NUMBER.findall(printed)))

    @property
    def is_exact(self) -> bool:
        """Whether it is so to the last digit."""
        return _timeless(self.shown) == _timeless(self.printed)


def _near(one: str, other: str) -> bool:
    if one[0] in "CN" or other[0] in "CN":
        return one[0] == other[0]
    a, b = float(one.replace(",", "")), float(other.replace(",", ""))
    return abs(a - b) <= max(1.0, SLACK * max(a, b))


def _timeless(text: str) -> str:
    return SECONDS.sub("0 s", text)


def has_examples(page: Path) -> bool:
    """Whether a page shows commands to run."""
    return "```console" in page.read_text(encoding="utf-8")


def run_page(page: Path) -> tuple[list[Example], str]:
    """Run the examples of a page, in order; return them and the page with what they printed."""
    examples: list[Example] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "examples").symlink_to(ROOT / "examples")

        def fresh(block: re.Match[str]) -> str:
            if block["before"]:
                done = _run(block["before"], place)
                if done.returncode:
                    raise RuntimeError(f"{page}: {block['before']}\n{done.stderr}")
            elif block["file"]:
                (place / block["file"]).write_text(block["body"], encoding="utf-8")
            elif block["kind"] == "console":
                found = [_example(command, shown, place) for command, shown in _commands(block["body"])]
                examples.extend(found)
                return "```console\n" + "\n".join(map(_as_shown, found)) + "\n```"
            return block[0]

        text = BLOCK.sub(fresh, page.read_text(encoding="utf-8"))
    return examples, text


def _commands(body: str) -> list[tuple[str, str]]:
    """The commands of a block and what is shown under each; a line that ends in a backslash goes on."""
    out: list[tuple[str, list[str]]] = []
    open_line = False
    for line in body.splitlines():
        if open_line or line.startswith("$ "):
            if open_line:
                out[-1] = (f"{out[-1][0]}\n{line}", [])
            else:
                out.append((line[2:], []))
            open_line = line.endswith("\\")
        else:
            out[-1][1].append(line)
    return [(command, "\n".join(lines).strip("\n")) for command, lines in out]


def _example(command: str, shown: str, place: Path) -> Example:
    done = _run(command, place)
    printed = "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")
    return Example(command, shown, printed, done.returncode)


def _as_shown(example: Example) -> str:
    printed = example.shown if example.is_exact else example.printed
    return f"$ {example.command}" + (f"\n{printed}" if printed else "")


def _run(command: str, place: Path) -> subprocess.CompletedProcess[str]:
    here = Path(sys.executable).parent
    environment = os.environ | {
        "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
        "FILROUGE_LANG": "en",
        "COLUMNS": "100",
        "XDG_CONFIG_HOME": str(place / ".config"),
        "PYTHONPATH": str(ROOT / "src"),
    }
    return subprocess.run(
        ["bash", "-c", command],
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def main(names: list[str]) -> None:
    """Write what the commands print now into the pages named, or into all of them."""
    for page in [Path(name).resolve() for name in names] or PAGES:
        if has_examples(page):
            before = page.read_text(encoding="utf-8")
            _, text = run_page(page)
            if text != before:
                page.write_text(text, encoding="utf-8")
                print(f"{page.relative_to(ROOT)}: written anew")


if __name__ == "__main__":
    main(sys.argv[1:])
