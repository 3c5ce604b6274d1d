"""Stop the mail. GET shows a button and changes nothing; mail programs post RFC 8058's one click."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.db import transaction
from intake.services import suppressions
from intake.views.clock import utc_now
from intake.views.public.site import blueprint

_ONE_CLICK = "One-Click"


@blueprint.get("/u/<token>")
def unsubscribe(token: str) -> ResponseReturnValue:
    return render_template("public/unsubscribe.html", token=token)


@blueprint.post("/u/<token>")
def stop_mail(token: str) -> ResponseReturnValue:
    """The token is the whole right to stop: no cookie, no second token, the same answer every time."""
    with transaction() as session:
        suppressions.unsubscribe(session, token, now=utc_now())
    if request.form.get("List-Unsubscribe") == _ONE_CLICK:
        return "", 200
    return redirect(url_for("public.stopped"), 303)


@blueprint.get("/u/stopped")
def stopped() -> ResponseReturnValue:
    return render_template("public/stopped.html")
