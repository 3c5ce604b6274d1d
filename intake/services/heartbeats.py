"""Each part says that it lives by touching its row; `/readyz` reports who has gone quiet."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.models.work import Heartbeat

STALE_AFTER = timedelta(seconds=30)
EXPECTED = ("relay", "worker", "mailer", "beat")
# Before the name of a queue: when a canary last came through it.
CANARY = "canary."


def beat(session: Session, name: str) -> None:
    """Say that `name` lives; at most one write a second and name."""
    now = func.clock_timestamp()
    row = insert(Heartbeat).values(name=name, seen_at=now)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Heartbeat.name],
            set_={"seen_at": now},
            where=Heartbeat.seen_at < now - timedelta(seconds=1),
        )
    )


def last(session: Session, name: str) -> datetime | None:
    return session.scalars(select(Heartbeat.seen_at).where(Heartbeat.name == name)).one_or_none()
