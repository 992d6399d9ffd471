"""What can go wrong with a workspace: one class per kind of trouble."""

from __future__ import annotations

from filrouge.errors import FilrougeError
from filrouge.i18n import _


class WorkspaceError(FilrougeError):
    """Trouble with a workspace, whichever it is."""


class NoWorkspace(WorkspaceError):
    """A place that holds no workspace."""

    def __init__(self, where: str) -> None:
        super().__init__(
            _("{where}: there is no workspace here. Make one: filrouge init {where}").format(where=where)
        )


class AlreadyAWorkspace(WorkspaceError):
    """A place that holds something already, where a new workspace was to be made."""

    def __init__(self, where: str) -> None:
        super().__init__(
            _("{where}: a workspace is here already. Use it as it is, or choose another place.").format(
                where=where
            )
        )


class NewerWorkspace(WorkspaceError):
    """A workspace that a newer filrouge made."""

    def __init__(self, where: str, found: int, known: int) -> None:
        super().__init__(
            _(
                "{where}: this workspace was made by a newer filrouge (format {found}; this one knows "
                "up to {known}). Nothing was changed. Install the newer version: pip install --upgrade filrouge"
            ).format(where=where, found=found, known=known)
        )


class OlderWorkspace(WorkspaceError):
    """A workspace in a format from which no way leads to today's."""

    def __init__(self, where: str, found: int, known: int) -> None:
        super().__init__(
            _(
                "{where}: this workspace has format {found}, and this filrouge (format {known}) has no way to "
                "renew it. Open it with the version that made it."
            ).format(where=where, found=found, known=known)
        )


class MissingKey(WorkspaceError):
    """No key file, and no key in the environment."""

    def __init__(self, where: str, key_file: str) -> None:
        super().__init__(
            _(
                "{where}: the key is missing: there is no file {key_file}, and FILROUGE_KEY is not set. "
                "Give the key file with --key-file. Without the key nobody can read this workspace."
            ).format(where=where, key_file=key_file)
        )


class BadKey(WorkspaceError):
    """A key file or FILROUGE_KEY that holds no key."""

    def __init__(self, origin: str) -> None:
        super().__init__(
            _(
                "{origin}: this is no key: a key is 32 bytes, written in base64 (44 characters). "
                "Look for the file that `filrouge init` wrote."
            ).format(origin=origin)
        )


class WrongKey(WorkspaceError):
    """A key that belongs to another workspace."""

    def __init__(self, where: str, origin: str) -> None:
        super().__init__(
            _(
                "{where}: the key of {origin} does not open this workspace; it is that of another one. "
                "Give the right key file with --key-file. Nothing was changed."
            ).format(where=where, origin=origin)
        )


class KeyDestroyed(WorkspaceError):
    """Data whose key was destroyed: nobody can read it any more."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            _(
                "The key {key_id} was destroyed by a retention rule: what it sealed cannot be read any more. "
                "`filrouge retention` lists what was destroyed, when and by whom."
            ).format(key_id=key_id)
        )


class DamagedKey(WorkspaceError):
    """A key object that is there and cannot be read."""

    def __init__(self, path: str) -> None:
        super().__init__(
            _(
                "{path}: this key is damaged, so what it sealed cannot be read. Restore this file from a copy, "
                "then run `filrouge verify`."
            ).format(path=path)
        )


class DamagedPack(WorkspaceError):
    """A sealed block that is not as it was written."""

    def __init__(self, pack: str, offset: int, length: int, why: str) -> None:
        super().__init__(
            _(
                "{pack}: the block at byte {offset} ({length} bytes) is damaged ({why}). Restore this file from "
                "a copy, then run `filrouge verify`."
            ).format(pack=pack, offset=offset, length=length, why=why)
        )


class DamagedTable(WorkspaceError):
    """A table whose log or files cannot be read."""

    def __init__(self, table: str, why: str) -> None:
        super().__init__(
            _(
                "{table}: this table is damaged or incomplete ({why}). Restore its folder from a copy, "
                "then run `filrouge verify`."
            ).format(table=table, why=why)
        )


class DamagedWorkspace(WorkspaceError):
    """A workspace whose description cannot be read."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            _("{where}: workspace.json cannot be read ({why}). Restore it from a copy.").format(
                where=where, why=why
            )
        )


class NoSuchSnapshot(WorkspaceError):
    """A snapshot or date before the first one, or a word that is neither."""

    def __init__(self, asked: str, first: str, last: str) -> None:
        super().__init__(
            _(
                "{asked}: there is no such snapshot. They go from {first} to {last}; give a number, a date "
                "(2026-05-31, its end is meant) or a time (2026-05-31T14:00). `filrouge snapshots` lists them."
            ).format(asked=asked, first=first, last=last)
        )


class UnknownAdNumber(WorkspaceError):
    """An ad number that this view does not hold."""

    def __init__(self, ad: int) -> None:
        super().__init__(_("There is no ad with the number {ad} that can be read here.").format(ad=ad))


class OnlyAView(WorkspaceError):
    """Writing to a view of the past."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            _(
                "This is a view of the past (snapshot {seq}), and the past is not written to. "
                "Leave --as-of out."
            ).format(seq=seq)
        )


class DestroyedMeanwhile(WorkspaceError):
    """A batch about ads of which some were destroyed before it was done."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            _(
                "{kind}: ads were destroyed by a retention rule while this was at work. Nothing was added. "
                "Start it again."
            ).format(kind=kind)
        )


class CannotStore(WorkspaceError):
    """A file of the workspace that could not be written or read, for a reason of the system's own."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            _(
                "{path}: the workspace could not be used ({why}). What was written before is as it was. "
                "Check the space, the rights and the connection, and try again."
            ).format(path=path, why=why)
        )
