"""How the desk does, read from PostgreSQL alone: for /metrics, /readyz, `advocate status` and the alarms."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from intake.services.heartbeats import CANARY, EXPECTED, STALE_AFTER
from intake.workflow import Queue

OLDEST_DUE_SECONDS = 60
# A canary flies every thirty seconds, and must be back within sixty.
CANARY_SECONDS = 90
BACKUP_SECONDS = 26 * 3600

_QUEUES = text(
    """
    SELECT asked.queue, found.rows, extract(epoch FROM clock_timestamp() - found.oldest)::float
    FROM unnest(CAST(:queues AS text[])) AS asked(queue) CROSS JOIN LATERAL (
        SELECT count(*) AS rows, min(due_at) AS oldest FROM outbox_task
        WHERE queue = asked.queue AND state = 'due' AND due_at <= statement_timestamp()) AS found
    """
)
# The newest rows by key: enough for a minute at any rate this desk can serve, and never a whole table. LIMIT
# tells the planner how many: of a bound that it must ask for, it expects a third of the table.
_FLOW = text(
    """
    SELECT count(*) FILTER (WHERE created_at > now() - interval '1 minute'),
        count(*) FILTER (WHERE finished_at > now() - interval '1 minute'),
        percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - due_at))
            FILTER (WHERE attempts = 1 AND started_at > now() - interval '5 minutes')
    FROM (
        SELECT created_at, due_at, started_at, finished_at, attempts
        FROM outbox_task ORDER BY id DESC LIMIT 20000
    ) AS newest
    """
)
_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM outbox_task WHERE state = 'leased'),
        (SELECT count(*) FROM outbox_task WHERE state = 'parked'),
        (SELECT count(*) FROM mailing WHERE status = 'unknown'),
        (SELECT count(*) FROM callback WHERE status = 'waiting'),
        (SELECT count(*) FROM callback WHERE status = 'waiting' AND promise_by < clock_timestamp()),
        (SELECT extract(epoch FROM clock_timestamp() - min(received_at))::float FROM mail_reply
            WHERE settled_at IS NULL)
    """
)
# LATERAL and LIMIT: for each lead of the hour its own rows. Joined, both tables could be read as a whole.
_READY = text(
    """
    SELECT work.done AND (guide.lead_id IS NULL OR guide.answered_at IS NOT NULL),
        extract(epoch FROM greatest(work.finished_at, guide.answered_at) - lead.created_at)::float,
        extract(epoch FROM clock_timestamp() - lead.created_at)::float
    FROM lead CROSS JOIN LATERAL (
        SELECT bool_and(state = 'done') AS done, max(finished_at) AS finished_at FROM outbox_task
        WHERE subject_id = lead.id AND event = 'lead.submitted'
    ) AS work LEFT JOIN LATERAL (
        SELECT lead_id, answered_at FROM mailing WHERE lead_id = lead.id AND step = 'guide' LIMIT 1
    ) AS guide ON true
    WHERE lead.created_at > now() - interval '1 hour' AND work.done IS NOT NULL
    """
)
_BEATS = text("SELECT name, extract(epoch FROM clock_timestamp() - seen_at)::float FROM heartbeat")


@dataclass(frozen=True)
class Vitals:
    """Counts and ages in seconds; None for what was never seen.

    ready: seconds from the request to match, call and guide, of each lead of the last hour that has them;
    unready: those a minute old that do not. claim: median and 95th percentile of the seconds from due to
    begun, over five minutes. parts, canary: seconds since the last word of each.
    """

    due: Mapping[str, int]
    oldest_due: Mapping[str, float | None]
    leased: int
    parked: int
    unknown: int
    calls_waiting: int
    calls_late: int
    oldest_reply: float | None
    created: int
    finished: int
    claim: tuple[float | None, float | None]
    ready: tuple[float, ...]
    unready: int
    parts: Mapping[str, float | None]
    canary: Mapping[str, float | None]
    backup: float | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read(session: Session) -> Vitals:
    """One look at the database; a few milliseconds however many leads there are."""
    queues = session.execute(_QUEUES, {"queues": [queue.value for queue in Queue]}).all()
    created, finished, claim = session.execute(_FLOW).one()
    leased, parked, unknown, waiting, late, reply = session.execute(_COUNTS).one()
    leads = session.execute(_READY).all()
    beats: dict[str, float] = {name: age for name, age in session.execute(_BEATS)}
    return Vitals(
        due={queue: rows for queue, rows, _ in queues},
        oldest_due={queue: oldest for queue, _, oldest in queues},
        leased=leased,
        parked=parked,
        unknown=unknown,
        calls_waiting=waiting,
        calls_late=late,
        oldest_reply=reply,
        created=created,
        finished=finished,
        claim=(claim[0], claim[1]) if claim else (None, None),
        ready=tuple(seconds for done, seconds, _ in leads if done),
        unready=sum(1 for done, _, age in leads if not done and age > OLDEST_DUE_SECONDS),
        parts={name: beats.get(name) for name in EXPECTED},
        canary={queue.value: beats.get(f"{CANARY}{queue}") for queue in Queue},
        backup=beats.get("backup"),
    )


def wrong(vitals: Vitals) -> dict[str, str]:
    """What exactly is wrong, by part; parked work and mails of unknown fate wait for people."""
    found = {
        name: "never seen" if age is None else f"silent for {age:.0f} s"
        for name, age in vitals.parts.items()
        if age is None or age > STALE_AFTER.total_seconds()
    }
    waiting = {queue: age for queue, age in vitals.oldest_due.items() if (age or 0) > OLDEST_DUE_SECONDS}
    if waiting:
        found["work"] = ", ".join(f"{queue}: oldest due for {age:.0f} s" for queue, age in waiting.items())
    lost = {queue: age for queue, age in vitals.canary.items() if (age or 0) > CANARY_SECONDS}
    if lost:
        found["canary"] = ", ".join(f"{queue}: not back for {age:.0f} s" for queue, age in lost.items())
    return found
