"""Doorbells of the mailings: plan a lead's series, send one mailing."""

from workers import base
from workers.app import celery
from workers.mailings.deliver import delivery
from workers.mailings.start import start_series


@celery.task(name="start_series")
def _start_series(task_id: int, token: int) -> None:
    base.run(task_id, token, start_series)


@celery.task(name="send_mailing")
def _send_mailing(task_id: int, token: int) -> None:
    base.run_delivery(task_id, token, delivery())
