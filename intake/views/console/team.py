"""Colleagues: their skills, shifts and days away, and the office hours that nobody covers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.base import DeskForm
from intake.forms.console import PressForm
from intake.forms.office import days_data
from intake.forms.team import AbsenceForm, ShiftForm, SkillsForm
from intake.models.staff import Staff
from intake.organisation import Organisation
from intake.rules.calling_hours import OfficeHours
from intake.rules.intervals import Interval
from intake.rules.rota import Working, gaps
from intake.rules.skills import SKILLS, labels
from intake.services import cover, office, rota, skills
from intake.services.staff import Role, actor
from intake.views.console import rota_words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.public.site import settings

Page = str | Response | tuple[str, int]
# Forms of a colleague's page, by the name under which the template knows them.
Forms = Mapping[str, DeskForm]
_LOOKED_AHEAD_DAYS = 7


@blueprint.get("/team")
def team() -> str:
    with transaction() as session:
        hours = _organisation(session).office
        today = rota_words.today(hours)
        found = rota.team(session, hours, since=today)
        able = {staff.id: skills.skills_of(session, staff.id) for staff in found.staff}
    names = {staff.id: staff.name for staff in found.staff}
    uncovered = {"Anybody at all": _uncovered(hours, found.working.values())}
    for skill in SKILLS.values():
        some = [one for staff_id, one in found.working.items() if skill.name in able[staff_id]]
        uncovered[skill.label] = _uncovered(hours, some)
    return render_template(
        "console/team/team.html", team=found, able=able, names=names,
        gaps=uncovered, hours=hours, today=today, rota=rota_words, skill_labels=labels,
    )  # fmt: skip


def _uncovered(hours: OfficeHours, some: Iterable[Working]) -> list[Interval]:
    return gaps(hours, some, now=g.now, days=_LOOKED_AHEAD_DAYS)


@blueprint.get("/team/<uuid:staff_id>")
def colleague(staff_id: UUID) -> Page:
    return _render(staff_id, {})


@blueprint.post("/team/<uuid:staff_id>/skills")
def save_skills(staff_id: UUID) -> Page:
    form = SkillsForm()

    def save(session: Session) -> str:
        chosen = form.skills.data or []
        skills.set_skills(session, staff_id, chosen, now=g.now, by=actor(me().id))
        return "The skills are saved. The next call is chosen by them."

    return _saved(staff_id, "skills", form, save)


@blueprint.post("/team/<uuid:staff_id>/shift")
def save_shift(staff_id: UUID) -> Page:
    form = ShiftForm()

    def save(session: Session) -> str:
        rota.set_shift(session, staff_id, form.week(), by=me().id, now=g.now)
        return "The shift is saved."

    return _saved(staff_id, "shift", form, save)


@blueprint.post("/team/<uuid:staff_id>/absences")
def add_absence(staff_id: UUID) -> Page:
    with transaction() as session:
        form = AbsenceForm(colleagues=_colleagues(session, staff_id))

    def save(session: Session) -> str:
        rota.add_absence(session, form.absence(staff_id), by=me().id, now=g.now)
        session.flush()
        count = cover.cover_all(session, _organisation(session).office.zone, now=g.now)
        return f"The days away are noted. {rota_words.handed_on(count)}"

    return _saved(staff_id, "absence", form, save)


@blueprint.post("/team/<uuid:staff_id>/absences/<uuid:absence_id>/drop")
def drop_absence(staff_id: UUID, absence_id: UUID) -> Page:
    def save(session: Session) -> str:
        rota.drop_absence(session, absence_id, by=me().id, now=g.now)
        return "The days away are taken out. Calls that were handed on stay where they are."

    return _saved(staff_id, "press", PressForm(), save)


def _saved(staff_id: UUID, name: str, form: DeskForm, save: Callable[[Session], str]) -> Page:
    if not form.validate():
        return _render(staff_id, {name: form}), 400
    try:
        with transaction() as session:
            _caller(session, staff_id)
            said = save(session)
    except BadInput as wrong:
        return _render(staff_id, {name: form}, problem=str(wrong)), 409
    flash(said)
    return redirect(url_for("console.colleague", staff_id=staff_id), code=303)


def _caller(session: Session, staff_id: UUID) -> Staff:
    staff = session.get(Staff, staff_id)
    if staff is None or staff.role == Role.ADMIN:
        abort(404)
    return staff


def _colleagues(session: Session, staff_id: UUID) -> list[Staff]:
    return [staff for staff in rota.callers(session) if staff.id != staff_id]


def _organisation(session: Session) -> Organisation:
    return office.current(session, settings().organisation)


def _render(staff_id: UUID, posted: Forms, *, problem: str = "") -> str:
    """The page of one colleague; `posted` holds the form that came back with a problem."""
    with transaction() as session:
        staff, others = _caller(session, staff_id), _colleagues(session, staff_id)
        hours = _organisation(session).office
        today = rota_words.today(hours)
        found = rota.team(session, hours, since=today)
        able = skills.skills_of(session, staff_id)
    working, away = found.working.get(staff_id), [row for row in found.away if row.staff_id == staff_id]
    days = days_data(working.shift) if working else {}
    shown: dict[str, Any] = {
        "skills": SkillsForm(data={"skills": sorted(able)}, from_post=False),
        "shift": ShiftForm(data=days, from_post=False),
        "absence": AbsenceForm(colleagues=others, from_post=False),
        **posted,
    }
    names = {other.id: other.name for other in others}
    return render_template(
        "console/team/colleague.html", staff=staff, away=away, names=names, hours=hours, problem=problem,
        forms=shown, rota=rota_words,
    )  # fmt: skip
