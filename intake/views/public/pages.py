"""Home and how to reach us."""

from flask import Response, jsonify, render_template

from intake import language
from intake.db import transaction
from intake.forms.office_words import say_week
from intake.services import office as office_calendar
from intake.views.clock import utc_now
from intake.views.public.site import blueprint, settings


@blueprint.get("/")
def home() -> str:
    who_pays = settings().organisation.who_pays_in(language.current())
    return render_template("public/home.html", who_pays=who_pays)


@blueprint.get("/.well-known/gpc.json")
def gpc() -> Response:
    """Says to browsers and to whoever checks that Global Privacy Control is kept to (W3C, GPC)."""
    answer = jsonify(gpc=True, lastUpdate="2026-11-27")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/contact")
def contact() -> str:
    with transaction() as session:
        office = office_calendar.current(session, settings().organisation).office
    return render_template("public/contact.html", hours=say_week(office, now=utc_now()))
