"""A family's own page: behind an unguessable link and the phone number it gave."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from intake import limits
from intake.db import transaction
from intake.errors import BadInput
from intake.forms.status import NewEmailForm, NewPhoneForm, PressForm, ProofForm
from intake.language import lazy_gettext as _
from intake.limits import limiter
from intake.rules.next_call import next_call
from intake.rules.wishes import NextCall
from intake.services import centres, doctor_list, office, proofs, status_page
from intake.services.call_plans import call_plan
from intake.views.clock import utc_now
from intake.views.public import visit
from intake.views.public.family import FamilyPage, family_page
from intake.views.public.site import blueprint, settings

# One sentence for a wrong link and a wrong number: neither tells which it was.
_SAVED = {
    "phone": _("Your phone number is saved."),
    "email": _("Your email address is saved."),
    "post": _("We will post the guide to you."),
    "call": _("Your call is changed."),
    "reminders": _("We will remind you by email."),
    "no_reminders": _("We do not remind you any more."),
    "no_call": _("Your call is off the list. Nobody calls you about this."),
    "too_late": _("The call cannot be changed here now. Please call us."),
}
_NOT_THIS = _("We cannot open the page with this link and this number. Check the number, or call us.")


@blueprint.get("/s/<token>")
def status(token: str) -> ResponseReturnValue:
    if not visit.is_proven(token):
        return render_template("public/status_proof.html", form=ProofForm())
    return _open(token)


@blueprint.post("/s/<token>")
@limiter.limit(limits.answers)
@limiter.limit(limits.guesses, deduct_when=limits.was_refused)
def prove(token: str) -> ResponseReturnValue:
    form = ProofForm()
    if form.validate():
        with transaction() as session:
            matches = proofs.contact_matches(session, token, form.phone.clean)
        if matches:
            visit.remember_proof(token)
            return redirect(url_for("public.status", token=token), 303)
        form.add_error("phone", _NOT_THIS)
    return render_template("public/status_proof.html", form=form), 422


@blueprint.post("/s/<token>/phone")
@limiter.limit(limits.answers)
def correct_phone(token: str) -> ResponseReturnValue:
    demand_proof(token)
    form = NewPhoneForm()
    if not form.validate():
        return _open(token, phone_form=form), 422
    with transaction() as session:
        status_page.correct_contact(session, token, phone=form.phone.clean, now=utc_now())
    return redirect(url_for("public.status", token=token, saved="phone"), 303)


@blueprint.post("/s/<token>/email")
@limiter.limit(limits.answers)
def correct_email(token: str) -> ResponseReturnValue:
    demand_proof(token)
    form = NewEmailForm()
    if not form.validate():
        return _open(token, email_form=form), 422
    with transaction() as session:
        status_page.correct_contact(session, token, email=form.email.clean, now=utc_now())
    return redirect(url_for("public.status", token=token, saved="email"), 303)


def load_family_page(session: Session, token: str) -> FamilyPage | None:
    page = status_page.open_page(session, token, now=utc_now())
    if page is None:
        return None
    names = centres.names_of(session, doctor_list.centre_ids(page.proposed))
    return family_page(page, names, planned=_planned_call(session, page), now=utc_now())


def _planned_call(session: Session, page: status_page.StatusPage) -> NextCall | None:
    """What the desk will plan by the same rules, so that a family knows at once when we call."""
    lead = page.lead
    if page.callback or not lead.wants_call:
        return None
    plan = call_plan(lead, office.current(session, settings().organisation))
    try:
        return next_call(plan, now=lead.created_at)
    except BadInput:
        return None


def _open(
    token: str, *, phone_form: NewPhoneForm | None = None, email_form: NewEmailForm | None = None
) -> str:
    with transaction() as session:
        family = load_family_page(session, token)
    if family is None:
        abort(404)
    saved = request.args.get("saved", "")
    return render_template(
        "public/status.html",
        family=family,
        token=token,
        phone_form=phone_form or NewPhoneForm(data={"phone": family.phone}, from_post=False),
        email_form=email_form or NewEmailForm(data={"email": family.email}, from_post=False),
        press_form=PressForm(),
        saved=saved,
        saved_words=_SAVED.get(saved, ""),
        large=request.args.get("print") == "large",
    )


def demand_proof(token: str) -> None:
    """What is asked for without proof goes to the question for the number, not to an error."""
    if not visit.is_proven(token):
        abort(redirect(url_for("public.status", token=token), 303))
