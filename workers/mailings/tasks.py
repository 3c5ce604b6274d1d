"""Doorbells of the mailings: plan a lead's series, send one mailing, send a mail to staff."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.db import database_now, transaction
from intake.services import canary, reminders, series
from intake.workflow import Queue
from workers import base
from workers.app import celery
from workers.mailings.deletion_post import deletion_delivery
from workers.mailings.deliver import delivery, reach_mail_server
from workers.mailings.staff_post import staff_delivery
from workers.mailings.trial_post import trial_delivery

_CHUNK = 1000


@celery.task(name="start_series")
def _start_series(task_id: int, token: int) -> None:
    base.run_due(task_id, token, _begin)


def _begin(session: Session, lead_id: UUID, now: datetime) -> None:
    series.begin(session, lead_id, now=now)


@celery.task(name="send_mailing")
def _send_mailing(task_id: int, token: int) -> None:
    base.deliver_due(task_id, token, delivery())


@celery.task(name="plan_stale_series")
def plan_stale_series() -> None:
    """After a change of series.toml: decide the next steps of families under way, chunk by chunk.

    And after a check-up that repeats: remind of the next one.
    """
    with transaction() as session:
        reminders.turn_over(session, now=database_now(session))
    planned = _CHUNK
    while planned == _CHUNK:
        with transaction() as session:
            planned = series.plan_stale(session, limit=_CHUNK, now=database_now(session))


@celery.task(name="send_staff_mail")
def _send_staff_mail(task_id: int, token: int) -> None:
    base.run_delivery(task_id, token, staff_delivery())


@celery.task(name="send_trial_mail")
def _send_trial_mail(task_id: int, token: int) -> None:
    base.run_delivery(task_id, token, trial_delivery())


@celery.task(name="send_deletion_mail")
def _send_deletion_mail(task_id: int, token: int) -> None:
    base.run_delivery(task_id, token, deletion_delivery())


@celery.task(name="canary_mailings")
def _canary(task_id: int, token: int) -> None:
    """The network call stands in the deed: an exchange of some words, and nothing is handed over."""
    reach_mail_server()
    base.run(task_id, token, canary.back(Queue.MAILINGS))
