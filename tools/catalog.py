"""Collect the strings of src into the French catalog and compile it; `--check` only says what is behind.

python tools/catalog.py            update filrouge.po with new strings, drop dead ones, write filrouge.mo
python tools/catalog.py --check    exit 1 if a string is missing, untranslated, or the .mo is not the .po
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import ClassVar

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "filrouge"
PO = SOURCE / "locale" / "fr" / "LC_MESSAGES" / "filrouge.po"
MO = PO.with_suffix(".mo")

TEMPLATES = ("**.html", "**.html.j2", "**.jinja")
METHODS = [("**.py", "python"), *((pattern, "jinja2") for pattern in TEMPLATES)]
# A template that cannot be read would else be passed over without a word, with all its strings.
OPTIONS = {pattern: {"extensions": "jinja2.ext.do", "silent": "false"} for pattern in TEMPLATES}

# click asks the same catalog for its own words.
CLICK = (
    "Usage:",
    "Options",
    "Commands",
    "Positional arguments",
    "required",
    "default: {default}",
    "Show this message and exit.",
    "Error: {message}",
    "Try '{command} {option}' for help.",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "Missing {param_type}",
    "No such command {name!r}.",
    "No such option {name!r}.",
    "Option {name!r} does not take a value.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is not readable.",
    "{name} {filename!r} is not writable.",
    "directory",
    "file",
    "path",
)
CLICK_PLURALS = (
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
)

# click fills these fields with English words that it asks no catalog for, so the French leaves them out.
ENGLISH_FIELDS = {"number_type"}


class French(Catalog):
    """A catalog whose header says nothing of dates, versions and tools.

    So two people who collect the same strings write the same file.
    """

    mime_headers: ClassVar = [
        ("Project-Id-Version", "filrouge"),
        ("Language", "fr"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", "nplurals=2; plural=(n > 1);"),
    ]


def collected() -> Catalog:
    """Every string of the source that is shown to people."""
    catalog = French(locale="fr", charset="utf-8", header_comment="# French for filrouge.")
    for text in CLICK:
        catalog.add(text)
    for texts in CLICK_PLURALS:
        catalog.add(texts)
    keywords = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(SOURCE, METHODS, OPTIONS, keywords)
    for name, _line, message, comments, _context in found:
        catalog.add(message, locations=[(f"src/filrouge/{name}", 0)], auto_comments=comments)
    return catalog


def updated() -> Catalog:
    """The French catalog with today's strings: new ones empty, dead ones gone."""
    now = collected()
    if PO.exists():
        with PO.open("rb") as file:
            before = read_po(file, locale="fr")
        for message in now:
            known = before.get(message.id) if message.id else None
            if known is not None and not known.fuzzy:
                message.string = known.string
    now.fuzzy = False
    return now


def as_po(catalog: Catalog) -> bytes:
    """The text of the .po file."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return buffer.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The bytes of the .mo file."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def faults(catalog: Catalog) -> list[str]:
    """What a reader of French would miss: strings without French, or whose {fields} differ."""
    found = []
    for message in catalog:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not all(strings):
            found.append(f"no French for: {ids[0]!r}")
        elif not set().union(*map(fields, strings)) <= set().union(*map(fields, ids)):
            found.append(f"the French names fields that the English has not: {ids[0]!r}")
        elif len(ids) == 1 and fields(ids[0]) - ENGLISH_FIELDS != fields(strings[0]):
            found.append(f"the French lacks a field of the English: {ids[0]!r}")
    return found


def fields(text: str) -> set[str]:
    """The names in braces that are filled in later."""
    return set(re.findall(r"\{(\w+)", text))


def main(arguments: list[str]) -> int:
    """Update or check, and return the exit code."""
    catalog = updated()
    if "--check" not in arguments:
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_bytes(as_po(catalog))
        MO.write_bytes(as_mo(catalog))
    problems = faults(catalog)
    if not PO.exists() or PO.read_bytes() != as_po(catalog):
        problems.append("filrouge.po is behind the code: run `make catalog` and translate what is new")
    if not MO.exists() or MO.read_bytes() != as_mo(catalog):
        problems.append("filrouge.mo is not filrouge.po compiled: run `make catalog`")
    print("\n".join(problems) or "The French catalog is complete.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
