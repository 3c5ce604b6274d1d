"""Keep what families answer to a mail until a person has read it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_WAITS = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "mail_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("lead_id", sa.Uuid()),
        sa.Column("sender_blind", sa.LargeBinary(), nullable=False),
        sa.Column("sender_sealed", sa.LargeBinary()),
        sa.Column("words_sealed", sa.LargeBinary()),
        sa.Column("says_stop", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by", sa.Uuid()),
        sa.Column("decision", sa.Text()),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name="fk_mail_reply_lead_id_lead", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["staff.id"], name="fk_mail_reply_settled_by_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_reply"),
        sa.UniqueConstraint("digest", name="uq_mail_reply_digest"),
    )
    op.create_index("ix_mail_reply_lead_id", "mail_reply", ["lead_id"])
    op.create_index("ix_mail_reply_sender", "mail_reply", ["sender_blind"], postgresql_where=_WAITS)


def downgrade() -> None:
    op.drop_table("mail_reply")
