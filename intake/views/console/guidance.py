"""The guidance beside its sources, and clinicians' words on it."""

from collections.abc import Sequence
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.directory import SignOffForm
from intake.models.guidance import GuidanceSignOff
from intake.rules.guidance import NOTES, ROWS, ROWS_BY_ID, TABLE, GuidanceRow
from intake.services import guidance as words_of
from intake.services.sign_offs import Word
from intake.views.console import guidance_words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

Page = str | Response | tuple[str, int]


@blueprint.get("/guidance")
def guidance() -> str:
    with transaction() as session:
        standings = words_of.sign_offs(session)
    shown = {"rows": ROWS, "standings": standings, "words": guidance_words, "table": TABLE}
    return render_template("console/guidance/rows.html", **shown)


@blueprint.get("/guidance/<row_id>")
def guidance_row(row_id: str) -> str:
    return _show(row_id, SignOffForm())


@blueprint.post("/guidance/<row_id>")
def sign_off(row_id: str) -> Page:
    form = SignOffForm()
    approved = request.form.get("word") == "approve"
    form.validate()
    if not approved and not form.comment.data and not form.errors:
        form.add_error("comment", "Say what is wrong with the row, so that it can be mended.")
    if form.digest.data != _row(row_id).digest and not form.errors:
        form.add_error("digest", "The row was changed after you opened the page. Read it again, then decide.")
    if form.errors:
        return _show(row_id, form), 400
    try:
        _keep(row_id, form, me().id, approved=approved)
    except BadInput as wrong:
        form.add_error("clinician", str(wrong))
        return _show(row_id, form), 400
    flash(f"Row {row_id} is {'signed' if approved else 'marked as not right'}.")
    return redirect(url_for("console.guidance") + f"#{row_id}", code=303)


def _keep(row_id: str, form: SignOffForm, staff_id: UUID, *, approved: bool) -> None:
    word = Word(
        clinician=form.clinician.clean, approved=approved, comment=form.comment.clean, staff_id=staff_id
    )
    with transaction() as session:
        words_of.sign_off(session, row_id, word, now=g.now)


def _row(row_id: str) -> GuidanceRow:
    return ROWS_BY_ID.get(row_id) or abort(404)


def _show(row_id: str, form: SignOffForm) -> str:
    row = _row(row_id)
    with transaction() as session:
        standing = words_of.sign_offs(session)[row_id]
        history: Sequence[GuidanceSignOff] = words_of.history_of(session, row_id)
    form.digest.data = row.digest
    shown = {"row": row, "standing": standing, "history": history, "form": form, "notes": NOTES}
    return render_template("console/guidance/row.html", **shown, words=guidance_words)
