"""Periodic tasks: beat only rings them, each is idempotent and safe to run twice."""

from intake.db import database_now, transaction
from intake.services import (
    callbacks,
    canary,
    cover,
    drafts,
    family_calls,
    heartbeats,
    late_calls,
    office,
    owners,
    promises,
    request_times,
)
from intake.workflow import Queue
from workers import base
from workers.app import celery, settings


@celery.task(name="beat_alive")
def beat_alive() -> None:
    """Ring from beat through Redis to a worker: shows that all three live."""
    with transaction() as session:
        heartbeats.beat(session, "beat")
        heartbeats.beat(session, "worker")


@celery.task(name="mailer_alive")
def mailer_alive() -> None:
    """The same to whoever sends the mails."""
    with transaction() as session:
        heartbeats.beat(session, "mailer")


@celery.task(name="watch_promises")
def watch_promises() -> None:
    """See which promised calls come late, note it, and tell their families once."""
    with transaction() as session:
        now = database_now(session)
        promises.watch(session, office.current(session, settings.organisation).office, now=now)
        late_calls.tell_families(session, now=now)


@celery.task(name="send_canary")
def send_canary() -> None:
    """A request of nobody's, which must come back through every queue within a minute."""
    with transaction() as session:
        canary.send(session, now=database_now(session))


@celery.task(name="canary_quarantine")
def _canary_quarantine(task_id: int, token: int) -> None:
    base.run(task_id, token, canary.back(Queue.QUARANTINE))


@celery.task(name="roll_up_times")
def roll_up_times() -> None:
    """Bring the rows that the reports read up to date."""
    with transaction() as session:
        now = database_now(session)
        request_times.roll_up(session, office.current(session, settings.organisation).office, now=now)


@celery.task(name="sweep_work")
def sweep_work() -> None:
    """Return calls whose advocate went away, and drop drafts past their seven days."""
    with transaction() as session:
        now = database_now(session)
        callbacks.release_expired(session, now=now)
        owners.overflow(session, now=now)
        cover.cover_all(session, office.current(session, settings.organisation).office.zone, now=now)
        family_calls.gather_all(session, now=now)
        drafts.drop_expired(session, now=now)
