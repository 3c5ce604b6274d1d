"""Delete everything of a request at once, and keep only what the law wants kept and what protects them.

Kept: that they were contacted (when, by whom, on which basis), the yes or no to each consent without what
was typed, ids in the audit, and keyed hashes of phone and email, so that nobody contacts them again when a
list is imported or a backup restored.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session, joinedload

from intake.models.callback import CallAttempt, Callback
from intake.models.deletion import Deletion
from intake.models.family import Family
from intake.models.lead import Lead
from intake.models.letter import Letter
from intake.models.mailing import Mailing
from intake.models.privacy import KeptContact
from intake.models.work import OutboxTask
from intake.rules.facts import Channel
from intake.rules.retention import RETENTION
from intake.rules.statuses import MailingStatus, TaskState
from intake.services import audit, family_calls, postal_addresses, restore_ledger, suppressions
from intake.services.restore_ledger import Kind, lead_blind
from intake.services.suppressions import ERASED, Stop

AGED = "aged"
_AGREED = "consent"
_HANDED_OVER = (MailingStatus.SENDING, MailingStatus.ACCEPTED, MailingStatus.UNKNOWN)
_UNDER_WAY = (TaskState.DUE, TaskState.LEASED, TaskState.PARKED)


def erase(session: Session, lead_id: UUID, *, by: str, now: datetime, reason: str = ERASED) -> bool:
    """Delete a request for good. False when it is gone already. Nothing brings it back.

    `reason`: ERASED when they asked for it, and then nobody contacts them for it again; AGED when it
    is simply old.
    """
    lead = _locked(session, lead_id)
    if lead is None:
        return False
    for channel, blind in _addresses(session, lead) if reason == ERASED else ():
        suppressions.suppress(session, channel, blind, reason=ERASED, now=now)
    restore_ledger.remember(session, Kind.ERASED, lead_blind(lead_id), reason=reason, now=now)
    _remove(session, lead, now=now)
    audit.note(session, by, "lead.erased", "lead", lead_id, now=now)
    return True


def apply_again(session: Session, line: dict[str, Any]) -> None:
    """A line of the ledger that an older database does not know: stop, lift or erase again."""
    blind, at = bytes.fromhex(line["blind"]), datetime.fromisoformat(line["at"])
    if line["kind"] == Kind.STOPPED:
        suppressions.store(session, Stop(line["channel"], blind, line["reason"], at))
    elif line["kind"] == Kind.LIFTED:
        suppressions.forget(session, line["channel"], blind, line["reason"])
    elif line["kind"] == Kind.RECEIPT:
        _keep_receipt(session, line["reason"], done_at=at)
    else:
        for lead_id in session.scalars(select(Lead.id)).all():
            if lead_blind(lead_id) == blind:
                _erase_again(session, lead_id, line["reason"], now=at)


def _keep_receipt(session: Session, receipt: str, *, done_at: datetime) -> None:
    """Whoever has the number still finds it; whose it was nobody knew."""
    wish = Deletion(lead_id=uuid4(), asked_at=done_at, asked_by="ledger", due_at=done_at, done_at=done_at)
    wish.receipt = receipt
    session.add(wish)


def _erase_again(session: Session, lead_id: UUID, reason: str, *, now: datetime) -> None:
    lead = _locked(session, lead_id)
    assert lead is not None
    for channel, blind in _addresses(session, lead) if reason == ERASED else ():
        suppressions.store(session, Stop(channel, blind, ERASED, now))
    _remove(session, lead, now=now)
    audit.note(session, "desk", "lead.erased_again", "lead", lead_id, now=now)


def _locked(session: Session, lead_id: UUID) -> Lead | None:
    wanted = select(Lead).where(Lead.id == lead_id).options(joinedload(Lead.contact))
    return session.scalars(wanted.with_for_update(of=Lead)).one_or_none()


def _addresses(session: Session, lead: Lead) -> list[tuple[Channel, bytes]]:
    phone, email = lead.contact.phone_blind, lead.contact.email_blind
    kept = postal_addresses.address_of(session, lead.id)
    door = kept.address_blind if kept else None
    ways = ((Channel.CALL, phone), (Channel.TEXT, phone), (Channel.EMAIL, email), (Channel.POST, door))
    return [(channel, blind) for channel, blind in ways if blind is not None]


def _remove(session: Session, lead: Lead, *, now: datetime) -> None:
    """The rows themselves; what hangs on the request goes with it."""
    lead_id, family_id = lead.id, lead.family_id
    family_calls.owe_again(session, lead_id, now=now)
    _keep_contacts(session, lead, now=now)
    _discard_work(session, lead_id, now=now)
    _end_wish(session, lead_id, now=now)
    session.execute(select(func.empty_consents(lead_id)))
    session.flush()
    session.expunge_all()
    session.execute(delete(Lead).where(Lead.id == lead_id))
    if family_id is not None:
        alone = ~exists().where(Lead.family_id == family_id)
        session.execute(delete(Family).where(Family.id == family_id, alone))


def _end_wish(session: Session, lead_id: UUID, *, now: datetime) -> None:
    """However the request went, nobody waits for its deletion any more."""
    waits = (Deletion.lead_id == lead_id) & Deletion.done_at.is_(None) & Deletion.closed_at.is_(None)
    session.execute(update(Deletion).where(waits).values(done_at=now))


def _keep_contacts(session: Session, lead: Lead, *, now: datetime) -> None:
    """That we rang, mailed and wrote: when, by whom, on which basis."""
    until = (now + timedelta(days=RETENTION.days("kept_contact"))).date()
    for fields in (*_calls(session, lead), *_mails(session, lead), *_letters(session, lead)):
        session.add(KeptContact(lead_id=lead.id, keep_until=until, **fields))


def _calls(session: Session, lead: Lead) -> Iterator[dict[str, Any]]:
    for attempt in session.scalars(select(CallAttempt).where(CallAttempt.lead_id == lead.id)):
        yield {
            "channel": Channel.CALL, "address_blind": lead.contact.phone_blind, "at": attempt.started_at,
            "ended_at": attempt.ended_at, "staff_id": attempt.staff_id, "basis": attempt.basis,
            "rule_version": attempt.rule_version,
        }  # fmt: skip


def _mails(session: Session, lead: Lead) -> Iterator[dict[str, Any]]:
    sent = (Mailing.lead_id == lead.id) & Mailing.status.in_(_HANDED_OVER)
    for mailing in session.scalars(select(Mailing).where(sent)):
        yield {
            "channel": Channel.EMAIL, "address_blind": mailing.recipient_blind, "basis": _AGREED,
            "at": mailing.sending_at or mailing.created_at, "rule_version": mailing.rule_version,
        }  # fmt: skip


def _letters(session: Session, lead: Lead) -> Iterator[dict[str, Any]]:
    posted = select(Letter.posted_at).where(Letter.lead_id == lead.id, Letter.posted_at.is_not(None))
    for at in session.scalars(posted):
        yield {"channel": Channel.POST, "at": at, "basis": _AGREED}


def _discard_work(session: Session, lead_id: UUID, *, now: datetime) -> None:
    """Nobody works on it any more. A worker in the midst of it holds an older token: it writes nothing."""
    mine = [lead_id, *session.scalars(select(Mailing.id).where(Mailing.lead_id == lead_id))]
    mine += session.scalars(select(Callback.id).where(Callback.lead_id == lead_id))
    session.execute(
        update(OutboxTask)
        .where(OutboxTask.subject_id.in_(mine), OutboxTask.state.in_(_UNDER_WAY))
        .values(
            state=TaskState.DISCARDED, token=OutboxTask.token + 1, leased_until=None, finished_at=now,
            last_error=ERASED,
        )
    )  # fmt: skip
