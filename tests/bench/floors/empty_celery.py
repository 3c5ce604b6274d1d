"""The least Celery: a task that only says it was there. Served as the product's worker is.

`celery -A tests.bench.floors.empty_celery worker -P threads -c 8 -Q floor`
"""

import os
from typing import Any

import redis
from celery import Celery

BROKER = os.environ.get("BROKER_URL", "")
LIMITS = os.environ.get("LIMITS_URL", "")
QUEUE = HEARD = "floor"

app = Celery("floor", broker=BROKER)
app.conf.update(task_ignore_result=True, task_default_queue=QUEUE, worker_prefetch_multiplier=1)
_answers: Any = redis.Redis.from_url(LIMITS) if LIMITS else None


@app.task(name="empty")  # type: ignore[untyped-decorator]
def empty(number: int) -> None:
    _answers.lpush(HEARD, number)
