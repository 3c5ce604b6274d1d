"""What an outcome does beyond its own call: silence for an address, mails paused or ended."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from intake.models.callback import Callback
from intake.models.lead import Contact, Lead
from intake.rules.facts import Channel, Relation
from intake.rules.outcomes import Outcome, SeriesStep
from intake.rules.statuses import CallbackStatus, LeadStatus, change
from intake.services import letters, series, sharing, suppressions
from intake.services.families import members

_OPEN = (CallbackStatus.WAITING, CallbackStatus.CLAIMED)


def apply(session: Session, lead: Lead, outcome: Outcome, *, now: datetime) -> None:
    """Do what the outcome's row says. `lead.contact` must be loaded."""
    _suppress(session, lead, outcome, now=now)
    for other in _sharing(session, lead, outcome):
        if Channel.CALL in outcome.suppress:
            _cancel_calls(session, other, outcome, now=now)
        if Channel.EMAIL in outcome.suppress:
            series.plan(session, [other.id], now=now)
        if Channel.POST in outcome.suppress:
            letters.stop_address(session, other.id, reason=outcome.code, now=now)
    if outcome.series is SeriesStep.PAUSE_DAYS:
        pause = timedelta(days=outcome.pause_days)
        series.pause(session, lead.id, until=now + pause, now=now)
        letters.pause(session, lead.id, pause)
    if outcome.series is SeriesStep.END:
        for one in _of_the_patient(session, lead):
            _end(session, one, outcome, now=now)


def touched(session: Session, lead: Lead, outcome: Outcome) -> list[Lead]:
    """Every request that the outcome can change, with contacts loaded."""
    others = (*_sharing(session, lead, outcome), *_of_the_patient(session, lead))
    return list({one.id: one for one in (lead, *others)}.values())


def _suppress(session: Session, lead: Lead, outcome: Outcome, *, now: datetime) -> None:
    addresses = {
        Channel.CALL: lead.contact.phone_blind,
        Channel.TEXT: lead.contact.phone_blind,
        Channel.EMAIL: lead.contact.email_blind,
    }
    for channel in sorted(outcome.suppress):
        blind = addresses.get(channel)
        if blind is not None:
            suppressions.suppress(session, channel, blind, reason=outcome.code, now=now)


def _sharing(session: Session, lead: Lead, outcome: Outcome) -> list[Lead]:
    """This request, and every one by the same phone or email when the outcome silences that or ends all."""
    same: list[ColumnElement[bool]] = [Lead.id == lead.id]
    ends = outcome.series is SeriesStep.END
    if (ends or Channel.CALL in outcome.suppress) and lead.contact.phone_blind:
        same.append(Contact.phone_blind == lead.contact.phone_blind)
    if (ends or Channel.EMAIL in outcome.suppress) and lead.contact.email_blind:
        same.append(Contact.email_blind == lead.contact.email_blind)
    wanted = select(Lead).join(Contact).where(or_(*same)).options(joinedload(Lead.contact))
    return list(session.scalars(wanted.order_by(Lead.id)))


def _of_the_patient(session: Session, lead: Lead) -> list[Lead]:
    """Every request for the same patient: the family's. A health worker's are for patients of theirs."""
    if lead.relation == Relation.HEALTH_WORKER:
        return [lead]
    family = members(session, lead)
    return [one for one in family if one.id == lead.id or one.relation != Relation.HEALTH_WORKER]


def _cancel_calls(session: Session, lead: Lead, outcome: Outcome, *, now: datetime) -> None:
    owed = select(Callback).where(Callback.lead_id == lead.id, Callback.status.in_(_OPEN))
    for callback in session.scalars(owed.with_for_update()):
        callback.status = change(CallbackStatus(callback.status), CallbackStatus.CANCELLED)
        callback.outcome, callback.closed_at = outcome.code, now
        callback.version += 1


def _end(session: Session, lead: Lead, outcome: Outcome, *, now: datetime) -> None:
    """Nothing is sent, given to anybody, or rung for this request any more."""
    sharing.stop(session, lead.id, now=now)
    letters.stop(session, lead.id, reason=outcome.code)
    _cancel_calls(session, lead, outcome, now=now)
    if lead.status == LeadStatus.OPEN:
        lead.status = change(LeadStatus.OPEN, LeadStatus.CLOSED)
    session.flush()
    series.end(session, lead.id, outcome.code, now=now)
