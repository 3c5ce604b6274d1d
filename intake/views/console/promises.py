"""Broken promises: what the desk saw, and the reason that a supervisor gives for each."""

from datetime import timedelta
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.forms.board import ReasonOfBreachForm
from intake.rules.promises import BreachReason
from intake.services import breaches, office
from intake.views.console import board_words, words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.public.site import settings

Page = str | Response | tuple[str, int]
_SHOWN_DAYS = 30


@blueprint.get("/promises")
def broken_promises() -> str:
    return _render()


@blueprint.post("/promises/<uuid:breach_id>")
def explain_breach(breach_id: UUID) -> Page:
    form = ReasonOfBreachForm()
    if not form.validate():
        return _render(form, breach_id), 400
    said = breaches.Explanation(BreachReason(form.reason.data), form.note.data or "", me().id)
    with transaction() as session:
        if not breaches.explain(session, breach_id, said, now=g.now):
            abort(404)
    flash("The reason is kept.")
    return redirect(url_for("console.broken_promises"), code=303)


def _render(form: ReasonOfBreachForm | None = None, breach_id: UUID | None = None) -> str:
    """`breach_id` is the row whose form came back with a problem."""
    with transaction() as session:
        hours = office.current(session, settings().organisation).office
        found = breaches.page(session, hours, since=g.now - timedelta(days=_SHOWN_DAYS))
    return render_template(
        "console/board/promises.html", found=found, days=_SHOWN_DAYS, zone=hours.zone,
        form=form or ReasonOfBreachForm(from_post=False), breach_id=breach_id, words=words, board=board_words,
    )  # fmt: skip
