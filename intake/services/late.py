"""Somebody saves a call that is hers no longer: what she typed is kept, and she is told how it stands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.callback import CallAttempt, Callback, CallNote
from intake.models.consent import AuditEntry
from intake.models.staff import Staff
from intake.services import audit
from intake.services.callbacks import NOT_RECORDED, add_notes
from intake.services.staff import actor


@dataclass(frozen=True, kw_only=True)
class LateSave:
    """What was typed on a page whose call was lost. `code`: the outcome that was chosen, if any."""

    callback_id: UUID
    staff_id: UUID
    attempt_id: UUID | None
    code: str
    notes: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the call stands for somebody who lost it. Nothing is told to who never had it.

    `erased`: the family's request was deleted. `holder`: who has the call now, with `theirs`, the notes
    as they are. `last`: the newest call that somebody else made, by `last_by`.
    """

    had_it: bool = False
    erased: bool = False
    kept: bool = False
    outcome_kept: bool = False
    holder: str | None = None
    theirs: str | None = None
    last: CallAttempt | None = None
    last_by: str | None = None


def keep(session: Session, save: LateSave, *, now: datetime) -> Standing:
    """Store the notes beside the call that she made, or in the family's record; say how the call stands."""
    if not _had_it(session, save):
        return Standing()
    callback = session.get(Callback, save.callback_id)
    if callback is None:
        return Standing(had_it=True, erased=True)
    attempt = _own_attempt(session, save)
    outcome_kept = _keep_outcome(attempt, save.code)
    if save.notes:
        _keep_notes(session, attempt, save, now=now)
    last = _last_of_others(session, save)
    return Standing(
        had_it=True,
        kept=bool(save.notes),
        outcome_kept=outcome_kept,
        holder=_name(session, callback.claimed_by) if callback.closed_at is None else None,
        theirs=callback.notes,
        last=last,
        last_by=_name(session, last.staff_id) if last else None,
    )


def _had_it(session: Session, save: LateSave) -> bool:
    """The audit remembers who claimed the call, even when the call itself was erased."""
    claimed = select(AuditEntry.id).where(
        AuditEntry.subject_kind == "callback",
        AuditEntry.subject_id == str(save.callback_id),
        AuditEntry.actor == actor(save.staff_id),
        AuditEntry.action == "callback.claimed",
    )
    return session.scalars(claimed.limit(1)).first() is not None


def _own_attempt(session: Session, save: LateSave) -> CallAttempt | None:
    attempt = session.get(CallAttempt, save.attempt_id, with_for_update=True) if save.attempt_id else None
    theirs = attempt and attempt.staff_id == save.staff_id and attempt.callback_id == save.callback_id
    return attempt if theirs else None


def _keep_outcome(attempt: CallAttempt | None, code: str) -> bool:
    """What came of her call is a fact of it, whoever decides what follows."""
    if attempt is None or not code or attempt.outcome not in (None, NOT_RECORDED):
        return False
    attempt.outcome = code
    return True


def _keep_notes(session: Session, attempt: CallAttempt | None, save: LateSave, *, now: datetime) -> None:
    if attempt is not None:
        add_notes(attempt, save.notes)
    elif not _is_there_already(session, save):
        note = CallNote(callback_id=save.callback_id, staff_id=save.staff_id, at=now, text=save.notes)
        session.add(note)
    audit.note(session, actor(save.staff_id), "callback.notes_kept", "callback", save.callback_id, now=now)


def _is_there_already(session: Session, save: LateSave) -> bool:
    mine = (CallNote.callback_id == save.callback_id) & (CallNote.staff_id == save.staff_id)
    return any(note.text == save.notes for note in session.scalars(select(CallNote).where(mine)))


def _last_of_others(session: Session, save: LateSave) -> CallAttempt | None:
    theirs = (CallAttempt.callback_id == save.callback_id) & (CallAttempt.staff_id != save.staff_id)
    return session.scalars(select(CallAttempt).where(theirs).order_by(CallAttempt.started_at.desc())).first()


def _name(session: Session, staff_id: UUID | None) -> str | None:
    staff = session.get(Staff, staff_id) if staff_id else None
    return staff.name if staff else None
