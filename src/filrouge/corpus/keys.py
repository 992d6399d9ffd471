"""The owner's secret, and the keys that it wraps: one for each case and month, so that one can be destroyed."""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from filrouge.corpus.errors import (
    BadKey,
    CannotStore,
    DamagedKey,
    KeyDestroyed,
    MissingKey,
    WrongKey,
)
from filrouge.corpus.files import Files, NotThere

SECRET_BYTES: Final = 32
NONCE: Final = 12
"""Bytes before what is sealed."""
VARIABLE: Final = "FILROUGE_KEY"
FOLDER: Final = "keys"
_PEPPER: Final = "pepper"


@dataclass(frozen=True)
class DataKey:
    """A key that seals the ads of one case and one month (of their posting, "YYYY-MM")."""

    key_id: str
    case: str
    month: str
    key: bytes = field(repr=False)

    @cached_property
    def cipher(self) -> AESGCM:
        """What seals and opens with this key."""
        return AESGCM(self.key)

    def __reduce__(self) -> tuple[type[DataKey], tuple[str, str, str, bytes]]:
        """Goes to worker processes without the cipher, which cannot."""
        return DataKey, (self.key_id, self.case, self.month, self.key)


@lru_cache(maxsize=8)
def cipher_from(secret: bytes, workspace: str, purpose: str) -> AESGCM:
    """What seals and opens with a key that is made from a secret of a workspace, for one purpose."""
    return AESGCM(secret_from(secret, workspace, purpose))


def seal(cipher: AESGCM, plain: bytes, bound: bytes) -> bytes:
    """The bytes as `unseal` opens them: a nonce, and what is sealed with it, bound to what it is of."""
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, plain, bound)


def unseal(cipher: AESGCM, content: bytes | memoryview, bound: bytes) -> bytes:
    """The bytes that were sealed.

    Raises:
        InvalidTag: if it was another cipher, it is bound to something else, or it was altered.
    """
    return cipher.decrypt(bytes(content[:NONCE]), content[NONCE:], bound)


def secret_from(secret: bytes, workspace: str, purpose: str) -> bytes:
    """32 bytes that are made from a secret of a workspace, for one purpose; they tell nothing of the secret.

    Source: HKDF, RFC 5869.
    """
    return HKDF(SHA256(), 32, salt=workspace.encode(), info=f"filrouge {purpose}".encode()).derive(secret)


def new_key(case: str, month: str) -> DataKey:
    """A key that did not exist before."""
    # 12 characters: short enough for tables to hold it in place.
    return DataKey(secrets.token_hex(6), case, month, secrets.token_bytes(32))


def default_key_file(workspace: str) -> Path:
    """Where the key of a workspace lies if nobody says otherwise."""
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "filrouge" / f"{workspace}.key"


def read_secret(where: str, workspace: str, key_file: Path | None) -> tuple[bytes, str]:
    """The owner's secret, and where it was found: `key_file`, else FILROUGE_KEY, else the default file.

    Raises:
        MissingKey, BadKey: if there is none, or none that is a key.
    """
    named = os.environ.get(VARIABLE)
    if key_file is None and named:
        return _decoded(named, VARIABLE), VARIABLE
    path = key_file or default_key_file(workspace)
    try:
        return _decoded(path.read_text("ascii", "replace"), str(path)), str(path)
    except FileNotFoundError as e:
        raise MissingKey(where, str(path)) from e
    except OSError as e:
        raise CannotStore(str(path), e.strerror or str(e)) from e


def _decoded(text: str, origin: str) -> bytes:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as e:
        raise BadKey(origin) from e
    if len(secret) != SECRET_BYTES:
        raise BadKey(origin)
    return secret


def write_secret(secret: bytes, path: Path) -> None:
    """Write a new key file that only its owner may read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(secret) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as e:
        raise CannotStore(str(path), e.strerror or str(e)) from e


class KeyRing:
    """The keys of a workspace, each wrapped by the owner's secret in a small object of its own.

    A destroyed key leaves a tombstone `keys/<id>.gone` in place of `keys/<id>.json`.
    """

    def __init__(self, files: Files, workspace: str, secret: bytes, origin: str) -> None:
        self._files = files
        self._workspace = workspace
        self._origin = origin
        self._wrap = cipher_from(secret, workspace, "key wrapping")
        self._known: dict[str, DataKey] = {}

    def make_pepper(self) -> bytes:
        """Make the workspace's pepper, and keep it."""
        pepper = secrets.token_bytes(32)
        self._write(_PEPPER, pepper, {}, new=False)
        return pepper

    @cached_property
    def pepper(self) -> bytes:
        """The workspace's pepper.

        Raises:
            WrongKey: if the secret is not this workspace's.
        """
        path = f"{FOLDER}/{_PEPPER}.json"
        try:
            stored = self._read(path)
        except NotThere as e:
            raise DamagedKey(path) from e
        try:
            return self._unwrapped(_PEPPER, stored)
        except InvalidTag as e:
            raise WrongKey(self._files.where, self._origin) from e

    def get(self, key_id: str) -> DataKey:
        """The key of that id.

        Raises:
            KeyDestroyed: if it was destroyed.
            DamagedKey: if it cannot be read.
        """
        if key_id not in self._known:
            path = f"{FOLDER}/{key_id}.json"
            try:
                stored = self._read(path)
            except NotThere as e:
                if self._files.exists(f"{FOLDER}/{key_id}.gone"):
                    raise KeyDestroyed(key_id) from e
                raise DamagedKey(path) from e
            try:
                key = self._unwrapped(key_id, stored)
            except InvalidTag as e:
                raise DamagedKey(path) from e
            self._known[key_id] = DataKey(key_id, stored["case"], stored["month"], key)
        return self._known[key_id]

    def for_months(
        self, case: str, months: Iterable[str], destroyed: Iterable[str] = ()
    ) -> dict[str, DataKey]:
        """A key for each month of a case: one that exists and is not `destroyed`, else a new one."""
        wanted, without = set(months), set(destroyed)
        found: dict[str, DataKey] = {}
        for key_id in sorted(self.ids() - without) if wanted else ():
            key = self.get(key_id)
            if key.case == case and key.month in wanted:
                found.setdefault(key.month, key)
        for month in sorted(wanted - set(found)):
            key = found[month] = new_key(case, month)
            self._write(key.key_id, key.key, {"case": case, "month": month})
            self._known[key.key_id] = key
        return found

    def ids(self) -> set[str]:
        """The ids of the keys that exist."""
        paths = [path for path, _, _ in self._files.list(FOLDER)]
        names = {Path(path).name for path in paths}
        gone = {name[: -len(".gone")] for name in names if name.endswith(".gone")}
        return {name[: -len(".json")] for name in names if name.endswith(".json")} - gone - {_PEPPER}

    def destroy(self, key_id: str, tombstone: Mapping[str, Any]) -> None:
        """Delete the wrapped key for good; doing it again changes nothing."""
        grave = f"{FOLDER}/{key_id}.gone"
        if not self._files.exists(grave):
            self._files.put(grave, json.dumps(dict(tombstone)).encode())
        self._files.erase(f"{FOLDER}/{key_id}.json")
        self._known.pop(key_id, None)

    def forget(self) -> None:
        """Read keys again when they are asked for: somebody may have destroyed one."""
        self._known.clear()

    def _write(self, key_id: str, key: bytes, about: Mapping[str, str], *, new: bool = True) -> None:
        wrapped = seal(self._wrap, key, self._bound(key_id, about))
        stored = {"format": 1, **about, "wrapped": base64.b64encode(wrapped).decode()}
        self._files.put(f"{FOLDER}/{key_id}.json", json.dumps(stored).encode(), new=new)

    def _read(self, path: str) -> dict[str, Any]:
        try:
            stored: dict[str, Any] = json.loads(self._files.get(path))
            if not isinstance(stored, dict) or "wrapped" not in stored:
                raise ValueError
        except ValueError as e:
            raise DamagedKey(path) from e
        return stored

    def _unwrapped(self, key_id: str, stored: Mapping[str, Any]) -> bytes:
        try:
            wrapped = base64.b64decode(stored["wrapped"], validate=True)
        except (binascii.Error, ValueError) as e:
            raise InvalidTag from e
        about = {name: str(stored[name]) for name in ("case", "month") if name in stored}
        return unseal(self._wrap, wrapped, self._bound(key_id, about))

    def _bound(self, key_id: str, about: Mapping[str, str]) -> bytes:
        # What the key is for goes into the wrapping: a key object under another name does not open.
        return json.dumps([self._workspace, key_id, sorted(about.items())]).encode()
