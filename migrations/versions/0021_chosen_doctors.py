"""Know which doctors an advocate spoke about with the family and sent."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("match", sa.Column("chosen_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("match", "chosen_at")
