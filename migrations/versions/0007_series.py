"""Keep each series under way, and what came of a mail after the server took it.

The link that stops mail carries its address's keyed hash itself: no mailing needs a token any more.
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

RUNNING = sa.text('ended_at IS NULL')
KNOWN = sa.text('provider_id IS NOT NULL')


def upgrade() -> None:
    op.create_table('series_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('series', sa.Text(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paused_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_because', sa.Text(), nullable=True),
    sa.Column('planned_version', sa.Text(), nullable=False),
    sa.Column('appointment_on', sa.Date(), nullable=True),
    sa.Column('every_months', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_series_run_lead_id_lead'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series_run')),
    sa.UniqueConstraint('lead_id', 'series', name=op.f('uq_series_run_lead_id'))
    )
    op.create_index('ix_series_run_planned', 'series_run', ['planned_version'], postgresql_where=RUNNING)
    # Families under way keep what is planned; the next sweep decides their steps by the file of today.
    op.execute(
        """
        INSERT INTO series_run (id, lead_id, series, begun_at, planned_version)
        SELECT gen_random_uuid(), id, 'guide', created_at, '' FROM lead WHERE wants_guide AND status = 'open'
        """
    )
    for name, kind in (
        ('because', sa.Text()),
        ('first_tried_at', sa.DateTime(timezone=True)),
        ('delivered_at', sa.DateTime(timezone=True)),
        ('recipient_blind', sa.LargeBinary()),
        ('provider_id', sa.Text()),
    ):
        op.add_column('mailing', sa.Column(name, kind, nullable=True))
    op.create_index('ix_mailing_provider', 'mailing', ['provider_id'], postgresql_where=KNOWN)
    op.drop_constraint('uq_mailing_unsubscribe_token_blind', 'mailing')
    op.drop_column('mailing', 'unsubscribe_token_blind')
    op.drop_column('mailing', 'unsubscribe_token_sealed')


def downgrade() -> None:
    op.add_column('mailing', sa.Column('unsubscribe_token_sealed', sa.LargeBinary(), server_default='', nullable=False))
    op.add_column('mailing', sa.Column('unsubscribe_token_blind', sa.LargeBinary(), nullable=True))
    # No link of an earlier mail is lost by this: a new one has to be made for what is sent from now on.
    op.execute("UPDATE mailing SET unsubscribe_token_blind = uuid_send(id)")
    op.alter_column('mailing', 'unsubscribe_token_blind', nullable=False)
    op.alter_column('mailing', 'unsubscribe_token_sealed', server_default=None)
    op.create_unique_constraint('uq_mailing_unsubscribe_token_blind', 'mailing', ['unsubscribe_token_blind'])
    op.drop_index('ix_mailing_provider', table_name='mailing')
    for name in ('provider_id', 'recipient_blind', 'delivered_at', 'first_tried_at', 'because'):
        op.drop_column('mailing', name)
    op.drop_table('series_run')
