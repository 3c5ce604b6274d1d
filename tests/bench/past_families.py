"""What else stands of requests of the past, made by SQL alone: who wrote, the list, the mails, the looks."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# Each for the leads that have none yet. No two families share a number, an address or a name.
_STEPS = (
    """INSERT INTO outbox_task (event, task, queue, subject_id, state, due_at, created_at, started_at,
        finished_at, token, attempts, lost)
    SELECT 'lead.submitted', task, queue, id, 'done', created_at, created_at, created_at, created_at, 1, 1, 0
    FROM lead, (VALUES ('match_lead', 'matching'), ('schedule_callback', 'callbacks'),
        ('start_series', 'mailings')) AS done(task, queue)
    WHERE NOT EXISTS (SELECT FROM outbox_task WHERE subject_id = lead.id)""",
    """INSERT INTO contact (id, lead_id, first_name_sealed, last_name_blind, phone_blind, email_blind)
    SELECT gen_random_uuid(), id, '', uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()),
        uuid_send(id)
    FROM lead WHERE NOT EXISTS (SELECT FROM contact WHERE lead_id = lead.id)""",
    """INSERT INTO match_set
        (id, lead_id, current, created_at, rule_version, directory_version, widened, excluded)
    SELECT gen_random_uuid(), id, true, created_at, '1', 1, false, '{}'
    FROM lead WHERE NOT EXISTS (SELECT FROM match_set WHERE lead_id = lead.id)""",
    """INSERT INTO series_run (id, lead_id, series, begun_at, ended_at, ended_because, planned_version)
    SELECT gen_random_uuid(), id, 'guide', created_at, created_at, 'done', 'older'
    FROM lead WHERE NOT EXISTS (SELECT FROM series_run WHERE lead_id = lead.id)""",
    """INSERT INTO mailing (id, lead_id, step, status, message_id, due_at, created_at, answered_at)
    SELECT gen_random_uuid(), id, step, 'accepted', gen_random_uuid()::text, created_at, created_at,
        created_at
    FROM lead, (VALUES ('guide'), ('questions')) AS sent(step)
    WHERE NOT EXISTS (SELECT FROM mailing WHERE lead_id = lead.id)""",
    """INSERT INTO audit_entry (at, actor, action, subject_kind, subject_id, detail)
    SELECT created_at, 'family', 'status_page.viewed', 'lead', id::text, '{}'
    FROM lead WHERE NOT EXISTS (SELECT FROM audit_entry WHERE subject_id = lead.id::text)""",
)


def fill_families(session: Session) -> None:
    """For the leads of `fill_closed`. The rows fit one another, so that no reference is checked."""
    session.execute(text("SET LOCAL ROLE NONE"))
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text("SET LOCAL statement_timeout = 0"))
    for step in _STEPS:
        session.execute(text(step))
