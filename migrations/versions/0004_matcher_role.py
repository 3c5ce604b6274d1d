"""Keep sponsorships in a schema of their own, and give the matching a role that cannot read it.

The role needs the right to make roles once. Where the owner of the database may not, an administrator
makes it beforehand:

    CREATE ROLE advocate_matcher NOLOGIN;
    GRANT advocate_matcher TO <owner>;
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLE = "advocate_matcher"
# Only what workers/matching/load.py reads.
GRANTS = {
    "directory_version": "number",
    "doctor": "id, npi, first_name, last_name, sample, status, languages, insurance, accepts_new, "
    "video_opinion, verified_on, volume_band",
    "doctor_specialty": "doctor_id, taxonomy_code",
    "doctor_expertise": "doctor_id, code",
    "location": "id, doctor_id, centre_id, city, state, latitude, longitude, phone",
    "centre": "id, name, designation",
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA billing")
    op.execute("REVOKE ALL ON SCHEMA billing FROM PUBLIC")
    op.execute(
        """
        CREATE TABLE billing.sponsorship (
            doctor_id uuid PRIMARY KEY REFERENCES doctor (id) ON DELETE CASCADE,
            cents bigint NOT NULL CHECK (cents >= 0),
            since date NOT NULL,
            until date,
            note text
        )
        """
    )
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
        # Whoever was made a member beforehand need not be able to pass the role on.
        f"""
        DO $$ BEGIN
            EXECUTE format('GRANT {ROLE} TO %I', current_user);
        EXCEPTION WHEN insufficient_privilege THEN NULL;
        END $$
        """
    )
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    for table, columns in GRANTS.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO {ROLE}")
    # Fails here, not in the first match, when the owner may not take the role.
    op.execute(f"SET LOCAL ROLE {ROLE}")
    op.execute("SELECT number FROM directory_version")
    op.execute("RESET ROLE")


def downgrade() -> None:
    for table, columns in GRANTS.items():
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM {ROLE}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {ROLE}")
    op.execute("DROP TABLE billing.sponsorship")
    op.execute("DROP SCHEMA billing")
