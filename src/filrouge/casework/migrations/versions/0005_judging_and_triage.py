"""Judging and triage"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filrouge.casework.models.base import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "lessons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("last_opinion", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_lessons_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_lessons_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
    )
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lessons_case_id"), ["case_id"], unique=False)

    op.create_table(
        "opinions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("ads", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_opinions_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["undoes"], ["opinions.id"], name=op.f("fk_opinions_undoes_opinions")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_opinions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
    )
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.create_index("ix_opinions_of_what", ["case_id", "of", "number"], unique=False)
        batch_op.create_index(batch_op.f("ix_opinions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("made", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_saved_views_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("case_id", "user_id", "name", name=op.f("uq_saved_views_case_id")),
    )
    op.create_table(
        "seen_leads",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_seen_leads_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_seen_leads_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "case_id", "of", "number", name=op.f("pk_seen_leads")),
    )
    op.create_table(
        "triage_states",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("visited", UtcTime(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("seq_before", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_triage_states_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_triage_states_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "case_id", name=op.f("pk_triage_states")),
    )
    op.create_table(
        "wrong_joins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("one", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_wrong_joins_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_joins")),
    )
    with op.batch_alter_table("wrong_joins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wrong_joins_case_id"), ["case_id"], unique=False)

    op.create_table(
        "blind_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("made", UtcTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("taken", UtcTime(), nullable=True),
        sa.Column("done", UtcTime(), nullable=True),
        sa.Column("withdrawn", UtcTime(), nullable=True),
        sa.Column("opinion_id", sa.Integer(), nullable=True),
        sa.Column("seen_before", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_blind_tasks_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinions.id"], name=op.f("fk_blind_tasks_opinion_id_opinions")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_blind_tasks_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blind_tasks")),
    )
    with op.batch_alter_table("blind_tasks", schema=None) as batch_op:
        batch_op.create_index("ix_blind_tasks_of_what", ["case_id", "of", "number"], unique=False)
        batch_op.create_index(batch_op.f("ix_blind_tasks_user_id"), ["user_id"], unique=False)

    op.create_table(
        "wrong_join_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("join_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["join_id"],
            ["wrong_joins.id"],
            name=op.f("fk_wrong_join_entries_join_id_wrong_joins"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_wrong_join_entries_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_join_entries")),
    )
    with op.batch_alter_table("wrong_join_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wrong_join_entries_join_id"), ["join_id"], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("wrong_join_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wrong_join_entries_join_id"))

    op.drop_table("wrong_join_entries")
    with op.batch_alter_table("blind_tasks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blind_tasks_user_id"))
        batch_op.drop_index("ix_blind_tasks_of_what")

    op.drop_table("blind_tasks")
    with op.batch_alter_table("wrong_joins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wrong_joins_case_id"))

    op.drop_table("wrong_joins")
    op.drop_table("triage_states")
    op.drop_table("seen_leads")
    op.drop_table("saved_views")
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinions_user_id"))
        batch_op.drop_index("ix_opinions_of_what")

    op.drop_table("opinions")
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lessons_case_id"))

    op.drop_table("lessons")
