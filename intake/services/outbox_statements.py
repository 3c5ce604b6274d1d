"""How rows enter the work table, are leased, begun and ended, and what moves them there.

As text, because SQLAlchemy needs longer to make these statements than PostgreSQL to run them.
"""

import json

from sqlalchemy import TextClause, text

from intake.workflow import TASKS

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

# This commit is not waited for on the disk. A crash of PostgreSQL within its next half second undoes it, and
# then the row is as it was before: what is undone is done again.
_UNHURRIED = "set_config('synchronous_commit', 'off', true)"

BEGIN = text(
    f"""
    UPDATE outbox_task SET attempts = attempts + 1, started_at = statement_timestamp(),
        leased_until = statement_timestamp() + make_interval(
            secs => CAST(CAST(:leases AS jsonb) ->> task AS double precision))
    WHERE id = :id AND token = :token AND state = 'leased' AND started_at IS NULL
    RETURNING task, queue, subject_id, attempts, statement_timestamp(), due_at, {_UNHURRIED}
    """
)
# A row that no message was sent for: leased and begun in one.
BEGIN_NEXT = text(
    f"""
    WITH next AS (
        SELECT id FROM outbox_task
        WHERE queue = :queue AND task = :task AND state = 'due' AND due_at <= statement_timestamp()
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox_task SET state = 'leased', token = token + 1, attempts = attempts + 1,
        started_at = statement_timestamp(),
        leased_until = statement_timestamp() + make_interval(secs => :lease)
    FROM next WHERE outbox_task.id = next.id
    RETURNING outbox_task.id, token, task, queue, subject_id, attempts, statement_timestamp(), due_at, trace,
        {_UNHURRIED}
    """
)
LEASES = json.dumps({task: rule.lease_seconds for task, rule in TASKS.items()})
_FINISH = """
    UPDATE outbox_task SET state = 'done', finished_at = statement_timestamp(),
        leased_until = NULL, last_error = NULL
    WHERE id = :id AND token = :token AND state = 'leased' RETURNING id
"""
FINISH_FOR_GOOD, FINISH_REDOABLE = text(_FINISH), text(f"{_FINISH}, {_UNHURRIED}")
HOLD = text("SELECT id FROM outbox_task WHERE id = :id AND token = :token AND state = 'leased' FOR UPDATE")
CLAIM = text(
    f"""
    WITH room AS (
        SELECT asked.queue, asked.bound - count(task.id) AS free
        FROM unnest(CAST(:queues AS text[]), CAST(:bounds AS int[])) AS asked(queue, bound)
        LEFT JOIN outbox_task AS task
            ON task.queue = asked.queue AND task.state = 'leased' AND task.started_at IS NULL
        GROUP BY asked.queue, asked.bound
    ), due AS MATERIALIZED (
        SELECT chosen.id FROM room CROSS JOIN LATERAL (
            SELECT id FROM outbox_task
            WHERE queue = room.queue AND state = 'due' AND due_at <= statement_timestamp()
            ORDER BY due_at, id LIMIT greatest(room.free, 0) FOR UPDATE SKIP LOCKED
        ) AS chosen
    )
    UPDATE outbox_task SET state = 'leased', token = token + 1, started_at = NULL,
        leased_until = statement_timestamp() + make_interval(secs => :lease)
    FROM due WHERE outbox_task.id = due.id
    RETURNING outbox_task.id, token, task, queue, trace, {_UNHURRIED}
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
