"""Each part says that it lives by touching its row; `/readyz` reports who has gone quiet."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.models.work import Heartbeat

STALE_AFTER = timedelta(seconds=30)
EXPECTED = ("relay", "worker", "beat")


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


def ages(session: Session) -> Mapping[str, str]:
    """Each expected part: `ok`, or `degraded` when it was silent for STALE_AFTER or never seen."""
    fresh = set(
        session.scalars(
            select(Heartbeat.name).where(Heartbeat.seen_at > func.clock_timestamp() - STALE_AFTER)
        )
    )
    return {name: "ok" if name in fresh else "degraded" for name in EXPECTED}
