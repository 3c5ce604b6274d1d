"""A request of nobody's that runs through outbox, relay, Redis and every queue, and leaves only its time.

It is no lead: it stands in no table that an advocate sees, and mail is only knocked at, never sent.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from intake.models.work import OutboxTask
from intake.services import heartbeats, outbox
from intake.workflow import Event, Queue

NOBODY = UUID(int=0)
KEPT_FOR = timedelta(minutes=10)
Deed = Callable[[Session, datetime], object]


def send(session: Session, *, now: datetime) -> None:
    """Let one fly, and forget those of long ago, however they ended."""
    old = OutboxTask.created_at < now - KEPT_FOR
    session.execute(delete(OutboxTask).where(OutboxTask.subject_id == NOBODY, old))
    outbox.record(session, Event.CANARY_SENT, NOBODY, now=now)


def back(queue: Queue, deed: Deed = lambda session, now: None) -> Callable[[Session, UUID, datetime], None]:
    """The effects of one canary: the queue's own work for nobody, and the time."""

    def effects(session: Session, subject_id: UUID, now: datetime) -> None:
        deed(session, now)
        heartbeats.beat(session, f"{heartbeats.CANARY}{queue}")

    return effects
