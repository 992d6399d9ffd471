"""What a browser is called by its owner, so that they know their sessions apart."""

from __future__ import annotations

from typing import Final

# The first that is found names it: others say that they are the ones below, too.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def agent_name(header: str) -> str:
    """A browser and its system in two words; "" if it does not say."""
    found = (next((name for mark, name in names if mark in header), "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(word for word in found if word)
