"""Walk the database: does every lead have what it is owed?"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from intake.models.callback import Callback
from intake.models.lead import Contact, Lead
from intake.models.mailing import Mailing
from intake.models.match import MatchSet
from intake.models.work import OutboxTask
from intake.rules.facts import RequestKind
from intake.rules.statuses import CallbackStatus, LeadStatus, MailingStatus, TaskState

LATE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class Findings:
    """Counts. `ok` means that nothing owed is missing at this moment.

    missing: things a lead is owed and does not have yet; late: work or calls past their time;
    parked: work that waits for a supervisor; unknown, suppressed: mailings in that state.
    """

    ok: bool
    leads: int
    missing: int
    late: int
    parked: int
    unknown: int
    suppressed: int

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Gap:
    """One thing that one lead is owed and lacks. The reference is enough to find it."""

    reference: str
    lacks: str


def check(session: Session) -> tuple[Findings, list[Gap]]:
    """Count what is owed, late, parked or unknown, and list the gaps. A closed lead is owed nothing."""
    gaps = list(_gaps(session))
    findings = Findings(
        ok=not gaps,
        leads=_count(session, select(Lead.id)),
        missing=len(gaps),
        late=_late(session),
        parked=_count(session, select(OutboxTask.id).where(OutboxTask.state == TaskState.PARKED)),
        unknown=_mailings(session, MailingStatus.UNKNOWN),
        suppressed=_mailings(session, MailingStatus.SUPPRESSED),
    )
    return findings, gaps


def _gaps(session: Session) -> Iterator[Gap]:
    for lacks, condition in _owed().items():
        lacking = select(Lead.reference).where(Lead.status == LeadStatus.OPEN, condition)
        for reference in session.scalars(lacking):
            yield Gap(reference, lacks)


def _owed() -> dict[str, ColumnElement[bool]]:
    """What a lead can lack, each as a condition that is true for the leads that lack it."""
    has_matches = exists().where(MatchSet.lead_id == Lead.id, MatchSet.current)
    has_callback = exists().where(Callback.lead_id == Lead.id)
    has_address = exists().where(Contact.lead_id == Lead.id, Contact.email_blind.is_not(None))
    unsettled = (MailingStatus.PLANNED, MailingStatus.SENDING)
    guide_settled = exists().where(
        Mailing.lead_id == Lead.id,
        or_(Mailing.step == "guide", Mailing.step.like("guide.%")),
        Mailing.status.not_in(unsettled),
    )
    return {
        "a match set": (Lead.kind == RequestKind.MATCH) & ~has_matches,
        "a callback": Lead.wants_call & ~has_callback,
        "the guide mail": Lead.wants_guide & has_address & ~guide_settled,
    }


def _late(session: Session) -> int:
    ago = func.clock_timestamp() - LATE_AFTER
    open_work = OutboxTask.state.in_([TaskState.DUE, TaskState.LEASED])
    work = _count(session, select(OutboxTask.id).where(open_work, OutboxTask.due_at < ago))
    waiting = Callback.status == CallbackStatus.WAITING
    calls = _count(session, select(Callback.id).where(waiting, Callback.promise_by < func.clock_timestamp()))
    return work + calls


def _mailings(session: Session, status: MailingStatus) -> int:
    return _count(session, select(Mailing.id).where(Mailing.status == status))


def _count(session: Session, wanted: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
