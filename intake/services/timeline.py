"""What happened with a family so far, newest first. Appended to, never changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.callback import CallAttempt, Callback, CallNote, OutcomeUndo
from intake.models.consent import AuditEntry
from intake.models.lead import ContactChange, Lead
from intake.models.letter import Letter
from intake.models.mailing import Mailing
from intake.models.staff import Staff
from intake.rules.statuses import LetterStatus, MailingStatus


class Happened(StrEnum):
    SENT = "sent"
    CALL = "call"
    UNDONE = "undone"
    NOTE = "note"
    CORRECTED = "corrected"
    MAIL = "mail"
    LETTER = "letter"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`code` says more by kind: an outcome, a field that was corrected, a step of the mails.

    `text`: notes, or what a contact was before. `attempt`: the call, of CALL. `row_id`: of MAIL and LETTER.
    `next_open`: from when on a refused call would be allowed, where an hour mends it.
    """

    at: datetime
    kind: Happened
    lead: Lead
    code: str = ""
    who: str | None = None
    text: str | None = None
    attempt: CallAttempt | None = None
    row_id: UUID | None = None
    next_open: datetime | None = None


def timeline(session: Session, leads: Sequence[Lead]) -> list[Entry]:
    """Everything about these requests, which are a family's."""
    known = {lead.id: lead for lead in leads}
    parts = (_calls, _undone, _notes, _corrections, _mails, _letters, _refused)
    entries = [entry for part in parts for entry in part(session, known)]
    entries += [Entry(at=lead.created_at, kind=Happened.SENT, lead=lead, code=lead.source) for lead in leads]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _calls(session: Session, known: dict[UUID, Lead]) -> Iterator[Entry]:
    made = select(CallAttempt, Staff.name).join(Staff, Staff.id == CallAttempt.staff_id)
    for attempt, name in session.execute(made.where(CallAttempt.lead_id.in_(known))):
        yield Entry(
            at=attempt.started_at,
            kind=Happened.CALL,
            lead=known[attempt.lead_id],
            code=attempt.outcome or "",
            who=name,
            text=attempt.notes,
            attempt=attempt,
        )


def _undone(session: Session, known: dict[UUID, Lead]) -> Iterator[Entry]:
    undone = (
        select(OutcomeUndo, CallAttempt.lead_id, Staff.name)
        .join(CallAttempt, CallAttempt.id == OutcomeUndo.attempt_id)
        .join(Staff, Staff.id == OutcomeUndo.staff_id)
    )
    for undo, lead_id, name in session.execute(undone.where(CallAttempt.lead_id.in_(known))):
        yield Entry(at=undo.at, kind=Happened.UNDONE, lead=known[lead_id], code=undo.outcome, who=name)


def _notes(session: Session, known: dict[UUID, Lead]) -> Iterator[Entry]:
    late = (
        select(CallNote, Callback.lead_id, Staff.name)
        .join(Callback, Callback.id == CallNote.callback_id)
        .join(Staff, Staff.id == CallNote.staff_id)
    )
    for note, lead_id, name in session.execute(late.where(Callback.lead_id.in_(known))):
        yield Entry(at=note.at, kind=Happened.NOTE, lead=known[lead_id], who=name, text=note.text)


def _corrections(session: Session, known: dict[UUID, Lead]) -> Iterator[Entry]:
    for change in session.scalars(select(ContactChange).where(ContactChange.lead_id.in_(known))):
        yield Entry(
            at=change.at,
            kind=Happened.CORRECTED,
            lead=known[change.lead_id],
            code=change.field,
            text=change.old,
        )


def _mails(session: Session, known: dict[UUID, Lead]) -> Iterator[Entry]:
    """What went out, or did not arrive; what is still to come is no history."""
    settled = (MailingStatus.ACCEPTED, MailingStatus.FAILED, MailingStatus.UNKNOWN)
    sent = select(Mailing).where(Mailing.lead_id.in_(known), Mailing.status.in_(settled))
    for mailing in session.scalars(sent):
        yield Entry(
            at=mailing.answered_at or mailing.due_at,
            kind=Happened.MAIL,
            lead=known[mailing.lead_id],
            code=mailing.step,
            text=mailing.status,
            row_id=mailing.id,
        )


def _letters(session: Session, known: dict[UUID, Lead]) -> Iterator[Entry]:
    """What was posted, and whether it came back."""
    left = (LetterStatus.POSTED, LetterStatus.RETURNED)
    sent = select(Letter).where(Letter.lead_id.in_(known), Letter.status.in_(left))
    for letter in session.scalars(sent):
        yield Entry(
            at=letter.returned_at or letter.posted_at or letter.due_at,
            kind=Happened.LETTER,
            lead=known[letter.lead_id],
            code=letter.step,
            text=letter.status,
            row_id=letter.id,
        )


def _refused(session: Session, known: dict[UUID, Lead]) -> Iterator[Entry]:
    """Calls that the rules did not allow at that moment."""
    ids = list(map(str, known))
    theirs = (AuditEntry.subject_kind == "lead") & AuditEntry.subject_id.in_(ids)
    refused = select(AuditEntry).where(theirs, AuditEntry.action == "call.refused")
    for entry in session.scalars(refused):
        opens = entry.detail.get("next_open")
        yield Entry(
            at=entry.at,
            kind=Happened.REFUSED,
            lead=known[UUID(entry.subject_id)],
            text=entry.detail["why"],
            next_open=datetime.fromisoformat(opens) if opens else None,
        )
