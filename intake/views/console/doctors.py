"""Read the directory: search, one doctor, what is old, what may stand twice."""

from typing import Any
from uuid import UUID

from flask import abort, g, render_template, request

from intake.db import transaction
from intake.forms.directory import DoctorReasonForm
from intake.forms.text import tidy
from intake.rules.expertise import Expertise
from intake.rules.statuses import DoctorStatus
from intake.rules.taxonomy import SPECIALTIES
from intake.rules.zones import STATES
from intake.services import directory_page, guidance
from intake.services.directory_duplicates import suggested
from intake.services.directory_edit import version_of
from intake.services.directory_search import Wanted, search
from intake.services.freshness import to_verify as stale_doctors
from intake.views.console import directory_words, words
from intake.views.console.blueprint import blueprint

TO_VERIFY = "to_verify"
_STATUSES = [
    *((str(one), label) for one, label in directory_words.STATUS.items()),
    (TO_VERIFY, "To verify again"),
]
_EXPERTISE = {str(code): directory_words.expertise(code) for code in Expertise}


@blueprint.get("/doctors")
def doctors() -> str:
    asked = {name: tidy(request.args.get(name, "")[:200]) for name in _ASKED}
    with transaction() as session:
        centres = directory_page.centre_choices(session)
        wanted = _wanted(asked, centres)
        if asked["status"] == TO_VERIFY:
            stale = [one.doctor.id for one in stale_doctors(session, now=g.now)]
            wanted = _wanted({**asked, "status": ""}, centres, among=stale)
        found = search(session, wanted, page=_page())
    lists = {"centre": centres, **_LISTS}
    shown: dict[str, Any] = {"found": found, "asked": asked, "lists": lists, "words": directory_words}
    return render_template("console/directory/doctors.html", **shown)


_LISTS: dict[str, list[tuple[str, str]]] = {
    "state": [(code, state.name) for code, state in STATES.items()],
    "specialty": [(short, one.label) for short, one in SPECIALTIES.items()],
    "expertise": list(_EXPERTISE.items()),
    "status": _STATUSES,
}
_ASKED = ("name", "city", "state", "centre", "specialty", "expertise", "status")


def _wanted(asked: dict[str, str], centres: list[tuple[str, str]], among: list[UUID] | None = None) -> Wanted:
    """A choice that is on no list is left out, as if nobody had asked."""
    known = {name: asked[name] if asked[name] in dict(_LISTS[name]) else "" for name in _LISTS}
    return Wanted(
        name=asked["name"],
        city=asked["city"],
        state=known["state"],
        centre_id=UUID(asked["centre"]) if asked["centre"] in dict(centres) else None,
        specialty=known["specialty"],
        expertise=known["expertise"],
        status=known["status"] if asked["status"] in set(DoctorStatus) else "",
        among=among,
    )


def _page() -> int:
    typed = request.args.get("page", "")[:6]
    return int(typed) if typed.isascii() and typed.isdigit() else 1


@blueprint.get("/doctors/<uuid:doctor_id>")
def doctor(doctor_id: UUID) -> str:
    return show_doctor(doctor_id, DoctorReasonForm())


def show_doctor(doctor_id: UUID, form: DoctorReasonForm) -> str:
    """The page of one doctor; `form` is the reason form as it was posted, or empty."""
    with transaction() as session:
        page = directory_page.doctor_page(session, doctor_id, now=g.now) or abort(404)
    form.version.data = version_of(page.doctor)
    return render_template("console/directory/doctor.html", page=page, form=form, words=directory_words)


@blueprint.get("/doctors/<uuid:doctor_id>/matches")
def doctor_matches(doctor_id: UUID) -> str:
    """Why the doctor stood on lists. Of a lead only the illness is shown: all of staff may read this."""
    with transaction() as session:
        found = directory_page.get(session, doctor_id) or abort(404)
        lists = directory_page.matched(session, doctor_id)
        unsigned = {one.match.id for one in lists if guidance.unsigned_rows(session, one.lead)}
    shown = {"doctor": found, "lists": lists, "unsigned": unsigned}
    return render_template("console/directory/matches.html", **shown, words=words)


@blueprint.get("/doctors/duplicates")
def duplicates() -> str:
    with transaction() as session:
        groups = suggested(session)
    return render_template("console/directory/duplicates.html", groups=groups, words=directory_words)


@blueprint.get("/to-verify")
def to_verify() -> str:
    with transaction() as session:
        rows = stale_doctors(session, now=g.now)
    return render_template("console/directory/to_verify.html", rows=rows, words=directory_words)
