"""The office's own calendar: the ordinary week, the promise, and the days that differ."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.office import DayForm, VersionedForm, WeekForm, YearForm, week_data
from intake.models.office import THE_OFFICE, Office
from intake.models.staff import Staff
from intake.organisation import Organisation
from intake.rules.calling_hours import OfficeHours
from intake.services import office
from intake.services.office import Editor
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.public.site import settings

Page = str | Response | tuple[str, int]
_SAVED = "The calendar is saved. Calls that were planned for a time at which we are now closed are moved."


@blueprint.get("/calendar")
def calendar() -> Page:
    return _render()


@blueprint.post("/calendar/week")
def save_week() -> Page:
    organisation = _organisation()
    form = WeekForm(zone=organisation.office.zone)
    if not form.validate():
        return _render(week=form), 400
    week = OfficeHours.from_table({"zone": form.zone.data, **form.week()}, organisation.office.special)
    new, promise = replace(organisation, office=week), int(form.promise_minutes.clean)

    def save(session: Session, editor: Editor) -> None:
        office.set_week(session, editor, new, promise_minutes=promise, now=g.now)

    return _saved(form, save, week=form)


@blueprint.post("/calendar/days")
def save_day() -> Page:
    form = DayForm()
    if not form.validate():
        return _render(day=form), 400
    days = dict([form.special_day()])

    def save(session: Session, editor: Editor) -> None:
        office.set_days(session, editor, _start(), days, now=g.now)

    return _saved(form, save, day=form)


@blueprint.post("/calendar/federal")
def add_federal() -> Page:
    form = YearForm()
    if not form.validate():
        return _render(), 400

    def save(session: Session, editor: Editor) -> None:
        known = {row.day for row in office.special_days(session, since=date.min)}
        year = form.wanted(_years())
        days = {day: what for day, what in office.federal_days(year).items() if day not in known}
        office.set_days(session, editor, _start(), days, now=g.now)

    return _saved(form, save)


@blueprint.post("/calendar/days/<int:ordinal>/drop")
def drop_day(ordinal: int) -> Page:
    """`ordinal` names the date; one that has ordinary hours already stays as it is."""
    form = VersionedForm()
    if not form.validate() or not 0 < ordinal <= date.max.toordinal():
        return _render(), 400

    def save(session: Session, editor: Editor) -> None:
        office.drop_day(session, editor, _start(), date.fromordinal(ordinal), now=g.now)

    return _saved(form, save)


def _saved(form: VersionedForm, save: Callable[[Session, Editor], None], **kept: Any) -> Page:
    try:
        with transaction() as session:
            save(session, Editor(me(), form.version_number()))
    except BadInput as wrong:
        return _render(problem=str(wrong), **kept), 409
    flash(_SAVED)
    return redirect(url_for("console.calendar"), code=303)


def _start() -> Organisation:
    return settings().organisation


def _organisation() -> Organisation:
    with transaction() as session:
        return office.current(session, _start())


def _years() -> Sequence[int]:
    return (g.now.year, g.now.year + 1)


def _render(*, week: WeekForm | None = None, day: DayForm | None = None, problem: str = "") -> str:
    with transaction() as session:
        organisation = office.current(session, _start())
        stored = session.get(Office, THE_OFFICE)
        by = session.get(Staff, stored.changed_by) if stored and stored.changed_by else None
        version = office.version(session)
        special = office.special_days(session, since=g.now.date())
    hours = organisation.office
    week = week or WeekForm(
        zone=hours.zone, data=week_data(hours, organisation.promise_minutes), from_post=False
    )
    return render_template(
        "console/calendar.html", week=week, day=day or DayForm(from_post=False), version=version,
        stored=stored, by=by, special=special, hours=hours, problem=problem, years=_years(), words=words,
    )  # fmt: skip
