"""A family changes its call: another time, no call at all, a file for the calendar."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from intake import limits
from intake.db import transaction
from intake.errors import BadInput
from intake.forms.match import CallForm
from intake.forms.status import PressForm
from intake.language import lazy_gettext as _
from intake.limits import limiter
from intake.models.lead import Lead
from intake.rules.facts import CallDay, DayPart
from intake.rules.wishes import CallWish
from intake.services import call_changes, office, status_page
from intake.views.clock import utc_now
from intake.views.public import place
from intake.views.public.call_file import call_file
from intake.views.public.family import FamilyPage, zone_of
from intake.views.public.site import blueprint, settings
from intake.views.public.status import demand_proof, load_family_page

_NO_HOUR = _("We cannot call at that time. Choose another one, or call us.")


@blueprint.get("/s/<token>/call")
def change_call(token: str) -> ResponseReturnValue:
    demand_proof(token)
    with transaction() as session:
        family, lead = _changeable(session, token)
        return _page(token, family, _form(lead))


@blueprint.post("/s/<token>/call")
@limiter.limit(limits.answers)
def move_call(token: str) -> ResponseReturnValue:
    demand_proof(token)
    with transaction() as session:
        family, lead = _changeable(session, token)
        form = _form(lead)
        if not form.validate():
            return _page(token, family, form), 422
        organisation = office.current(session, settings().organisation)
        try:
            call_changes.ask_for_call(session, lead, _wish(form, lead), organisation, now=utc_now())
        except call_changes.CallUnderWay:
            return _status(token, "too_late")
        except BadInput:
            form.add_error("call_day", str(_NO_HOUR))
            return _page(token, family, form), 422
    return _status(token, "call")


@blueprint.post("/s/<token>/call/off")
@limiter.limit(limits.answers)
def call_off(token: str) -> ResponseReturnValue:
    demand_proof(token)
    if not PressForm().validate():
        return redirect(url_for("public.change_call", token=token), 303)
    with transaction() as session:
        try:
            call_changes.call_off(session, _lead(session, token), now=utc_now())
        except call_changes.CallUnderWay:
            return _status(token, "too_late")
    return _status(token, "no_call")


@blueprint.get("/s/<token>/call.ics")
def call_for_calendar(token: str) -> ResponseReturnValue:
    """Nothing in it says what the call is about: others may see the calendar."""
    demand_proof(token)
    with transaction() as session:
        family = load_family_page(session, token)
    if family is None or family.call.due_at is None or family.call.promise_by is None:
        abort(404)
    content = call_file(
        settings().organisation, reference=family.reference, span=(family.call.due_at, family.call.promise_by)
    )
    named = {"Content-Disposition": 'attachment; filename="call.ics"'}
    return Response(content, mimetype="text/calendar", headers=named)


def _lead(session: Session, token: str) -> Lead:
    return status_page.lead_of(session, token) or abort(404)


def _changeable(session: Session, token: str) -> tuple[FamilyPage, Lead]:
    family = load_family_page(session, token) or abort(404)
    if not family.call.may_change:
        abort(_status(token, "too_late"))
    return family, _lead(session, token)


def _form(lead: Lead) -> CallForm:
    answers = {"time_zone": zone_of(lead)}
    return CallForm(
        days=place.next_days(answers, utc_now()), data={"day_part": lead.call_part or DayPart.ANY}
    )


def _wish(form: CallForm, lead: Lead) -> CallWish:
    day = CallDay(form.call_day.data)
    part = DayPart(form.day_part.data or DayPart.ANY)
    today = utc_now().astimezone(ZoneInfo(zone_of(lead))).date()
    picked = datetime.fromisoformat(form.call_date.data).date() if day is CallDay.ON_DATE else None
    return CallWish(day=day, on=today if day is CallDay.TODAY else picked, part=part)


def _page(token: str, family: FamilyPage, form: CallForm) -> str:
    return render_template(
        "public/change_call.html", family=family, form=form, press_form=PressForm(), token=token
    )


def _status(token: str, saved: str) -> Response:
    return redirect(url_for("public.status", token=token, saved=saved), 303)  # type: ignore[return-value]
