"""Keep with every call attempt and mail what its permission rested on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_attempt", sa.Column("grounds", postgresql.JSONB(), nullable=True))
    op.add_column("mailing", sa.Column("rule_version", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("mailing", "rule_version")
    op.drop_column("call_attempt", "grounds")
