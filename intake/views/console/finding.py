"""Find a family, see its request, take its call when it rings, link what belongs together."""

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import PressForm
from intake.forms.desk import FindForm, LinkForm, MarkForm
from intake.models.lead import Lead
from intake.rules.facts import LeadMark
from intake.services import corrections, families, inbound, lead_access, lead_page, marks
from intake.services import find as finding
from intake.services.find import Query
from intake.services.staff import actor
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.console.queue import open_call

Answer = str | Response | tuple[str, int]
_OLD_PAGE = "The page was too old. Press the button again."


@blueprint.route("/find", methods=["GET", "POST"])
def find() -> Answer:
    """What was typed is a person: it travels in the body and is never part of an address."""
    form = FindForm()
    if not form.is_submitted():
        return _results(form)
    if not form.validate():
        return _results(form), 400
    with transaction() as session:
        results = finding.find(session, Query(form.text.clean, form.phone()), me(), now=g.now)
    return _results(form, results)


@blueprint.get("/leads/<uuid:lead_id>")
def lead(lead_id: UUID) -> Answer:
    return _page(lead_id, link_form=LinkForm(from_post=False), mark_form=MarkForm(from_post=False))


@blueprint.post("/leads/<uuid:lead_id>/take")
def take_lead(lead_id: UUID) -> Answer:
    """They are on the line: their call is this advocate's, and under way."""
    if not PressForm().validate():
        return _back(lead_id, _OLD_PAGE)
    try:
        with transaction() as session:
            return open_or_tell(session, _lead(session, lead_id))
    except BadInput as wrong:
        return _back(lead_id, str(wrong))


def open_or_tell(session: Session, lead: Lead) -> Response:
    """Take the family's call and open it; where a colleague has it, say who."""
    callback = inbound.take(session, lead, me(), now=g.now)
    if callback is not None:
        return open_call(callback.id)
    holder = inbound.holder_of(session, lead) or "A colleague"
    return _back(lead.id, f"{holder} has their call now. Put them through.")


@blueprint.post("/leads/<uuid:lead_id>/link")
def link_lead(lead_id: UUID) -> Answer:
    form = LinkForm()
    if not form.validate():
        return _page(lead_id, link_form=form, mark_form=MarkForm(from_post=False)), 400
    with transaction() as session:
        lead, other = _lead(session, lead_id), finding.by_reference(session, form.reference.data or "")
        if other is not None and other.id != lead_id:
            families.merge(session, lead, other, now=g.now, by=actor(me().id))
            return _back(lead_id, f"Linked with {other.reference}: one family, one call.")
    form.add_error("reference", "There is no other request with this reference. Check it letter by letter.")
    return _page(lead_id, link_form=form, mark_form=MarkForm(from_post=False)), 400


@blueprint.post("/leads/<uuid:lead_id>/part")
def part_lead(lead_id: UUID) -> Answer:
    if not PressForm().validate():
        return _back(lead_id, _OLD_PAGE)
    try:
        with transaction() as session:
            families.part(session, _lead(session, lead_id), now=g.now, by=actor(me().id))
    except BadInput as wrong:
        return _back(lead_id, str(wrong))
    return _back(lead_id, "This request stands by itself now, and is not linked again by a shared number.")


@blueprint.post("/leads/<uuid:lead_id>/mark")
def mark_lead(lead_id: UUID) -> Answer:
    form = MarkForm()
    if form.validate() and not form.mark.data:
        form.add_error("mark", "Choose whether it is spam or a test.")
    if form.errors:
        return _page(lead_id, link_form=LinkForm(from_post=False), mark_form=form), 400
    with transaction() as session:
        found = _lead(session, lead_id)
        marks.mark(session, found, LeadMark(form.mark.data), by=actor(me().id), now=g.now)
    return _back(lead_id, "Marked. Nobody rings, nothing is sent, and it counts in no figure.")


@blueprint.post("/leads/<uuid:lead_id>/unmark")
def unmark_lead(lead_id: UUID) -> Answer:
    if not PressForm().validate():
        return _back(lead_id, _OLD_PAGE)
    with transaction() as session:
        marks.unmark(session, _lead(session, lead_id), by=actor(me().id), now=g.now)
    return _back(lead_id, "It is a request again. Its call is put into the queue.")


def _lead(session: Session, lead_id: UUID) -> Lead:
    """One that is not there and one that this person has not looked for get the same words."""
    if not lead_access.may_open(session, lead_id, me(), now=g.now):
        abort(404)
    return corrections.lead_with_people(session, lead_id) or abort(404)


def _page(lead_id: UUID, *, link_form: LinkForm, mark_form: MarkForm) -> str:
    with transaction() as session:
        screen = lead_page.lead_page(session, _lead(session, lead_id), me(), now=g.now)
    forms = {"link_form": link_form, "mark_form": mark_form, "form": PressForm()}
    return render_template("console/lead.html", screen=screen, words=words, **forms)


def _results(form: FindForm, results: finding.Results | None = None) -> str:
    return render_template("console/find.html", form=form, results=results, words=words)


def _back(lead_id: UUID, sentence: str) -> Response:
    flash(sentence)
    return redirect(url_for("console.lead", lead_id=lead_id), code=303)
