"""A family's own documents, behind its link: the doctor list as a page, and every document as a PDF."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from intake import limits
from intake.db import transaction
from intake.documents.content import Kind
from intake.documents.data import Brand, document_data
from intake.documents.render import document_pdf
from intake.limits import limiter
from intake.services import documents, status_page
from intake.views.clock import utc_now
from intake.views.public.documents import asks_for_large_print, pdf_response
from intake.views.public.site import blueprint, settings
from intake.views.public.status import demand_proof

_FILES = {
    "doctors": Kind.DOCTORS,
    "guide": Kind.GUIDE,
    "questions": Kind.QUESTIONS,
    "checkups": Kind.AFTER_TREATMENT,
}


@blueprint.get("/s/<token>/doctors")
@limiter.limit(limits.documents)
def doctor_list(token: str) -> ResponseReturnValue:
    wanted = _wanted(token, Kind.DOCTORS)
    document = document_data(wanted, Brand.of(settings().organisation))
    return render_template("public/doctor_list.html", document=document, token=token)


@blueprint.get("/s/<token>/<name>.pdf")
@limiter.limit(limits.documents)
def family_file(token: str, name: str) -> ResponseReturnValue:
    if name not in _FILES:
        abort(404)
    wanted = _wanted(token, _FILES[name])
    pdf = document_pdf(wanted, Brand.of(settings().organisation), large_print=asks_for_large_print())
    return pdf_response(pdf, f"{name}.pdf")


def _wanted(token: str, kind: Kind) -> documents.Wanted:
    demand_proof(token)
    with transaction() as session:
        lead = status_page.lead_of(session, token)
        if lead is None:
            abort(404)
        status_page.note_view(session, lead, f"{kind}.viewed", now=utc_now())
        return documents.for_lead(session, lead, kind)
