"""Let a member of staff choose a light or a dark console."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("look", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("staff", "look")
