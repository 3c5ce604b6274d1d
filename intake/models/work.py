"""The record of work: PostgreSQL remembers what is owed, Celery only does it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base
from intake.rules.statuses import TaskState


class OutboxTask(Base):
    """One task that a committed change asks for.

    `attempts` counts starts, never claims or messages; `lost` counts starts whose worker
    died. `token` is the fence: whoever holds an older one may write nothing.
    """

    __tablename__ = "outbox_task"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    event: Mapped[str]
    task: Mapped[str]
    queue: Mapped[str]
    subject_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(default=TaskState.DUE)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    token: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    # W3C traceparent of what asked for it, where traces are kept.
    trace: Mapped[str | None]

    __table_args__ = (
        Index("ix_outbox_task_due", "queue", "due_at", postgresql_where=text("state = 'due'")),
        Index("ix_outbox_task_leased", "leased_until", postgresql_where=text("state = 'leased'")),
        Index("ix_outbox_task_parked", "id", postgresql_where=text("state = 'parked'")),
        Index("ix_outbox_task_subject", "subject_id"),
    )


class Heartbeat(Base):
    """When each part of the product last said that it lives."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
