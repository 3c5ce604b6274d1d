"""Spam and tests: marked, so that they count in no figure, and let go of everything they asked for."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.callback import Callback
from intake.models.consent import AuditEntry
from intake.models.lead import Lead
from intake.rules.facts import LeadMark
from intake.rules.statuses import CallbackStatus, LeadStatus, change
from intake.services import audit, family_calls, letters, outbox, series
from intake.services.pool import OPEN
from intake.workflow import Event


def mark(session: Session, lead: Lead, why: LeadMark, *, by: str, now: datetime) -> None:
    """Nobody rings and nothing is sent for it. Calls of others that it had taken in are owed again."""
    lead.marked = why
    closes = lead.status == LeadStatus.OPEN
    if closes:
        lead.status = change(LeadStatus.OPEN, LeadStatus.CLOSED)
    family_calls.owe_again(session, lead.id, now=now)
    for call in session.scalars(select(Callback).where(OPEN, Callback.lead_id == lead.id).with_for_update()):
        call.status = change(CallbackStatus(call.status), CallbackStatus.CANCELLED)
        call.closed_at, call.version = now, call.version + 1
    session.flush()
    if lead.family_id is not None:
        family_calls.gather(session, lead.family_id, now=now)
    letters.stop(session, lead.id, reason=why)
    series.end(session, lead.id, why, now=now)
    audit.note(session, by, "lead.marked", "lead", lead.id, now=now, mark=why, closes=closes)


def unmark(session: Session, lead: Lead, *, by: str, now: datetime) -> None:
    """It was a family's after all: the call is owed, and the mails go on. Letters are asked for again.

    What was closed before it was marked stays closed.
    """
    if lead.marked is None:
        return
    lead.marked = None
    if _was_closed_by_its_mark(session, lead):
        lead.status = change(LeadStatus.CLOSED, LeadStatus.OPEN)
        series.resume(session, lead.id, now=now)
        outbox.record(session, Event.CALL_ASKED, lead.id, now=now)
    audit.note(session, by, "lead.unmarked", "lead", lead.id, now=now)


def _was_closed_by_its_mark(session: Session, lead: Lead) -> bool:
    theirs = (AuditEntry.subject_kind == "lead") & (AuditEntry.subject_id == str(lead.id))
    marked = select(AuditEntry).where(theirs, AuditEntry.action == "lead.marked")
    newest = session.scalars(marked.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1)).first()
    return newest is not None and bool(newest.detail.get("closes")) and lead.status == LeadStatus.CLOSED
