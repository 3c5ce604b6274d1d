"""Keep what outlives a request: the ledger of stops and erasures, and that people were contacted.

A consent outlives its request, emptied of what was typed. Old consents and audit entries may go through
functions that refuse what is not old enough.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_tables()
    op.drop_constraint("fk_consent_event_lead_id_lead", "consent_event", type_="foreignkey")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND current_setting('advocate.reseal', true) = 'on' AND NOT EXISTS (
                SELECT FROM jsonb_each(to_jsonb(OLD)) AS was JOIN jsonb_each(to_jsonb(NEW)) AS is_now USING (key)
                WHERE was.value IS DISTINCT FROM is_now.value AND right(key, 7) <> '_sealed'
            ) THEN
                RETURN NEW;
            END IF;
            IF TG_OP = 'DELETE' AND current_setting('advocate.forget', true) = 'on' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION forget_consents(before timestamptz, most bigint)
        RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE gone bigint;
        BEGIN
            IF before > now() - interval '5 years' THEN
                RAISE EXCEPTION 'consents are kept for five years';
            END IF;
            PERFORM set_config('advocate.forget', 'on', true);
            DELETE FROM consent_event WHERE id IN (SELECT id FROM consent_event WHERE at < before LIMIT most);
            GET DIAGNOSTICS gone = ROW_COUNT;
            PERFORM set_config('advocate.forget', 'off', true);
            RETURN gone;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION forget_audit(last_position bigint)
        RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM audit_seal JOIN audit_entry ON audit_entry.id = audit_seal.entry_id
                WHERE audit_seal.position <= last_position
                AND greatest(audit_entry.at, audit_seal.sealed_at) > now() - interval '6 years'
            ) THEN
                RAISE EXCEPTION 'the audit is kept for six years';
            END IF;
            PERFORM set_config('advocate.forget', 'on', true);
            DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE position <= last_position);
            DELETE FROM audit_seal WHERE position <= last_position;
            PERFORM set_config('advocate.forget', 'off', true);
        END $$
        """
    )


def _add_tables() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entry"),
    )
    op.create_table(
        "kept_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_blind", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_kept_contact_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_contact"),
    )
    op.create_index("ix_kept_contact_lead_id", "kept_contact", ["lead_id"])
    op.create_index("ix_kept_contact_address_blind", "kept_contact", ["address_blind"])


def downgrade() -> None:
    op.drop_table("kept_contact")
    op.drop_table("ledger_entry")
    op.execute("DROP FUNCTION forget_audit(bigint)")
    op.execute("DROP FUNCTION forget_consents(timestamptz, bigint)")
    op.create_foreign_key(
        "fk_consent_event_lead_id_lead", "consent_event", "lead", ["lead_id"], ["id"], postgresql_not_valid=True
    )
