"""A family lets us give some facts to one centre, sees what was given, and takes it back."""

from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from intake import language, limits
from intake.db import transaction
from intake.forms.sharing import ShareForm
from intake.forms.status import PressForm
from intake.forms.times import say_day
from intake.limits import limiter
from intake.models.lead import Lead
from intake.rules import sharing as rules
from intake.services import sharing, status_page
from intake.views.clock import utc_now
from intake.views.public import new_lead
from intake.views.public.family import zone_of
from intake.views.public.site import blueprint
from intake.views.public.status import demand_proof

_VISITOR = "visitor"


@blueprint.get("/s/<token>/sharing")
def family_sharing(token: str) -> ResponseReturnValue:
    with transaction() as session:
        lead = _lead(session, token)
        form = ShareForm(centres=sharing.choosable(session, lead.id), from_post=False)
        return _page(session, lead, token, form)


@blueprint.post("/s/<token>/sharing")
@limiter.limit(limits.answers)
def allow_sharing(token: str) -> ResponseReturnValue:
    """First the choice, then the exact sentence, and only then a yes to it."""
    with transaction() as session:
        lead = _lead(session, token)
        form = ShareForm(centres=sharing.choosable(session, lead.id))
        if not form.validate():
            return _page(session, lead, token, form), 422
        terms = form.terms(language.current())
        if not form.agreed.data:
            said = sharing.sentence(session, lead, terms, now=utc_now()).words
            return render_template("public/sharing_agree.html", token=token, form=form, sentence=said)
        sharing.allow(session, lead, terms, new_lead.consent_trace(), by=_VISITOR, now=utc_now())
    return redirect(url_for("public.family_sharing", token=token), 303)


@blueprint.post("/s/<token>/sharing/<uuid:authorisation_id>/stop")
@limiter.limit(limits.answers)
def stop_sharing(token: str, authorisation_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        lead = _lead(session, token)
        allowed = sharing.locked(session, authorisation_id)
        if allowed is None or allowed.lead_id != lead.id:
            abort(404)
        if PressForm().validate():
            trace = new_lead.consent_trace()
            sharing.take_back(session, allowed, by=_VISITOR, trace=trace, now=utc_now())
    return redirect(url_for("public.family_sharing", token=token), 303)


def given_words(session: Session, lead: Lead) -> list[tuple[str, str, str]]:
    """Day, centre and fields of all that was given, the newest first."""
    return [
        (say_day(given.at, zone_of(lead)), given.centre, rules.said(rules.in_order(given.fields)))
        for given in sharing.given_of(session, lead.id)
    ]


def _lead(session: Session, token: str) -> Lead:
    demand_proof(token)
    return status_page.lead_of(session, token) or abort(404)


def _page(session: Session, lead: Lead, token: str, form: ShareForm) -> str:
    zone, now = zone_of(lead), utc_now()
    live = [
        (allowed, rules.said(rules.in_order(allowed.fields)), say_day(allowed.until, zone))
        for allowed in sharing.of_lead(session, lead.id)
        if rules.is_live(now, until=allowed.until, revoked_at=allowed.revoked_at)
    ]
    if request.method == "GET":
        status_page.note_view(session, lead, "sharing.viewed", now=now)
    shown: dict[str, Any] = {"live": live, "given": given_words(session, lead)}
    return render_template("public/sharing.html", token=token, form=form, press_form=PressForm(), **shown)
