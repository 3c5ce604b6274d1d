"""The work table worked by hand in this process: claim a row, run it, let leases lapse, run the rest."""

from datetime import UTC, datetime
from importlib import import_module
from itertools import count
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from intake.config import Settings
from intake.db import transaction
from intake.documents.choose import Case
from intake.documents.data import Brand
from intake.documents.render import guide_pdf
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus
from intake.services import outbox, series
from intake.services.outbox import Claim
from tests.factories import stored_lead
from workers import base
from workers.base import Delivery
from workers.callbacks.schedule import schedule_callback
from workers.mailings import deliver
from workers.matching.match_lead import directory, match_lead
from workers.warm_up import warm_up


def start_series(session: Session, lead_id: UUID, now: datetime) -> None:
    series.begin(session, lead_id, now=now)


EFFECTS = {effects.__name__: effects for effects in (match_lead, schedule_callback, start_series)}
_numbers = count(2_000_000)
# The quarantine takes two rows a round.
ROUNDS = 100


class Hand:
    def __init__(self, settings: Settings) -> None:
        for kept in (directory, deliver._post):
            kept.cache_clear()  # of an experiment before this one
        import_module("workers.mailings.tasks")  # a series takes its guide mail along
        warm_up(settings)
        # Typst's threads do not follow into a fork: the guide of these leads is made and kept here.
        guide_pdf(Case(Diagnosis.PLEURAL, Stage.TWO, TreatmentStatus.NEW), Brand.of(settings.organisation))
        self.delivery: Delivery = deliver.delivery()
        # A point belongs to one row: to go on with another would be no late write.
        base.RUN_ON_SECONDS = 0.0

    def run(self, claim: Claim) -> None:
        """As the worker's own tasks do."""
        if claim.task == "send_mailing":
            base.run_delivery(claim.id, claim.token, self.delivery)
        else:
            base.run(claim.id, claim.token, EFFECTS[claim.task])

    def drain(self, *tasks: str) -> None:
        """Let every lease lapse and run what is due of these tasks (of all when none is named)."""
        for _ in range(ROUNDS):
            lapse()
            mine = _claimed(tasks or (*EFFECTS, "send_mailing"))
            if not mine:
                return
            for claim in mine:
                self.run(claim)
        raise AssertionError("work was still due after many rounds")


def _claimed(tasks: tuple[str, ...]) -> list[Claim]:
    """What the product's own claim leases, the rows of other tasks given back."""
    with transaction() as session:
        outbox.reclaim_expired(session)
        found = outbox.claim_due(session)
        for claim in found:
            if claim.task not in tasks:
                outbox.give_back(session, claim.id, claim.token)
    return [claim for claim in found if claim.task in tasks]


def lapse() -> None:
    """As if the leases' time and the backoff after an error had passed."""
    held = "SELECT id FROM outbox_task WHERE state = 'leased' FOR UPDATE SKIP LOCKED"
    past = f"UPDATE outbox_task SET leased_until = now() - interval '1 s' WHERE id IN ({held})"
    with transaction() as session:
        session.execute(text(past))
        session.execute(text("UPDATE outbox_task SET due_at = now() WHERE state = 'due' AND attempts > 0"))


def guides(wanted: int) -> None:
    """Guides that wait in rows of their own, as follow-ups do: no task takes them along."""
    for lead_id in leads(wanted, "guide"):
        with transaction() as session:
            series.begin(session, lead_id, now=datetime.now(UTC))


def leads(wanted: int, name: str = "hand") -> list[UUID]:
    """So many submitted leads, each with its three rows of work due."""
    with transaction() as session:
        now = datetime.now(UTC)
        return [
            stored_lead(session, now=now, email=f"{name}.{number}@family.example", phone=_phone()).lead_id
            for number in range(wanted)
        ]


def _phone() -> str:
    """A family of its own: requests with one phone share one call."""
    return f"+1713{next(_numbers):07}"


def claims(task: str, wanted: int) -> list[Claim]:
    """Lease exactly so many due rows of one task, and no others."""
    query = """UPDATE outbox_task SET state = 'leased', token = token + 1, started_at = NULL,
        leased_until = now() + interval '1 hour' WHERE id IN (SELECT id FROM outbox_task
        WHERE state = 'due' AND task = :task AND due_at <= now() ORDER BY id LIMIT :wanted)
        RETURNING id, token, task, queue"""
    with transaction() as session:
        found = [Claim(*row) for row in session.execute(text(query), {"task": task, "wanted": wanted})]
    assert len(found) == wanted, (task, len(found), wanted)
    return found
