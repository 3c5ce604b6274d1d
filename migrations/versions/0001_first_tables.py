"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Text(), nullable=False),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    op.create_index('ix_audit_entry_subject', 'audit_entry', ['subject_kind', 'subject_id'], unique=False)
    op.create_table('centre',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('street', sa.Text(), nullable=True),
    sa.Column('city', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('zip', sa.Text(), nullable=True),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('given_latitude', sa.Double(), nullable=True),
    sa.Column('given_longitude', sa.Double(), nullable=True),
    sa.Column('designation', sa.Text(), nullable=True),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('sample', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centre')),
    sa.UniqueConstraint('name', 'city', 'state', name=op.f('uq_centre_name'))
    )
    op.create_table('consent_wording',
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_consent_wording'))
    )
    op.create_table('directory_version',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_directory_version'))
    )
    op.create_table('doctor',
    sa.Column('npi', sa.Text(), nullable=True),
    sa.Column('first_name', sa.Text(), nullable=False),
    sa.Column('last_name', sa.Text(), nullable=False),
    sa.Column('credential', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('sample', sa.Boolean(), nullable=False),
    sa.Column('languages', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('accepts_new', sa.Boolean(), nullable=True),
    sa.Column('video_opinion', sa.Boolean(), nullable=True),
    sa.Column('volume_band', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.Column('source_digest', sa.Text(), nullable=True),
    sa.Column('verified_on', sa.Date(), nullable=True),
    sa.Column('verified_by', sa.Text(), nullable=True),
    sa.Column('deactivated_on', sa.Date(), nullable=True),
    sa.Column('deactivated_because', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_doctor')),
    sa.UniqueConstraint('npi', name=op.f('uq_doctor_npi'))
    )
    op.create_index('ix_doctor_status', 'doctor', ['status'], unique=False)
    op.create_table('draft',
    sa.Column('token_blind', sa.LargeBinary(), nullable=False),
    sa.Column('submission_id', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answers_json_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
    sa.UniqueConstraint('submission_id', name=op.f('uq_draft_submission_id')),
    sa.UniqueConstraint('token_blind', name=op.f('uq_draft_token_blind'))
    )
    op.create_index(op.f('ix_draft_expires_at'), 'draft', ['expires_at'], unique=False)
    op.create_table('heartbeat',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    op.create_table('lead',
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('submission_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('relation', sa.Text(), nullable=False),
    sa.Column('diagnosis', sa.Text(), nullable=False),
    sa.Column('cell_type', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('treatment_status', sa.Text(), nullable=False),
    sa.Column('zip', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=True),
    sa.Column('travel', sa.Text(), nullable=False),
    sa.Column('time_zones', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('time_zone_certain', sa.Boolean(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('voicemail_may_mention', sa.Boolean(), nullable=False),
    sa.Column('wants_call', sa.Boolean(), nullable=False),
    sa.Column('call_day', sa.Text(), nullable=True),
    sa.Column('call_on', sa.Date(), nullable=True),
    sa.Column('call_part', sa.Text(), nullable=True),
    sa.Column('wants_guide', sa.Boolean(), nullable=False),
    sa.Column('status_token_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('status_token_blind', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead')),
    sa.UniqueConstraint('reference', name=op.f('uq_lead_reference')),
    sa.UniqueConstraint('status_token_blind', name=op.f('uq_lead_status_token_blind')),
    sa.UniqueConstraint('submission_id', name=op.f('uq_lead_submission_id'))
    )
    op.create_index('ix_lead_created_at', 'lead', ['created_at'], unique=False)
    op.create_table('outbox_task',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('task', sa.Text(), nullable=False),
    sa.Column('queue', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('token', sa.BigInteger(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.Column('lost', sa.BigInteger(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_task'))
    )
    op.create_index('ix_outbox_task_due', 'outbox_task', ['queue', 'due_at'], unique=False, postgresql_where=sa.text("state = 'due'"))
    op.create_index('ix_outbox_task_leased', 'outbox_task', ['leased_until'], unique=False, postgresql_where=sa.text("state = 'leased'"))
    op.create_index('ix_outbox_task_parked', 'outbox_task', ['id'], unique=False, postgresql_where=sa.text("state = 'parked'"))
    op.create_index('ix_outbox_task_subject', 'outbox_task', ['subject_id'], unique=False)
    op.create_table('staff',
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.Text(), nullable=False),
    sa.Column('password', sa.Text(), nullable=False),
    sa.Column('password_temporary', sa.Boolean(), nullable=False),
    sa.Column('totp_secret_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('totp_last_counter', sa.BigInteger(), nullable=True),
    sa.Column('sample', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('email', name=op.f('uq_staff_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_staff_fs_uniquifier'))
    )
    op.create_table('suppression',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('address_blind', sa.LargeBinary(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppression')),
    sa.UniqueConstraint('channel', 'address_blind', name=op.f('uq_suppression_channel'))
    )
    op.create_table('callback',
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('promise_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_because', sa.Text(), nullable=False),
    sa.Column('requested', sa.Boolean(), nullable=False),
    sa.Column('urgency', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('claimed_by', sa.Uuid(), nullable=True),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('notes_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['claimed_by'], ['staff.id'], name=op.f('fk_callback_claimed_by_staff')),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_callback_lead_id_lead'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_callback'))
    )
    op.create_index('ix_callback_claimed', 'callback', ['claimed_until'], unique=False, postgresql_where=sa.text("status = 'claimed'"))
    op.create_index('ix_callback_lead', 'callback', ['lead_id'], unique=False)
    op.create_index('ix_callback_queue', 'callback', [sa.literal_column('urgency DESC'), 'due_at'], unique=False, postgresql_where=sa.text("status = 'waiting'"))
    op.create_index('uq_callback_open', 'callback', ['lead_id'], unique=True, postgresql_where=sa.text("status IN ('waiting', 'claimed')"))
    op.create_table('consent_event',
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('wording_sha256', sa.Text(), nullable=False),
    sa.Column('page', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('typed_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('address_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('user_agent_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_consent_event_lead_id_lead')),
    sa.ForeignKeyConstraint(['wording_sha256'], ['consent_wording.sha256'], name=op.f('fk_consent_event_wording_sha256_consent_wording')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_event'))
    )
    op.create_index(op.f('ix_consent_event_lead_id'), 'consent_event', ['lead_id'], unique=False)
    op.create_table('contact',
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('first_name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('last_name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('email_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('last_name_blind', sa.LargeBinary(), nullable=True),
    sa.Column('phone_blind', sa.LargeBinary(), nullable=True),
    sa.Column('email_blind', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_contact_lead_id_lead'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('lead_id', name=op.f('uq_contact_lead_id'))
    )
    op.create_index(op.f('ix_contact_email_blind'), 'contact', ['email_blind'], unique=False)
    op.create_index(op.f('ix_contact_last_name_blind'), 'contact', ['last_name_blind'], unique=False)
    op.create_index(op.f('ix_contact_phone_blind'), 'contact', ['phone_blind'], unique=False)
    op.create_table('doctor_expertise',
    sa.Column('doctor_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('verified_on', sa.Date(), nullable=False),
    sa.Column('verified_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_doctor_expertise_doctor_id_doctor'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('doctor_id', 'code', name=op.f('pk_doctor_expertise'))
    )
    op.create_table('doctor_specialty',
    sa.Column('doctor_id', sa.Uuid(), nullable=False),
    sa.Column('taxonomy_code', sa.Text(), nullable=False),
    sa.Column('is_primary', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_doctor_specialty_doctor_id_doctor'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('doctor_id', 'taxonomy_code', name=op.f('pk_doctor_specialty'))
    )
    op.create_table('location',
    sa.Column('doctor_id', sa.Uuid(), nullable=False),
    sa.Column('centre_id', sa.Uuid(), nullable=True),
    sa.Column('line_1', sa.Text(), nullable=False),
    sa.Column('line_2', sa.Text(), nullable=True),
    sa.Column('city', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('zip', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_location_centre_id_centre')),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_location_doctor_id_doctor'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_location'))
    )
    op.create_index(op.f('ix_location_doctor_id'), 'location', ['doctor_id'], unique=False)
    op.create_table('mailing',
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sending_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('unsubscribe_token_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('unsubscribe_token_blind', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_mailing_lead_id_lead'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailing')),
    sa.UniqueConstraint('lead_id', 'step', name=op.f('uq_mailing_lead_id')),
    sa.UniqueConstraint('message_id', name=op.f('uq_mailing_message_id')),
    sa.UniqueConstraint('unsubscribe_token_blind', name=op.f('uq_mailing_unsubscribe_token_blind'))
    )
    op.create_index('ix_mailing_status', 'mailing', ['status', 'due_at'], unique=False)
    op.create_table('match_set',
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('current', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rule_version', sa.Text(), nullable=False),
    sa.Column('directory_version', sa.BigInteger(), nullable=False),
    sa.Column('widened', sa.Boolean(), nullable=False),
    sa.Column('excluded', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_match_set_lead_id_lead'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match_set'))
    )
    op.create_index('uq_match_set_current', 'match_set', ['lead_id'], unique=True, postgresql_where=sa.text('current'))
    op.create_table('patient',
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('first_name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_patient_lead_id_lead'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient')),
    sa.UniqueConstraint('lead_id', name=op.f('uq_patient_lead_id'))
    )
    op.create_table('staff_session',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_session_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_session'))
    )
    op.create_index(op.f('ix_staff_session_staff_id'), 'staff_session', ['staff_id'], unique=False)
    op.create_table('call_attempt',
    sa.Column('callback_id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('rule_version', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('notes_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['callback_id'], ['callback.id'], name=op.f('fk_call_attempt_callback_id_callback'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_call_attempt_lead_id_lead'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_call_attempt_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_attempt'))
    )
    op.create_index(op.f('ix_call_attempt_callback_id'), 'call_attempt', ['callback_id'], unique=False)
    op.create_index(op.f('ix_call_attempt_lead_id'), 'call_attempt', ['lead_id'], unique=False)
    op.create_table('match',
    sa.Column('match_set_id', sa.Uuid(), nullable=False),
    sa.Column('rank', sa.BigInteger(), nullable=False),
    sa.Column('doctor_id', sa.Uuid(), nullable=False),
    sa.Column('location_id', sa.Uuid(), nullable=True),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('parts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('distance_miles', sa.Double(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['doctor_id'], ['doctor.id'], name=op.f('fk_match_doctor_id_doctor')),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_match_location_id_location'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['match_set_id'], ['match_set.id'], name=op.f('fk_match_match_set_id_match_set'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match')),
    sa.UniqueConstraint('match_set_id', 'doctor_id', name='uq_match_doctor'),
    sa.UniqueConstraint('match_set_id', 'rank', name=op.f('uq_match_match_set_id'))
    )


def downgrade() -> None:
    op.drop_table('match')
    op.drop_index(op.f('ix_call_attempt_lead_id'), table_name='call_attempt')
    op.drop_index(op.f('ix_call_attempt_callback_id'), table_name='call_attempt')
    op.drop_table('call_attempt')
    op.drop_index(op.f('ix_staff_session_staff_id'), table_name='staff_session')
    op.drop_table('staff_session')
    op.drop_table('patient')
    op.drop_index('uq_match_set_current', table_name='match_set', postgresql_where=sa.text('current'))
    op.drop_table('match_set')
    op.drop_index('ix_mailing_status', table_name='mailing')
    op.drop_table('mailing')
    op.drop_index(op.f('ix_location_doctor_id'), table_name='location')
    op.drop_table('location')
    op.drop_table('doctor_specialty')
    op.drop_table('doctor_expertise')
    op.drop_index(op.f('ix_contact_phone_blind'), table_name='contact')
    op.drop_index(op.f('ix_contact_last_name_blind'), table_name='contact')
    op.drop_index(op.f('ix_contact_email_blind'), table_name='contact')
    op.drop_table('contact')
    op.drop_index(op.f('ix_consent_event_lead_id'), table_name='consent_event')
    op.drop_table('consent_event')
    op.drop_index('uq_callback_open', table_name='callback', postgresql_where=sa.text("status IN ('waiting', 'claimed')"))
    op.drop_index('ix_callback_queue', table_name='callback', postgresql_where=sa.text("status = 'waiting'"))
    op.drop_index('ix_callback_lead', table_name='callback')
    op.drop_index('ix_callback_claimed', table_name='callback', postgresql_where=sa.text("status = 'claimed'"))
    op.drop_table('callback')
    op.drop_table('suppression')
    op.drop_table('staff')
    op.drop_index('ix_outbox_task_subject', table_name='outbox_task')
    op.drop_index('ix_outbox_task_parked', table_name='outbox_task', postgresql_where=sa.text("state = 'parked'"))
    op.drop_index('ix_outbox_task_leased', table_name='outbox_task', postgresql_where=sa.text("state = 'leased'"))
    op.drop_index('ix_outbox_task_due', table_name='outbox_task', postgresql_where=sa.text("state = 'due'"))
    op.drop_table('outbox_task')
    op.drop_index('ix_lead_created_at', table_name='lead')
    op.drop_table('lead')
    op.drop_table('heartbeat')
    op.drop_index(op.f('ix_draft_expires_at'), table_name='draft')
    op.drop_table('draft')
    op.drop_index('ix_doctor_status', table_name='doctor')
    op.drop_table('doctor')
    op.drop_table('directory_version')
    op.drop_table('consent_wording')
    op.drop_table('centre')
    op.drop_index('ix_audit_entry_subject', table_name='audit_entry')
    op.drop_table('audit_entry')
