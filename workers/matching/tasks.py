"""Doorbell of the matching."""

from workers import base
from workers.app import celery
from workers.matching.match_lead import match_lead


@celery.task(name="match_lead")
def _match_lead(task_id: int, token: int) -> None:
    base.run(task_id, token, match_lead)
