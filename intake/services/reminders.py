"""Reminders of check-ups: a series that a family asks for itself, changes and stops on its own page."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.lead import Lead
from intake.models.mailing import SeriesRun
from intake.rules.appointments import months_on
from intake.rules.series import Ending
from intake.services import audit, series
from intake.services.series_cases import family_of

NAME = "reminders"
# A reminder after the check-up has had its chance by then.
_OVER = timedelta(days=11)
_CHUNK = 500


def of_lead(session: Session, lead: Lead) -> SeriesRun | None:
    """The reminders that are running, or None."""
    theirs = select(SeriesRun).where(SeriesRun.lead_id == lead.id, SeriesRun.series == NAME)
    run = session.scalars(theirs).one_or_none()
    return run if run and run.ended_at is None else None


def can_reach(session: Session, lead: Lead) -> bool:
    """Whether a reminder would be sent: not to a closed request, nor to an address that said stop or is dead.

    That the family stopped the reminders themselves does not count: asking again takes it back.
    """
    case = family_of(session, lead.id).case
    return case.has_address and not case.endings.get(NAME, frozenset()) - {Ending.ENDED}


def ask(
    session: Session, lead: Lead, *, appointment: date | None, every_months: int, now: datetime, today: date
) -> date:
    """Remind of the check-up on that day, or so many months from today; return the day.

    The consent is kept by the caller, with the words that were shown.
    """
    day = appointment or months_on(today, every_months)
    run = series.open_run(session, lead.id, NAME, now=now)
    run.appointment_on, run.every_months = day, every_months or None
    run.ended_at = run.ended_because = None
    session.flush()
    series.plan(session, [lead.id], now=now)
    audit.note(session, "visitor", "reminders.asked", "lead", lead.id, now=now)
    return day


def stop(session: Session, lead: Lead, *, now: datetime) -> None:
    """The family wants no more of them. Other mails go on."""
    series.end(session, lead.id, "family", series=NAME, now=now)
    audit.note(session, "visitor", "reminders.stopped", "lead", lead.id, now=now)


def turn_over(session: Session, *, now: datetime) -> int:
    """After a check-up that repeats: the next one, so many months on. Return how many were moved."""
    over = SeriesRun.appointment_on < (now - _OVER).date()
    repeats = SeriesRun.every_months.is_not(None) & SeriesRun.ended_at.is_(None)
    past = select(SeriesRun).where(SeriesRun.series == NAME, over, repeats).limit(_CHUNK)
    runs: Sequence[SeriesRun] = session.scalars(past.with_for_update(skip_locked=True)).all()
    for run in runs:
        assert run.appointment_on is not None
        assert run.every_months is not None
        run.appointment_on = months_on(run.appointment_on, run.every_months)
    session.flush()
    series.plan(session, [run.lead_id for run in runs], now=now)
    return len(runs)
