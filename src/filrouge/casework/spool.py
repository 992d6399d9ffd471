"""Where files lie that were brought and are not yet taken in: sealed, piece by piece, as they come.

A file is never on the disk in the clear. It is sealed with a key of the workspace, so the spool of a stolen disk says
nothing without it; and it is deleted as soon as its ads are in the workspace, where the key of their case seals them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from filrouge.casework.errors import Refused
from filrouge.casework.work import private_folder
from filrouge.corpus.workspace import Workspace
from filrouge.i18n import _, number

FOLDER: Final = "spool"
PIECE: Final = 1 << 20
"""Bytes that are sealed together."""
LEFT_FREE: Final = 1 << 30
"""Bytes of the disk that bringing files does not use."""
FORGOTTEN: Final = 24 * 3600
"""Seconds after which a file of the spool that nobody knows is deleted."""
_NONCE: Final = 7
_TAG: Final = 16


class Spool:
    """The files of a workspace that wait to be taken in; or others that are kept for a while, in a folder of theirs."""

    def __init__(self, ws: Workspace, folder: str = FOLDER) -> None:
        self.folder = private_folder(ws, folder)
        self._cipher = ws.cipher(folder)

    def writer(self, most: int) -> Writing:
        """A new file, to be written piece by piece; of at most `most` bytes."""
        return Writing(self.folder, self._cipher, most)

    def pieces(self, spooled: str) -> Iterator[bytes]:
        """The bytes of a file, a piece at a time.

        Raises:
            Refused: if it is gone, or was altered.
        """
        try:
            with self._path(spooled).open("rb") as file:
                prefix, count = file.read(_NONCE), 0
                here = file.read(PIECE + _TAG)
                while here:
                    following = file.read(PIECE + _TAG)
                    nonce = _nonce(prefix, count, last=not following)
                    yield self._cipher.decrypt(nonce, here, spooled.encode())
                    here, count = following, count + 1
        except (OSError, InvalidTag) as trouble:
            raise Refused(
                _("This file cannot be read any more where it waited. Bring it again.")
            ) from trouble

    def read(self, spooled: str) -> bytes:
        """All bytes of a file."""
        return b"".join(self.pieces(spooled))

    def beginning(self, spooled: str, most: int) -> bytes:
        """The first bytes of a file, at most about `most`."""
        found, size = [], 0
        for piece in self.pieces(spooled):
            found.append(piece)
            size += len(piece)
            if size >= most:
                break
        return b"".join(found)

    def delete(self, spooled: str) -> None:
        """Delete a file; nothing if it is gone."""
        if spooled:
            self._path(spooled).unlink(missing_ok=True)

    def sweep(self, known: Collection[str]) -> int:
        """Delete the files of which no row tells, such as those of an upload that was cut off; how many."""
        oldest, gone = time.time() - FORGOTTEN, 0
        for path in self.folder.iterdir():
            if path.name not in known and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _path(self, spooled: str) -> Path:
        # Names are ours; one that is not must lead nowhere.
        if not spooled.isalnum():
            raise Refused(_("This file is not there any more. Bring it again."))
        return self.folder / spooled


class Writing:
    """A file of the spool that is being written. Use in a `with`: what is not closed well is deleted."""

    def __init__(self, folder: Path, cipher: AESGCM, most: int) -> None:
        self.name = secrets.token_hex(16)
        self.size = 0
        self._most = most
        self._cipher = cipher
        self._digest = sha256()
        self._prefix = secrets.token_bytes(_NONCE)
        self._waiting = bytearray()
        self._count = 0
        self._path = folder / self.name
        self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._file.write(self._prefix)
        self._closed = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written so far, in hex."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Write some bytes.

        Raises:
            Refused: if the file becomes too big, or the disk full.
        """
        self.size += len(data)
        if self.size > self._most:
            raise Refused(
                _("A file may have {most} MB here. Part this one, or ask the administrator.").format(
                    most=number(self._most // 1_000_000)
                )
            )
        self._digest.update(data)
        self._waiting += data
        # One byte more than a piece: the last piece is sealed as the last.
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        """The file is whole."""
        self._seal(bytes(self._waiting), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._closed = True

    def abandon(self) -> None:
        """Delete what was written."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._closed:
            self.abandon()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        if self._count % 64 == 0 and shutil.disk_usage(self._path.parent).free < LEFT_FREE:
            raise Refused(_("The disk is nearly full, so no files are taken. Tell the administrator."))
        nonce = _nonce(self._prefix, self._count, last=last)
        self._file.write(self._cipher.encrypt(nonce, piece, self.name.encode()))
        self._count += 1


def _nonce(prefix: bytes, count: int, *, last: bool) -> bytes:
    """The nonce of a piece: pieces can be neither put in another order nor cut off.

    Source: Hoang, Reyhanitabar, Rogaway & Vizár 2015, Online authenticated-encryption (the STREAM construction).
    """
    return prefix + count.to_bytes(4, "big") + bytes([last])
