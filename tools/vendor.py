"""Fetch the scripts that the workbench serves, at pinned versions, with their licences.

The workbench runs with no internet and no build step: what a browser loads lies in the package. Files come from
npm (`npm pack`), are copied as they are, and their SHA-256 stands in `versions.json` beside them.

    python tools/vendor.py            fetch; a file that is not what versions.json says is refused
    python tools/vendor.py --update   fetch, and write down what came (after a change of the pins below)
    python tools/vendor.py --check    compare what lies here with versions.json; needs no npm
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
SERVED = ROOT / "src" / "filrouge" / "web" / "static" / "vendor"
TESTED = ROOT / "tests" / "web" / "vendor"


class Pin(NamedTuple):
    """One package, the file that is wanted of it, and what it is called here."""

    package: str
    version: str
    licence: str
    file: str
    name: str
    folder: Path = SERVED


PINS = (
    Pin("htmx.org", "4.0.1", "0BSD", "dist/htmx.min.js", "htmx.min.js"),
    Pin("cytoscape", "3.34.4", "MIT", "dist/cytoscape.min.js", "cytoscape.min.js"),
    Pin("layout-base", "2.0.1", "MIT", "layout-base.js", "layout-base.js"),
    Pin("cose-base", "2.2.0", "MIT", "cose-base.js", "cose-base.js"),
    Pin("cytoscape-fcose", "2.2.0", "MIT", "cytoscape-fcose.js", "cytoscape-fcose.js"),
    Pin("vega", "6.4.0", "BSD-3-Clause", "build/vega.min.js", "vega.min.js"),
    Pin("vega-lite", "6.4.3", "BSD-3-Clause", "build/vega-lite.min.js", "vega-lite.min.js"),
    Pin("vega-embed", "7.3.0", "BSD-3-Clause", "build/vega-embed.min.js", "vega-embed.min.js"),
    # At 1:110 million for the world, at 1:50 million where a case moves within a country.
    Pin("world-atlas", "2.0.2", "ISC", "countries-110m.json", "world-110m.json"),
    Pin("world-atlas", "2.0.2", "ISC", "countries-50m.json", "world-50m.json"),
    # Tests only: it is not in the package.
    Pin("axe-core", "4.14.1", "MPL-2.0", "axe.min.js", "axe.min.js", TESTED),
)

BUNDLES = ("vega", "vega-lite", "vega-embed")
"""Packages whose minified file holds others; the licences of those are kept, too."""
NOT_BUNDLED = ("yargs", "node-fetch", "@types/estree", "@types/geojson")
"""Of the command lines and types that come with the bundles; no browser gets them."""


def main() -> int:
    """Do what the command line asks; 0 if all is as it should be."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--update", action="store_true", help="write down the hashes of what came")
    asked.add_argument("--check", action="store_true", help="compare what lies here with versions.json")
    options = parser.parse_args()
    if not options.check:
        fetch(update=options.update)
    wrong = [line for folder in (SERVED, TESTED) for line in differences(folder)]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def differences(folder: Path) -> Iterator[str]:
    """What in `folder` is not as its versions.json says, a line each."""
    known = {entry["file"]: entry for entry in written_down(folder)}
    pinned = {pin.name: pin for pin in PINS if pin.folder == folder}
    for name in sorted(pinned.keys() - known.keys()):
        yield f"{folder / name}: pinned, but not in versions.json. Run tools/vendor.py --update."
    for name, entry in sorted(known.items()):
        if name not in pinned or pinned[name].version != entry["version"]:
            yield f"{folder / name}: version {entry['version']} is not what is pinned."
        path = folder / name
        if not path.exists():
            yield f"{path}: missing. Run tools/vendor.py."
        elif sha256(path.read_bytes()) != entry["sha256"]:
            yield f"{path}: not the file that versions.json names."
        if not (folder / entry["licence_file"]).exists():
            yield f"{folder / entry['licence_file']}: the licence of {name} is missing."
    extra = {path.name for path in folder.glob("*") if path.suffix in (".js", ".json")} - known.keys()
    for name in sorted(extra - {"versions.json"}):
        yield f"{folder / name}: not in versions.json."


def fetch(*, update: bool) -> None:
    """Bring each pinned file and its licence.

    Raises:
        SystemExit: if a file is another than versions.json says and `update` is false.
    """
    came: dict[Path, list[dict[str, Any]]] = {SERVED: [], TESTED: []}
    known = {(folder, entry["file"]): entry["sha256"] for folder in came for entry in written_down(folder)}
    with tempfile.TemporaryDirectory() as temporary:
        bundled = licences_of_bundled(Path(temporary)) if update else ""
        for pin in PINS:
            package = packed(pin, Path(temporary))
            content = member(package, pin.file)
            digest = sha256(content)
            if not update and known.get((pin.folder, pin.name)) != digest:
                sys.exit(
                    f"{pin.package} {pin.version}, {pin.file}: SHA-256 {digest} is not what versions.json says."
                )
            (pin.folder / "licences").mkdir(parents=True, exist_ok=True)
            (pin.folder / pin.name).write_bytes(content)
            licence = f"licences/{pin.package}.txt"
            (pin.folder / licence).write_bytes(member(package, "LICENSE"))
            came[pin.folder].append(
                {
                    "name": pin.package,
                    "version": pin.version,
                    "file": pin.name,
                    "sha256": digest,
                    "licence": pin.licence,
                    "licence_file": licence,
                }
            )
    if update:
        (SERVED / "licences" / "bundled.txt").write_text(bundled, encoding="utf-8")
        for folder, entries in came.items():
            text = json.dumps(entries, indent=2) + "\n"
            (folder / "versions.json").write_text(text, encoding="utf-8")


def licences_of_bundled(temporary: Path) -> str:
    """The licence texts of what Vega's files hold, one after another."""
    folder = temporary / "bundled"
    folder.mkdir()
    wanted = [f"{pin.package}@{pin.version}" for pin in PINS if pin.package in BUNDLES]
    npm(
        "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder), *wanted
    )
    parts = []
    for package in sorted(dependencies(folder / "node_modules", BUNDLES)):
        place = folder / "node_modules" / package
        about = json.loads((place / "package.json").read_text(encoding="utf-8"))
        texts = sorted(
            path for path in place.iterdir() if path.name.upper().startswith(("LICENSE", "LICENCE"))
        )
        text = texts[0].read_text(encoding="utf-8").strip() if texts else f"Licence: {about.get('license')}"
        parts.append(f"{package} {about['version']} ({about.get('license')})\n\n{text}\n")
    return ("\n" + "-" * 80 + "\n\n").join(parts)


def dependencies(modules: Path, packages: tuple[str, ...]) -> set[str]:
    """All that `packages` stand on, without themselves."""
    found: set[str] = set()
    waiting = list(packages)
    while waiting:
        about = json.loads((modules / waiting.pop() / "package.json").read_text(encoding="utf-8"))
        new = set(about.get("dependencies", {})) - found - set(NOT_BUNDLED) - set(packages)
        found |= new
        waiting += sorted(new)
    return found


def packed(pin: Pin, folder: Path) -> Path:
    """The package's archive, fetched into `folder` unless it is there."""
    target = folder / f"{pin.package}-{pin.version}.tgz"
    if not target.exists():
        npm("pack", "--silent", f"{pin.package}@{pin.version}", "--pack-destination", str(folder))
    return target


def member(archive: Path, name: str) -> bytes:
    """One file of a package."""
    with tarfile.open(archive) as package:
        content = package.extractfile(f"package/{name}")
        assert content is not None, f"{archive.name} has no {name}"
        return content.read()


def npm(*arguments: str) -> None:
    """Run npm, which knows where packages come from."""
    subprocess.run(["npm", *arguments], check=True, stdout=subprocess.DEVNULL)


def written_down(folder: Path) -> list[dict[str, Any]]:
    """The entries of the folder's versions.json; none where there is no such file."""
    path = folder / "versions.json"
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return entries


def sha256(content: bytes) -> str:
    """Its SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
