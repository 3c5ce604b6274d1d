"""Families answer our mails: a stop in a mail program's own words counts at once, all else a person reads.

Until she has, nothing that comes by itself goes to that family: "stop" may be said in any words.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from intake.crypto import keyring
from intake.db import insert_new, row_values
from intake.errors import BadInput
from intake.models.lead import Contact, Lead
from intake.models.mail_reply import MailReply
from intake.models.mailing import Mailing
from intake.receipts.dsn import read_dsn
from intake.receipts.reply import Reply, read_reply
from intake.rules.stop_words import says_stop
from intake.services import audit, mail_receipts, series, stops
from intake.services.blind import email_blind
from intake.services.staff import actor
from intake.services.stop_links import address_of

_KEEP = insert_new(MailReply).returning(MailReply.__table__.c.id)
_LISTED = 200
DSN = "dsn"


class Taken(StrEnum):
    """What became of a mail that came in. AUTOMATIC and NOT_OURS are not kept."""

    BOUNCED = "bounced"
    STOPPED = "stopped"
    KEPT = "kept"
    REPEATED = "repeated"
    AUTOMATIC = "automatic"
    NOT_OURS = "not_ours"


class ReplyDecision(StrEnum):
    STOP_MAIL = "stop-mail"
    STOP_EVERYTHING = "stop-everything"
    GO_ON = "go-on"


def take_mail(session: Session, message: bytes, *, now: datetime) -> Taken:
    """A whole mail that came in: one of ours that came back, or what somebody answers.

    Raises NotReadable when it names no sender.
    """
    bounces = read_dsn(message, now)
    if bounces:
        mail_receipts.take(session, DSN, bounces, now=now)
        return Taken.BOUNCED
    return take(session, read_reply(message), now=now)


def take(session: Session, reply: Reply, *, now: datetime) -> Taken:
    """Do what a mail to us asks, or keep it for a person. Safe to repeat."""
    if address_of(reply.stop_token):
        stops.stop_by_link(session, reply.stop_token, now=now)
        return Taken.STOPPED
    if reply.automatic:
        return Taken.AUTOMATIC
    blind, stop = email_blind(reply.sender), says_stop(reply.words)
    assert blind is not None
    lead_id = _answered(session, reply) or _newest_of(session, blind)
    if lead_id is None and not stop:
        return Taken.NOT_OURS
    row = MailReply(
        digest=keyring().blind("mail_reply", reply.message_id or f"{reply.sender} {reply.words}"),
        lead_id=lead_id,
        sender_blind=blind,
        sender=reply.sender,
        words=reply.words,
        says_stop=stop,
        received_at=now,
    )
    if session.execute(_KEEP, [row_values(row)]).scalar_one_or_none() is None:
        return Taken.REPEATED
    _plan(session, row, now)
    if lead_id:
        audit.note(session, "visitor", "mail.answered", "lead", lead_id, now=now)
    return Taken.KEPT


def waiting(session: Session) -> Sequence[tuple[MailReply, str | None]]:
    """What nobody has settled, with the reference of its lead: those that say stop first, then the oldest."""
    wanted = select(MailReply, Lead.reference).outerjoin(Lead, Lead.id == MailReply.lead_id)
    unread = wanted.where(MailReply.settled_at.is_(None))
    found = session.execute(unread.order_by(MailReply.says_stop.desc(), MailReply.received_at).limit(_LISTED))
    return [(row, reference) for row, reference in found]


def waits(session: Session, lead_id: UUID, blind: bytes) -> bool:
    """Whether a reply of that family, or from that address, waits to be read."""
    theirs = or_(MailReply.lead_id == lead_id, MailReply.sender_blind == blind)
    wanted = select(MailReply.id).where(theirs, MailReply.settled_at.is_(None))
    return session.scalars(wanted.limit(1)).first() is not None


def settle(
    session: Session, reply_id: UUID, decision: ReplyDecision, *, staff_id: UUID, now: datetime
) -> None:
    """A person has read it. Raises BadInput when somebody else had, or when it cannot be done."""
    row = session.get(MailReply, reply_id, with_for_update=True)
    if row is None or row.settled_at is not None:
        raise BadInput("This reply waits no more; somebody may have dealt with it already.")
    if decision is ReplyDecision.STOP_EVERYTHING and row.lead_id is None:
        raise BadInput("We do not know who wrote this: the mails to that address can be stopped, no more.")
    row.settled_at, row.settled_by, row.decision = now, staff_id, decision
    session.flush()
    by = actor(staff_id)
    if decision is not ReplyDecision.GO_ON:
        _stop(session, row, decision, by=by, now=now)
    if row.lead_id is None:
        row.sender_sealed = row.words_sealed = None
    _plan(session, row, now)
    audit.note(session, by, f"reply.{decision}", "mail_reply", row.id, now=now)


def _stop(session: Session, row: MailReply, decision: ReplyDecision, *, by: str, now: datetime) -> None:
    """The address that they wrote from, and the one that we write to when it is another."""
    stops.stop_address(session, row.sender_blind, reason="replied", now=now)
    if row.lead_id and decision is ReplyDecision.STOP_EVERYTHING:
        stops.stop_everything_of(session, row.lead_id, by=by, now=now)
    elif row.lead_id:
        stops.stop_mail_of(session, row.lead_id, by=by, now=now)


def _answered(session: Session, reply: Reply) -> UUID | None:
    """The family of the mail that is answered, by our name for it or its server's."""
    if not reply.answers:
        return None
    named = or_(Mailing.message_id.in_(reply.answers), Mailing.provider_id.in_(reply.answers))
    return session.scalars(select(Mailing.lead_id).where(named).limit(1)).first()


def _newest_of(session: Session, blind: bytes) -> UUID | None:
    theirs = select(Lead.id).join(Contact).where(Contact.email_blind == blind)
    return session.scalars(theirs.order_by(Lead.created_at.desc()).limit(1)).first()


def _plan(session: Session, row: MailReply, now: datetime) -> None:
    """Let the series of everybody behind the reply show that they wait, or go on."""
    theirs = or_(Lead.id == row.lead_id, Contact.email_blind == row.sender_blind)
    series.plan(session, session.scalars(select(Lead.id).join(Contact).where(theirs)).all(), now=now)
