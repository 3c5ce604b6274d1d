"""The admin's pages: who has an account, an invitation, and one person's account."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.fields import as_choices
from intake.forms.staff import InviteForm, PersonForm
from intake.models.staff import Staff
from intake.services import keys, recovery_codes, sign_in, staff_changes, staff_mails
from intake.services import staff as accounts
from intake.services.staff import NewStaff, Role, actor
from intake.services.staff_mails import MailKind
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

Page = str | Response | tuple[str, int]


@blueprint.get("/people")
def people() -> str:
    return _list(_invite_form())


@blueprint.post("/people")
def invite() -> Page:
    form = _invite_form()
    if not form.validate():
        return _list(form), 400
    new = NewStaff(email=form.email.clean, name=form.name.clean, role=form.role.data or "")
    try:
        with transaction() as session:
            staff_changes.invite(session, new, now=g.now, by=actor(me().id))
    except BadInput as wrong:
        form.add_error("email", str(wrong))
        return _list(form), 400
    flash(f"An invitation is on its way to {new.email}. Its link works once, for three days.")
    return redirect(url_for("console.people"), code=303)


@blueprint.get("/people/<uuid:staff_id>")
def person(staff_id: UUID) -> Page:
    return _person(staff_id, PersonForm(from_post=False))


@blueprint.post("/people/<uuid:staff_id>")
def change_person(staff_id: UUID) -> Page:
    """One change to one account; the button pressed says which."""
    form = PersonForm()
    act = _ACTS.get(request.form.get("act", ""))
    valid = form.validate()
    try:
        with transaction() as session:
            staff = session.get(Staff, staff_id, with_for_update=True) or abort(404)
            said = act(session, staff, form) if act and valid else ""
    except BadInput as wrong:
        form.add_error("role", str(wrong))
    if form.errors or not act:
        return _person(staff_id, form), 400
    flash(said)
    return redirect(url_for("console.person", staff_id=staff_id), code=303)


def _role(session: Session, staff: Staff, form: PersonForm) -> str:
    accounts.change_role(session, staff, form.role.data or "", now=g.now, by=actor(me().id))
    staff_mails.notify(session, staff, MailKind.ROLE_CHANGED, now=g.now)
    return f"{staff.name} is {staff.role} now, and was signed out."


def _deputy(session: Session, staff: Staff, form: PersonForm) -> str:
    day = form.last_day()
    if day is None:
        return ""
    until = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    staff_changes.deputise(session, staff, until, now=g.now, by=actor(me().id))
    return f"{staff.name} may do what an admin may, up to and with {day}."


def _no_deputy(session: Session, staff: Staff, form: PersonForm) -> str:
    staff_changes.deputise(session, staff, None, now=g.now, by=actor(me().id))
    return f"{staff.name} stands in no longer."


def _lost(kind: MailKind) -> Callable[[Session, Staff, PersonForm], str]:
    def act(session: Session, staff: Staff, form: PersonForm) -> str:
        staff_changes.lost(session, staff, kind, now=g.now, by=actor(me().id))
        return f"{staff.name} was signed out. A link is on its way to {staff.email}."

    return act


def _sign_out(session: Session, staff: Staff, form: PersonForm) -> str:
    accounts.end_all(session, staff, now=g.now)
    return f"{staff.name} is signed out everywhere."


def _disable(session: Session, staff: Staff, form: PersonForm) -> str:
    accounts.disable(session, staff, now=g.now, by=actor(me().id))
    return f"The account of {staff.name} is disabled."


def _enable(session: Session, staff: Staff, form: PersonForm) -> str:
    accounts.enable(session, staff, now=g.now, by=actor(me().id))
    return f"{staff.name} may sign in again."


def _leave(session: Session, staff: Staff, form: PersonForm) -> str:
    staff_changes.leave(session, staff, now=g.now, by=actor(me().id))
    return f"{staff.name} has left. Their calls are back in the queue."


_ACTS: dict[str, Callable[[Session, Staff, PersonForm], str]] = {
    "role": _role,
    "deputy": _deputy,
    "no_deputy": _no_deputy,
    "lost_password": _lost(MailKind.PASSWORD),
    "lost_phone": _lost(MailKind.FACTOR),
    "lost_both": _lost(MailKind.JOIN),
    "sign_out": _sign_out,
    "disable": _disable,
    "enable": _enable,
    "leave": _leave,
}


def _invite_form() -> InviteForm:
    form = InviteForm()
    form.role.choices = as_choices((role, role) for role in Role)
    return form


def _list(form: InviteForm) -> str:
    with transaction() as session:
        everyone = accounts.everyone(session)
        invited = {row.id for row in everyone if staff_mails.pending_link(session, row, now=g.now)}
    admins = [row for row in everyone if row.active and row.role == Role.ADMIN and row.password]
    shown = {"everyone": everyone, "invited": invited, "one_admin": len(admins) < 2}
    return render_template("console/people.html", form=form, words=words, **shown)


def _person(staff_id: UUID, form: PersonForm) -> str:
    with transaction() as session:
        staff = session.get(Staff, staff_id) or abort(404)
        shown = {
            "staff": staff,
            "link": staff_mails.pending_link(session, staff, now=g.now),
            "keys": keys.of_staff(session, staff_id),
            "left": recovery_codes.left(session, staff_id),
            "sign_ins": sign_in.open_of(session, staff_id, now=g.now),
        }
    return render_template("console/person.html", form=form, roles=list(Role), words=words, **shown)
