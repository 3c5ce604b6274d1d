"""One call on one screen: see it, start it, keep what is typed, take an outcome back."""

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import new_token, statement, transaction
from intake.errors import BadInput, StaleLease
from intake.forms.console import CallForm, PressForm
from intake.rules.outcomes import OUTCOMES
from intake.rules.texts import both
from intake.services import call_screen, callbacks, late, undo
from intake.services.call_screen import CallScreen
from intake.services.callbacks import Page, StalePage
from intake.services.late import LateSave
from intake.services.undo import Recent
from intake.views import security
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.console.queue import open_call

Answer = str | Response | tuple[str, int]
_GONE_ON = "The call has gone on since, so the outcome stays. Write to whoever has it now."


def call_form() -> CallForm:
    return CallForm(outcomes=OUTCOMES.values())


@blueprint.app_template_global()
def just_recorded() -> list[Recent]:
    """Outcomes of this advocate that can still be taken back."""
    with statement() as session:
        return list(undo.recent(session, me().id, now=g.now))


@blueprint.get("/callbacks/<uuid:callback_id>")
def call(callback_id: UUID) -> Answer:
    screen = load(callback_id)
    if screen is None:
        # An id that is not there and one that is somebody else's get the same words.
        abort(404)
    form = call_form()
    form.notes.data = screen.callback.notes
    return render(screen, form)


@blueprint.post("/callbacks/<uuid:callback_id>/start")
def start_call(callback_id: UUID) -> Answer:
    form = call_form()
    if not form.validate():
        return again(callback_id, form, 400)
    try:
        with transaction() as session:
            permission = callbacks.start_call(
                session, callback_id, me().id, now=g.now, lead_id=form.number_of()
            )
            save_notes(session, callback_id, form)
    except StaleLease as stale:
        return conflict(callback_id, form, stale)
    except BadInput as wrong:
        form.add_error("notes", str(wrong))
        return again(callback_id, form, 400)
    if not permission.allowed:
        flash(f"Not now: {permission.why}")
        return open_call(callback_id)
    flash("ring", "ring")
    return open_call(callback_id)


@blueprint.post("/callbacks/<uuid:callback_id>/keep")
def keep(callback_id: UUID) -> Answer:
    """What the open page sends by itself: the notes as they are typed, and that somebody is there."""
    form = call_form()
    if not form.validate():
        return render_template("console/kept.html", problem="wrong", form=form), 400
    try:
        with transaction() as session:
            save_notes(session, callback_id, form)
            until = callbacks.held(session, callback_id, me().id).claimed_until
    except StaleLease as stale:
        problem = "changed" if isinstance(stale, StalePage) else "lost"
        return render_template("console/kept.html", problem=problem, form=form), 409
    return render_template("console/kept.html", until=until, words=words)


@blueprint.post("/callbacks/<uuid:callback_id>/stay")
def stay(callback_id: UUID) -> Answer:
    """The page is open: the claim is renewed. A call under way keeps its advocate signed in as well."""
    if not PressForm().validate():
        return render_template("console/kept.html", problem="wrong"), 400
    try:
        with transaction() as session:
            callback = callbacks.held(session, callback_id, me().id)
            callbacks.renew(session, callback, now=g.now)
            on_the_phone = callbacks.running(session, callback, now=g.now) is not None
    except StaleLease:
        return render_template("console/kept.html", problem="lost"), 409
    if on_the_phone:
        security.stay_signed_in()
    return render_template("console/kept.html", until=callback.claimed_until, words=words)


@blueprint.post("/attempts/<uuid:attempt_id>/undo")
def undo_outcome(attempt_id: UUID) -> Answer:
    if not PressForm().validate():
        return _back("The page was too old. Press the button again.")
    try:
        with transaction() as session:
            callback = undo.undo(session, attempt_id, me().id, now=g.now)
    except StaleLease:
        return _back(_GONE_ON)
    except BadInput as wrong:
        return _back(str(wrong))
    flash("The outcome is taken back. The call is yours again.")
    return open_call(callback.id)


def save_notes(session: Session, callback_id: UUID, form: CallForm) -> None:
    callback = callbacks.held(session, callback_id, me().id)
    callbacks.save_notes(session, callback, form.notes.data or "", page=page_of(form), now=g.now)


def page_of(form: CallForm) -> Page:
    return Page(form.version_number(), form.page_name())


def load(callback_id: UUID) -> CallScreen | None:
    with transaction() as session:
        return call_screen.call_screen(session, callback_id, me(), now=g.now)


def render(screen: CallScreen, form: CallForm) -> str:
    form.version.data = str(screen.callback.version)
    form.page.data = new_token()[:16]
    form.attempt.data = str(screen.running.id) if screen.running else ""
    return render_template("console/call.html", screen=screen, form=form, words=words, outcomes=OUTCOMES)


def again(callback_id: UUID, form: CallForm, code: int) -> Answer:
    """The page once more with what was typed, or, when the call is gone meanwhile, the page that says so."""
    screen = load(callback_id)
    return (render(screen, form), code) if screen and screen.mine else lost(callback_id, form)


def conflict(callback_id: UUID, form: CallForm, stale: StaleLease) -> Answer:
    """Another window of this advocate wrote first: both texts side by side, and nothing is saved yet."""
    screen = load(callback_id) if isinstance(stale, StalePage) else None
    if screen is None or not screen.mine:
        return lost(callback_id, form)
    form.version.data = str(screen.callback.version)
    form.page.data = new_token()[:16]
    merged = both(screen.callback.notes, form.notes.data or "")
    return render_template(
        "console/conflict.html", screen=screen, form=form, merged=merged, outcomes=OUTCOMES
    ), 409


def lost(callback_id: UUID, form: CallForm) -> Answer:
    """The call is somebody else's or nobody's: her words are kept, and she sees how it stands."""
    save = LateSave(
        callback_id=callback_id,
        staff_id=me().id,
        attempt_id=form.attempt_id(),
        code=form.outcome.data if form.outcome.data in OUTCOMES else "",
        notes=form.notes.data or "",
    )
    with transaction() as session:
        standing = late.keep(session, save, now=g.now)
    return render_template(
        "console/lost.html", save=save, standing=standing, words=words, outcomes=OUTCOMES
    ), 409


def _back(sentence: str) -> Response:
    flash(sentence)
    return redirect(url_for("console.queue"), code=303)
