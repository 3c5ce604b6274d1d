"""Keep families, skills, owners of calls, notices, undone outcomes and corrected contacts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OPEN = sa.text("status IN ('waiting', 'claimed')")
_POOL = sa.text("status = 'waiting' AND owner_id IS NULL")
_OWNED = sa.text("status = 'waiting' AND owner_id IS NOT NULL")


def upgrade() -> None:
    _add_tables()
    op.add_column("staff", sa.Column("shortcuts", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("lead", sa.Column("source", sa.Text(), server_default="web", nullable=False))
    op.add_column("lead", sa.Column("marked", sa.Text()))
    op.add_column("lead", sa.Column("family_id", sa.Uuid()))
    _link("lead", "family_id", "family")
    op.create_index("ix_lead_family_id", "lead", ["family_id"])
    op.add_column("callback", sa.Column("family_id", sa.Uuid()))
    op.add_column(
        "callback",
        sa.Column("needs", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("callback", sa.Column("owner_id", sa.Uuid()))
    op.add_column("callback", sa.Column("owner_until", sa.DateTime(timezone=True)))
    op.add_column("callback", sa.Column("merged_into", sa.Uuid()))
    _link("callback", "family_id", "family")
    _link("callback", "merged_into", "callback")
    op.create_foreign_key("fk_callback_owner_id_staff", "callback", "staff", ["owner_id"], ["id"])
    op.drop_index("ix_callback_queue", "callback")
    op.create_index("uq_callback_open_family", "callback", ["family_id"], unique=True, postgresql_where=_OPEN)
    op.create_index(
        "ix_callback_pool_promise", "callback", ["urgency", "promise_by"], postgresql_where=_POOL
    )
    op.create_index("ix_callback_pool_due", "callback", ["urgency", "due_at"], postgresql_where=_POOL)
    op.create_index("ix_callback_owner", "callback", ["owner_id", "due_at"], postgresql_where=_OWNED)
    op.create_index("ix_callback_owner_until", "callback", ["owner_until"], postgresql_where=_OWNED)
    op.create_index("ix_callback_open_due", "callback", ["due_at", "id"], postgresql_where=_OPEN)


def _link(table: str, column: str, target: str) -> None:
    op.create_foreign_key(
        f"fk_{table}_{column}_{target}", table, target, [column], ["id"], ondelete="SET NULL"
    )


def _add_tables() -> None:
    op.create_table(
        "family",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_family"),
    )
    op.create_table(
        "family_apart",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["family_id"], ["family.id"], name="fk_family_apart_family_id_family", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["family.id"], name="fk_family_apart_other_id_family", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("family_id", "other_id", name="pk_family_apart"),
    )
    op.create_index("ix_family_apart_other_id", "family_apart", ["other_id"])
    op.create_table(
        "staff_skill",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_staff_skill_staff_id_staff", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "skill", name="pk_staff_skill"),
    )
    op.create_table(
        "outcome_undo",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["call_attempt.id"],
            name="fk_outcome_undo_attempt_id_call_attempt",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_outcome_undo_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome_undo"),
    )
    op.create_index("ix_outcome_undo_attempt_id", "outcome_undo", ["attempt_id"])
    op.create_table(
        "contact_change",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_contact_change_lead_id_lead", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_change"),
    )
    op.create_index("ix_contact_change_lead_id", "contact_change", ["lead_id"])
    op.create_table(
        "supervisor_notice",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("callback_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_supervisor_notice_lead_id_lead", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["callback_id"],
            ["callback.id"],
            name="fk_supervisor_notice_callback_id_callback",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_supervisor_notice_staff_id_staff"),
        sa.ForeignKeyConstraint(["seen_by"], ["staff.id"], name="fk_supervisor_notice_seen_by_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_supervisor_notice"),
    )
    op.create_index("ix_supervisor_notice_lead_id", "supervisor_notice", ["lead_id"])
    op.create_index(
        "ix_supervisor_notice_unseen", "supervisor_notice", ["at"], postgresql_where=sa.text("seen_at IS NULL")
    )


def downgrade() -> None:
    for name in ("open_due", "owner_until", "owner", "pool_due", "pool_promise"):
        op.drop_index(f"ix_callback_{name}", "callback")
    op.drop_index("uq_callback_open_family", "callback")
    op.create_index(
        "ix_callback_queue",
        "callback",
        [sa.literal_column("urgency DESC"), "due_at"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    for column in ("merged_into", "owner_until", "owner_id", "needs", "family_id"):
        op.drop_column("callback", column)
    op.drop_index("ix_lead_family_id", "lead")
    for column in ("family_id", "marked", "source"):
        op.drop_column("lead", column)
    op.drop_column("staff", "shortcuts")
    for table in ("supervisor_notice", "contact_change", "outcome_undo", "staff_skill", "family_apart", "family"):
        op.drop_table(table)
