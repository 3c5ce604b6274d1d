"""The series for the supervisor: the file as a timeline, how the mails fare, and who gets a step."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.models.lead import Lead
from intake.models.mailing import Mailing, MailReceipt
from intake.models.staff import Staff
from intake.receipts.receipt import ReceiptKind
from intake.rules.series import SERIES, Step
from intake.rules.series_plan import Outlook, outlook
from intake.rules.statuses import MailingStatus
from intake.services import audit, mail_brake
from intake.services.mail_brake import Health
from intake.services.series_cases import Sent, families
from intake.services.staff import actor

PAGE = 50
_LISTED = 100


@dataclass(frozen=True, kw_only=True)
class SeriesPage:
    """`waiting`: mailings that are planned, by step. `failed` comes with the reference of its lead."""

    health: Health
    waiting: Mapping[str, int]
    failed: Sequence[tuple[Mailing, str]]
    subscriptions: Sequence[MailReceipt]


@dataclass(frozen=True)
class Recipient:
    """One request and what a step means for it. `sent`: its mailing, when there is one."""

    lead: Lead
    seen: Outlook
    sent: Sent | None

    @property
    def at(self) -> datetime | None:
        """When it went out or will."""
        if self.sent and self.sent.status != MailingStatus.SUPPRESSED:
            return self.sent.at or self.sent.due_at
        return self.seen.due_at


def series_page(session: Session, *, now: datetime) -> SeriesPage:
    return SeriesPage(
        health=mail_brake.health(session, now=now),
        waiting=_waiting(session),
        failed=_failed(session),
        subscriptions=_subscriptions(session),
    )


def recipients(session: Session, step: Step, staff: Staff, *, page: int, now: datetime) -> list[Recipient]:
    """The newest requests, 50 a page, with what the step means for each. The look is audited."""
    newest = select(Lead).order_by(Lead.created_at.desc(), Lead.id).limit(PAGE).offset(PAGE * page)
    leads = session.scalars(newest).all()
    known = families(session, [lead.id for lead in leads])
    shown = [str(lead.id) for lead in leads]
    audit.note(session, actor(staff.id), "series.viewed", "step", step.name, now=now, leads=shown)
    found = []
    for lead in leads:
        family = known[lead.id]
        seen = next(one for one in outlook(SERIES, family.case, now) if one.step.name == step.name)
        found.append(Recipient(lead, seen, family.mailings.get(seen.key)))
    return found


def _waiting(session: Session) -> Mapping[str, int]:
    planned = select(Mailing.step, func.count()).where(Mailing.status == MailingStatus.PLANNED)
    counts: Counter[str] = Counter()
    for key, count in session.execute(planned.group_by(Mailing.step)):
        counts[key.partition(".")[0]] += count
    return counts


def _failed(session: Session) -> Sequence[tuple[Mailing, str]]:
    wanted = select(Mailing, Lead.reference).join(Lead, Lead.id == Mailing.lead_id)
    failed = wanted.where(Mailing.status == MailingStatus.FAILED).order_by(Mailing.due_at.desc())
    return [(mailing, reference) for mailing, reference in session.execute(failed.limit(_LISTED))]


def _subscriptions(session: Session) -> Sequence[MailReceipt]:
    """Links that a person has to open so that a provider may tell us things; the newest ones."""
    asked = select(MailReceipt).where(MailReceipt.kind == ReceiptKind.SUBSCRIPTION)
    return session.scalars(asked.order_by(MailReceipt.received_at.desc()).limit(3)).all()
