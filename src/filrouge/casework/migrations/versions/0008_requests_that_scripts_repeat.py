"""Requests that scripts repeat"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filrouge.casework.models.base import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "api_repeats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["api_tokens.id"],
            name=op.f("fk_api_repeats_token_id_api_tokens"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_repeats")),
        sa.UniqueConstraint("token_id", "key", name=op.f("uq_api_repeats_token_id")),
    )
    with op.batch_alter_table("api_repeats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_repeats_at"), ["at"], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("api_repeats", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_repeats_at"))

    op.drop_table("api_repeats")
