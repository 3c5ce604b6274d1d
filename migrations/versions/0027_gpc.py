"""Keep with each consent whether the browser said "do not sell or share" (Sec-GPC)."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consent_event", sa.Column("gpc", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("consent_event", "gpc")
