"""One call on one screen: see it, start it, write down what came of it."""

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput, StaleLease
from intake.forms.console import CallForm
from intake.rules.outcomes import OUTCOMES, NextStep
from intake.rules.texts import both
from intake.services import call_screen, callbacks
from intake.services.call_outcomes import OutcomeRecord, Recorded, record_outcome
from intake.services.call_screen import CallScreen
from intake.services.callbacks import StalePage
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.console.queue import go_to_next, open_call
from intake.views.public.site import settings

Page = str | Response | tuple[str, int]
_CHOOSE = "Choose what came of the call."
_WHEN = "Enter the day and the time at which they asked to be called."
_CHANGED = "This call was changed in another window. Both notes are below: check them, then save again."


def _form() -> CallForm:
    return CallForm(outcomes=OUTCOMES.values())


@blueprint.get("/callbacks/<uuid:callback_id>")
def call(callback_id: UUID) -> Page:
    screen = _screen(callback_id)
    if screen is None:
        # An id that is not there and one that is somebody else's get the same words.
        abort(404)
    form = _form()
    form.notes.data = screen.callback.notes
    return _render(screen, form)


@blueprint.post("/callbacks/<uuid:callback_id>/start")
def start_call(callback_id: UUID) -> Page:
    form = _form()
    if not form.validate():
        return _again(callback_id, form, 400)
    try:
        with transaction() as session:
            _save_notes(session, callback_id, form)
            permission = callbacks.start_call(session, callback_id, me().id, now=g.now)
    except StaleLease as stale:
        return _conflict(callback_id, form, stale)
    if not permission.allowed:
        flash(f"Not now: {permission.why}")
    return open_call(callback_id)


@blueprint.post("/callbacks/<uuid:callback_id>/release")
def release(callback_id: UUID) -> Page:
    form = _form()
    if not form.validate():
        return _again(callback_id, form, 400)
    try:
        with transaction() as session:
            _save_notes(session, callback_id, form)
            callbacks.release(session, callback_id, me().id, now=g.now)
    except StaleLease as stale:
        return _conflict(callback_id, form, stale)
    flash("The call is back in the queue, with its notes.")
    return redirect(url_for("console.queue"), code=303)


@blueprint.post("/callbacks/<uuid:callback_id>/save")
def save(callback_id: UUID) -> Page:
    """Notes alone, or the outcome with all that follows from it."""
    form = _form()
    claims_next = request.form.get("then") == "next"
    if not _is_complete(form, needs_outcome=claims_next):
        return _again(callback_id, form, 400)
    try:
        return _save_outcome(callback_id, form) if form.outcome.data else _save_draft(callback_id, form)
    except StaleLease as stale:
        return _conflict(callback_id, form, stale)
    except BadInput as wrong:
        form.add_error("outcome", str(wrong))
        return _again(callback_id, form, 400)


def _is_complete(form: CallForm, *, needs_outcome: bool) -> bool:
    form.validate()
    asked = form.asked_time()
    if needs_outcome and not form.outcome.data and not form.errors:
        form.add_error("outcome", _CHOOSE)
    outcome = OUTCOMES.get(form.outcome.data or "")
    if outcome and outcome.next is NextStep.AT_TIME and asked is None and not form.errors:
        form.add_error("again_on", _WHEN)
    return not form.errors


def _save_draft(callback_id: UUID, form: CallForm) -> Response:
    with transaction() as session:
        _save_notes(session, callback_id, form)
    flash("Your notes are saved.")
    return open_call(callback_id)


def _save_outcome(callback_id: UUID, form: CallForm) -> Response:
    record = OutcomeRecord(
        callback_id=callback_id,
        staff_id=me().id,
        attempt_id=form.attempt_id(),
        code=form.outcome.data,
        version=form.version_number(),
        notes=form.notes.data or "",
        asked=form.asked_time(),
    )
    with transaction() as session:
        recorded = record_outcome(session, record, organisation=settings().organisation, now=g.now)
    flash(_said(recorded))
    if request.form.get("then") == "next":
        return go_to_next()
    return redirect(url_for("console.queue"), code=303)


def _said(recorded: Recorded) -> str:
    what = f"{recorded.reference}: “{recorded.outcome.label}”"
    if recorded.repeated:
        return f"{what} was saved already."
    if recorded.next_call is None:
        return f"{what} is saved. No further call is owed."
    when = words.at_zone(recorded.next_call.due_at, recorded.next_call.local_zone)
    return f"{what} is saved. The next call is due {when}. {words.say(recorded.next_call.reason)}"


def _save_notes(session: Session, callback_id: UUID, form: CallForm) -> None:
    callback = callbacks.held(session, callback_id, me().id)
    callbacks.save_notes(session, callback, form.notes.data or "", version=form.version_number(), now=g.now)


def _screen(callback_id: UUID) -> CallScreen | None:
    with transaction() as session:
        return call_screen.call_screen(session, callback_id, me(), now=g.now)


def _render(screen: CallScreen, form: CallForm) -> str:
    form.version.data = str(screen.callback.version)
    form.attempt.data = str(screen.running.id) if screen.running else ""
    return render_template("console/call.html", screen=screen, form=form, words=words, outcomes=OUTCOMES)


def _again(callback_id: UUID, form: CallForm, code: int) -> Page:
    """The page once more with what was typed, or, when the call is gone meanwhile, the page that says so."""
    screen = _screen(callback_id)
    return (_render(screen, form), code) if screen and screen.mine else _lost(form)


def _conflict(callback_id: UUID, form: CallForm, stale: StaleLease) -> Page:
    if not isinstance(stale, StalePage):
        return _lost(form)
    screen = _screen(callback_id)
    if screen is None:
        return _lost(form)
    form.notes.data = both(screen.callback.notes, form.notes.data or "")
    form.add_error("notes", _CHANGED)
    return _render(screen, form), 409


def _lost(form: CallForm) -> Page:
    """The claim is gone: the notes are kept beside the call that was made, or shown to be copied."""
    typed, attempt_id, kept = form.notes.data or "", form.attempt_id(), False
    if attempt_id and typed:
        with transaction() as session:
            kept = callbacks.keep_late_notes(session, attempt_id, me().id, typed)
    return render_template("console/lost.html", notes=typed, kept=kept), 409
