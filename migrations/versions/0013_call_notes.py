"""Keep late notes, which page wrote a call's notes, and what an outcome changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("callback", sa.Column("written_by", sa.Text()))
    op.add_column("call_attempt", sa.Column("changed", postgresql.JSONB(astext_type=sa.Text())))
    op.create_table(
        "call_note",
        sa.Column("callback_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callback.id"], name="fk_call_note_callback_id_callback", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_call_note_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_call_note"),
    )
    op.create_index("ix_call_note_callback_id", "call_note", ["callback_id"])


def downgrade() -> None:
    op.drop_table("call_note")
    op.drop_column("call_attempt", "changed")
    op.drop_column("callback", "written_by")
