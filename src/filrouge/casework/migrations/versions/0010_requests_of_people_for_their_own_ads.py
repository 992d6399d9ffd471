"""Requests of people for their own ads"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filrouge.casework.models.base import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "survivor_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made", UtcTime(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=False),
        sa.Column("consent_form", sa.String(), nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("ads", sa.JSON(), nullable=False),
        sa.Column("own", sa.Integer(), nullable=False),
        sa.Column("packaged", UtcTime(), nullable=True),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("ended", UtcTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_survivor_requests_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_survivor_requests_made_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survivor_requests")),
    )
    with op.batch_alter_table("survivor_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survivor_requests_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("survivor_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survivor_requests_case_id"))

    op.drop_table("survivor_requests")
