"""What the first visitors would wait for, made as soon as the application starts: charts, casebooks, indexes."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from sqlalchemy import select

from filrouge.casework.models import Case
from filrouge.i18n import LANGUAGES, speaking
from filrouge.web import drawings

if TYPE_CHECKING:
    from filrouge.web.house import House

_log = logging.getLogger("filrouge.web")


def warm(house: House) -> threading.Thread:
    """Begin to make them, in the background."""
    thread = threading.Thread(target=_warm, args=(house,), name="warming", daemon=True)
    thread.start()
    return thread


def _warm(house: House) -> None:
    try:
        for language in LANGUAGES:
            with speaking(language):
                drawings.prepare()
        with house.database.session() as db:
            names = list(db.scalars(select(Case.name).where(Case.closed.is_(None)).order_by(Case.id)))
        for name in names:
            house.desk.casebook(name)
            house.desk.index(name)
    except Exception as trouble:
        # Whoever opens the page meets the same trouble, and is told.
        _log.warning("not warmed: %s", type(trouble).__name__)
