"""Doorbells of the matching."""

from workers import base
from workers.app import celery
from workers.matching import rerank
from workers.matching.match_lead import match_lead


@celery.task(name="match_lead")
def _match_lead(task_id: int, token: int) -> None:
    base.run(task_id, token, match_lead)


@celery.task(name="rerank_open_leads")
def _rerank_open_leads() -> None:
    """Rung every few seconds; does nothing while every list is of the present directory and rules."""
    rerank.rerank_open_leads()
