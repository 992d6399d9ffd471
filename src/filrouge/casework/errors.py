"""What can go wrong with people's data, as messages for the person who can act."""

from __future__ import annotations

from filrouge.errors import FilrougeError
from filrouge.i18n import _


class Refused(FilrougeError):
    """Something that the rules of this house do not allow; the message says what to do instead."""


class NotThere(Refused):
    """Something of which there is none of that number, or which is not the person's to see."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing here, or it is not yours to see."))


class TakenName(Refused):
    """A name that is in use."""

    def __init__(self, name: str) -> None:
        super().__init__(_("The name {name} is taken. Choose another one.").format(name=name))


class WeakPassword(Refused):
    """A password that is easily guessed."""

    def __init__(self, least: int) -> None:
        super().__init__(
            _(
                "The password needs at least {least} characters, and must be none that many people use."
            ).format(least=least)
        )


class CaseClosed(Refused):
    """Somebody wants to change a case that is closed."""

    def __init__(self) -> None:
        super().__init__(_("This case is closed: it can be read, and nothing in it can be changed."))


class PastOnly(Refused):
    """Somebody wants to write while they look at the past."""

    def __init__(self) -> None:
        super().__init__(
            _("You are looking at the past, where nothing can be written. Go back to today first.")
        )
