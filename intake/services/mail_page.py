"""One family's mail: what was sent, what comes, and why something will not. Every look is audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.mailing import Mailing, SeriesRun
from intake.models.staff import Staff
from intake.rules.facts import Channel
from intake.rules.outcomes import OutcomeCode
from intake.rules.series import SERIES, Step
from intake.rules.series_plan import Fate, Outlook, Verdict, Why, fate_of, outlook
from intake.rules.statuses import MailingStatus
from intake.services import audit, suppressions
from intake.services.lead_access import may_see
from intake.services.series_cases import Family, family_of
from intake.services.staff import actor


@dataclass(frozen=True)
class Line:
    """One step or one repeat of it. `mailing` is None for what is no row yet."""

    key: str
    step: Step | None
    verdict: Verdict
    mailing: Mailing | None

    @property
    def at(self) -> datetime | None:
        """When it went out or will."""
        if self.mailing is None or self.mailing.status == MailingStatus.SUPPRESSED:
            return self.verdict.due_at
        return self.mailing.answered_at or self.mailing.due_at


@dataclass(frozen=True, kw_only=True)
class LeadMail:
    """`stopped`: why nothing may be sent to their address; `died`: a call said so."""

    lead: Lead
    family: Family
    lines: Sequence[Line]
    runs: Sequence[SeriesRun]
    stopped: str | None
    died: bool
    paused: datetime | None


def lead_mail(session: Session, lead_id: UUID, staff: Staff, *, now: datetime) -> LeadMail | None:
    """None for a family that this person may not see, as for one that is not there."""
    # Asked first, so that a family that is not hers takes the same work as one that is not there.
    lead = _lead(session, lead_id) if may_see(session, lead_id, staff) else None
    if lead is None:
        return None
    audit.note(session, actor(staff.id), "lead.mail_viewed", "lead", lead_id, now=now)
    family = family_of(session, lead_id)
    runs = session.scalars(select(SeriesRun).where(SeriesRun.lead_id == lead_id)).all()
    return LeadMail(
        lead=lead,
        family=family,
        lines=_lines(session, family, now),
        runs=runs,
        stopped=_stopped(session, lead),
        died=_died(session, lead_id, runs),
        paused=max(
            (run.paused_until for run in runs if run.paused_until and run.paused_until > now), default=None
        ),
    )


def _stopped(session: Session, lead: Lead) -> str | None:
    blind = lead.contact.email_blind
    asked_at = lead.created_at
    return suppressions.why_suppressed(session, Channel.EMAIL, blind, asked_at=asked_at) if blind else None


def _lead(session: Session, lead_id: UUID) -> Lead | None:
    people = (joinedload(Lead.contact), joinedload(Lead.patient))
    return session.scalars(select(Lead).where(Lead.id == lead_id).options(*people)).one_or_none()


def _died(session: Session, lead_id: UUID, runs: Sequence[SeriesRun]) -> bool:
    told = select(Callback.id).where(
        Callback.lead_id == lead_id, Callback.outcome == OutcomeCode.PATIENT_DIED
    )
    said = any(run.ended_because == OutcomeCode.PATIENT_DIED for run in runs)
    return said or session.scalars(told.limit(1)).first() is not None


def _paused(family: Family, now: datetime) -> datetime | None:
    until = family.case.paused
    return until if until and until > now else None


def _lines(session: Session, family: Family, now: datetime) -> Sequence[Line]:
    """Dated ones in their order, then those without a time as in the file."""
    rows = {row.step: row for row in _rows(session, family.lead_id)}
    seen = outlook(SERIES, family.case, now)
    lines = [_line(one, rows.pop(one.key, None)) for one in seen]
    lines += [_other(family, row, now) for row in rows.values()]
    dated = sorted((line for line in lines if line.at), key=lambda line: line.at or now)
    return [*dated, *(line for line in lines if line.at is None)]


def _rows(session: Session, lead_id: UUID) -> Sequence[Mailing]:
    return session.scalars(select(Mailing).where(Mailing.lead_id == lead_id)).all()


def _line(one: Outlook, row: Mailing | None) -> Line:
    return Line(one.key, one.step, Verdict(one.fate, one.why, one.due_at), row)


def _other(family: Family, row: Mailing, now: datetime) -> Line:
    """A mailing that the file would not plan: the guide sent again, a reminder of an older day."""
    verdict = Verdict(Fate.SETTLED, Why.DONE)
    if row.status == MailingStatus.PLANNED:
        verdict = fate_of(SERIES, family.case, row.step, now, tried=row.first_tried_at is not None)
    return Line(row.step, SERIES.step(row.step), verdict, row)
