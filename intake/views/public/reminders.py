"""Reminders of check-ups, on a family's own page: ask for them, change them, stop them."""

from datetime import date

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake import language, limits
from intake.db import transaction
from intake.forms.reminders import RemindersForm
from intake.forms.status import PressForm
from intake.limits import limiter
from intake.models.lead import Lead
from intake.models.mailing import SeriesRun
from intake.rules.consents import wording
from intake.rules.series_hours import known_zones, local_day
from intake.services import consents, reminders, status_page
from intake.services.consents import ConsentAnswer
from intake.views.clock import utc_now
from intake.views.public import new_lead
from intake.views.public.site import blueprint
from intake.views.public.status import demand_proof

_KEY = "email_reminders"


@blueprint.get("/s/<token>/reminders")
def family_reminders(token: str) -> ResponseReturnValue:
    lead, run = _family(token)
    typed = f"{run.appointment_on:%m/%d/%Y}" if run and run.appointment_on else ""
    every = str(run.every_months or 0) if run else None
    return _page(token, lead, run, RemindersForm(data={"day": typed, "every": every}, from_post=False))


@blueprint.post("/s/<token>/reminders")
@limiter.limit(limits.answers)
def ask_reminders(token: str) -> ResponseReturnValue:
    lead, run = _family(token)
    form = RemindersForm()
    form.validate()
    today = _today(lead)
    appointment = form.appointment(today=today)
    if form.errors:
        return _page(token, lead, run, form), 422
    with transaction() as session:
        own = status_page.lead_of(session, token) or abort(404)
        answer = ConsentAnswer(
            key=_KEY, given=True, typed=own.contact.email or "", language=language.current()
        )
        consents.record(session, own.id, [answer], new_lead.consent_trace(), now=utc_now())
        reminders.ask(
            session,
            own,
            appointment=appointment,
            every_months=form.every_months,
            now=utc_now(),
            today=today,
        )
    return redirect(url_for("public.status", token=token, saved="reminders"), 303)


@blueprint.post("/s/<token>/reminders/stop")
@limiter.limit(limits.answers)
def stop_reminders(token: str) -> ResponseReturnValue:
    lead, run = _family(token)
    if not PressForm().validate():
        return _page(token, lead, run, RemindersForm(from_post=False)), 400
    with transaction() as session:
        reminders.stop(session, status_page.lead_of(session, token) or abort(404), now=utc_now())
    return redirect(url_for("public.status", token=token, saved="no_reminders"), 303)


def _family(token: str) -> tuple[Lead, SeriesRun | None]:
    """The lead behind a proven link that reminders can reach, and those it has."""
    demand_proof(token)
    with transaction() as session:
        lead = status_page.lead_of(session, token)
        if lead is None or not reminders.can_reach(session, lead):
            abort(404)
        return lead, reminders.of_lead(session, lead)


def _today(lead: Lead) -> date:
    return local_day(utc_now(), known_zones(lead.time_zones))


def _page(token: str, lead: Lead, run: SeriesRun | None, form: RemindersForm) -> str:
    asked = wording(_KEY, language.current()).shown(email=lead.contact.email or "")
    form.consent.label.text = asked
    shown = {"form": form, "press_form": PressForm(), "run": run, "token": token}
    return render_template("public/reminders.html", **shown)
