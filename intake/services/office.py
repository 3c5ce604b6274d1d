"""The organisation's own calendar: organisation.toml gives the start values, then the database decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from intake import later
from intake.db import insert_new, row_values
from intake.errors import BadInput
from intake.models.office import THE_OFFICE, Office, OfficeDay
from intake.models.staff import Staff
from intake.organisation import Organisation
from intake.rules.calling_hours import OfficeHours
from intake.rules.holidays import federal_holidays
from intake.rules.hours import read_day, week_table, window_text
from intake.services import audit, outbox
from intake.services.staff import actor
from intake.workflow import Event

_IN_FORCE = select(Office.hours, Office.promise_minutes).where(Office.id == bindparam("id"))
_BEGIN = insert_new(Office).returning(Office.id)


@dataclass(frozen=True)
class Editor:
    """Who changes the calendar, and which version the page showed (0 while nothing is stored)."""

    staff: Staff
    version: int


class ChangedMeanwhile(BadInput):
    """Somebody else saved the calendar after the page was made."""


def current(session: Session, organisation: Organisation) -> Organisation:
    """The organisation with the hours and the promise that are in force now."""
    office = later.ask(session, _IN_FORCE, {"id": THE_OFFICE}).one_or_none()
    if office is None:
        return organisation
    special = {row.day: read_day(row.hours, str(row.day)) for row in session.scalars(select(OfficeDay))}
    hours = OfficeHours.from_table(office.hours, special)
    return replace(organisation, office=hours, promise_minutes=office.promise_minutes)


def version(session: Session) -> int:
    """Rises with every change; 0 while organisation.toml alone decides."""
    office = session.get(Office, THE_OFFICE)
    return office.version if office else 0


def special_days(session: Session, *, since: date) -> Sequence[OfficeDay]:
    """The days from `since` on that keep hours of their own."""
    return session.scalars(select(OfficeDay).where(OfficeDay.day >= since).order_by(OfficeDay.day)).all()


def set_week(
    session: Session, editor: Editor, organisation: Organisation, *, promise_minutes: int, now: datetime
) -> None:
    """Store the ordinary week of `organisation.office`. Raises ChangedMeanwhile."""
    office = _held(session, editor, organisation, now=now)
    office.hours = _table(organisation.office)
    office.promise_minutes = promise_minutes
    _changed(session, office, editor, "office.week_changed", now=now)


def set_days(
    session: Session,
    editor: Editor,
    organisation: Organisation,
    days: Mapping[date, tuple[str, Sequence[str]]],
    *,
    now: datetime,
) -> None:
    """Give dates a name and hours of their own, none for a closed one. Raises ChangedMeanwhile."""
    office = _held(session, editor, organisation, now=now)
    for day, (name, hours) in days.items():
        session.merge(OfficeDay(day=day, hours=list(hours), name=name))
    said = sorted(map(str, days))
    _changed(session, office, editor, "office.days_set", now=now, days=said)


def drop_day(session: Session, editor: Editor, organisation: Organisation, day: date, now: datetime) -> None:
    """Let a date keep its ordinary hours again. Raises ChangedMeanwhile."""
    office = _held(session, editor, organisation, now=now)
    session.execute(delete(OfficeDay).where(OfficeDay.day == day))
    _changed(session, office, editor, "office.day_dropped", now=now, days=[str(day)])


def federal_days(year: int) -> dict[date, tuple[str, Sequence[str]]]:
    """The federal holidays of a year as closed days."""
    return {day: (name, ()) for day, name in federal_holidays(year).items()}


def _held(session: Session, editor: Editor, organisation: Organisation, *, now: datetime) -> Office:
    """The stored calendar, locked; made from the start values when there is none yet."""
    _begin(session, organisation, now=now)
    office = session.get_one(Office, THE_OFFICE, with_for_update=True)
    if office.version != editor.version:
        raise ChangedMeanwhile(
            "Somebody changed the calendar after you opened the page. Check it, then save."
        )
    return office


def _begin(session: Session, organisation: Organisation, *, now: datetime) -> None:
    """Of two who begin at once the second waits here for the first, and then finds its row."""
    start = Office(
        id=THE_OFFICE,
        hours=_table(organisation.office),
        promise_minutes=organisation.promise_minutes,
        version=0,
        changed_at=now,
    )
    if session.execute(_BEGIN, row_values(start)).scalar_one_or_none() is None:
        return
    for day, windows in organisation.office.special.items():
        session.add(OfficeDay(day=day, hours=[window_text(window) for window in windows], name="Closed"))
    session.flush()


def _table(hours: OfficeHours) -> dict[str, object]:
    return {"zone": hours.zone, **week_table(hours.week)}


def _changed(
    session: Session, office: Office, editor: Editor, action: str, *, now: datetime, **detail: object
) -> None:
    office.version += 1
    office.changed_at, office.changed_by = now, editor.staff.id
    audit.note(session, actor(editor.staff.id), action, "office", office.id, now=now, **detail)
    outbox.record(session, Event.OFFICE_CHANGED, office.id, now=now)
