"""A member of staff's own account: password, code app, keys, recovery codes, open sign-ins."""

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import PressForm
from intake.forms.staff import KeyForm, PasswordForm
from intake.limits import guesses, limiter, was_refused
from intake.models.staff import Staff
from intake.services import keys, recovery_codes, sign_in, staff_setup
from intake.services.staff import end_all
from intake.views import security
from intake.views.console import proofs
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.public.site import settings

Page = str | Response | tuple[str, int]
# Stored, and said once it is.
LOOKS = {
    "": "The console is light or dark as your machine is.",
    "light": "The console is light.",
    "dark": "The console is dark.",
}
_TOO_OLD = "The page was too old. Press the button again."


@blueprint.get("/me")
def my_account() -> Page:
    return _page(KeyForm(from_post=False))


@blueprint.post("/me/keys")
def add_key() -> Page:
    form = KeyForm()
    if not form.validate():
        return _page(form), 400
    try:
        with transaction() as db_session:
            staff = db_session.get_one(Staff, me().id, with_for_update=True)
            staff_setup.add_key(
                db_session,
                staff,
                form.attestation.data or "",
                name=form.name.data or "",
                site=proofs.site(),
                now=g.now,
            )
    except BadInput as wrong:
        form.add_error("name", str(wrong))
        return _page(form), 400
    flash("The key is added. You can sign in with it in place of a code.")
    return _back()


@blueprint.post("/me/keys/<uuid:key_id>/remove")
def remove_key(key_id: UUID) -> Page:
    if not PressForm().validate():
        return _stale()
    with transaction() as db_session:
        staff = db_session.get_one(Staff, me().id, with_for_update=True)
        if not staff_setup.remove_key(db_session, staff, key_id, now=g.now):
            abort(404)
    flash("The key is removed.")
    return _back()


@blueprint.post("/me/recovery-codes")
def new_codes() -> Page:
    """The only time that these codes are shown; the old ones open nothing any more."""
    if not PressForm().validate():
        return _stale()
    with transaction() as db_session:
        staff = db_session.get_one(Staff, me().id, with_for_update=True)
        codes = staff_setup.new_codes(db_session, staff, now=g.now)
    return render_template("console/codes.html", codes=codes)


@blueprint.post("/me/shortcuts")
def turn_shortcuts() -> Page:
    """Keys that press buttons: some voice and reading programs send keys of their own."""
    if not PressForm().validate():
        return _stale()
    with transaction() as db_session:
        staff = db_session.get_one(Staff, me().id, with_for_update=True)
        staff.shortcuts = request.form.get("turn") == "on"
    flash(f"Keys in the queue and on the call are {'on' if staff.shortcuts else 'off'}.")
    return _back()


@blueprint.post("/me/look")
def choose_look() -> Page:
    """Kept with the account, so that a shared machine shows each person her own."""
    chosen = request.form.get("look", "")
    if not PressForm().validate() or chosen not in LOOKS:
        return _stale()
    with transaction() as db_session:
        db_session.get_one(Staff, me().id, with_for_update=True).look = chosen
    flash(LOOKS[chosen])
    return _back()


@blueprint.post("/me/sign-out-others")
def sign_out_others() -> Page:
    if not PressForm().validate():
        return _stale()
    with transaction() as db_session:
        staff = db_session.get_one(Staff, me().id)
        end_all(db_session, staff, now=g.now, but=[g.sign_in.row.id])
    flash("Every other browser is signed out.")
    return _back()


@blueprint.route("/password", methods=["GET", "POST"])
@limiter.limit(guesses, methods=["POST"], deduct_when=was_refused)
def password() -> Page:
    form = PasswordForm()
    if not form.is_submitted():
        return render_template("console/password.html", form=form)
    if not form.validate():
        return render_template("console/password.html", form=form, error=proofs.first_error(form)), 400
    given = (form.old.data or "", form.new.data or "")
    try:
        with transaction() as db_session:
            staff = db_session.get_one(Staff, me().id)
            name = settings().organisation.name
            opened = staff_setup.choose_password(db_session, staff, given, about=name, now=g.now)
    except BadInput as wrong:
        return render_template("console/password.html", form=form, error=str(wrong)), 400
    session.clear()
    security.begin(opened)
    flash("Your password is changed. Every other browser was signed out.")
    return redirect(url_for("console.my_account"), code=303)


def _page(form: KeyForm) -> str:
    with transaction() as db_session:
        mine = keys.of_staff(db_session, me().id)
        options = keys.options_to_add(db_session, me(), proofs.site(), now=g.now)
        left = recovery_codes.left(db_session, me().id)
        sign_ins = sign_in.open_of(db_session, me().id, now=g.now)
    shown = {"keys": mine, "options": options, "left": left, "sign_ins": sign_ins}
    return render_template("console/me.html", form=form, needs_key=g.needs_key, **shown)


def _stale() -> Response:
    flash(_TOO_OLD)
    return _back()


def _back() -> Response:
    return redirect(url_for("console.my_account"), code=303)
