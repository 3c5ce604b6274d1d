"""Outbox rows -> Celery messages. Run as `python -m workers.relay`; several may run.

A NOTIFY at commit wakes it within milliseconds; a poll each second is the fallback. Each
round frees lapsed leases, leases due rows, commits, and only then talks to Redis.
"""

import logging
import signal
import threading
import time

import psycopg
from celery import Celery
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy.exc import DBAPIError as DatabaseError
from sqlalchemy.orm import Session

from intake import db, logs, tracing
from intake.db import transaction
from intake.garbage import leave_the_start_alone
from intake.services import heartbeats, outbox
from intake.services.outbox import Claim
from workers.start import check_start

log = logging.getLogger("advocate.relay")

POLL_SECONDS = 1.0
# Nothing tells when a queue that is full has room again: while work goes out, it is looked at so often.
# Workers that were rung go on by themselves (workers.base), so that it need not be oftener.
BUSY_SECONDS = 0.1
PAUSE_AFTER_ERROR_SECONDS = 0.5


class Relay:
    def __init__(self, celery: Celery, database_url: str) -> None:
        self.celery = celery
        self.dsn = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        self.stopping = threading.Event()
        self.kept_at = self.sent_at = 0.0

    def run(self) -> None:
        """Serve until `stopping` is set; a lost database or Redis is waited out, never fatal."""
        while not self.stopping.is_set():
            try:
                self._listen_and_serve()
            except (psycopg.Error, DatabaseError) as error:
                log.warning("relay: the database is away (%s); trying again", type(error).__name__)
                self.stopping.wait(PAUSE_AFTER_ERROR_SECONDS)

    def _listen_and_serve(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True, connect_timeout=4) as listener:
            listener.execute(f"LISTEN {outbox.CHANNEL}")
            while not self.stopping.is_set():
                if self.round():
                    self.sent_at = time.monotonic()
                    continue
                for _ in listener.notifies(timeout=self.pause(), stop_after=1):
                    pass

    def pause(self) -> float:
        """How long to wait for a notice before the next look (seconds)."""
        busy = time.monotonic() - self.sent_at < POLL_SECONDS
        return BUSY_SECONDS if busy else POLL_SECONDS

    def round(self) -> int:
        """Free, lease and send once; return how many messages Celery took."""
        with transaction() as session:
            self._housekeep(session)
            claims = outbox.claim_due(session)
        return sum([self._send(claim) for claim in claims])

    def _housekeep(self, session: Session) -> None:
        """Once a second: say that the relay lives, and free lapsed leases."""
        if time.monotonic() - self.kept_at >= POLL_SECONDS:
            heartbeats.beat(session, "relay")
            outbox.reclaim_expired(session)
            self.kept_at = time.monotonic()

    def _send(self, claim: Claim) -> bool:
        try:
            with tracing.step(f"relay {claim.task}", under=claim.trace) as headers:
                self.celery.send_task(
                    claim.task, [claim.id, claim.token], queue=claim.queue, retry=False, headers=headers
                )
        except (BrokerError, OSError) as error:
            log.warning("relay: Redis did not take task %s (%s)", claim.id, type(error).__name__)
            with transaction() as session:
                outbox.give_back(session, claim.id, claim.token)
            self.stopping.wait(PAUSE_AFTER_ERROR_SECONDS)
            return False
        return True


def main() -> None:
    from workers.app import celery, settings

    logs.configure("relay")
    tracing.start(settings, "relay")
    tracing.watch(db.connect(settings, pool_size=2))
    check_start(celery, settings)
    relay = Relay(celery, settings.database_url)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: relay.stopping.set())
    leave_the_start_alone()
    relay.run()


if __name__ == "__main__":
    main()
