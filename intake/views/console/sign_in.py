"""Sign in with email, password and a code or key in one step; sign out; say that a password is lost."""

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.forms.console import PressForm
from intake.forms.staff import ForgotForm, SignInForm
from intake.limits import answers, guesses, limiter, mails, person, sends, was_refused
from intake.services import sign_in as sign_ins
from intake.services import staff as accounts
from intake.services import staff_changes
from intake.services.sign_in import Credentials
from intake.views import security
from intake.views.console import proofs
from intake.views.console.blueprint import blueprint

Page = str | Response | tuple[str, int]
_REFUSED = "The email address, the password or the code is not right. Use a new code and try again."


def _whom() -> str:
    """Counted by address and account together, so that nobody can lock a colleague out from elsewhere."""
    return person("sign-in", request.form.get("email", ""), with_address=True)


def _whose_mailbox() -> str:
    return person("forgot", request.form.get("email", ""), with_address=False)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(answers, methods=["POST"], deduct_when=was_refused)
@limiter.limit(guesses, methods=["POST"], key_func=_whom, deduct_when=was_refused)
def sign_in() -> Page:
    """`next` is never read: after the sign-in there is one place to go."""
    form = SignInForm()
    if not form.is_submitted():
        return render_template("console/sign_in.html", form=form)
    if not form.validate():
        return _again(form, proofs.first_error(form))
    credentials = Credentials(form.email.data or "", form.password.data or "", proofs.given(form))
    with transaction() as session:
        opened = sign_ins.sign_in(session, credentials, now=g.now)
    if opened is None:
        return _again(form, _REFUSED)
    security.end()
    security.begin(opened)
    return redirect(url_for("console.queue"), code=303)


def _again(form: SignInForm, sentence: str) -> tuple[str, int]:
    return render_template("console/sign_in.html", form=form, error=sentence), 400


@blueprint.post("/sign-out")
def sign_out() -> Response:
    if PressForm().validate():
        security.end()
    return redirect(url_for("console.sign_in"), code=303)


@blueprint.route("/forgot", methods=["GET", "POST"])
@limiter.limit(sends, methods=["POST"])
@limiter.limit(mails, methods=["POST"], key_func=_whose_mailbox)
def forgot() -> Page:
    """The same answer, and the same work, whether the address has an account or not."""
    form = ForgotForm()
    if not form.is_submitted():
        return render_template("console/forgot.html", form=form)
    if not form.validate():
        return render_template("console/forgot.html", form=form), 400
    with transaction() as session:
        staff_changes.forgot_password(session, accounts.find(session, form.email.clean), now=g.now)
    return redirect(url_for("console.forgot_sent"), code=303)


@blueprint.get("/forgot/sent")
def forgot_sent() -> str:
    return render_template("console/forgot_sent.html")
