"""The guide on paper: asked for by anybody, or by a family on its own page."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake import language, limits
from intake.db import transaction
from intake.forms.post import FamilyPostForm, GuideByPostForm
from intake.language import lazy_gettext as _
from intake.limits import limiter
from intake.models.lead import Lead
from intake.rules.facts import Diagnosis, RequestKind
from intake.rules.post import Address
from intake.services import consents, leads, letter_series, postal_addresses, status_page
from intake.services.leads import NewLead
from intake.views.clock import utc_now
from intake.views.public import new_lead, visit
from intake.views.public.guide import fresh_id
from intake.views.public.send import TOO_FAST, is_trapped
from intake.views.public.site import blueprint
from intake.views.public.status import demand_proof

_ABOVE = _("the address above")


@blueprint.get("/guide/by-post")
def guide_by_post() -> ResponseReturnValue:
    return _guide_page(GuideByPostForm(data={"submission_id": fresh_id(None)}))


@blueprint.post("/guide/by-post")
@limiter.limit(limits.sends)
def ask_for_posted_guide() -> ResponseReturnValue:
    form = GuideByPostForm()
    valid = form.validate()
    if valid and is_trapped(form.website.data):
        form.add_error("csrf_token", TOO_FAST)
        valid = False
    if not valid:
        return _guide_page(form), 422
    address = form.address(form.recipient)
    with transaction() as session:
        submitted = leads.submit_lead(session, _new_lead(form, address), now=utc_now())
        letter_series.ask_by_post(
            session, submitted.lead_id, address, large_print=form.large_print, now=utc_now()
        )
    visit.remember_sent(submitted.status_token)
    return redirect(url_for("public.guide_posted"), 303)


@blueprint.get("/guide/by-post/sent")
def guide_posted() -> ResponseReturnValue:
    return render_template("public/guide_posted.html", token=visit.sent_token())


@blueprint.get("/s/<token>/post")
def family_post(token: str) -> ResponseReturnValue:
    lead, known = _family(token)
    named = " ".join(name for name in (lead.contact.first_name, lead.contact.last_name) if name)
    data = {"recipient": named, "zip_code": lead.zip, "state": lead.state, **_known(known)}
    return _family_page(token, FamilyPostForm(data=data))


@blueprint.post("/s/<token>/post")
@limiter.limit(limits.answers)
def ask_by_post(token: str) -> ResponseReturnValue:
    lead, _address = _family(token)
    form = FamilyPostForm()
    if not form.validate():
        return _family_page(token, form), 422
    address = form.address(form.recipient.clean)
    answer = new_lead.post_guide(address, given=form.consent_post.data)
    with transaction() as session:
        consents.record(session, lead.id, [answer], new_lead.consent_trace(), now=utc_now())
        letter_series.ask_by_post(session, lead.id, address, large_print=form.large_print, now=utc_now())
    return redirect(url_for("public.status", token=token, saved="post"), 303)


def _family(token: str) -> tuple[Lead, Address | None]:
    """The lead behind a proven link, and the address it gave before."""
    demand_proof(token)
    with transaction() as session:
        lead = status_page.lead_of(session, token) or abort(404)
        kept = postal_addresses.address_of(session, lead.id)
        return lead, postal_addresses.read(kept) if kept else None


def _known(address: Address | None) -> dict[str, str]:
    if address is None:
        return {}
    return {
        "recipient": address.recipient,
        "line_1": address.line_1,
        "line_2": address.line_2,
        "city": address.city,
        "state": address.state,
        "zip_code": address.zip,
    }


def _guide_page(form: GuideByPostForm) -> str:
    form.submission_id.data = fresh_id(form.submission_id.data)
    form.website.data = ""
    form.consent_post.label.text = new_lead.sentence("post_guide", address=str(_ABOVE))
    return render_template("public/guide_by_post.html", form=form)


def _family_page(token: str, form: FamilyPostForm) -> str:
    form.consent_post.label.text = new_lead.sentence("post_guide", address=str(_ABOVE))
    return render_template("public/family_post.html", form=form, token=token)


def _new_lead(form: GuideByPostForm, address: Address) -> NewLead:
    return NewLead(
        submission_id=fresh_id(form.submission_id.data),
        kind=RequestKind.GUIDE,
        first_name=form.first_name.clean,
        last_name=form.last_name.clean,
        phone=form.phone.clean or None,
        diagnosis=Diagnosis(form.diagnosis.data or Diagnosis.UNSURE),
        zip=address.zip,
        state=address.state,
        language=language.current(),
        consents=(new_lead.collect(), new_lead.post_guide(address, given=form.consent_post.data)),
        **new_lead.trace(),
    )
