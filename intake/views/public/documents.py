"""The documents, open to everybody: each as a page and as a PDF, fitted to answers that nobody keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake import language, limits
from intake.db import transaction
from intake.documents.choose import Case
from intake.documents.content import Kind
from intake.documents.data import Brand, Wanted, document_data
from intake.documents.render import document_pdf
from intake.forms import answers
from intake.language import lazy_gettext as _
from intake.limits import limiter
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus
from intake.services import documents
from intake.views.public.site import blueprint, settings

LARGE = "large"
_KEPT_SECONDS = 600


@dataclass(frozen=True)
class _Pick:
    """One list of the chooser: the name in the address, its question and its answers."""

    name: str
    label: str
    kind: type[StrEnum]
    words: Mapping[Any, str]
    usual: StrEnum


_PICKS = (
    _Pick("type", _("Which type is it?"), Diagnosis, answers.DIAGNOSIS, Diagnosis.UNSURE),
    _Pick("stage", _("Which stage?"), Stage, answers.STAGE, Stage.UNKNOWN),
    _Pick(
        "status",
        _("How do things stand?"),
        TreatmentStatus,
        answers.TREATMENT_STATUS,
        TreatmentStatus.UNSURE,
    ),
)


@blueprint.get("/guide/read")
@limiter.limit(limits.documents)
def read_guide() -> ResponseReturnValue:
    return _page(Kind.GUIDE, "public.guide_file")


@blueprint.get("/questions")
@limiter.limit(limits.documents)
def checklist() -> ResponseReturnValue:
    return _page(Kind.QUESTIONS, "public.checklist_file")


@blueprint.get("/after-treatment")
@limiter.limit(limits.documents)
def after_treatment() -> ResponseReturnValue:
    return _page(Kind.AFTER_TREATMENT, "public.after_treatment_file")


@blueprint.get("/guide/guide.pdf")
@limiter.limit(limits.documents)
def guide_file() -> ResponseReturnValue:
    return _file(Kind.GUIDE, "guide.pdf")


@blueprint.get("/questions/questions.pdf")
@limiter.limit(limits.documents)
def checklist_file() -> ResponseReturnValue:
    return _file(Kind.QUESTIONS, "questions.pdf")


@blueprint.get("/after-treatment/checkups.pdf")
@limiter.limit(limits.documents)
def after_treatment_file() -> ResponseReturnValue:
    return _file(Kind.AFTER_TREATMENT, "checkups.pdf")


def asks_for_large_print() -> bool:
    return request.args.get("print") == LARGE


def pdf_response(pdf: bytes, filename: str) -> Response:
    """Shown in the browser under a name that says nothing."""
    shown = {"Content-Disposition": f'inline; filename="{filename}"'}
    return Response(pdf, mimetype="application/pdf", headers=shown)


def _page(kind: Kind, file: str) -> ResponseReturnValue:
    chosen, unknown = _chosen()
    wanted = _wanted(kind, chosen)
    asked: dict[str, Any] = {name: str(value) for name, value in chosen.items() if name in request.args}
    return render_template(
        "public/document.html",
        document=document_data(wanted, Brand.of(settings().organisation)),
        picks=_PICKS,
        chosen=chosen,
        unknown=unknown,
        pdf=url_for(file, **asked),
        large_pdf=url_for(file, **asked, print=LARGE),
    )


def _file(kind: Kind, filename: str) -> ResponseReturnValue:
    chosen, _ = _chosen()
    brand = Brand.of(settings().organisation)
    pdf = document_pdf(_wanted(kind, chosen), brand, large_print=asks_for_large_print())
    response = pdf_response(pdf, filename)
    response.set_etag(sha256(pdf).hexdigest()[:32])
    response.cache_control.private, response.cache_control.max_age = True, _KEPT_SECONDS
    return response.make_conditional(request)


def _wanted(kind: Kind, chosen: dict[str, Any]) -> Wanted:
    spoken = language.current()
    with transaction() as session:
        reviews = documents.reviews(session, kind, spoken)
    case = Case(chosen["type"], chosen["stage"], chosen["status"])
    return Wanted(kind=kind, case=case, language=spoken, reviews=reviews)


def _chosen() -> tuple[dict[str, Any], list[str]]:
    """The answers in the address, and the questions whose answer is none of ours."""
    chosen, unknown = {}, []
    for pick in _PICKS:
        typed = request.args.get(pick.name, "")
        known = typed in set(pick.kind)
        chosen[pick.name] = pick.kind(typed) if known else pick.usual
        if typed and not known:
            unknown.append(pick.label)
    return chosen, unknown
