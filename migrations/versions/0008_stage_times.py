"""Keep the time of each stage from send to voice, and what was promised when it rang."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lead", sa.Column("stored_at", sa.DateTime(timezone=True)))
    op.add_column("lead", sa.Column("came_from", sa.Text()))
    op.create_index("ix_lead_marked", "lead", ["id"], postgresql_where=sa.text("marked IS NOT NULL"))
    op.add_column("callback", sa.Column("first_claimed_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_callback_open_promise",
        "callback",
        ["promise_by"],
        postgresql_where=sa.text("status IN ('waiting', 'claimed')"),
    )
    op.create_index(
        "ix_callback_closed_at", "callback", ["closed_at"], postgresql_where=sa.text("closed_at IS NOT NULL")
    )
    op.add_column("call_attempt", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.add_column("call_attempt", sa.Column("promise_by", sa.DateTime(timezone=True)))
    op.create_index("ix_call_attempt_started_at", "call_attempt", ["started_at"])


def downgrade() -> None:
    op.drop_index("ix_call_attempt_started_at", "call_attempt")
    op.drop_column("call_attempt", "promise_by")
    op.drop_column("call_attempt", "due_at")
    op.drop_index("ix_callback_closed_at", "callback")
    op.drop_index("ix_callback_open_promise", "callback")
    op.drop_column("callback", "first_claimed_at")
    op.drop_index("ix_lead_marked", "lead")
    op.drop_column("lead", "came_from")
    op.drop_column("lead", "stored_at")
