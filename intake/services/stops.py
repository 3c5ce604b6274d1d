"""Somebody says stop: on the page behind a mail, in one click of a mail program, or to an advocate."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from intake.models.lead import Contact, Lead
from intake.rules.facts import Channel
from intake.rules.outcomes import OUTCOMES, OutcomeCode
from intake.services import audit, call_effects, series
from intake.services.leads import get_lead
from intake.services.stop_links import address_of
from intake.services.suppressions import suppress

UNSUBSCRIBED = "unsubscribed"


def stop_by_link(session: Session, token: str, *, everything: bool = False, now: datetime) -> None:
    """No more mail to that address, or nothing at all to those behind it. Unknown links do nothing."""
    blind = address_of(token)
    if blind is None:
        return
    stop_address(session, blind, reason=UNSUBSCRIBED, now=now)
    for lead in _leads_of(session, blind):
        if everything:
            call_effects.apply(session, lead, OUTCOMES[OutcomeCode.ASKED_TO_STOP], now=now)
        what = "everything.stopped" if everything else "mail.unsubscribed"
        audit.note(session, "visitor", what, "lead", lead.id, now=now)


def stop_mail_of(session: Session, lead_id: UUID, *, by: str, now: datetime) -> None:
    """An advocate heard it on the phone, or read it: no more mail to the address they have now."""
    lead = get_lead(session, lead_id)
    if lead.contact.email_blind is not None:
        stop_address(session, lead.contact.email_blind, reason="asked_staff", now=now)
    audit.note(session, by, "mail.stopped", "lead", lead.id, now=now)


def stop_everything_of(session: Session, lead_id: UUID, *, by: str, now: datetime) -> None:
    """The same for calls, texts, mails and letters."""
    call_effects.apply(session, get_lead(session, lead_id), OUTCOMES[OutcomeCode.ASKED_TO_STOP], now=now)
    audit.note(session, by, "everything.stopped", "lead", lead_id, now=now)


def stop_address(session: Session, email_blind: bytes, *, reason: str, now: datetime) -> None:
    """Suppress an email address, and let every series of its leads show that it ended."""
    suppress(session, Channel.EMAIL, email_blind, reason=reason, now=now)
    series.plan(session, [lead.id for lead in _leads_of(session, email_blind)], now=now)


def _leads_of(session: Session, email_blind: bytes) -> Sequence[Lead]:
    theirs = select(Lead).join(Contact).where(Contact.email_blind == email_blind).order_by(Lead.id)
    return session.scalars(theirs.options(joinedload(Lead.contact))).all()
