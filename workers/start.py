"""What relay, worker and beat refuse to start with."""

import logging
import sys

from celery import Celery
from sqlalchemy.exc import DBAPIError as DatabaseError

from intake.config import Settings
from intake.db import before_anything, transaction
from intake.errors import ConfigError
from intake.services.start_up import refuse_samples, take_in_ledger
from workers.broker import refuse_evicting

log = logging.getLogger("advocate.start")


def check_start(celery: Celery, settings: Settings) -> None:
    """End the process with one sentence when something is set so that it would do harm.

    A database or a Redis that is away is waited for as ever. Celery swallows what its signal handlers
    raise, so a ConfigError would only be a line in the log.
    """
    try:
        refuse_evicting(celery)
        before_anything(take_in_ledger)
        with transaction() as session:
            refuse_samples(session, settings)
    except ConfigError as wrong:
        sys.exit(f"advocate: {wrong}")
    except DatabaseError as away:
        log.warning("the database is away (%s): it could not be looked at", type(away.orig).__name__)
