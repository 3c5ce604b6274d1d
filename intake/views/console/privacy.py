"""Deletions and their clocks, and what is held about one request: taken along or deleted. For supervisors."""

import json
from collections.abc import Callable
from uuid import UUID

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import PressForm, ReasonForm
from intake.language import speaking
from intake.models.lead import Lead
from intake.rules.facts import Language
from intake.rules.references import spoken_receipt, typed_receipt
from intake.services import audit, corrections, deletions, privacy, retention
from intake.services.staff import actor
from intake.views import held
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

_OLD_PAGE = "The page was too old. Press the button again."


@blueprint.get("/deletions")
def deletion_list() -> str:
    with transaction() as session:
        found = deletions.standing(session, now=g.now)
        report = retention.report(session, now=g.now)
        typed = typed_receipt(request.args.get("receipt", "")[:40])
        said = deletions.by_receipt(session, typed) if typed else None
    shown = {"found": found, "report": report, "say_receipt": spoken_receipt, "words": words}
    shown.update(typed=typed, said=said)
    return render_template("console/privacy/deletions.html", form=PressForm(), **shown)


@blueprint.post("/deletions/<uuid:deletion_id>/close")
def close_deletion(deletion_id: UUID) -> ResponseReturnValue:
    """They said that they do not want it: the link in their mail opens nothing any more."""
    return _pressed(deletions.close, deletion_id, "The wish is closed. The request stays.")


@blueprint.post("/deletions/told/<uuid:notice_id>")
def centre_told(notice_id: UUID) -> ResponseReturnValue:
    """Where the mail did not get through, somebody rang the centre."""
    return _pressed(deletions.told, notice_id, "Kept: the centre is told.")


def _pressed(deed: Callable[..., None], row_id: UUID, said: str) -> ResponseReturnValue:
    if not PressForm().validate():
        return _to_list(_OLD_PAGE)
    try:
        with transaction() as session:
            deed(session, row_id, by=actor(me().id), now=g.now)
    except BadInput as wrong:
        return _to_list(str(wrong))
    return _to_list(said)


@blueprint.get("/leads/<uuid:lead_id>/data")
def lead_data(lead_id: UUID) -> str:
    return _page(lead_id, ReasonForm(from_post=False))


@blueprint.get("/leads/<uuid:lead_id>/data.json")
def lead_data_file(lead_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        lead = _lead(session, lead_id)
        found = json.dumps(privacy.held(session, lead.id), indent=2, ensure_ascii=False)
        audit.note(session, actor(me().id), "lead.exported", "lead", lead.id, now=g.now)
    named = {"Content-Disposition": f'attachment; filename="request-{lead.reference}.json"'}
    return Response(found, mimetype="application/json", headers=named)


@blueprint.get("/leads/<uuid:lead_id>/data.pdf")
def lead_data_paper(lead_id: UUID) -> ResponseReturnValue:
    """The same to read, in the family's language."""
    with transaction() as session:
        lead = _lead(session, lead_id)
        with speaking(Language(lead.language)):
            made = held.pdf(session, lead)
        audit.note(session, actor(me().id), "lead.exported", "lead", lead.id, now=g.now)
    named = {"Content-Disposition": f'attachment; filename="request-{lead.reference}.pdf"'}
    return Response(made, mimetype="application/pdf", headers=named)


@blueprint.post("/leads/<uuid:lead_id>/erase")
def erase_lead(lead_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate():
        return _page(lead_id, form), 400
    with transaction() as session:
        lead, by = _lead(session, lead_id), actor(me().id)
        audit.note(session, by, "lead.erasure_asked", "lead", lead.id, now=g.now, reason=form.reason.clean)
        receipt = deletions.finish(session, lead.id, by=by, now=g.now) or abort(404)
    return _to_list(f"Deleted. Tell them their receipt: {spoken_receipt(receipt)}.")


def _lead(session: Session, lead_id: UUID) -> Lead:
    return corrections.lead_with_people(session, lead_id) or abort(404)


def _page(lead_id: UUID, form: ReasonForm) -> str:
    with transaction() as session:
        lead = _lead(session, lead_id)
        counts = {name: len(rows) for name, rows in privacy.held(session, lead.id).items()}
        wish = deletions.of_lead(session, lead.id)
        audit.note(session, actor(me().id), "lead.data_viewed", "lead", lead.id, now=g.now)
    shown = {"lead": lead, "counts": counts, "wish": wish, "words": words}
    return render_template("console/privacy/lead.html", form=form, **shown)


def _to_list(said: str) -> ResponseReturnValue:
    flash(said)
    return redirect(url_for("console.deletion_list"), code=303)
