"""A short client for the workbench's interface, for scripts.

Example:
    ```python
    from filrouge.client import Client

    with Client("http://127.0.0.1:8600", token="frt_…") as workbench:
        case = workbench.cases()[0]["id"]
        for lead in workbench.leads(case):
            print(lead["name"], lead["ads"])
    ```

It needs nothing but Python. What each call gives is in docs/reference/api.md.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from filrouge.errors import FilrougeError
from filrouge.i18n import _

VARIABLE = "FILROUGE_TOKEN"
PAGE = 500
POLL = 1.0  # seconds between two looks at a job
Json = dict[str, Any]
"""An object of JSON; the reference names its fields."""


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

    def me(self) -> Json:
        """Whose token it is, and what it may be used for."""
        return self.get("/me")

    def cases(self) -> list[Json]:
        """One's open cases."""
        return self.list_of("/cases")

    def leads(self, case: int, kind: str | None = None) -> Iterator[Json]:
        """All networks and clusters with signs of organisation, the strongest first."""
        return self.every(f"/cases/{case}/leads", kind=kind)

    def triage(self, case: int, sort: str = "-strength", **filters: Any) -> Iterator[Json]:
        """The leads that pass filters such as `least=10, label="none"`, with their labels."""
        page, pages = 1, 1
        while page <= pages:
            found = self.post(f"/cases/{case}/leads/search", filters=filters, sort=sort, page=page, size=PAGE)
            yield from found["items"]
            page, pages = page + 1, found["pages"]

    def network(self, case: int, network: int) -> Json:
        """A network."""
        return self.get(f"/cases/{case}/networks/{network}")

    def cluster(self, case: int, cluster: int, page: int = 1) -> Json:
        """A cluster, and a page of its members."""
        return self.get(f"/cases/{case}/clusters/{cluster}", page=page)

    def ad(self, case: int, ad: int) -> Json:
        """An ad."""
        return self.get(f"/cases/{case}/ads/{ad}")

    def tie(self, case: int, one: int, other: int, of: str = "ads") -> Json:
        """What ties two ads, or two "clusters"."""
        return self.get(f"/cases/{case}/ties", one=one, other=other, of=of)

    def movement(self, case: int, networks: Collection[int] = (), clusters: Collection[int] = ()) -> Json:
        """Places and routes over time of some networks and clusters; of the strongest leads, if none is named."""
        return self.get(f"/cases/{case}/movement", network=list(networks), cluster=list(clusters))

    def search(self, case: int, text: str, how: str = "near", top: int = 10) -> Json:
        """The ads near a text, or that hold "words", or carry an "identifier"; as a flat list in `hits`."""
        return self.post(f"/cases/{case}/search", text=text, how=how, top=top)

    def compare(self, case: int, *texts: str, how: str = "auto") -> list[Json]:
        """What the page "Compare" answers, for each text: clusters and single ads, what ties them to it, and why."""
        return list(self.post(f"/cases/{case}/search", text=texts, how=how, top=1)["answers"])

    def tip(self, text: str) -> Json:
        """Is anything held on an identifier, and who may tell."""
        return self.post("/tip", text=text)

    def judgement(self, case: int, of: str, number: int) -> Json:
        """What was said of a "cluster" or "network", as far as one may see it."""
        return self.get(f"/cases/{case}/labels/{of}/{number}")

    def label(
        self, case: int, of: str, number: int, *, note: str = "", unsure: bool = False, **steps: int
    ) -> Json:
        """Give an opinion: steps from 1 to 5 by kind, such as `spam=4`."""
        return self.post(f"/cases/{case}/labels/{of}/{number}", steps=steps, unsure=unsure, note=note)

    def undo(self, case: int, opinion: int) -> Json:
        """Take an opinion back, or put it back."""
        return self.post(f"/cases/{case}/opinions/{opinion}/undo")

    def report_wrong(self, case: int, what: str, one: int, other: int = 0, text: str = "") -> Json:
        """Report a wrong join: an "ad" in a cluster, a "cluster" in a network, a "pair" of clusters, two "ads"."""
        return self.post(f"/cases/{case}/wrong-leads", what=what, one=one, other=other, text=text)

    def bring(self, case: int, path: str | os.PathLike[str], **columns: str | None) -> Json:
        """Bring a file and have it taken in and compared: the job. `text="Body"` says which column is what."""
        brought = self.upload(f"/cases/{case}/files", Path(path))
        return self._take(case, brought["files"][0]["id"], columns)

    def inbox(self, case: int) -> list[Json]:
        """The files of the folder of the server that the administrator set aside for bringing."""
        return self.list_of(f"/cases/{case}/files/inbox")

    def bring_from_inbox(self, case: int, name: str, **columns: str | None) -> Json:
        """Bring a file of that folder, and have it taken in and compared: the job."""
        brought = self.post(f"/cases/{case}/files/inbox", names=[name])
        return self._take(case, brought["files"][0]["id"], columns)

    def run(self, case: int, *, anew: bool = False) -> Json:
        """Have what is new compared: the job."""
        return self.post(f"/cases/{case}/runs", anew=anew)

    def job(self, case: int, job: int) -> Json:
        """A job: how far it is, or what came of it."""
        return self.get(f"/cases/{case}/jobs/{job}")

    def wait(self, case: int, job: int, *, seconds: float = 3_600) -> Json:
        """A job once it is over; TimeoutError if it is not, after so many seconds."""
        end = time.monotonic() + seconds
        while (found := self.job(case, job))["state"] in ("queued", "running"):
            if time.monotonic() > end:
                raise TimeoutError(f"job {job} is still {found['state']}")
            time.sleep(POLL)
        return found

    def watch(self, case: int, kind: str, **what: Any) -> Json:
        """Watch a "text", "words", an "identifier", a "cluster" or a "network": `text="…"`, `ad=12` or `number=7`."""
        return self.post(f"/cases/{case}/watches", kind=kind, **what)

    def alerts(self, case: int) -> Iterator[Json]:
        """The last alerts of the case, the newest first."""
        return self.every(f"/cases/{case}/alerts")

    def alert(self, case: int, alert: int) -> Json:
        """An alert, and the ads that raised it. It counts as seen."""
        return self.get(f"/cases/{case}/alerts/{alert}")

    def telling(self, case: int) -> Json:
        """Who is told of the case's alerts outside, and what became of it."""
        return self.get(f"/cases/{case}/notices")

    def tell_by_mail(self, case: int, *, wanted: bool = True) -> None:
        """Be told of the case's alerts by e-mail, or not."""
        self.put(f"/cases/{case}/notices/mail", wanted=wanted)

    def tell_program(self, case: int, url: str) -> Json:
        """Have another program told of alerts: its address, and the key with which what it is sent is signed."""
        return self.put(f"/cases/{case}/notices/hook", url=url)

    def tell_no_program(self, case: int) -> None:
        """Have no other program told any more."""
        self.delete(f"/cases/{case}/notices/hook")

    def package(
        self, case: int, of: str, *numbers: int, recipient: str, purpose: str, language: str = "en",
        reason: str = "", seconds: float = 3_600,
    ) -> bytes:  # fmt: skip
        """A "network", a "cluster" or some "ads" as an evidence package, made and fetched: a ZIP file.

        It is masked unless `reason` says why it has to be opened.
        """
        asked = {"language": language, "opened": bool(reason), "reason": reason, "as_of": self._as_of}
        # The past is in what is asked: to ask for it is done today.
        path = f"/cases/{case}/packages"
        body = {"of": of, "numbers": numbers, "recipient": recipient, "purpose": purpose, **asked}
        made = self._answer("POST", path, {}, body, past=False)
        job = self.wait(case, made["job"], seconds=seconds)
        if job["state"] != "done":
            raise WorkbenchRefused(409, job["message"] or job["state"])
        return self.fetch(f"{path}/{made['id']}/file")

    def check_package(self, path: str | os.PathLike[str]) -> Json:
        """Whether a package is as it was made, and whether this house signed it."""
        return self.upload("/check-package/files", Path(path))

    def survivor_requests(self, case: int) -> list[Json]:
        """Survivors' requests, the newest first. A person begins one, on its page, with the consent."""
        return self.list_of(f"/cases/{case}/survivor-requests")

    def survivor_request(self, case: int, request: int) -> Json:
        """A survivor's request, and the ads that were found, with all that names anybody taken out."""
        return self.get(f"/cases/{case}/survivor-requests/{request}")

    def look_for_own(self, case: int, request: int, text: str, kind: str = "identifier") -> Json:
        """Look for the ads with the person's own phone, e-mail or account, or with this "text": how many there are."""
        return self.post(f"/cases/{case}/survivor-requests/{request}/search", kind=kind, text=text)

    def keep_answers(self, case: int, request: int, said: Mapping[int, str]) -> Json:
        """Write down what the person says of each ad by its number: "own", "not" or "unsure"."""
        told = [{"ad": ad, "said": word} for ad, word in said.items()]
        return self.put(f"/cases/{case}/survivor-requests/{request}/answers", answers=told)

    def own_package(self, case: int, request: int, language: str = "en") -> bytes:
        """The person's own ads as a package, which names nobody: a ZIP file."""
        path = f"/cases/{case}/survivor-requests/{request}/package"
        return bytes(self._answer("POST", path, {}, {"language": language}))

    def end_request(self, case: int, request: int, *, stopped: bool = False) -> Json:
        """Close a survivor's request, or stop it since the person wants to: which ads were found is forgotten."""
        return self.post(f"/cases/{case}/survivor-requests/{request}/{'stop' if stopped else 'close'}")

    def trail(self, case: int | None = None, after: int = 0, **wanted: Any) -> Iterator[Json]:
        """The audit trail of a case, or of the house, the earliest first: `actor=`, `action=`, `since=`, `until=`.

        Of an entry that cannot be read, since somebody changed it from outside, its number alone: {"seq": …}.
        """
        path = "/audit" if case is None else f"/cases/{case}/audit"
        while True:
            page = self.get(path, after=after, limit=PAGE, **wanted)
            found = sorted(
                [*page["items"], *({"seq": seq} for seq in page["unreadable"])], key=lambda one: one["seq"]
            )
            if not found:
                return
            yield from found
            after = found[-1]["seq"]

    def get(self, path: str, **parameters: Any) -> Json:
        """What a path of the interface gives; parameters that are None are left out."""
        return dict(self._answer("GET", path, parameters, None))

    def list_of(self, path: str, **parameters: Any) -> list[Json]:
        """The same, of a path that gives a list."""
        return list(self._answer("GET", path, parameters, None))

    def every(self, path: str, **parameters: Any) -> Iterator[Json]:
        """All items of a path that gives pages."""
        offset, total = 0, 1
        while offset < total:
            page = self.get(path, offset=offset, limit=PAGE, **parameters)
            yield from page["items"]
            offset, total = offset + PAGE, page["total"]

    def fetch(self, path: str) -> bytes:
        """The file at a path of the interface, such as a package."""
        return bytes(self._sent("GET", path, None, {}))

    def post(self, path: str, **body: Any) -> Json:
        """Send JSON to a path of the interface; sent again after a broken connection, it is done once."""
        return dict(self._answer("POST", path, {}, body))

    def put(self, path: str, **body: Any) -> Json:
        """Set something at a path of the interface."""
        return dict(self._answer("PUT", path, {}, body) or {})

    def delete(self, path: str) -> None:
        """Delete what is at a path of the interface."""
        self._answer("DELETE", path, {}, None)

    def upload(self, path: str, file: Path) -> Json:
        """Send a file to a path of the interface, piece by piece."""
        mark = uuid.uuid4().hex
        name = file.name.replace('"', "%22").replace("\r", " ").replace("\n", " ")
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        foot = f"\r\n--{mark}--\r\n".encode()
        length = str(len(head) + file.stat().st_size + len(foot))

        def pieces() -> Iterator[bytes]:
            yield head
            with file.open("rb") as opened:
                while piece := opened.read(1 << 20):
                    yield piece
            yield foot

        kind = {"Content-Type": f"multipart/form-data; boundary={mark}", "Content-Length": length}
        return dict(self._sent("POST", path, pieces(), kind))

    def _take(self, case: int, file: int, columns: Json) -> Json:
        if columns:
            self.put(f"/cases/{case}/files/{file}/columns", **columns)
        return self.post(f"/cases/{case}/files/{file}/take")

    def _answer(
        self, method: str, path: str, parameters: Json, body: Json | None, *, past: bool = True
    ) -> Any:
        asked = {name: value for name, value in parameters.items() if value is not None}
        asked |= {"as_of": self._as_of} if self._as_of and past else {}
        path += f"?{urlencode(asked, doseq=True)}" if asked else ""
        headers = {} if body is None else {"Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        said = json.dumps(body).encode() if body else None
        try:
            return self._sent(method, path, said, headers)
        except (ConnectionError, HTTPException):
            self._connection.close()
        return self._sent(method, path, said, headers)

    def _sent(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        self._connection.request(method, self._base + path, body, {**self._headers, **headers})
        answer: HTTPResponse = self._connection.getresponse()
        said = answer.read()
        if answer.status >= 400:
            raise WorkbenchRefused(answer.status, _why(said))
        plain = not said or answer.headers.get_content_type() != "application/json"
        return said if plain else json.loads(said)


def _why(said: bytes) -> str:
    try:
        return str(json.loads(said)["detail"])
    except (ValueError, KeyError, TypeError):
        return said[:200].decode("utf-8", "replace")
