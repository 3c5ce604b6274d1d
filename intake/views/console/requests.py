"""A family's request while its call is held: what it says is corrected, and nothing is overwritten unseen."""

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.desk import FactsForm
from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.services import callbacks, corrections, families
from intake.services.callbacks import NotYours
from intake.services.corrections import Facts, StaleFacts
from intake.services.staff import actor
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

Answer = str | Response | tuple[str, int]


@blueprint.get("/callbacks/<uuid:callback_id>/requests/<uuid:lead_id>")
def facts(callback_id: UUID, lead_id: UUID) -> Answer:
    with transaction() as session:
        lead = _lead(session, callback_id, lead_id)
        now_saved, version = Facts.of(lead), lead.version
    form = FactsForm(data=vars(now_saved), from_post=False)
    form.version.data = str(version)
    return _render(callback_id, lead, form)


@blueprint.post("/callbacks/<uuid:callback_id>/requests/<uuid:lead_id>")
def save_facts(callback_id: UUID, lead_id: UUID) -> Answer:
    form = FactsForm()
    with transaction() as session:
        lead = _lead(session, callback_id, lead_id)
    if not form.validate():
        return _render(callback_id, lead, form), 400
    try:
        with transaction() as session:
            _correct(session, _lead(session, callback_id, lead_id, hold=True), form)
    except StaleFacts:
        return _both(callback_id, lead_id, form)
    flash("What they told us is corrected.")
    return redirect(url_for("console.call", callback_id=callback_id), code=303)


def _correct(session: Session, lead: Lead, form: FactsForm) -> None:
    by = actor(me().id)
    said = {name: value for name, value in form.said().items() if not name.startswith("new_")}
    corrections.correct_facts(session, lead, Facts(**said), version=form.version_number(), by=by, now=g.now)
    if form.new_phone.clean:
        corrections.correct_phone(session, lead, form.new_phone.clean, by=by, now=g.now)
    if form.new_email.clean:
        corrections.correct_email(session, lead, form.new_email.clean, by=by, now=g.now)


def _lead(session: Session, callback_id: UUID, lead_id: UUID, *, hold: bool = False) -> Lead:
    """The request, when this advocate holds its family's call; the same 404 for every other.

    Held before the call, as everywhere.
    """
    seen = session.get(Callback, callback_id)
    if seen is None or not callbacks.is_held(seen, me().id):
        abort(404)
    try:
        families.member(session, seen, lead_id)
        lead = corrections.lead_with_people(session, lead_id, hold=hold) or abort(404)
        callbacks.renew(session, callbacks.held(session, callback_id, me().id), now=g.now)
    except (NotYours, BadInput):
        abort(404)
    return lead


def _both(callback_id: UUID, lead_id: UUID, form: FactsForm) -> Answer:
    """Somebody else corrected it first: theirs beside what was typed, and the page is of now."""
    with transaction() as session:
        lead = _lead(session, callback_id, lead_id)
        saved = Facts.of(lead)
    typed = {name: value for name, value in form.said().items() if not name.startswith("new_")}
    theirs = {
        name: words.answer(form[name], getattr(saved, name)) for name in saved.differing(Facts(**typed))
    }
    form.version.data = str(lead.version)
    return _render(callback_id, lead, form, theirs=theirs), 409


def _render(callback_id: UUID, lead: Lead, form: FactsForm, *, theirs: dict[str, str] | None = None) -> str:
    return render_template(
        "console/facts_edit.html", callback_id=callback_id, lead=lead, form=form, theirs=theirs or {}
    )
