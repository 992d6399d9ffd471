"""Signing in at an organisation's own provider, by OpenID Connect: authorization code with PKCE, state and nonce.

Source: OpenID Connect Core 1.0, Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (issuer of an answer).
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from filrouge.casework.access import Role
from filrouge.casework.errors import Refused
from filrouge.i18n import _

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures by a key pair: one by a shared secret, or none, is no answer of the provider."""
PATIENCE: Final = 10.0
"""Seconds that the provider has to answer."""
KNOWN_FOR: Final = 3600.0
"""Seconds for which what the provider says of itself is kept."""
KEYS_KEPT: Final = 30.0
"""Seconds for which its keys are not asked for again, however many unknown ones are named."""
GOOD_FOR: Final = 600
"""Seconds in which a person has to come back."""
LEEWAY: Final = 60
"""Seconds by which the clocks may differ."""


class ProviderTrouble(Refused):
    """The provider cannot be asked, or what came back is no proof of who somebody is."""

    def __init__(self, why: str) -> None:
        super().__init__(
            _(
                "Signing in at your organisation did not work. Try again; if it goes on, tell an administrator."
            )
        )
        self.why = why
        """For the log: a few fixed words, nothing of what came back."""


@dataclass(frozen=True)
class Vouched:
    """Whom a provider vouches for."""

    issuer: str
    subject: str
    name: str
    email: str


@dataclass
class Provider:
    """A provider that people of this house may sign in at.

    Attributes:
        issuer: its address, just as it says it itself.
        client_id, client_secret: what it knows this application by.
        label: its name on the page for signing in.
        newcomers: the role of who comes for the first time; None: they wait until an administrator lets them in.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    label: str = ""
    newcomers: Role | None = None
    _about: dict[str, Any] = field(default_factory=dict, repr=False)
    _asked: float = field(default=0.0, repr=False)
    _keys: dict[str, Any] = field(default_factory=dict, repr=False)
    _keys_asked: float = field(default=0.0, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, back: str, *, again: bool = False) -> tuple[str, dict[str, Any]]:
        """Where to send the person, and what to keep until they come back.

        Args:
            back: the address that they come back to.
            again: whether they are to show anew who they are, even if the provider knows them.

        Raises:
            ProviderTrouble: if the provider does not answer.
        """
        kept = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
            "back": back,
            "again": again,
            "at": int(time.time()),
        }
        asked = {"prompt": "login", "max_age": "0"} if again else {}
        with self._client(back) as client:
            where, _state = client.create_authorization_url(
                self._said()["authorization_endpoint"], state=kept["state"], nonce=kept["nonce"],
                code_verifier=kept["verifier"], **asked,
            )  # fmt: skip
        return where, kept

    def finish(self, kept: dict[str, Any], answer: dict[str, str]) -> Vouched:
        """Who came back.

        Args:
            kept: what `begin` gave.
            answer: the query with which they came.

        Raises:
            ProviderTrouble: if it is nobody for sure.
        """
        if not secrets.compare_digest(answer.get("state", "").encode(), kept["state"].encode()):
            raise ProviderTrouble("state")
        if answer.get("iss", self.issuer) != self.issuer:
            raise ProviderTrouble("issuer of the answer")
        if "error" in answer or not answer.get("code"):
            raise ProviderTrouble("refused there")
        claims = self._claims(self._token(kept, answer["code"]), kept)
        return Vouched(self.issuer, str(claims["sub"]), _text(claims.get("name")), _text(claims.get("email")))

    # -- what is asked of the provider ------------------------------------------------------------------------

    def _client(self, back: str = "") -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            client_id=self.client_id, client_secret=self.client_secret or None, redirect_uri=back or None,
            scope="openid profile email", code_challenge_method="S256", timeout=PATIENCE, follow_redirects=False,
        )  # fmt: skip

    def _said(self) -> dict[str, Any]:
        """What the provider says of itself."""
        with self._guard:
            if self._about and time.monotonic() - self._asked < KNOWN_FOR:
                return self._about
            about = self._fetched(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if about.get("issuer") != self.issuer:
                raise ProviderTrouble("issuer of the discovery")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not is_safe_address(str(about.get(name, ""))):
                    raise ProviderTrouble(f"no safe {name}")
            self._about, self._asked = about, time.monotonic()
            return about

    def _fetched(self, where: str) -> dict[str, Any]:
        import httpx2

        try:
            answer = httpx2.get(where, timeout=PATIENCE, follow_redirects=False)
            answer.raise_for_status()
            told = answer.json()
        except (httpx2.HTTPError, ValueError) as e:
            raise ProviderTrouble(f"no answer: {type(e).__name__}") from e
        if not isinstance(told, dict):
            raise ProviderTrouble("not an object")
        return told

    def _token(self, kept: dict[str, Any], code: str) -> dict[str, Any]:
        from authlib.common.errors import AuthlibBaseError
        from httpx2 import HTTPError

        try:
            with self._client(kept["back"]) as client:
                token = client.fetch_token(
                    self._said()["token_endpoint"], grant_type="authorization_code", code=code,
                    code_verifier=kept["verifier"],
                )  # fmt: skip
        except (AuthlibBaseError, HTTPError, ValueError) as e:
            raise ProviderTrouble(f"no token: {type(e).__name__}") from e
        if not isinstance(token.get("id_token"), str):
            raise ProviderTrouble("no id_token")
        return dict(token)

    def _claims(self, token: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
        """What the id_token says, once its signature, issuer, audience, times and nonce are checked."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            decoded = jwt.decode(
                token["id_token"], self._key_set(token["id_token"]), algorithms=list(ALGORITHMS)
            )
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                },
                {
                    "nonce": kept["nonce"],
                    "client_id": self.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, KeyError, TypeError) as e:
            raise ProviderTrouble(f"id_token: {type(e).__name__}") from e
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise ProviderTrouble("no subject")
        shown = claims.get("auth_time")
        if kept["again"] and (not isinstance(shown, int | float) or shown < kept["at"] - LEEWAY):
            raise ProviderTrouble("not shown anew")
        return dict(claims)

    def _key_set(self, id_token: str) -> Any:
        from joserfc import jws
        from joserfc.jwk import KeySet

        named = jws.extract_compact(id_token.encode()).headers().get("kid")
        known = {key.get("kid") for key in self._keys.get("keys", [])}
        stale = time.monotonic() - self._keys_asked > KEYS_KEPT
        if not self._keys or (stale and named not in known):
            self._keys, self._keys_asked = self._fetched(self._said()["jwks_uri"]), time.monotonic()
        return KeySet.import_key_set(self._keys)  # type: ignore[arg-type]


def is_safe_address(address: str) -> bool:
    """Whether what is sent there cannot be read on the way: https, or a port of this machine."""
    told = urlsplit(address)
    return told.scheme == "https" or (
        told.scheme == "http" and told.hostname in ("127.0.0.1", "localhost", "::1")
    )


def seal(cipher: AESGCM, kept: dict[str, Any]) -> str:
    """What has to be kept until somebody comes back, for a cookie that only we can read."""
    nonce = secrets.token_bytes(12)
    return (nonce + cipher.encrypt(nonce, json.dumps(kept).encode(), None)).hex()


def unseal(cipher: AESGCM, sealed: str) -> dict[str, Any] | None:
    """What was sealed a short while ago; None if it was not."""
    try:
        data = bytes.fromhex(sealed)
        kept: dict[str, Any] = json.loads(cipher.decrypt(data[:12], data[12:], None))
    except (ValueError, InvalidTag):
        return None
    return kept if time.time() - kept["at"] < GOOD_FOR else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
