"""Keep where each directory fact comes from, sign-offs, and why a list changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('zip_point',
    sa.Column('zip', sa.Text(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=False),
    sa.Column('longitude', sa.Double(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('zip', name=op.f('pk_zip_point'))
    )
    op.create_table('doctor_fact',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('doctor_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.Column('verified_on', sa.Date(), nullable=True),
    sa.Column('verified_by', sa.Text(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_doctor_fact_doctor_id_doctor'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_doctor_fact'))
    )
    op.create_index('ix_doctor_fact_doctor', 'doctor_fact', ['doctor_id', 'name', 'id'], unique=False)
    op.create_table('guidance_sign_off',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('row_id', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('clinician', sa.Text(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_guidance_sign_off_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guidance_sign_off'))
    )
    op.create_index('ix_guidance_sign_off_row', 'guidance_sign_off', ['row_id', 'digest'], unique=False)
    op.add_column('doctor', sa.Column('insurance', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False))
    op.add_column('lead', sa.Column('veteran', sa.Boolean(), nullable=True))
    op.add_column('lead', sa.Column('insurance', sa.Text(), nullable=True))
    op.add_column('match_set', sa.Column('nearer', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False))
    op.add_column('match_set', sa.Column('differences', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    op.drop_column('match_set', 'differences')
    op.drop_column('match_set', 'nearer')
    op.drop_column('lead', 'insurance')
    op.drop_column('lead', 'veteran')
    op.drop_column('doctor', 'insurance')
    op.drop_index('ix_guidance_sign_off_row', table_name='guidance_sign_off')
    op.drop_table('guidance_sign_off')
    op.drop_index('ix_doctor_fact_doctor', table_name='doctor_fact')
    op.drop_table('doctor_fact')
    op.drop_table('zip_point')
