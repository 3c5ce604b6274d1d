"""The product's worker with something wrong with its world. Run as `celery -A tests.chaos.odd_worker worker`.

CHAOS_POISON=1: leads from three ZIP codes raise, end the process, or eat its memory when they are matched.
CHAOS_SHIFT=SECONDS: this process's clock is wrong by so much.
"""

import os
import resource
from datetime import UTC, datetime, timedelta
from uuid import UUID

import time_machine
from sqlalchemy.orm import Session

from intake import workflow
from intake.services.leads import get_lead
from intake.workflow import Queue, TaskRule
from tests.chaos.odd_workers import POISON_ZIPS
from workers.app import celery
from workers.matching import tasks
from workers.matching.match_lead import match_lead

RAISES, EXITS, EATS = POISON_ZIPS
MOST_MEMORY = 3 * 2**30

app = celery


def poisoned(session: Session, lead_id: UUID, now: datetime) -> None:
    zip_code = get_lead(session, lead_id).zip
    if zip_code == RAISES:
        raise RuntimeError("this lead cannot be matched")
    if zip_code == EXITS:
        os._exit(137)
    if zip_code == EATS:
        bytearray(2 * MOST_MEMORY)
    match_lead(session, lead_id, now)


if os.environ.get("CHAOS_POISON"):
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    # Few tries and short leases, so that the end is seen within the experiment.
    workflow.TASKS["match_lead"] = TaskRule(Queue.MATCHING, lease_seconds=8, max_attempts=3)
    vars(tasks)["match_lead"] = poisoned

if os.environ.get("CHAOS_SHIFT"):
    wrong = datetime.now(UTC) + timedelta(seconds=int(os.environ["CHAOS_SHIFT"]))
    time_machine.travel(wrong, tick=True).start()
