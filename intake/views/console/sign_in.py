"""Sign in with email, password and code in one step; sign out; choose a password."""

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import PasswordForm, PressForm, SignInForm
from intake.limits import answers, guesses, limiter, visitor_address
from intake.models.staff import Staff
from intake.services import staff as accounts
from intake.views import security
from intake.views.clock import utc_now
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

Page = str | Response | tuple[str, int]
_REFUSED = "The email address, the password or the code is not right. Use a new code and try again."


def _was_refused(response: Response) -> bool:
    return response.status_code == 400


def _whom() -> str:
    """Counted by address and account together, so that nobody can lock a colleague out from elsewhere."""
    return f"staff:{visitor_address()}:{request.form.get('email', '')[:254].strip().lower()}"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(answers, methods=["POST"], deduct_when=_was_refused)
@limiter.limit(guesses, methods=["POST"], key_func=_whom, deduct_when=_was_refused)
def sign_in() -> Page:
    """`next` is never read: after the sign-in there is one place to go."""
    form = SignInForm()
    if not form.is_submitted():
        return render_template("console/sign_in.html", form=form)
    if not form.validate():
        return render_template("console/sign_in.html", form=form, error=_first_error(form)), 400
    given = accounts.Credentials(form.email.data or "", form.password.data or "", form.code.data or "")
    with transaction() as db_session:
        row = accounts.sign_in(db_session, given, now=utc_now())
        staff = db_session.get(Staff, row.staff_id) if row else None
    if row is None or staff is None:
        return render_template("console/sign_in.html", form=form, error=_REFUSED), 400
    security.end()
    security.begin(row, staff)
    return redirect(url_for("console.queue"), code=303)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    if PressForm().validate():
        security.end()
    return redirect(url_for("console.sign_in"), code=303)


@blueprint.route("/password", methods=["GET", "POST"])
@limiter.limit(guesses, methods=["POST"], deduct_when=_was_refused)
def password() -> Page:
    form = PasswordForm()
    if not form.is_submitted():
        return render_template("console/password.html", form=form)
    if not form.validate():
        return render_template("console/password.html", form=form, error=_first_error(form)), 400
    try:
        _choose(form)
    except BadInput as wrong:
        return render_template("console/password.html", form=form, error=str(wrong)), 400
    flash("Your password is changed. Every other browser was signed out.")
    return redirect(url_for("console.queue"), code=303)


def _choose(form: PasswordForm) -> None:
    with transaction() as db_session:
        staff = db_session.get_one(Staff, me().id)
        row = accounts.choose_password(
            db_session, staff, form.old.data or "", form.new.data or "", now=utc_now()
        )
    session.clear()
    security.begin(row, staff)


def _first_error(form: SignInForm | PasswordForm) -> str:
    return str(next(iter(form.errors.values()))[0])
