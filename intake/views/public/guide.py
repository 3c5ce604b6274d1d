"""The short journey: read the guide now, or have it sent."""

from uuid import UUID, uuid4

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake import limits
from intake.db import transaction
from intake.forms.guide import GuideForm
from intake.language import current, gettext
from intake.limits import limiter
from intake.rules.facts import Diagnosis, RequestKind
from intake.services import leads
from intake.services.leads import NewLead
from intake.views.clock import utc_now
from intake.views.public import new_lead, visit
from intake.views.public.send import TOO_FAST, is_trapped
from intake.views.public.site import blueprint
from intake.views.public.status import load_family_page


@blueprint.get("/guide")
def guide() -> ResponseReturnValue:
    return _page(GuideForm(data={"submission_id": str(uuid4())}))


@blueprint.post("/guide")
@limiter.limit(limits.answers)
def ask_for_guide() -> ResponseReturnValue:
    form = GuideForm()
    valid = form.validate()
    if valid and is_trapped(form.website.data):
        form.add_error("csrf_token", TOO_FAST)
        valid = False
    if not valid:
        return _page(form), 422
    if not limits.takes(limits.mails, limits.person("guide", form.email.clean, with_address=False)):
        abort(429)
    with transaction() as session:
        submitted = leads.submit_lead(session, _new_lead(form), now=utc_now())
    visit.remember_sent(submitted.status_token)
    return redirect(url_for("public.guide_sent"), 303)


@blueprint.get("/guide/sent")
def guide_sent() -> ResponseReturnValue:
    token = visit.sent_token()
    family = None
    if token is not None:
        with transaction() as session:
            family = load_family_page(session, token)
    return render_template("public/guide_sent.html", family=family, token=token)


def _page(form: GuideForm) -> str:
    form.submission_id.data = fresh_id(form.submission_id.data)
    form.website.data = ""
    form.consent_email.label.text = new_lead.sentence("email_guide", email=gettext("the address above"))
    return render_template("public/guide.html", form=form)


def _new_lead(form: GuideForm) -> NewLead:
    email = form.email.clean
    return NewLead(
        submission_id=fresh_id(form.submission_id.data),
        kind=RequestKind.GUIDE,
        first_name=form.first_name.clean,
        email=email,
        language=current(),
        diagnosis=Diagnosis(form.diagnosis.data or Diagnosis.UNSURE),
        consents=(new_lead.collect(), new_lead.email_guide(email, given=form.consent_email.data)),
        **new_lead.trace(),
    )


def fresh_id(posted: str | None) -> str:
    """The id that the page was given; a fresh one when what came back is no id."""
    try:
        return str(UUID(posted or ""))
    except ValueError:
        return str(uuid4())
