"""Pages with every component of the workbench and invented, neutral data, and a server as strict as the workbench.

To look at them: `python tests/web/styleguide.py` prints the address.
"""

from __future__ import annotations

import json
import mimetypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from drawings import drawings
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from filrouge import i18n

WEB = Path(__file__).parents[2] / "src" / "filrouge" / "web"
HERE = Path(__file__).parent
TOKEN = "token-of-the-style-guide"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def environment() -> Environment:
    """Stricter than the workbench's own: what a macro leaves undefined is an error."""
    made = Environment(
        loader=FileSystemLoader([WEB / "templates", HERE / "pages"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        _=i18n._,
        ngettext=i18n.ngettext,
        number=i18n.number,
        decimals=i18n.decimals,
        csrf_token=lambda: TOKEN,
    )
    return made


def surroundings(language: str = "en") -> dict[str, Any]:
    """What the workbench gives to every page."""
    i18n.set_language(language)
    return {
        "lang": language,
        "path": "/styleguide",
        "drawings": drawings(),
        "csrf": TOKEN,
        "version": "0.0",
        "user": {"name": "analyst1", "role_name": i18n._("Analyst")},
        "case": {"id": 1, "name": "Harbour 2026"},
        "cases": [{"id": 1, "name": "Harbour 2026"}, {"id": 2, "name": "Rooms to let"}],
        "rooms": [
            {
                "title": i18n._("Find"),
                "rooms": [
                    {"href": "#compare", "label": i18n._("Compare"), "current": False},
                    {"href": "#triage", "label": i18n._("Triage"), "current": True, "count": 1204},
                    {"href": "#map", "label": i18n._("Map"), "current": False},
                    {"href": "#watches", "label": i18n._("Watches"), "current": False, "count": 3},
                ],
            },
            {
                "title": i18n._("Pass on"),
                "rooms": [
                    {"href": "#packages", "label": i18n._("Packages"), "current": False},
                    {"href": "#audit", "label": i18n._("Audit trail"), "current": False},
                ],
            },
        ],
    }


def page(name: str = "styleguide.html", language: str = "en", **more: Any) -> str:
    """One page of tests/web/pages, rendered."""
    before = i18n.language()
    try:
        return environment().get_template(name).render(**surroundings(language), **more)
    finally:
        i18n.set_language(before)


@contextmanager
def served(pages: dict[str, Callable[[], str]]) -> Iterator[str]:
    """The address of a server on this machine that gives `pages`, /static and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/events":
                return self.events()
            if path in pages:
                return self.answer(pages[path]().encode(), "text/html; charset=utf-8")
            root = HERE / "vendor" if path.startswith("/tests/") else WEB / "static"
            file = (root / path.removeprefix("/tests/").removeprefix("/static/")).resolve()
            if not file.is_relative_to(root) or not file.is_file():
                return self.send_error(404)
            return self.answer(file.read_bytes(), mimetypes.guess_type(file.name)[0] or "text/plain")

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", CSP)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def events(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            told = {"done": 750, "of": 1000, "note": "750 of 1,000 rows"}
            self.wfile.write(f"event: progress\ndata: {json.dumps(told)}\n\n".encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    with served(
        {"/": page, "/drawings": lambda: page("drawings.html"), "/fr": lambda: page(language="fr")}
    ) as address:
        print(address)
        threading.Event().wait()
