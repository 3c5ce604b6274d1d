"""Give the product a role of its own that may not change or remove what is append-only.

Sessions of web, workers and commands take the role `advocate_app` (DATABASE_ROLE); only migrations run as
the owner. Two guards then hold the audit and the consents: the role has no right to UPDATE or DELETE them,
and a trigger refuses it for everybody. Where the owner may not make roles, an administrator runs first:

    CREATE ROLE advocate_app NOLOGIN;
    GRANT advocate_app TO <owner>;
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ROLE = "advocate_app"
APPEND_ONLY = "audit_entry, audit_seal, consent_event, consent_wording"


def upgrade() -> None:
    _make_role()
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    op.execute(f"REVOKE UPDATE, DELETE ON {APPEND_ONLY} FROM {ROLE}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {ROLE}")
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}"
    )
    _let_sealed_fields_change()
    # Fails here, not in the first request, when the owner may not take the role.
    op.execute(f"SET LOCAL ROLE {ROLE}")
    op.execute("SELECT count(*) FROM heartbeat")
    op.execute("RESET ROLE")


def _make_role() -> None:
    op.execute(
        # A role belongs to the whole server: another database may have made it, or make it just now.
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                CREATE ROLE {ROLE} NOLOGIN;
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$
        """
    )
    op.execute(
        f"""
        DO $$ BEGIN
            EXECUTE format('GRANT {ROLE} TO %I', current_user);
        EXCEPTION WHEN insufficient_privilege THEN NULL;
        END $$
        """
    )


def _let_sealed_fields_change() -> None:
    """Key rotation seals a consent's fields anew, and erasure empties them; nothing else of it may change."""
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
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION reseal_consent(consent uuid, typed bytea, address bytea, user_agent bytea)
        RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            PERFORM set_config('advocate.reseal', 'on', true);
            UPDATE consent_event SET
                typed_sealed = coalesce(typed, typed_sealed),
                address_sealed = coalesce(address, address_sealed),
                user_agent_sealed = coalesce(user_agent, user_agent_sealed)
            WHERE id = consent;
            PERFORM set_config('advocate.reseal', 'off', true);
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION empty_consents(lead uuid)
        RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            PERFORM set_config('advocate.reseal', 'on', true);
            UPDATE consent_event SET typed_sealed = NULL, address_sealed = NULL, user_agent_sealed = NULL
            WHERE lead_id = lead;
            PERFORM set_config('advocate.reseal', 'off', true);
        END $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION empty_consents(uuid)")
    op.execute("DROP FUNCTION reseal_consent(uuid, bytea, bytea, bytea)")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
        END $$
        """
    )
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
        f"REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM {ROLE}"
    )
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {ROLE}")
