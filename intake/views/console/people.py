"""The admin's page: accounts, their roles, and the secrets that are shown once."""

from collections.abc import Callable
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import StaffForm
from intake.models.staff import Staff
from intake.services import passwords
from intake.services import staff as accounts
from intake.services.staff import NewStaff, Role, actor
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

Page = str | Response | tuple[str, int]
# What is shown once after an account was made or a secret replaced.
Secrets = dict[str, str]


@blueprint.route("/people", methods=["GET", "POST"])
def people() -> Page:
    form = StaffForm()
    if not form.is_submitted():
        return _render(form)
    if not form.validate():
        return _render(form), 400
    new = NewStaff(
        email=form.email.data or "",
        name=form.name.data or "",
        role=form.role.data or "",
        password=passwords.new_password(),
        totp_secret=passwords.new_totp_secret(),
        temporary=True,
    )
    try:
        with transaction() as session:
            staff = accounts.create(session, new, now=g.now, by=actor(me().id))
    except BadInput as wrong:
        form.add_error("email", str(wrong))
        return _render(form), 400
    return _once(staff, {"One-time password": new.password, "Secret for the code app": new.totp_secret})


@blueprint.post("/people/<uuid:staff_id>")
def person(staff_id: UUID) -> Page:
    """One change to one account; the button pressed says which."""
    form = StaffForm()
    act = _ACTS.get(request.form.get("act", ""))
    if act is None or not form.validate():
        return _render(form), 400
    try:
        with transaction() as session:
            staff = session.get(Staff, staff_id, with_for_update=True) or abort(404)
            shown = act(session, staff, form)
    except BadInput as wrong:
        flash(str(wrong))
        return redirect(url_for("console.people"), code=303)
    if shown:
        return _once(staff, shown)
    flash(f"The account of {staff.email} is changed.")
    return redirect(url_for("console.people"), code=303)


def _disable(session: Session, staff: Staff, form: StaffForm) -> Secrets:
    accounts.disable(session, staff, now=g.now, by=actor(me().id))
    return {}


def _enable(session: Session, staff: Staff, form: StaffForm) -> Secrets:
    accounts.enable(session, staff, now=g.now, by=actor(me().id))
    return {}


def _change_role(session: Session, staff: Staff, form: StaffForm) -> Secrets:
    accounts.change_role(session, staff, form.role.data or "", now=g.now, by=actor(me().id))
    return {}


def _new_password(session: Session, staff: Staff, form: StaffForm) -> Secrets:
    return {"One-time password": accounts.reset_password(session, staff, now=g.now, by=actor(me().id))}


def _new_secret(session: Session, staff: Staff, form: StaffForm) -> Secrets:
    return {"Secret for the code app": accounts.reset_totp(session, staff, now=g.now, by=actor(me().id))}


_ACTS: dict[str, Callable[[Session, Staff, StaffForm], Secrets]] = {
    "disable": _disable,
    "enable": _enable,
    "role": _change_role,
    "password": _new_password,
    "secret": _new_secret,
}


def _render(form: StaffForm) -> str:
    with transaction() as session:
        everyone = accounts.everyone(session)
    return render_template("console/people.html", everyone=everyone, form=form, roles=list(Role))


def _once(staff: Staff, secrets: Secrets) -> str:
    return render_template("console/secrets.html", staff=staff, secrets=secrets)
