"""Addresses that asked to stop: keyed hashes, asked again in the moment of contact."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from intake.crypto import keyring
from intake.models.lead import Lead
from intake.models.mailing import Mailing, Suppression
from intake.rules.facts import Channel
from intake.rules.statuses import MailingStatus
from intake.services import audit


def suppress(session: Session, channel: Channel, blind: bytes, *, reason: str, now: datetime) -> None:
    """Never contact this address over this channel again. Saying it twice is harmless."""
    row = {"id": uuid4(), "channel": channel, "address_blind": blind, "reason": reason, "created_at": now}
    session.execute(insert(Suppression).values(row).on_conflict_do_nothing())


def is_suppressed(session: Session, channel: Channel, blind: bytes | None) -> bool:
    """Whether this address said stop. An address we do not have cannot be contacted either."""
    if blind is None:
        return True
    asked = select(Suppression.id).where(Suppression.channel == channel, Suppression.address_blind == blind)
    return session.scalars(asked).first() is not None


def unsubscribe(session: Session, token: str, *, now: datetime) -> None:
    """One click in a mail: no more mail to that address. Unknown tokens are answered the same."""
    blind = keyring().blind("unsubscribe", token)
    with_contact = joinedload(Mailing.lead).joinedload(Lead.contact)
    mailing = session.scalars(
        select(Mailing).where(Mailing.unsubscribe_token_blind == blind).options(with_contact)
    ).one_or_none()
    if mailing is None:
        return
    email_blind = mailing.lead.contact.email_blind
    if email_blind is not None:
        suppress(session, Channel.EMAIL, email_blind, reason="unsubscribed", now=now)
    stop_planned_mail(session, mailing.lead)
    audit.note(session, "visitor", "mail.unsubscribed", "lead", mailing.lead_id, now=now)


def stop_planned_mail(session: Session, lead: Lead) -> None:
    """Mails of this lead that are not under way will not be sent."""
    session.execute(
        update(Mailing)
        .where(Mailing.lead_id == lead.id, Mailing.status == MailingStatus.PLANNED)
        .values(status=MailingStatus.SUPPRESSED)
    )
