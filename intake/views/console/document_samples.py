"""Every PDF as it would come out: for a made-up case, or for one family as it would get it now."""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.db import transaction
from intake.documents.choose import Case
from intake.documents.content import Kind
from intake.documents.data import Brand, DoctorEntry, Wanted
from intake.documents.render import document_pdf
from intake.forms.console import PressForm
from intake.models.lead import Lead
from intake.rules.facts import Diagnosis, Language, Stage, TreatmentStatus
from intake.services import audit, documents, lead_access, letters
from intake.services.staff import actor
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.public.documents import asks_for_large_print, pdf_response
from intake.views.public.site import settings

_Fact = TypeVar("_Fact", bound=StrEnum)
_SAMPLE_DOCTORS = tuple(
    DoctorEntry(
        key=f"sample-{letter}",
        name=f"Sample Doctor {letter}, MD",
        centre=f"Sample center {letter}",
        place="Houston, TX",
        distance="about 12 miles",
        phone="(555) 010-0155",
        phone_link="+15550100155",
        reasons=("Treats this type of mesothelioma.", "Takes new patients, as far as we know."),
        sample=True,
    )
    for letter in "ABC"
)


def picks() -> dict[str, dict[str, str]]:
    """The lists from which a made-up case is chosen, by the name in the address."""
    return {"type": words.DIAGNOSIS, "stage": words.STAGE, "status": words.TREATMENT}


@blueprint.get("/documents/<kind>.pdf")
def sample_document(kind: str) -> ResponseReturnValue:
    """A document for a case in the address; the doctor list shows doctors that are plainly samples."""
    which, language = _member(Kind, kind), _member(Language, request.args.get("language", "en"))
    with transaction() as session:
        reviews = documents.reviews(session, which, language)
    case = Case(
        _member(Diagnosis, request.args.get("type", "unsure")),
        _member(Stage, request.args.get("stage", "unknown")),
        _member(TreatmentStatus, request.args.get("status", "unsure")),
    )
    doctors = _SAMPLE_DOCTORS if which is Kind.DOCTORS else ()
    wanted = Wanted(kind=which, case=case, language=language, doctors=doctors, reviews=reviews)
    return _pdf(wanted)


@blueprint.get("/leads/<uuid:lead_id>/documents")
def lead_documents(lead_id: UUID) -> ResponseReturnValue:
    lead, _ = _of_lead(lead_id, None)
    with transaction() as session:
        shown = {
            "letters": letters.letters_of(session, lead_id),
            "refused": letters.refusals(session, [lead_id]).get(lead_id),
        }
    return render_template(
        "console/documents/lead.html", lead=lead, kinds=list(Kind), form=PressForm(), **shown
    )


@blueprint.post("/leads/<uuid:lead_id>/letters/stop")
def stop_letters(lead_id: UUID) -> ResponseReturnValue:
    """They said stop to letters alone: on the phone, or on a sheet that they sent back."""
    if not PressForm().validate():
        abort(400)
    with transaction() as session:
        if lead_access.readable(session, lead_id, me()) is None:
            abort(404)
        letters.stop_address(session, lead_id, reason="asked_staff", now=g.now)
        audit.note(session, actor(me().id), "letters.stopped", "lead", lead_id, now=g.now)
    flash("Nothing is posted to that address any more.")
    return redirect(url_for("console.lead_documents", lead_id=lead_id), code=303)


@blueprint.get("/leads/<uuid:lead_id>/documents/<kind>.pdf")
def lead_document(lead_id: UUID, kind: str) -> ResponseReturnValue:
    _, wanted = _of_lead(lead_id, _member(Kind, kind))
    assert wanted is not None
    return _pdf(wanted)


def _of_lead(lead_id: UUID, kind: Kind | None) -> tuple[Lead, Wanted | None]:
    """A family that this person may read, and one of its documents. Every look is audited."""
    with transaction() as session:
        lead = lead_access.readable(session, lead_id, me())
        if lead is None:
            abort(404)
        seen = str(kind or "list")
        audit.note(session, actor(me().id), "document.previewed", "lead", lead.id, now=g.now, kind=seen)
        return lead, documents.for_lead(session, lead, kind) if kind else None


def _pdf(wanted: Wanted) -> ResponseReturnValue:
    pdf = document_pdf(wanted, Brand.of(settings().organisation), large_print=asks_for_large_print())
    return pdf_response(pdf, "preview.pdf")


def _member(kind: type[_Fact], value: str) -> _Fact:
    return kind(value) if value in set(kind) else abort(404)
