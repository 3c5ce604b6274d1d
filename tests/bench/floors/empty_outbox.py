"""The product's worker with one more task that does nothing: what a row of work costs on its way.

`celery -A tests.bench.floors.empty_outbox worker`
"""

from intake import workflow
from intake.workflow import Event, Queue, TaskRule
from workers import base
from workers.app import celery

app = celery


def install() -> None:
    """The event of a canary starts only the empty task, in this process."""
    workflow.TASKS["empty"] = TaskRule(Queue.CALLBACKS)
    workflow.SUBSCRIBERS[Event.CANARY_SENT] = ("empty",)


install()


@celery.task(name="empty")  # type: ignore[untyped-decorator]
def empty(task_id: int, token: int) -> None:
    base.run_due(task_id, token, lambda session, subject_id, now: None)
