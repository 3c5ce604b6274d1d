"""How a Celery message is treated here: heard once and forgotten, never acknowledged.

Acknowledging takes two round trips to Redis and as much time as a task's own work. The broker's
redelivery is never wanted: a message that dies with its worker is a row whose lease ends.
"""

from celery import Task
from celery.worker.request import Request
from kombu.entity import Queue as BrokerQueue

from intake.workflow import Queue


class Heard(Request):  # type: ignore[misc]
    """A message on its way to a task. Redis holds no trace of it, so there is nothing to tell it."""

    def acknowledge(self) -> None:
        self.acknowledged = True


class Doorbell(Task):  # type: ignore[misc]
    Request = Heard


def broker_queues() -> list[BrokerQueue]:
    """`no_ack` keeps Redis from remembering what it has handed out."""
    return [BrokerQueue(queue, no_ack=True) for queue in Queue]
