"""Keep promises of a call that were broken, why, and when the family was told."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "breach",
        sa.Column("callback_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("promise_by", instant, nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.Column("broken_at", instant),
        sa.Column("likely", sa.Text(), nullable=False),
        sa.Column("told_at", instant),
        sa.Column("rung_at", instant),
        sa.Column("settled_at", instant),
        sa.Column("reason", sa.Text()),
        sa.Column("explained_by", sa.Uuid()),
        sa.Column("explained_at", instant),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.Column("id", sa.Uuid(), nullable=False),
        _link("callback_id", "callback", ondelete="CASCADE"),
        _link("lead_id", "lead", ondelete="CASCADE"),
        _link("explained_by", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_breach"),
        sa.UniqueConstraint("callback_id", "promise_by", name="uq_breach_callback_id"),
    )
    op.create_index("ix_breach_lead_id", "breach", ["lead_id"])
    op.create_index("ix_breach_open", "breach", ["promise_by"], postgresql_where=sa.text("settled_at IS NULL"))
    op.create_index("ix_breach_seen_at", "breach", ["seen_at"])
    op.create_index("ix_breach_broken_at", "breach", ["broken_at"])
    op.create_index(
        "ix_breach_unexplained",
        "breach",
        ["broken_at"],
        postgresql_where=sa.text("broken_at IS NOT NULL AND reason IS NULL"),
    )


def _link(column: str, target: str, **rule: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_breach_{column}_{target}", **rule)


def downgrade() -> None:
    op.drop_table("breach")
