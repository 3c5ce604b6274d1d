"""A worker whose one task only counts its effects: what the work table is proved with.

Run as `celery -A tests.work_table worker` and `python -m tests.work_table` (the relay).
"""

import os
import signal
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from intake import workflow
from intake.workflow import Queue, TaskRule

# Short leases, so that recovery from kills is seen within a test.
workflow.TASKS["count_effect"] = TaskRule(Queue.MATCHING, lease_seconds=3)

POISON = UUID(int=666)
CREATE_EFFECTS = "CREATE TABLE IF NOT EXISTS effect (subject_id uuid NOT NULL)"


def count_effect(session: Session, subject_id: UUID, now: datetime) -> None:
    """No unique key holds this table: a row done twice would show."""
    session.execute(text("INSERT INTO effect VALUES (:id)"), {"id": subject_id})
    session.execute(text("SELECT pg_sleep(0.002)"))
    if subject_id == POISON:
        os.kill(os.getpid(), signal.SIGKILL)


if os.environ.get("DATABASE_URL"):
    from workers import base
    from workers.app import celery

    app = celery
    celery.conf.include = []

    @celery.task(name="count_effect")
    def _count_effect(task_id: int, token: int) -> None:
        base.run(task_id, token, count_effect)


if __name__ == "__main__":
    from intake.services import outbox
    from workers.relay import main

    outbox.UNSTARTED_LEASE_SECONDS = 2  # type: ignore[attr-defined]
    main()
