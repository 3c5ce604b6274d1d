"""Keep what mail providers tell of a mail, and the brake that too many complaints pull."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mail_receipt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('adapter', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('permanent', sa.Boolean(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mailing_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['mailing_id'], ['mailing.id'], name=op.f('fk_mail_receipt_mailing_id_mailing'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_receipt')),
    sa.UniqueConstraint('adapter', 'event_id', name=op.f('uq_mail_receipt_adapter'))
    )
    op.create_index('ix_mail_receipt_kind', 'mail_receipt', ['kind', 'at'])
    op.create_index(op.f('ix_mail_receipt_mailing_id'), 'mail_receipt', ['mailing_id'])
    op.create_table('mail_brake',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pulled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent', sa.BigInteger(), nullable=False),
    sa.Column('complaints', sa.BigInteger(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('released_by', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['released_by'], ['staff.id'], name=op.f('fk_mail_brake_released_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_brake'))
    )
    op.create_index('uq_mail_brake_on', 'mail_brake', [sa.text('(true)')], unique=True, postgresql_where=sa.text('released_at IS NULL'))


def downgrade() -> None:
    op.drop_table('mail_brake')
    op.drop_table('mail_receipt')
