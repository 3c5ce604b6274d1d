"""The page behind a mailed link: join, choose a lost password anew, set up a lost code app again."""

from flask import g, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.staff import LinkForm
from intake.limits import guesses, limiter, was_refused
from intake.models.staff import Staff, StaffMail
from intake.services import passwords, staff_mails, staff_setup
from intake.services.staff_mails import MailKind
from intake.services.staff_setup import Answers, Done
from intake.views import security
from intake.views.console import proofs
from intake.views.console.blueprint import blueprint
from intake.views.console.qr import qr_svg
from intake.views.public.site import settings

Page = str | Response | tuple[str, int]


@blueprint.get("/link/<token>")
def link(token: str) -> Page:
    """Shows the page and changes nothing: mail programs open links by themselves."""
    with transaction() as session:
        found = staff_mails.open_link(session, token, now=g.now)
    return _page(LinkForm(), *found) if found else _over()


@blueprint.post("/link/<token>")
@limiter.limit(guesses, deduct_when=was_refused)
def follow_link(token: str) -> Page:
    form = LinkForm()
    problem = "" if form.validate() else proofs.first_error(form)
    with transaction() as session:
        found = staff_mails.open_link(session, token, now=g.now)
        if found is None:
            return _over()
        done = None
        if not problem:
            try:
                done = _finish(session, found, form)
            except BadInput as wrong:
                # Nothing was changed but the count of wrong codes, which must stay.
                problem = str(wrong)
    return _done(done) if done else (_page(form, *found, error=problem), 400)


def _finish(session: Session, found: tuple[StaffMail, Staff], form: LinkForm) -> Done:
    answers = Answers(old=form.old.data or "", new=form.new.data or "", proof=proofs.given(form))
    return staff_setup.finish(session, found, answers, about=settings().organisation.name, now=g.now)


def _done(done: Done) -> str:
    """Both factors were just proven, so the person is signed in, with the codes to keep."""
    security.end()
    security.begin(done.sign_in)
    g.staff = done.sign_in.staff
    return render_template("console/codes.html", codes=done.codes)


def _over() -> tuple[str, int]:
    return render_template("console/link_over.html"), 410


def _page(form: LinkForm, mail: StaffMail, staff: Staff, error: str = "") -> str:
    uri = ""
    if mail.totp_secret_sealed:
        issuer = settings().organisation.name
        uri = passwords.totp_uri(mail.totp_secret, email=staff.email, issuer=issuer)
    shown = {"form": form, "kind": mail.kind, "kinds": MailKind, "staff": staff, "error": error}
    secret = mail.totp_secret if uri else ""
    return render_template("console/link.html", **shown, qr=qr_svg(uri) if uri else "", secret=secret)
