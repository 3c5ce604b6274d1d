"""How a call leaves its screen: with an outcome, back to the queue, or to a colleague."""

from urllib.parse import quote
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput, StaleLease
from intake.forms.console import CallForm, ids
from intake.rules.outcomes import OUTCOMES, NextStep
from intake.services import callbacks, chosen, families, owners
from intake.services.call_outcomes import OutcomeRecord, Recorded, record_outcome
from intake.views.console import mail_words, words
from intake.views.console.blueprint import blueprint
from intake.views.console.calls import Answer, again, call_form, conflict, page_of, save_notes
from intake.views.console.policy import me
from intake.views.console.queue import go_to_next, open_call
from intake.views.public.site import settings

_CORRECT = "correct:"
_CHOOSE = "Choose what came of the call."
_WHEN = "Enter the day and the time at which they asked to be called."
_COLLEAGUE = "Choose the colleague who takes the call."


@blueprint.post("/callbacks/<uuid:callback_id>/release")
def release(callback_id: UUID) -> Answer:
    form = call_form()
    if not form.validate():
        return again(callback_id, form, 400)
    try:
        with transaction() as session:
            save_notes(session, callback_id, form)
            callbacks.release(session, callback_id, me().id, now=g.now)
    except StaleLease as stale:
        return conflict(callback_id, form, stale)
    return _to_queue("The call is back in the queue, with its notes.")


@blueprint.post("/callbacks/<uuid:callback_id>/hand-over")
def hand_over(callback_id: UUID) -> Answer:
    form = call_form()
    colleague = form.colleague_id()
    if form.validate() and colleague is None:
        form.add_error("colleague", _COLLEAGUE)
    if form.errors or colleague is None:
        return again(callback_id, form, 400)
    try:
        with transaction() as session:
            save_notes(session, callback_id, form)
            owners.hand_over(session, callback_id, me().id, colleague, now=g.now)
    except StaleLease as stale:
        return conflict(callback_id, form, stale)
    except BadInput as wrong:
        form.add_error("colleague", str(wrong))
        return again(callback_id, form, 400)
    return _to_queue("Your colleague has the call in “Mine”, with its notes.")


@blueprint.post("/callbacks/<uuid:callback_id>/requests/<uuid:lead_id>/doctors")
def send_doctors(callback_id: UUID, lead_id: UUID) -> Answer:
    """The notes are kept, and the call goes on."""
    form = call_form()
    if not form.validate():
        return again(callback_id, form, 400)
    ticked = ids(request.form.getlist("doctor"))
    try:
        with transaction() as session:
            save_notes(session, callback_id, form)
            lead = families.member(session, callbacks.held(session, callback_id, me().id), lead_id)
            why_not = chosen.send(session, lead, ticked, me(), now=g.now)
    except StaleLease as stale:
        return conflict(callback_id, form, stale)
    except BadInput as wrong:
        form.add_error("notes", str(wrong))
        return again(callback_id, form, 400)
    mail = f"No mail goes: {mail_words.WHY[why_not]}" if why_not else "A mail leads them there"
    flash(f"The doctors are marked on their page. {mail}.")
    return open_call(callback_id)


@blueprint.post("/callbacks/<uuid:callback_id>/save")
def save(callback_id: UUID) -> Answer:
    """Notes alone, or the outcome with all that follows from it."""
    form = call_form()
    then = request.form.get("then", "")
    if then.startswith(_CORRECT):
        return _to_facts(callback_id, form, then.removeprefix(_CORRECT))
    claims_next = then == "next"
    if not _is_complete(form, needs_outcome=claims_next):
        return again(callback_id, form, 400)
    try:
        return _save_outcome(callback_id, form) if form.outcome.data else _save_draft(callback_id, form)
    except StaleLease as stale:
        return conflict(callback_id, form, stale)
    except BadInput as wrong:
        form.add_error("outcome", str(wrong))
        return again(callback_id, form, 400)


def _is_complete(form: CallForm, *, needs_outcome: bool) -> bool:
    form.validate()
    asked = form.asked_time()
    if needs_outcome and not form.outcome.data and not form.errors:
        form.add_error("outcome", _CHOOSE)
    outcome = OUTCOMES.get(form.outcome.data or "")
    if outcome and outcome.next is NextStep.AT_TIME and asked is None and not form.errors:
        form.add_error("again_on", _WHEN)
    return not form.errors


def _to_facts(callback_id: UUID, form: CallForm, lead_id: str) -> Answer:
    """The notes are kept before the page is left, also where no script keeps them."""
    if not form.validate():
        return again(callback_id, form, 400)
    try:
        with transaction() as session:
            save_notes(session, callback_id, form)
    except StaleLease as stale:
        return conflict(callback_id, form, stale)
    return redirect(f"{url_for('console.call', callback_id=callback_id)}/requests/{quote(lead_id)}", code=303)


def _save_draft(callback_id: UUID, form: CallForm) -> Response:
    with transaction() as session:
        save_notes(session, callback_id, form)
    flash("Your notes are saved.")
    return open_call(callback_id)


def _save_outcome(callback_id: UUID, form: CallForm) -> Response:
    record = OutcomeRecord(
        callback_id=callback_id,
        staff_id=me().id,
        attempt_id=form.attempt_id(),
        code=form.outcome.data,
        page=page_of(form),
        notes=form.notes.data or "",
        asked=form.asked_time(),
        in_person=bool(form.in_person.data),
        language=form.language.data or "",
    )
    with transaction() as session:
        recorded = record_outcome(session, record, organisation=settings().organisation, now=g.now)
    flash(_said(recorded))
    return (
        go_to_next() if request.form.get("then") == "next" else redirect(url_for("console.queue"), code=303)
    )


def _said(recorded: Recorded) -> str:
    what = f"{recorded.reference}: “{recorded.outcome.label}”"
    if recorded.repeated:
        return f"{what} was saved already."
    if recorded.next_call is None:
        return f"{what} is saved. No further call is owed."
    when = words.at_zone(recorded.next_call.due_at, recorded.next_call.local_zone)
    return f"{what} is saved. The next call is due {when}. {words.say(recorded.next_call.reason)}"


def _to_queue(sentence: str) -> Response:
    flash(sentence)
    return redirect(url_for("console.queue"), code=303)
