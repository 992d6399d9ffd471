"""Second factors and waiting accounts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filrouge.casework.models.base import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version. Nobody is signed in any more after it."""
    op.execute("DELETE FROM desk_states")
    op.execute("DELETE FROM sessions")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("checked", UtcTime(), nullable=False, server_default="2026-01-01 00:00:00")
        )
        batch_op.add_column(sa.Column("agent", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("pending", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recovery", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("offered", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("waiting", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("password_until", UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("signed_in", UtcTime(), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("signed_in")
        batch_op.drop_column("password_until")
        batch_op.drop_column("waiting")
        batch_op.drop_column("offered")
        batch_op.drop_column("recovery")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("pending")
        batch_op.drop_column("agent")
        batch_op.drop_column("checked")
