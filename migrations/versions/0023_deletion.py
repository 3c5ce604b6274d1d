"""Keep that a family asked to be deleted, its clock and its receipt, and the mails about it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deletion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("receipt", sa.Text()),
        sa.Column("link_until", sa.DateTime(timezone=True)),
        sa.Column("link_blind", sa.LargeBinary()),
        sa.Column("link_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_deletion"),
        sa.UniqueConstraint("receipt", name="uq_deletion_receipt"),
        sa.UniqueConstraint("link_blind", name="uq_deletion_link_blind"),
    )
    op.create_index("ix_deletion_lead_id", "deletion", ["lead_id"])
    is_open = sa.text("done_at IS NULL AND closed_at IS NULL")
    op.create_index("uq_deletion_open", "deletion", ["lead_id"], unique=True, postgresql_where=is_open)
    op.create_table(
        "deletion_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deletion_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("centre", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.ForeignKeyConstraint(
            ["deletion_id"], ["deletion.id"], name="fk_deletion_mail_deletion_id_deletion", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deletion_mail"),
    )
    op.create_index("ix_deletion_mail_deletion_id", "deletion_mail", ["deletion_id"])


def downgrade() -> None:
    op.drop_table("deletion_mail")
    op.drop_table("deletion")
