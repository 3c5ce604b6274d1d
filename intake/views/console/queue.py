"""The queue, and taking a call from it."""

from uuid import UUID

from flask import flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import StaleLease
from intake.forms.console import PressForm
from intake.models.callback import Callback
from intake.services import claims, desk
from intake.services.staff import Role
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

_NOTHING_DUE = "No call is due that may be made now."
_TAKEN = "That call is not waiting any more. Somebody else may have taken it."


@blueprint.get("/")
def queue() -> str | Response:
    if me().role == Role.ADMIN:
        return redirect(url_for("console.people"), code=303)
    with transaction() as session:
        found = desk.queue(session, me(), now=g.now)
    return render_template("console/queue.html", queue=found, form=PressForm(), words=words)


@blueprint.post("/claim-next")
def claim_next() -> Response:
    if not PressForm().validate():
        return _back("The page was too old. Press the button again.")
    return go_to_next()


def go_to_next() -> Response:
    """Claim the next call and open it; back to the queue when there is none."""
    with transaction() as session:
        callback = claims.claim_next(session, me(), now=g.now)
    return open_call(callback.id) if callback else _back(_NOTHING_DUE)


@blueprint.post("/callbacks/<uuid:callback_id>/claim")
def claim(callback_id: UUID) -> Response:
    if not PressForm().validate():
        return _back("The page was too old. Press the button again.")
    try:
        with transaction() as session:
            answer = claims.claim(session, callback_id, me(), g.now)
    except StaleLease:
        return _back(_TAKEN)
    return open_call(callback_id) if isinstance(answer, Callback) else _back(answer.why)


def open_call(callback_id: UUID) -> Response:
    return redirect(url_for("console.call", callback_id=callback_id), code=303)


def _back(sentence: str) -> Response:
    flash(sentence)
    return redirect(url_for("console.queue"), code=303)
