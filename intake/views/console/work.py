"""The supervisor's table: work that stopped, mails of unknown fate, calls to know of."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import PressForm, ReasonForm
from intake.services import audit, mail_decisions, mail_replies, troubles
from intake.services.mail_decisions import Decision
from intake.services.mail_replies import ReplyDecision
from intake.services.staff import actor
from intake.views.console import mail_words, words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

Page = str | Response | tuple[str, int]
_SETTLED = {
    ReplyDecision.STOP_MAIL: "No more mail is sent to them.",
    ReplyDecision.STOP_EVERYTHING: "Nothing more is sent, and nobody rings.",
    ReplyDecision.GO_ON: "The reply is dealt with; the mails go on.",
}


@blueprint.get("/work")
def work() -> str:
    return _render(ReasonForm())


@blueprint.post("/work/<int:task_id>/redo")
def redo(task_id: int) -> Page:
    return _decide(task_id, troubles.redo, "is tried again")


@blueprint.post("/work/<int:task_id>/discard")
def discard(task_id: int) -> Page:
    return _decide(task_id, troubles.discard, "is given up")


@blueprint.post("/mailings/<uuid:mailing_id>/<decision>")
def decide_mail(mailing_id: UUID, decision: str) -> Page:
    """A mail of unknown fate: it arrived, send it again, or leave it."""
    if decision not in set(Decision):
        abort(404)
    form = ReasonForm()
    if not form.validate():
        return _render(form, mailing_id), 400
    try:
        with transaction() as session:
            mail_decisions.decide(
                session, mailing_id, Decision(decision), reason=form.reason.clean, staff_id=me().id, now=g.now
            )
    except BadInput as wrong:
        form.add_error("reason", str(wrong))
        return _render(form, mailing_id), 409
    flash("Your decision about the mail is kept.")
    return redirect(url_for("console.work") + "#unknown", code=303)


@blueprint.post("/replies/<uuid:reply_id>/<decision>")
def settle_reply(reply_id: UUID, decision: str) -> Page:
    """What a family answered is read: no more mail, nothing at all, or the series goes on."""
    if decision not in set(ReplyDecision):
        abort(404)
    said = "The page was too old. Press the button again."
    if PressForm().validate():
        try:
            with transaction() as session:
                verdict = ReplyDecision(decision)
                mail_replies.settle(session, reply_id, verdict, staff_id=me().id, now=g.now)
            said = _SETTLED[verdict]
        except BadInput as wrong:
            said = str(wrong)
    flash(said)
    return redirect(url_for("console.work") + "#replies", code=303)


def _decide(task_id: int, verb: Callable[..., None], done: str) -> Page:
    form = ReasonForm()
    if not form.validate():
        return _render(form, task_id), 400
    try:
        with transaction() as session:
            verb(session, task_id, reason=form.reason.clean, by=actor(me().id), now=g.now)
    except BadInput as wrong:
        form.add_error("reason", str(wrong))
        return _render(form, task_id), 409
    flash(f"Task {task_id} {done}.")
    return redirect(url_for("console.work"), code=303)


def _render(form: ReasonForm, task_id: int | UUID | None = None) -> str:
    """`task_id` is the row or the mailing whose form was posted and came back with a problem."""
    with transaction() as session:
        found = troubles.troubles(session, now=g.now)
        if found.replies:
            audit.note(session, actor(me().id), "replies.viewed", "mail_reply", "-", now=g.now)
    shown: dict[str, Any] = {
        "troubles": found,
        "form": form,
        "task_id": task_id,
        "words": words,
        "say": mail_words,
    }
    return render_template("console/work.html", **shown)
