"""Keep security keys, recovery codes, mails to staff, deputies and what a sign-in has proven."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column('staff', 'password', nullable=True)
    op.alter_column('staff', 'totp_secret_sealed', nullable=True)
    # Kept with a default until no code of the version before runs any more.
    op.alter_column('staff', 'password_temporary', server_default=sa.false())
    op.add_column('staff', sa.Column('code_misses', sa.BigInteger(), server_default=sa.text('0'), nullable=False))
    op.add_column('staff', sa.Column('code_missed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('staff', sa.Column('deputy_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('staff', sa.Column('left_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('staff_session', sa.Column('proven_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('staff_key',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('last_stamp', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_key_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_key')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_staff_key_credential_id'))
    )
    op.create_index(op.f('ix_staff_key_staff_id'), 'staff_key', ['staff_id'], unique=False)
    op.create_table('recovery_code',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('blind', sa.LargeBinary(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_recovery_code_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('staff_id', 'blind', name=op.f('uq_recovery_code_staff_id'))
    )
    op.create_table('staff_mail',
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('token_blind', sa.LargeBinary(), nullable=True),
    sa.Column('token_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('totp_secret_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_mail_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_mail')),
    sa.UniqueConstraint('token_blind', name=op.f('uq_staff_mail_token_blind'))
    )
    op.create_index(op.f('ix_staff_mail_staff_id'), 'staff_mail', ['staff_id'], unique=False)


def downgrade() -> None:
    for table in ('staff_mail', 'recovery_code', 'staff_key'):
        op.drop_table(table)
    op.drop_column('staff_session', 'proven_at')
    for column in ('left_at', 'deputy_until', 'code_missed_at', 'code_misses'):
        op.drop_column('staff', column)
    # An account that nobody has joined yet opens nothing in the version before either.
    op.execute("UPDATE staff SET active = false WHERE password IS NULL OR totp_secret_sealed IS NULL")
    op.execute("UPDATE staff SET password = '' WHERE password IS NULL")
    op.execute("UPDATE staff SET totp_secret_sealed = '' WHERE totp_secret_sealed IS NULL")
    op.alter_column('staff', 'password_temporary', server_default=None)
    op.alter_column('staff', 'totp_secret_sealed', nullable=False)
    op.alter_column('staff', 'password', nullable=False)
