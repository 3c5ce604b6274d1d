"""Keep shifts, days away and pauses of staff."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_shift",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("week", postgresql.JSONB(), nullable=False),
        _staff("staff_shift", "staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_shift"),
    )
    op.create_table(
        "staff_absence",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cover_id", sa.Uuid()),
        sa.Column("noted_by", sa.Uuid()),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _staff("staff_absence", "staff_id", ondelete="CASCADE"),
        _staff("staff_absence", "cover_id"),
        _staff("staff_absence", "noted_by"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_absence"),
    )
    op.create_index("ix_staff_absence_staff_id", "staff_absence", ["staff_id"])
    op.create_index("ix_staff_absence_last_day", "staff_absence", ["last_day"])
    op.create_table(
        "staff_pause",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Uuid()),
        sa.Column("id", sa.Uuid(), nullable=False),
        _staff("staff_pause", "staff_id", ondelete="CASCADE"),
        _staff("staff_pause", "set_by"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_pause"),
    )
    op.create_index(
        "uq_staff_pause_open",
        "staff_pause",
        ["staff_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_staff_pause_started_at", "staff_pause", ["started_at"])


def _staff(table: str, column: str, **rule: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=f"fk_{table}_{column}_staff", **rule)


def downgrade() -> None:
    for table in ("staff_pause", "staff_absence", "staff_shift"):
        op.drop_table(table)
