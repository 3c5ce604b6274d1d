"""Doorbells of the callbacks: put the call a family asked for into the queue, move it when we are closed."""

from intake.services import canary
from intake.workflow import Queue
from workers import base
from workers.app import celery
from workers.callbacks.replan import replan_calls
from workers.callbacks.schedule import link_duplicates, schedule_callback


@celery.task(name="schedule_callback")
def _schedule_callback(task_id: int, token: int) -> None:
    base.run_due(task_id, token, schedule_callback)


@celery.task(name="replan_calls")
def _replan_calls(task_id: int, token: int) -> None:
    base.run_due(task_id, token, replan_calls)


@celery.task(name="link_duplicates")
def _link_duplicates(task_id: int, token: int) -> None:
    base.run_due(task_id, token, link_duplicates)


@celery.task(name="canary_callbacks")
def _canary(task_id: int, token: int) -> None:
    base.run(task_id, token, canary.back(Queue.CALLBACKS))
