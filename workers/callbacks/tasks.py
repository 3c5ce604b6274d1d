"""Doorbell of the callbacks: put the call that a family asked for into the queue."""

from workers import base
from workers.app import celery
from workers.callbacks.schedule import schedule_callback


@celery.task(name="schedule_callback")
def _schedule_callback(task_id: int, token: int) -> None:
    base.run(task_id, token, schedule_callback)
