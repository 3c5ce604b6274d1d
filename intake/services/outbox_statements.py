"""How rows enter the work table and what moves them there.

As text, because SQLAlchemy needs longer to make these statements than PostgreSQL to run them.
"""

from sqlalchemy import TextClause, text

RECORD = text(
    """
    INSERT INTO outbox_task
        (event, task, queue, subject_id, state, due_at, created_at, trace, token, attempts, lost)
    SELECT :event, task, queue, :subject_id, 'due', :due_at, :now, :trace, 0, 0, 0
    FROM unnest(CAST(:tasks AS text[]), CAST(:queues AS text[])) AS wanted(task, queue)
    """
)
# The state is hidden from its index: PostgreSQL would read all that is due for each batch.
MOVE_EACH = text(
    """
    UPDATE outbox_task SET due_at = given.due_at
    FROM jsonb_to_recordset(CAST(:subjects AS jsonb)) AS given(subject_id uuid, due_at timestamptz)
    WHERE outbox_task.subject_id = given.subject_id AND state || '' = 'due'
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


def inserting(rows: str) -> TextClause:
    """Rows of another table and the work for each. `rows` is an INSERT that returns subject_id and due_at."""
    return text(
        f"""
        WITH inserted AS ({rows})
        INSERT INTO outbox_task
            (event, task, queue, subject_id, state, due_at, created_at, trace, token, attempts, lost)
        SELECT :event, task, queue, subject_id, 'due', due_at, :now, :trace, 0, 0, 0
        FROM unnest(CAST(:tasks AS text[]), CAST(:queues AS text[])) AS wanted(task, queue), inserted
        RETURNING subject_id, due_at
        """
    )
