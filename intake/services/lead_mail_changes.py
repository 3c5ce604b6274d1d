"""What staff may do to one family's mail. Every deed is audited."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.services import audit, series, stops, suppressions
from intake.services.leads import get_lead
from intake.services.series_cases import family_of
from intake.services.staff import actor

PAUSE = timedelta(days=7)


def stop_mail(session: Session, lead_id: UUID, *, staff_id: UUID, now: datetime) -> None:
    stops.stop_mail_of(session, lead_id, by=actor(staff_id), now=now)


def stop_everything(session: Session, lead_id: UUID, *, staff_id: UUID, now: datetime) -> None:
    stops.stop_everything_of(session, lead_id, by=actor(staff_id), now=now)


def pause(session: Session, lead_id: UUID, *, staff_id: UUID, now: datetime) -> None:
    series.pause(session, lead_id, until=now + PAUSE, now=now)
    audit.note(session, actor(staff_id), "series.paused", "lead", lead_id, now=now)


def resume(session: Session, lead_id: UUID, *, staff_id: UUID, now: datetime) -> None:
    """Ends a pause; an end that staff or the family set stays."""
    series.unpause(session, lead_id, now=now)
    audit.note(session, actor(staff_id), "series.resumed", "lead", lead_id, now=now)


def address_works(session: Session, lead_id: UUID, *, staff_id: UUID, now: datetime) -> None:
    """They say on the phone that the address is right: a bounce is forgotten, a stop is not."""
    lead = get_lead(session, lead_id)
    if lead.contact.email_blind is not None:
        suppressions.lift_bounce(session, lead.contact.email_blind, now=now)
    series.plan(session, [lead_id], now=now)
    audit.note(session, actor(staff_id), "mail.bounce_lifted", "lead", lead_id, now=now)


def condole(session: Session, lead_id: UUID, *, staff_id: UUID, now: datetime) -> None:
    """Send the letter of sympathy. Raises BadInput when nothing may be sent to their address."""
    series.open_run(session, lead_id, "condolence", now=now)
    session.flush()
    series.plan(session, [lead_id], now=now)
    if "condolence" not in family_of(session, lead_id).mailings:
        raise BadInput("They did not agree to mail, or their address said stop: write or ring instead.")
    audit.note(session, actor(staff_id), "condolence.sent", "lead", lead_id, now=now)
