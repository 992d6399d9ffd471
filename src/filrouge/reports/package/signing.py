"""The key that signs packages, and signatures.

Unless a key is given, one is made from the workspace's secret: always the same one, so the same package has the same
signature. What that proves: whoever made this package had the secret of the workspace that made another one with this
key. Who that is, a key that nobody vouches for does not say.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from filrouge.errors import FilrougeError
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

PURPOSE: Final = "evidence packages"


class NoSigningKey(FilrougeError):
    """A file that holds no Ed25519 private key."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _(
                "{path}: this is no Ed25519 private key in PEM without a password. Make one: "
                "openssl genpkey -algorithm ed25519 -out {path}"
            ).format(path=path)
        )


def signing_key(ws: Workspace, key_file: Path | None = None) -> Ed25519PrivateKey:
    """The key that signs: that of a file, or the workspace's own.

    Raises:
        NoSigningKey: if the file holds none.
    """
    if key_file is None:
        return Ed25519PrivateKey.from_private_bytes(ws.secret_for(PURPOSE))
    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as e:
        raise NoSigningKey(key_file) from e
    if not isinstance(key, Ed25519PrivateKey):
        raise NoSigningKey(key_file)
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """The public key of a private one, in PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a public key's 32 bytes, hex: what people compare.

    Raises:
        ValueError: if it is no Ed25519 public key.
    """
    return sha256(_public(pem).public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def agrees(pem: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a message was signed by the key of a public one.

    Raises:
        ValueError: if it is no Ed25519 public key.
    """
    try:
        _public(pem).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _public(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except UnsupportedAlgorithm as e:
        raise ValueError(str(e)) from e
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 public key")
    return key
