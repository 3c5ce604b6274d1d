"""Take in what mail providers tell: a dead address, a complaint, a delivery."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from intake.db import insert_new
from intake.models.mailing import Mailing, MailReceipt
from intake.receipts.receipt import Receipt, ReceiptKind
from intake.rules.statuses import MailingStatus
from intake.services import audit, mail_brake
from intake.services.blind import email_blind
from intake.services.mailings import turn
from intake.services.stops import stop_address
from intake.services.suppressions import BOUNCED

COMPLAINED = "complained"
_KEEP = insert_new(MailReceipt).returning(MailReceipt.__table__.c.id)


def take(session: Session, adapter: str, receipts: Sequence[Receipt], *, now: datetime) -> int:
    """Store receipts and do what follows from each; return how many were new. A repeat does nothing."""
    return sum([_take(session, adapter, receipt, now) for receipt in receipts])


def _take(session: Session, adapter: str, receipt: Receipt, now: datetime) -> bool:
    mailing = _mailing(session, receipt)
    row: dict[str, Any] = {
        "id": uuid4(),
        "adapter": adapter,
        "event_id": receipt.event_id,
        "kind": receipt.kind,
        "permanent": receipt.permanent,
        "detail": receipt.detail,
        "at": receipt.at,
        "received_at": now,
        "mailing_id": mailing.id if mailing else None,
    }
    if session.execute(_KEEP, [row]).scalar_one_or_none() is None:
        return False
    follow = _FOLLOWS.get(receipt.kind)
    if follow:
        follow(session, receipt, mailing, now)
    return True


def _mailing(session: Session, receipt: Receipt) -> Mailing | None:
    """By what the provider calls it, or by our own Message-ID, whose left half is the mailing's."""
    names = []
    if receipt.provider_id:
        names.append(Mailing.provider_id == receipt.provider_id)
    if receipt.message_id:
        names.append(Mailing.message_id == receipt.message_id.partition("@")[0])
    if not names:
        return None
    return session.scalars(select(Mailing).where(or_(*names)).limit(1).with_for_update()).first()


def _delivered(session: Session, receipt: Receipt, mailing: Mailing | None, now: datetime) -> None:
    """The receipt that ends all doubt about a mail whose answer was lost."""
    if mailing is None:
        return
    mailing.delivered_at = receipt.at
    if mailing.status == MailingStatus.UNKNOWN:
        turn(mailing, MailingStatus.ACCEPTED, answer="a receipt says that it was delivered", now=now)


def _bounced(session: Session, receipt: Receipt, mailing: Mailing | None, now: datetime) -> None:
    """A bounce for good: the address does not work, and staff see it on the call screen."""
    if not receipt.permanent:
        return
    if mailing is not None and mailing.status in (MailingStatus.ACCEPTED, MailingStatus.UNKNOWN):
        said = f"it came back: {receipt.detail}".rstrip(": ")
        turn(mailing, MailingStatus.FAILED, because=BOUNCED, answer=said, now=now)
    _silence(session, _whom(receipt, mailing), mailing, BOUNCED, now)


def came_back(session: Session, mailing: Mailing, *, now: datetime) -> None:
    """Their mail server knew no such address while we spoke with it: as with a bounce that comes later."""
    mailing.because = BOUNCED
    _silence(session, mailing.recipient_blind, mailing, BOUNCED, now)


def _complained(session: Session, receipt: Receipt, mailing: Mailing | None, now: datetime) -> None:
    """Somebody pressed "this is spam": no more mail to that address, and perhaps to nobody for now."""
    _silence(session, _whom(receipt, mailing), mailing, COMPLAINED, now)
    mail_brake.pull_if_due(session, now=now)


def _whom(receipt: Receipt, mailing: Mailing | None) -> bytes | None:
    return mailing.recipient_blind if mailing else email_blind(receipt.recipient)


def _silence(
    session: Session, blind: bytes | None, mailing: Mailing | None, reason: str, now: datetime
) -> None:
    if blind is not None:
        session.flush()
        stop_address(session, blind, reason=reason, now=now)
    if mailing is not None:
        audit.note(session, "receipts", f"mail.{reason}", "lead", mailing.lead_id, now=now)


_FOLLOWS: dict[ReceiptKind, Callable[[Session, Receipt, Mailing | None, datetime], None]] = {
    ReceiptKind.DELIVERY: _delivered,
    ReceiptKind.BOUNCE: _bounced,
    ReceiptKind.COMPLAINT: _complained,
}
