"""The files of a workspace, in a folder or in an object store, through one small set of verbs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import obstore
from obstore.store import LocalStore, from_url

from filrouge.corpus.errors import CannotStore


class NotThere(Exception):
    """A file that is not there."""


class IsThere(Exception):
    """A file that was to be new and is there already."""


class Files:
    """The files under one folder or URL; paths are relative to it, with "/".

    Args:
        where: a folder, or the URL of an object store such as s3://bucket/prefix.
        options: of the object store, as obstore and deltalake name them; both read the environment too.
    """

    def __init__(self, where: str | Path, options: dict[str, str] | None = None) -> None:
        self.where = str(where)
        self.options = dict(options or {})
        self.folder: Path | None = None
        if "://" in self.where and not self.where.startswith("file://"):
            with self._told(""):
                self._store: Any = _object_store(self.where, self.options)
        else:
            self.folder = Path(self.where.removeprefix("file://")).absolute()
            self._store = None

    def __getstate__(self) -> tuple[str, dict[str, str]]:
        """Goes to other processes by its address."""
        return self.where, self.options

    def __setstate__(self, state: tuple[str, dict[str, str]]) -> None:
        """Opened again where it arrives."""
        self.__init__(*state)  # type: ignore[misc]

    def make(self) -> None:
        """Make the folder; an object store needs none."""
        if self.folder is not None:
            with self._told(""):
                self.folder.mkdir(parents=True, exist_ok=True)
                self._store = LocalStore(self.folder)

    def uri(self, path: str) -> str:
        """The address of a path, for deltalake."""
        return str(self.folder / path) if self.folder is not None else f"{self.where.rstrip('/')}/{path}"

    def get(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            NotThere: if there is none.
        """
        with self._told(path):
            return bytes(obstore.get(self._opened(), path).bytes())

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        try:
            with self._told(path):
                obstore.head(self._opened(), path)
        except NotThere:
            return False
        return True

    def size(self, path: str) -> int:
        """How many bytes a file has."""
        with self._told(path):
            return int(obstore.head(self._opened(), path)["size"])

    def ranges(self, path: str, offsets: Sequence[int], lengths: Sequence[int]) -> list[bytes]:
        """Pieces of a file."""
        with self._told(path):
            if self.folder is not None:
                with (self.folder / path).open("rb", buffering=0) as file:
                    return [
                        os.pread(file.fileno(), size, at) for at, size in zip(offsets, lengths, strict=True)
                    ]
            found = obstore.get_ranges(self._opened(), path, starts=list(offsets), lengths=list(lengths))
            return [bytes(piece) for piece in found]

    def put(self, path: str, content: bytes | IO[bytes], *, new: bool = False) -> None:
        """Write a file as a whole: whoever reads sees the old one or the new one.

        Raises:
            IsThere: if it was to be `new` and is there.
        """
        with self._told(path):
            obstore.put(self._opened(), path, content, mode="create" if new else "overwrite")
            if self.folder is not None:
                self._settle(self.folder / path)

    def settle(self, *paths: str) -> None:
        """See that files written by others survive a power cut; an object store sees to that itself."""
        if self.folder is not None:
            for path in paths:
                with self._told(path):
                    self._settle(self.folder / path)

    def list(self, prefix: str = "") -> Iterator[tuple[str, int, datetime]]:
        """The files under a folder: path, bytes, when it was last written."""
        with self._told(prefix):
            for some in obstore.list(self._opened(), prefix or None):
                for found in some:
                    yield found["path"], found["size"], found["last_modified"]

    def delete(self, path: str) -> None:
        """Delete a file; that it is gone already is no trouble."""
        try:
            with self._told(path):
                obstore.delete(self._opened(), path)
        except NotThere:
            pass

    def erase(self, path: str) -> None:
        """Delete a file, and where it lies in a folder write over its bytes first."""
        if self.folder is not None:
            target = self.folder / path
            try:
                with self._told(path), target.open("r+b", buffering=0) as file:
                    file.write(bytes(target.stat().st_size))
                    os.fsync(file.fileno())
            except NotThere:
                return
        self.delete(path)

    def blank(self, path: str, offsets: Sequence[int], lengths: Sequence[int]) -> None:
        """Write zeros over pieces of a file."""
        with self._told(path):
            if self.folder is not None:
                with (self.folder / path).open("r+b", buffering=0) as file:
                    for at, size in zip(offsets, lengths, strict=True):
                        os.pwrite(file.fileno(), bytes(size), at)
                    os.fsync(file.fileno())
                return
        # An object is never changed in part: it is written again as a whole.
        content = bytearray(self.get(path))
        for at, size in zip(offsets, lengths, strict=True):
            content[at : at + size] = bytes(size)
        self.put(path, bytes(content))

    def _opened(self) -> Any:
        if self._store is None:
            assert self.folder is not None
            if not self.folder.is_dir():
                raise FileNotFoundError(str(self.folder))
            self._store = LocalStore(self.folder)
        return self._store

    def _settle(self, path: Path) -> None:
        for each in (path, path.parent):
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """Troubles of the system in the words of this program."""
        try:
            yield
        except FileNotFoundError as e:
            raise NotThere(path) from e
        except obstore.exceptions.AlreadyExistsError as e:
            raise IsThere(path) from e
        except OSError as e:
            raise CannotStore(self.uri(path), e.strerror or str(e)) from e
        except obstore.exceptions.BaseError as e:
            if isinstance(e, obstore.exceptions.NotFoundError):
                raise NotThere(path) from e
            raise CannotStore(self.uri(path), str(e).splitlines()[0]) from e


def _object_store(where: str, options: dict[str, str]) -> Any:
    """The object store at a URL; what concerns the connection, obstore wants apart from the rest."""
    named = {name.lower(): value for name, value in options.items()}
    connection: dict[str, Any] = {
        name.removeprefix("aws_"): value == "true"
        for name, value in named.items()
        if name.removeprefix("aws_") == "allow_http"
    }
    config: Any = {name: value for name, value in named.items() if not name.endswith("allow_http")}
    more: dict[str, Any] = {"config": config or None, "client_options": connection or None}
    more["retry_config"] = {"max_retries": 4, "retry_timeout": timedelta(minutes=1)}
    return from_url(where.rstrip("/"), **more)
