"""A family's own data: what we hold, who looked, take it along, stop everything."""

import json
from collections import Counter
from datetime import datetime
from uuid import UUID

from flask import Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from intake import limits
from intake.db import transaction
from intake.forms.status import PressForm
from intake.forms.times import say_day
from intake.language import gettext, ngettext
from intake.limits import limiter
from intake.models.lead import Lead
from intake.rules.retention import RETENTION
from intake.services import privacy, status_page, stops
from intake.views import held
from intake.views.clock import utc_now
from intake.views.public.family import zone_of
from intake.views.public.new_lead import says_no_sale
from intake.views.public.sharing import given_words
from intake.views.public.site import blueprint
from intake.views.public.status import demand_proof

_VISITOR = "visitor"
_DAYS_A_YEAR = 365


@blueprint.get("/s/<token>/data")
def own_data(token: str) -> ResponseReturnValue:
    with transaction() as session:
        lead = _lead(session, token)
        shown = {
            "held": held.facts(session, lead),
            "looks": _looks(session, lead),
            "given": given_words(session, lead),
            "gpc": says_no_sale() or privacy.said_no_sale(session, lead.id),
        }
        status_page.note_view(session, lead, "own_data.viewed", now=utc_now())
    years = RETENTION.days("lead") // _DAYS_A_YEAR
    return render_template("public/own_data.html", token=token, press_form=PressForm(), years=years, **shown)


@blueprint.get("/s/<token>/data.json")
@limiter.limit(limits.answers)
def own_data_file(token: str) -> ResponseReturnValue:
    with transaction() as session:
        lead = _lead(session, token)
        found = json.dumps(privacy.held(session, lead.id), indent=2, ensure_ascii=False)
        status_page.note_view(session, lead, "own_data.taken", now=utc_now())
    named = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(found, mimetype="application/json", headers=named)


@blueprint.get("/s/<token>/data.pdf")
@limiter.limit(limits.answers)
def own_data_paper(token: str) -> ResponseReturnValue:
    with transaction() as session:
        lead = _lead(session, token)
        made = held.pdf(session, lead)
        status_page.note_view(session, lead, "own_data.taken", now=utc_now())
    named = {"Content-Disposition": 'attachment; filename="my-data.pdf"', "Cache-Control": "no-store"}
    return Response(made, mimetype="application/pdf", headers=named)


@blueprint.post("/s/<token>/stop")
@limiter.limit(limits.answers)
def stop_all(token: str) -> ResponseReturnValue:
    with transaction() as session:
        lead_id = _pressed(session, token)
        stops.stop_everything_of(session, lead_id, by=_VISITOR, now=utc_now())
    return render_template("public/stopped.html", everything=True)


def _lead(session: Session, token: str) -> Lead:
    demand_proof(token)
    return status_page.lead_of(session, token) or abort(404)


def _pressed(session: Session, token: str) -> UUID:
    """The request whose button was pressed in a form of ours."""
    lead = _lead(session, token)
    if not PressForm().validate():
        abort(redirect(url_for("public.own_data", token=token), 303))
    return lead.id


def _looks(session: Session, lead: Lead) -> list[str]:
    """By day, newest first: how often staff and whoever holds the link opened or changed something."""
    times = Counter(
        (say_day(datetime.fromisoformat(entry["at"]), zone_of(lead)), entry["who"])
        for entry in reversed(list(privacy.seen(session, lead.id)))
        if entry["who"] in ("staff", _VISITOR)
    )
    return [_look(day, who, count) for (day, who), count in times.items()]


def _look(day: str, who: str, count: int) -> str:
    name = gettext("our staff") if who == "staff" else gettext("you, or somebody with your link")
    often = ngettext("once", "%(num)s times", count)
    return gettext("%(day)s: %(who)s, %(often)s", day=day, who=name, often=often)
