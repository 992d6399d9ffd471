"""A short client for the workbench's interface, for scripts.

Example:
    ```python
    from filrouge.client import Client

    with Client("http://127.0.0.1:8600", token="frt_…") as workbench:
        case = workbench.cases()[0]["id"]
        for lead in workbench.leads(case):
            print(lead["name"], lead["ads"])
        for hit in workbench.search(case, "small discount on quiet days")["hits"]:
            print(hit["ad"], hit["bits"])
    ```

It needs nothing but Python. What each call gives is described at `/api/v1/openapi.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from filrouge.errors import FilrougeError
from filrouge.i18n import _

VARIABLE = "FILROUGE_TOKEN"
PAGE = 500


class WorkbenchRefused(FilrougeError):
    """The workbench did not do what was asked; `status` is HTTP's."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(_("The workbench answered {status}: {why}").format(status=status, why=why))
        self.status = status


class Client:
    """The workbench, for a script.

    Args:
        address: where it is served, such as "http://127.0.0.1:8600".
        token: from the page of your account; else that of the environment, FILROUGE_TOKEN.
        reason: why texts and identifiers have to be opened; the audit trail keeps it. None: they stay masked.
        as_of: a past day, "2026-11-01", as of which everything is read.
        timeout: seconds.
    """

    def __init__(
        self,
        address: str,
        token: str | None = None,
        *,
        reason: str | None = None,
        as_of: str | None = None,
        timeout: float = 60,
    ) -> None:
        parts = urlsplit(address)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.netloc, timeout=timeout)
        self._base = parts.path.rstrip("/") + "/api/v1"
        self._headers = {"Authorization": f"Bearer {token or os.environ.get(VARIABLE, '')}"}
        if reason:
            self._headers["X-Open-Reason"] = reason
        self._as_of = as_of

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    # -- what can be asked ------------------------------------------------------------------------------------

    def me(self) -> dict[str, Any]:
        """Whose token it is, and what it may be used for."""
        return self.get("/me")  # type: ignore[no-any-return]

    def cases(self) -> list[dict[str, Any]]:
        """One's open cases."""
        return self.get("/cases")  # type: ignore[no-any-return]

    def leads(self, case: int, kind: str | None = None) -> Iterator[dict[str, Any]]:
        """All networks and clusters with signs of organisation, the strongest first."""
        offset = 0
        while True:
            page = self.get(f"/cases/{case}/leads", kind=kind, offset=offset, limit=PAGE)
            yield from page["leads"]
            offset += PAGE
            if offset >= page["total"]:
                return

    def network(self, case: int, network: int) -> dict[str, Any]:
        """A network."""
        return self.get(f"/cases/{case}/networks/{network}")  # type: ignore[no-any-return]

    def cluster(self, case: int, cluster: int, page: int = 1) -> dict[str, Any]:
        """A cluster, and a page of its members."""
        return self.get(f"/cases/{case}/clusters/{cluster}", page=page)  # type: ignore[no-any-return]

    def ad(self, case: int, ad: int) -> dict[str, Any]:
        """An ad."""
        return self.get(f"/cases/{case}/ads/{ad}")  # type: ignore[no-any-return]

    def tie(self, case: int, one: int, other: int, of: str = "ads") -> dict[str, Any]:
        """What ties two ads, or two "clusters"."""
        return self.get(f"/cases/{case}/ties", one=one, other=other, of=of)  # type: ignore[no-any-return]

    def search(self, case: int, text: str, how: str = "near", top: int = 10) -> dict[str, Any]:
        """The ads near a text, or that hold "words", or carry an "identifier"."""
        return self.post(f"/cases/{case}/search", text=text, how=how, top=top)  # type: ignore[no-any-return]

    def tip(self, text: str) -> dict[str, Any]:
        """Is anything held on an identifier, and who may tell."""
        return self.post("/tip", text=text)  # type: ignore[no-any-return]

    # -- how it is asked --------------------------------------------------------------------------------------

    def get(self, path: str, **parameters: Any) -> Any:
        """What a path of the interface gives; parameters that are None are left out."""
        return self._answer("GET", path, parameters, None)

    def post(self, path: str, **body: Any) -> Any:
        """Send JSON to a path of the interface."""
        return self._answer("POST", path, {}, body)

    def _answer(
        self, method: str, path: str, parameters: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> Any:
        asked = {name: value for name, value in parameters.items() if value is not None}
        if self._as_of:
            asked["as_of"] = self._as_of
        target = self._base + path + (f"?{urlencode(asked)}" if asked else "")
        headers = {**self._headers, **({"Content-Type": "application/json"} if body is not None else {})}
        self._connection.request(method, target, None if body is None else json.dumps(body), headers)
        answer: HTTPResponse = self._connection.getresponse()
        said = answer.read()
        if answer.status >= 400:
            raise WorkbenchRefused(answer.status, _why(said))
        return json.loads(said) if said else None


def _why(said: bytes) -> str:
    try:
        return str(json.loads(said)["detail"])
    except (ValueError, KeyError, TypeError):
        return said[:200].decode("utf-8", "replace")
