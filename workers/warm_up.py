"""Load what the first family of the day should not wait for: ZIP codes, the directory, the guide."""

from collections.abc import Collection

from intake import places
from intake.config import Settings
from intake.db import transaction
from intake.documents.choose import ANYBODY
from intake.documents.data import Brand
from intake.documents.render import guide_pdf
from intake.garbage import leave_the_start_alone
from intake.services import zips
from intake.workflow import Queue
from workers.matching.match_lead import directory


def warm_up(settings: Settings, serves: Collection[Queue] = frozenset(Queue)) -> None:
    """About a second of work, for what a worker that serves these queues will need."""
    if Queue.MATCHING in serves:
        places.warm()
        with transaction() as session:
            zips.load_points(session)
            directory().snapshot(session)
    if Queue.MAILINGS in serves:
        guide_pdf(ANYBODY, Brand.of(settings.organisation))
    leave_the_start_alone()
