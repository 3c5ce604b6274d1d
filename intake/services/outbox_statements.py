"""How rows enter the work table and what moves them there.

As text, because SQLAlchemy needs longer to make these statements than PostgreSQL to run them.
"""

from sqlalchemy import text

RECORD = text(
    """
    INSERT INTO outbox_task
        (event, task, queue, subject_id, state, due_at, created_at, trace, token, attempts, lost)
    SELECT :event, task, queue, :subject_id, 'due', :due_at, :now, :trace, 0, 0, 0
    FROM unnest(CAST(:tasks AS text[]), CAST(:queues AS text[])) AS wanted(task, queue)
    """
)
RECORD_EACH = text(
    """
    INSERT INTO outbox_task
        (event, task, queue, subject_id, state, due_at, created_at, trace, token, attempts, lost)
    SELECT :event, task, queue, subject_id, 'due', due_at, :now, :trace, 0, 0, 0
    FROM unnest(CAST(:tasks AS text[]), CAST(:queues AS text[])) AS wanted(task, queue)
    CROSS JOIN jsonb_to_recordset(CAST(:subjects AS jsonb)) AS given(subject_id uuid, due_at timestamptz)
    """
)
MOVE_EACH = text(
    """
    UPDATE outbox_task SET due_at = given.due_at
    FROM jsonb_to_recordset(CAST(:subjects AS jsonb)) AS given(subject_id uuid, due_at timestamptz)
    WHERE outbox_task.subject_id = given.subject_id AND state = 'due'
    """
)
TAKE_ALONG = text(
    """
    UPDATE outbox_task SET state = 'leased', token = token + 1,
        leased_until = statement_timestamp() + make_interval(secs => :lease)
    WHERE subject_id = :subject_id AND queue = :queue AND state = 'due' AND due_at <= statement_timestamp()
    RETURNING id, token, task, queue, trace
    """
)
