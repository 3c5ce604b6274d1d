"""A request made on the phone: the same questions, asked in a conversation, each consent read out."""

from typing import Any
from uuid import uuid4

from flask import g, render_template, request
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.forms.desk import VoiceForm
from intake.places import find_place
from intake.rules.consents import wording
from intake.rules.facts import (
    CellType,
    Diagnosis,
    Insurance,
    Language,
    LeadSource,
    Relation,
    RequestKind,
    Stage,
    Travel,
    TreatmentStatus,
)
from intake.services import leads
from intake.services.leads import ConsentAnswer, NewLead
from intake.services.staff import actor
from intake.views.console.blueprint import blueprint
from intake.views.console.finding import open_or_tell
from intake.views.console.policy import me

# What stands for an answer until somebody gives one.
NOT_SAID = {
    "diagnosis": Diagnosis.UNSURE,
    "cell_type": CellType.UNKNOWN,
    "stage": Stage.UNKNOWN,
    "treatment_status": TreatmentStatus.UNSURE,
    "travel": Travel.UNSURE,
}
# Said in place of the address, which is still to be typed.
ADDRESS = {Language.ENGLISH: "your address", Language.SPANISH: "su dirección"}
Answer = str | Response | tuple[str, int]


@blueprint.get("/leads/new")
def new_lead() -> Answer:
    return _page(VoiceForm(data={**NOT_SAID, "submission_id": str(uuid4())}, from_post=False))


@blueprint.post("/leads/new")
def make_lead() -> Answer:
    """Store the request, and go on with the call that is under way already."""
    form = VoiceForm()
    valid = form.validate()
    if valid and form.consent_email.data and not form.email.clean:
        form.add_error("email", "Type the email address to which the guide goes.")
    if form.errors or not valid:
        return _page(form), 400
    with transaction() as session:
        sent = leads.submit_lead(session, _request(form), now=g.now, by=actor(me().id))
        return open_or_tell(session, leads.get_lead(session, sent.lead_id))


def _request(form: VoiceForm) -> NewLead:
    said = form.said()
    place = find_place(said["zip"]) if said["zip"] else None
    return NewLead(
        submission_id=(form.submission_id.data or "")[:64] or str(uuid4()),
        kind=RequestKind.MATCH,
        source=LeadSource.PHONE,
        **_people(said),
        **_illness(said),
        zip=said["zip"] or None,
        state=None if place else said["state"] or None,
        time_zone=said["time_zone"] or None,
        consents=_consents(form, Language(said["language"])),
        page=request.path,
    )


def _people(said: dict[str, str]) -> dict[str, Any]:
    return {
        "relation": Relation(said["relation"]),
        "first_name": said["first_name"],
        "last_name": said["last_name"] or None,
        "patient_first_name": said["patient_first_name"] or None,
        "phone": said["phone"],
        "email": said["email"] or None,
        "language": Language(said["language"]),
        "voicemail_may_mention": said["voicemail"] == "yes",
    }


def _illness(said: dict[str, str]) -> dict[str, Any]:
    return {
        "diagnosis": Diagnosis(said["diagnosis"]),
        "cell_type": CellType(said["cell_type"]),
        "stage": Stage(said["stage"]),
        "treatment_status": TreatmentStatus(said["treatment_status"]),
        "travel": Travel(said["travel"]),
        "veteran": {"yes": True, "no": False}.get(said["veteran"]),
        "insurance": Insurance(said["insurance"]) if said["insurance"] else None,
    }


def _consents(form: VoiceForm, language: Language) -> tuple[ConsentAnswer, ...]:
    """Read out in their language; the email's is asked only of who gave one."""
    said = [ConsentAnswer(key="collect_by_phone", given=True, typed="", language=language)]
    if form.email.clean:
        given = bool(form.consent_email.data)
        said.append(ConsentAnswer(key="email_guide", given=given, typed=form.email.clean, language=language))
    return tuple(said)


def _page(form: VoiceForm) -> str:
    sentences = {
        (key, language): wording(key, language).shown(email=ADDRESS[language])
        for key in ("collect_by_phone", "email_guide")
        for language in Language
    }
    return render_template("console/voice.html", form=form, sentences=sentences)
