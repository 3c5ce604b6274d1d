"""Stop the mail. GET shows buttons and changes nothing; mail programs post RFC 8058's one click."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from intake.db import transaction
from intake.services import stops
from intake.views.clock import utc_now
from intake.views.public.site import blueprint

_ONE_CLICK = "One-Click"


@blueprint.get("/u/<token>")
def unsubscribe(token: str) -> ResponseReturnValue:
    return render_template("public/unsubscribe.html")


@blueprint.post("/u/<token>")
def stop_mail(token: str) -> ResponseReturnValue:
    """The link is the whole right to stop: no sign-in, no cookie, no redirect, the same answer every time."""
    everything = request.form.get("choice") == "everything"
    with transaction() as session:
        stops.stop_by_link(session, token, everything=everything, now=utc_now())
    if request.form.get("List-Unsubscribe") == _ONE_CLICK:
        return "", 200
    return render_template("public/stopped.html", everything=everything)
