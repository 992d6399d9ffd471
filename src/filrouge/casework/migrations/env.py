"""How Alembic is run: on the connection that `casework.database` gives it."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from filrouge.casework.models import Base
from filrouge.casework.models.base import UtcTime


def named(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Our own type by the name under which a revision imports it."""
    return "UtcTime()" if kind == "type" and isinstance(thing, UtcTime) else False


# SQLite cannot change a column where it stands: a table is copied instead.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=named,
)
with context.begin_transaction():
    context.run_migrations()
