"""Give a centre what a family allowed: its yes, read out and kept, then a record and a file to hand over."""

from uuid import UUID, uuid4

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import PressForm
from intake.forms.sharing import GiveForm, ShareForm
from intake.models.lead import Lead
from intake.models.sharing import Authorisation, Disclosure
from intake.rules import sharing as rules
from intake.rules.facts import Language
from intake.services import audit, corrections, lead_access, sharing
from intake.services.consents import Trace
from intake.services.sharing import Sentence
from intake.services.staff import actor
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.csv_file import csv_response

_OLD_PAGE = "The page was too old. Press the button again."


@blueprint.get("/leads/<uuid:lead_id>/sharing")
def lead_sharing(lead_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        lead = _lead(session, lead_id)
        audit.note(session, actor(me().id), "sharing.viewed", "lead", lead.id, now=g.now)
        form = ShareForm(centres=sharing.choosable(session, lead.id), from_post=False)
        return _page(session, lead, form)


@blueprint.post("/leads/<uuid:lead_id>/sharing")
def allow_by_voice(lead_id: UUID) -> ResponseReturnValue:
    """The sentence is read out in their language; the yes is kept as said by phone, with who heard it."""
    with transaction() as session:
        lead = _lead(session, lead_id)
        form = ShareForm(centres=sharing.choosable(session, lead.id))
        if not form.validate():
            return _page(session, lead, form), 400
        terms = form.terms(Language(lead.language))
        if not form.agreed.data:
            said = sharing.sentence(session, lead, terms, now=g.now)
            return _page(session, lead, form, sentence=said)
        trace = Trace(page=request.path)
        sharing.allow(session, lead, terms, trace, by=actor(me().id), now=g.now)
    return _back(lead_id, "Their yes is kept.")


@blueprint.post("/authorisations/<uuid:authorisation_id>/give")
def give_to_centre(authorisation_id: UUID) -> ResponseReturnValue:
    form = GiveForm()
    with transaction() as session:
        allowed = _allowed(session, authorisation_id)
        if not form.validate():
            return _back(allowed.lead_id, str(next(iter(form.errors.values()))[0]))
        try:
            sharing.give(session, allowed, form.address.clean, staff_id=me().id, now=g.now)
        except BadInput as wrong:
            return _back(allowed.lead_id, str(wrong))
    return _back(allowed.lead_id, "The record is made. Download its file and hand it over.")


@blueprint.post("/authorisations/<uuid:authorisation_id>/stop")
def take_back_sharing(authorisation_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        allowed = _allowed(session, authorisation_id)
        if not PressForm().validate():
            return _back(allowed.lead_id, _OLD_PAGE)
        trace = Trace(page=request.path)
        sharing.take_back(session, allowed, by=actor(me().id), trace=trace, now=g.now)
    return _back(allowed.lead_id, "Taken back. Nothing more is given to that centre.")


@blueprint.get("/disclosures/<uuid:disclosure_id>/file.csv")
def shared_file(disclosure_id: UUID) -> ResponseReturnValue:
    """What was recorded, to be handed over; not once they have taken their yes back."""
    with transaction() as session:
        given = session.get(Disclosure, disclosure_id)
        _lead(session, given.lead_id if given else uuid4())
        assert given is not None
        try:
            rows = sharing.file_rows(session, given, staff_id=me().id, now=g.now)
        except BadInput as wrong:
            return _back(given.lead_id, str(wrong))
    return csv_response(f"request-{rows[0][1]}", ["what", "value"], rows)


def _lead(session: Session, lead_id: UUID) -> Lead:
    """One that is not there and one that is not theirs get the same words, after the same work."""
    if not lead_access.may_open(session, lead_id, me(), now=g.now):
        abort(404)
    return corrections.lead_with_people(session, lead_id) or abort(404)


def _allowed(session: Session, authorisation_id: UUID) -> Authorisation:
    allowed = sharing.locked(session, authorisation_id)
    _lead(session, allowed.lead_id if allowed else uuid4())
    assert allowed is not None
    return allowed


def _page(session: Session, lead: Lead, form: ShareForm, *, sentence: Sentence | None = None) -> str:
    given = sharing.given_of(session, lead.id)
    yeses = [
        (one, rules.is_live(g.now, until=one.until, revoked_at=one.revoked_at))
        for one in sharing.of_lead(session, lead.id)
    ]
    shown = {"lead": lead, "yeses": yeses, "given": given, "sentence": sentence, "said": _said}
    forms = {"form": form, "press_form": PressForm(), "give_form": GiveForm(from_post=False)}
    return render_template("console/privacy/sharing.html", words=words, **shown, **forms)


def _said(fields: list[str]) -> str:
    return rules.said(rules.in_order(fields))


def _back(lead_id: UUID, sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for("console.lead_sharing", lead_id=lead_id), code=303)
