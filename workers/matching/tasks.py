"""Doorbells of the matching."""

from intake.services import canary
from intake.workflow import Queue
from workers import base
from workers.app import celery
from workers.matching import rerank
from workers.matching.match_lead import match_lead, match_nobody


@celery.task(name="match_lead")
def _match_lead(task_id: int, token: int) -> None:
    base.run_due(task_id, token, match_lead)


@celery.task(name="rerank_open_leads")
def _rerank_open_leads() -> None:
    """Rung every few seconds; does nothing while every list is of the present directory and rules."""
    rerank.rerank_open_leads()


@celery.task(name="canary_matching")
def _canary(task_id: int, token: int) -> None:
    base.run(task_id, token, canary.back(Queue.MATCHING, match_nobody))
