"""Write docs/reference/api.md from what the workbench says of its interface for scripts; a test checks that it did."""

from __future__ import annotations

import inspect
import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from filrouge import i18n
from filrouge.client import Client
from filrouge.corpus.workspace import Workspace
from filrouge.web.api.said import REFUSALS
from filrouge.web.app import create_app
from filrouge.web.house import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "api.md"
BEFORE = """\
# The interface for scripts

This page is written by `make reference` from what the workbench says at `/api/v1/openapi.json` (OpenAPI 3.1), so the
two cannot differ. [Script the workbench](../how-to/script-the-workbench.md) shows how it is used.

- **Coming in**: `Authorization: Bearer frt_…`, a token from your account's page. It may be used for the scopes that you
  chose there, in the cases of which you are a member, as your role allows, and as often as you may click.
- **Masked**: texts and identifiers are masked; the header `X-Open-Reason`, with the scope `open`, shows them in the
  clear. The reason stays in the audit trail.
- **The past**: `?as_of=2026-11-01` reads the case as it was at the end of that day; nothing can be written then.
- **Repeats**: with the header `Idempotency-Key`, a request that is sent again within a day is answered as before and
  not done again.
- **Pages**: `{"total": …, "items": […]}`, by `offset` and `limit`.
- **Blind opinions**: what is held back from you on the pages is held back from your tokens.
- **By hand**: a survivor's request is begun by a person, who sees to the consent; accounts and tokens are made and
  changed by one who shows again who they are. See
  [what a script cannot do](../how-to/script-the-workbench.md#what-a-script-cannot-do).
"""


def page() -> str:
    """The text of the page."""
    i18n.set_language("en")
    with tempfile.TemporaryDirectory() as folder:
        ws = Workspace.init(Path(folder) / "unit", secret=bytes(32))
        app = create_app(Settings(ws, database_url=f"sqlite:///{folder}/people.sqlite", work=False))
        said, guards = app.openapi(), app.state.guards
        app.state.house.close()
    parts: dict[str, list[str]] = defaultdict(list)
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            scope = guards[method.upper(), path]
            parts[operation["tags"][0]].append(_operation(method.upper(), path, scope, operation))
    return "\n".join(
        [
            BEFORE,
            '## How it refuses\n\nWith `{"detail": "…"}`, in words, in the language of `Accept-Language`:\n',
            "| status | what it means |\n|---|---|",
            *(f"| {status} | {refusal['description']} |" for status, refusal in sorted(REFUSALS.items())),
            "| 413 | That is too big. |\n",
            *(f"## {name[:1].upper()}{name[1:]}\n\n" + "\n".join(parts[name]) for name in parts),
            "## The shapes\n\nWhat is sent and what comes back. A field with a value after `=` can be left out.\n",
            *(_shape(name, shape) for name, shape in sorted(said["components"]["schemas"].items())),
            _client(),
        ]
    )


def _operation(method: str, path: str, scope: str, operation: dict[str, Any]) -> str:
    lines = [f"### {method} {path.removeprefix('/api/v1')}\n", operation["description"] + "\n"]
    lines.append(f"- scope: `{scope}`")
    asked = [_parameter(one) for one in operation.get("parameters", []) if one["in"] != "path"]
    if asked:
        lines.append(f"- parameters: {', '.join(asked)}")
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        lines.append(f"- takes: {_type(body['schema']) if kind == 'application/json' else f'`{kind}`'}")
    for status, answer in operation["responses"].items():
        if status[0] == "2":
            content = answer.get("content", {})
            given = [
                _type(body["schema"]) if kind == "application/json" else f"`{kind}`"
                for kind, body in content.items()
            ]
            lines.append(f"- gives: {', '.join(given) or 'nothing'} ({status})")
    return "\n".join(lines) + "\n"


def _parameter(one: dict[str, Any]) -> str:
    told = f"`{one['name']}`" + (" (header)" if one["in"] == "header" else "")
    if one.get("required"):
        return told
    default = one["schema"].get("default")
    return told + (f" = {default}" if default not in (None, "") else " (optional)")


def _shape(name: str, shape: dict[str, Any]) -> str:
    needed = shape.get("required", [])
    rows = [
        f"- `{field}`: {_type(about)}"
        + ("" if field in needed else f" = `{_default(about)}`")
        + (f". {about['description']}" if "description" in about else "")
        for field, about in shape.get("properties", {}).items()
    ]
    values = ["one of " + ", ".join(f"`{value}`" for value in shape["enum"])] if "enum" in shape else []
    about = " ".join(str(shape.get("description", "")).split())
    return "\n".join([f"### {_title(name)}\n", *([about + "\n"] if about else []), *values, *rows]) + "\n"


def _default(about: dict[str, Any]) -> str:
    default = about.get("default")
    return "…" if isinstance(default, dict) and default else json.dumps(default)


def _title(name: str) -> str:
    return name.removesuffix("_").replace("Page_", "Page of ").rstrip("_")


def _type(about: dict[str, Any]) -> str:
    if "$ref" in about:
        title = _title(about["$ref"].rsplit("/", 1)[-1])
        return f"[{title}](#{title.lower().replace(' ', '-')})"
    if "anyOf" in about:
        return " or ".join(_type(one) for one in about["anyOf"])
    if "enum" in about:
        return ", ".join(f"`{value}`" for value in about["enum"])
    if "const" in about:
        return f"`{about['const']}`"
    kind = str(about.get("type", "anything"))
    if kind == "array":
        inner = about.get("prefixItems")
        return (
            "pair of " + " and ".join(map(_type, inner))
            if inner
            else f"list of {_type(about.get('items', {}))}"
        )
    if kind == "object" and isinstance(about.get("additionalProperties"), dict):
        return f"object of {_type(about['additionalProperties'])}"
    limits = [
        f"{word} {about[key]}"
        for key, word in (
            ("minimum", "from"), ("maximum", "to"), ("minLength", "at least"), ("maxLength", "at most")
        )
        if key in about
    ]  # fmt: skip
    return str(about.get("format", kind)) + (f" ({', '.join(limits)})" if limits else "")


def _client() -> str:
    rows = ["## The client\n", "`filrouge.client.Client` needs nothing but Python:\n"]
    rows += ["| call | what it does |", "|---|---|"]
    for name, method in inspect.getmembers(Client, inspect.isfunction):
        if not name.startswith("_"):
            given = str(inspect.signature(method, eval_str=True)).partition(" ->")[0].replace("|", "\\|")
            given = given.replace("(self, ", "(").replace("(self)", "()").replace("typing.", "")
            first = (inspect.getdoc(method) or "").splitlines()[0]
            rows.append(f"| `{name}{given}` | {first} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
