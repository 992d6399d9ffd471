"""A small OpenID provider on a port of this machine, for tests; it can be told to lie."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "filrouge-tests", "a secret of the client"


@dataclass
class FakeProvider:
    """What it says, and whom it vouches for.

    Attributes:
        claims: put over those of the next id_token; a value of None takes one away.
        algorithm: by which it is signed.
        asked: the queries with which people came.
    """

    address: str = ""
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    shown_key: Any = None
    issuer: str = ""
    subject: str = "person-1"
    name: str = "Ada Lowe"
    email: str = "ada@example.org"
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer or self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def came(self, query: dict[str, str]) -> str:
        """Where somebody who came is sent back to."""
        self.asked.append(query)
        code = f"code-{len(self.asked)}"
        self.codes[code] = query
        told = {"code": code, "state": query["state"], "iss": self.address, **self.answer}
        return f"{query['redirect_uri']}?{urlencode(told)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """What is given for a code: only once, to the client with its secret, and with the verifier."""
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        also = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        query = self.codes.pop(form.get("code", ""), None)
        if query is None or authorization not in (expected, also):
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest())
        if query.get("code_challenge_method") != "S256" or query[
            "code_challenge"
        ] != challenge.decode().rstrip("="):
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != query["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        moment = int(time.time())
        claims = {
            "iss": self.address, "sub": self.subject, "aud": CLIENT, "iat": moment, "exp": moment + 300,
            "auth_time": moment, "nonce": query["nonce"], "name": self.name, "email": self.email, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        key = OctKey.import_key(SECRET) if self.algorithm == "HS256" else self.key
        header = {"alg": self.algorithm, "kid": "one"}
        id_token = jwt.encode(header, claims, key, algorithms=[self.algorithm])
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": id_token}


@contextmanager
def provided() -> Iterator[FakeProvider]:
    """The provider, answering until the end of the block."""
    provider = FakeProvider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = urlsplit(self.path)
            if told.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(told.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.came(query))
                self.end_headers()
            elif told.path == "/.well-known/openid-configuration":
                self.say(200, provider.discovery())
            else:
                key = provider.shown_key or provider.key
                self.say(200, {"keys": [key.as_dict(private=False)]})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.say(*provider.token(form, self.headers.get("Authorization", "")))

        def say(self, status: int, told: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join(5)
