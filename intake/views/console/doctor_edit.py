"""Change a doctor: facts, what was checked, standing. Two editors never overwrite each other unseen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.directory import DoctorForm, DoctorReasonForm, SourcedForm, VerifyForm, truth_word
from intake.models.directory import Doctor
from intake.services import directory_edit, directory_page
from intake.services.directory import Verification
from intake.services.directory_edit import ChangedMeanwhile, open_for_change, version_of
from intake.services.directory_facts import Word
from intake.services.staff import actor
from intake.views.console.blueprint import blueprint
from intake.views.console.doctors import show_doctor
from intake.views.console.policy import me

Page = str | Response | tuple[str, int]
MEANWHILE = "Somebody changed this doctor after you opened the page. Load it again, then decide."


@dataclass(frozen=True)
class Sheet:
    """A form about a doctor: how it is filled in, what it does, and the field that a refusal belongs to.

    `stored` gives the fields as the doctor has them; `save` returns the sentence to say.
    """

    title: str
    template: str
    stored: Callable[[Doctor], dict[str, Any]]
    save: Callable[[Session, Doctor, Any], str]
    blame: str


@dataclass(frozen=True)
class Difference:
    """A field that says one thing here and another in what was saved meanwhile."""

    label: str
    stored: str
    typed: str


def word_of(form: SourcedForm) -> Word:
    return Word(source=form.source.clean, seen_on=form.day(), by=me().name, actor=actor(me().id))


def own_word() -> Word:
    """For a decision, which was read nowhere."""
    seen_on = g.now.date()
    return Word(source=directory_edit.EDITOR, seen_on=seen_on, by=me().name, actor=actor(me().id))


def to_doctor(doctor_id: UUID) -> Response:
    return redirect(url_for("console.doctor", doctor_id=doctor_id), code=303)


def filled(doctor: Doctor, stored: dict[str, Any]) -> dict[str, Any]:
    """What a form begins with: the facts, the version, today."""
    return {**stored, "version": version_of(doctor), "seen_on": g.now.date().isoformat()}


def read_doctor(doctor_id: UUID) -> Doctor:
    with transaction() as session:
        return directory_page.get(session, doctor_id) or abort(404)


def show_sheet(doctor_id: UUID, form: SourcedForm, sheet: Sheet, *, meanwhile: bool = False) -> str:
    """The form. After somebody else's save, with what differs; saving again is then a decision."""
    doctor = read_doctor(doctor_id)
    differences = _differences(form, sheet.stored(doctor)) if meanwhile else []
    if meanwhile:
        form.version.data = version_of(doctor)
    shown = {"doctor": doctor, "form": form, "title": sheet.title, "differences": differences}
    return render_template(sheet.template, **shown, meanwhile=meanwhile)


def save_sheet(doctor_id: UUID, form: SourcedForm, sheet: Sheet) -> Page:
    """Save a form that was posted, or show it once more with all that was typed."""
    form.check_day(g.now.date())
    if form.errors:
        return show_sheet(doctor_id, form, sheet), 400
    try:
        with transaction() as session:
            doctor = open_for_change(session, doctor_id, version=form.version.data or "") or abort(404)
            sentence = sheet.save(session, doctor, form)
    except ChangedMeanwhile:
        return show_sheet(doctor_id, form, sheet, meanwhile=True), 409
    except BadInput as wrong:
        form.add_error(sheet.blame, f"{sheet.blame.upper()}: {wrong}" if sheet.blame == "npi" else str(wrong))
        return show_sheet(doctor_id, form, sheet), 400
    flash(sentence)
    return to_doctor(doctor_id)


def _differences(form: SourcedForm, stored: dict[str, Any]) -> list[Difference]:
    found = []
    for name, value in stored.items():
        saved, typed = _shown(form[name], value), _shown(form[name], form[name].data)
        if saved != typed:
            found.append(Difference(form[name].label.text, saved, typed))
    return found


def _shown(field: Any, value: Any) -> str:
    """A value in the words of its field."""
    labels = {str(choice[0]): str(choice[1]) for choice in getattr(field, "iter_choices", list)()}
    values = value if isinstance(value, list) else [value or ""]
    return ", ".join(labels.get(str(one), str(one)) for one in sorted(values)) or "nothing"


# The facts


def stored_facts(doctor: Doctor) -> dict[str, Any]:
    values = directory_edit.current(doctor)
    for name in ("accepts_new", "video_opinion"):
        values[name] = truth_word(values[name])
    return {name: "" if value is None else value for name, value in values.items()}


def _save_facts(session: Session, doctor: Doctor, form: DoctorForm) -> str:
    changed = directory_edit.edit(session, doctor, form.values(), word_of(form), now=g.now)
    return "The doctor is saved." if changed else "Nothing was different, so nothing is saved."


_EDIT = Sheet("Edit", "console/directory/edit.html", stored_facts, _save_facts, "npi")


@blueprint.get("/doctors/<uuid:doctor_id>/edit")
def edit_doctor(doctor_id: UUID) -> str:
    doctor = read_doctor(doctor_id)
    return show_sheet(doctor_id, DoctorForm(data=filled(doctor, stored_facts(doctor))), _EDIT)


@blueprint.post("/doctors/<uuid:doctor_id>/edit")
def save_doctor(doctor_id: UUID) -> Page:
    form = DoctorForm()
    form.validate()
    return save_sheet(doctor_id, form, _EDIT)


@blueprint.route("/doctors/add", methods=["GET", "POST"])
def add_doctor() -> Page:
    form = DoctorForm(data={"seen_on": g.now.date().isoformat()})
    if not form.is_submitted():
        return render_template("console/directory/add.html", form=form)
    form.validate()
    form.check_day(g.now.date())
    if form.errors:
        return render_template("console/directory/add.html", form=form), 400
    try:
        with transaction() as session:
            doctor = directory_edit.add(session, form.values(), word_of(form), now=g.now)
    except BadInput as wrong:
        form.add_error("npi", f"NPI: {wrong}")
        return render_template("console/directory/add.html", form=form), 400
    flash("The doctor is added as a candidate. Add an address next, then verify.")
    return to_doctor(doctor.id)


# What was checked


def _stored_checks(doctor: Doctor) -> dict[str, Any]:
    facts = stored_facts(doctor)
    names = ("accepts_new", "video_opinion", "volume_band", "languages", "insurance")
    expertise = sorted(skill.code for skill in doctor.expertise)
    return {"expertise": expertise, **{name: facts[name] for name in names}}


def _save_checks(session: Session, doctor: Doctor, form: VerifyForm) -> str:
    checked = Verification(
        expertise=form.expertise.data or [],
        by=me().name,
        source=form.source.clean,
        accepts_new=form.accepts_new.truth(),
        video_opinion=form.video_opinion.truth(),
        volume_band=form.volume_band.data or None,
        languages=form.languages.data or [],
        insurance=form.insurance.data or [],
    )
    if form.addresses.data:
        for place in doctor.locations:
            place.seen_on = form.day()
    directory_edit.verify(session, doctor, checked, word_of(form), now=g.now)
    return "Verified. Families may be shown this doctor from now on."


_VERIFY = Sheet("Verify", "console/directory/verify.html", _stored_checks, _save_checks, "expertise")


@blueprint.get("/doctors/<uuid:doctor_id>/verify")
def verify_doctor(doctor_id: UUID) -> str:
    doctor = read_doctor(doctor_id)
    return show_sheet(doctor_id, VerifyForm(data=filled(doctor, _stored_checks(doctor))), _VERIFY)


@blueprint.post("/doctors/<uuid:doctor_id>/verify")
def save_verification(doctor_id: UUID) -> Page:
    form = VerifyForm()
    form.validate()
    return save_sheet(doctor_id, form, _VERIFY)


# Standing


def _decide(doctor_id: UUID, form: DoctorReasonForm, change: Callable[[Session, Doctor], None]) -> Page:
    if not form.validate():
        return show_doctor(doctor_id, form), 400
    try:
        with transaction() as session:
            doctor = open_for_change(session, doctor_id, version=form.version.data or "") or abort(404)
            change(session, doctor)
    except BadInput as wrong:
        form.add_error("reason", MEANWHILE if isinstance(wrong, ChangedMeanwhile) else str(wrong))
        return show_doctor(doctor_id, form), 409
    flash(f"The doctor is now {doctor.status}.")
    return to_doctor(doctor_id)


@blueprint.post("/doctors/<uuid:doctor_id>/deactivate")
def deactivate_doctor(doctor_id: UUID) -> Page:
    form = DoctorReasonForm()
    return _decide(
        doctor_id,
        form,
        lambda session, doctor: directory_edit.deactivate(
            session, doctor, form.reason.clean, own_word(), now=g.now
        ),
    )


@blueprint.post("/doctors/<uuid:doctor_id>/reactivate")
def reactivate_doctor(doctor_id: UUID) -> Page:
    return _decide(
        doctor_id,
        DoctorReasonForm(),
        lambda session, doctor: directory_edit.reactivate(session, doctor, own_word(), now=g.now),
    )
