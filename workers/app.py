"""The Celery application: queues, limits, periodic tasks. The record of work is PostgreSQL.

Messages carry ids only. There is no result backend, no countdown and no ETA: waiting is a
`due_at` in a row, and a message that Redis loses is sent again by the relay.
"""

import logging
import threading
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_ready

from intake import db, logs, tracing
from intake.config import Settings
from intake.services import heartbeats
from intake.workflow import Queue
from workers.doorbell import Doorbell, broker_queues
from workers.start import check_start
from workers.warm_up import warm_up

# Longer than any honest one; the first reading of a large directory takes some seconds.
LONGEST_TRANSACTION_SECONDS = 60
# Who a worker is, by what it serves.
_PARTS = {Queue.CALLBACKS: "worker", Queue.MAILINGS: "mailer"}
_PERIODIC = {
    "sweep-work": {"task": "sweep_work", "schedule": 15.0, "options": {"queue": Queue.CALLBACKS}},
    "rerank": {"task": "rerank_open_leads", "schedule": 10.0, "options": {"queue": Queue.MATCHING}},
    "plan-series": {"task": "plan_stale_series", "schedule": 30.0, "options": {"queue": Queue.MAILINGS}},
    "roll-up-times": {"task": "roll_up_times", "schedule": 20.0, "options": {"queue": Queue.CALLBACKS}},
    "watch-promises": {"task": "watch_promises", "schedule": 10.0, "options": {"queue": Queue.CALLBACKS}},
    "canary": {"task": "send_canary", "schedule": 30.0, "options": {"queue": Queue.CALLBACKS}},
    "seal-audit": {"task": "seal_audit", "schedule": 15.0, "options": {"queue": Queue.CALLBACKS}},
    "keep-retention": {"task": "keep_retention", "schedule": 1800.0, "options": {"queue": Queue.CALLBACKS}},
    "beat-alive": {"task": "beat_alive", "schedule": 5.0, "options": {"queue": Queue.CALLBACKS}},
    "mailer-alive": {"task": "mailer_alive", "schedule": 5.0, "options": {"queue": Queue.MAILINGS}},
}


def make_celery(settings: Settings) -> Celery:
    """Build the application. Broker calls give up within seconds: the row stays due."""
    celery = Celery("advocate", broker=settings.broker_url, task_cls=Doorbell)
    celery.conf.update(
        task_queues=broker_queues(),
        task_default_queue=Queue.CALLBACKS,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": 300,
            "socket_timeout": 3,
            "socket_connect_timeout": 2,
            "max_retries": 1,
        },
        task_publish_retry=False,
        beat_schedule=_PERIODIC,
        timezone="UTC",
        include=[
            "workers.tasks",
            "workers.records",
            "workers.matching.tasks",
            "workers.callbacks.tasks",
            "workers.mailings.tasks",
        ],
    )
    return celery


settings = Settings.from_env()
celery = make_celery(settings)


@setup_logging.connect
def _log(**_: Any) -> None:
    logs.configure("work", level=logging.WARNING)


@worker_init.connect
def _connect(**_: Any) -> None:
    tracing.start(settings, "worker")
    tracing.watch(db.connect(settings, pool_size=12, longest_transaction=LONGEST_TRANSACTION_SECONDS))
    tracing.watch_worker()
    check_start(celery, settings)


@worker_ready.connect
def _worker_lives(**_: Any) -> None:
    serves = frozenset(Queue(name) for name in celery.amqp.queues.consume_from)
    for queue, part in _PARTS.items():
        if queue in serves:
            _beat(part)
    # Beside the first tasks, not before them: a family that waits should not wait for this.
    threading.Thread(target=warm_up, args=[settings, serves], daemon=True).start()


@beat_init.connect
def _beat_lives(**_: Any) -> None:
    db.connect(settings, pool_size=1)
    check_start(celery, settings)
    _beat("beat")


def _beat(name: str) -> None:
    with db.transaction() as session:
        heartbeats.beat(session, name)
