"""Keep how long each stage of each request took, for reports that read no history."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_SECONDS = ("stored", "matched", "queued", "claimed", "rung", "spoken", "waited", "workable", "heard")


def upgrade() -> None:
    op.create_table(
        "request_times",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("wants_call", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Uuid()),
        *(sa.Column(name, sa.Double()) for name in _SECONDS),
        sa.Column("kept", sa.Boolean()),
        sa.Column("outcome", sa.Text()),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_request_times_lead_id_lead", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_request_times_staff_id_staff"),
        sa.PrimaryKeyConstraint("lead_id", name="pk_request_times"),
    )
    op.create_index("ix_request_times_submitted_at", "request_times", ["submitted_at"])
    op.create_index(
        "ix_request_times_look_at", "request_times", ["look_at"], postgresql_where=sa.text("NOT settled")
    )
    op.create_index(
        "ix_request_times_left_out", "request_times", ["lead_id"], postgresql_where=sa.text("NOT counted")
    )
    op.create_index("ix_match_set_lead_id", "match_set", ["lead_id"])


def downgrade() -> None:
    op.drop_index("ix_match_set_lead_id", "match_set")
    op.drop_table("request_times")
