"""Let a row of work carry the trace of the request that asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_task", sa.Column("trace", sa.Text()))


def downgrade() -> None:
    op.drop_column("outbox_task", "trace")
