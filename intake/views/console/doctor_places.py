"""A doctor's addresses: add, change, check again, remove."""

from typing import Any
from uuid import UUID

from flask import abort, flash, g
from sqlalchemy.orm import Session

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.directory import DoctorReasonForm, LocationForm
from intake.models.directory import Doctor, Location
from intake.services import directory_page, directory_places
from intake.services.directory_edit import open_for_change
from intake.views.console.blueprint import blueprint
from intake.views.console.doctor_edit import (
    MEANWHILE,
    Page,
    Sheet,
    filled,
    own_word,
    read_doctor,
    save_sheet,
    show_sheet,
    to_doctor,
    word_of,
)

_TEMPLATE = "console/directory/location.html"


def _form(**given: Any) -> LocationForm:
    with transaction() as session:
        centres = directory_page.centre_choices(session)
    return LocationForm(centres=centres, **given)


def _posted() -> LocationForm:
    form = _form()
    form.validate()
    form.check()
    return form


@blueprint.get("/doctors/<uuid:doctor_id>/locations/add")
def new_location(doctor_id: UUID) -> str:
    doctor = read_doctor(doctor_id)
    return show_sheet(doctor_id, _form(data=filled(doctor, {})), _ADD)


@blueprint.post("/doctors/<uuid:doctor_id>/locations/add")
def add_location(doctor_id: UUID) -> Page:
    return save_sheet(doctor_id, _posted(), _ADD)


def _save_new(session: Session, doctor: Doctor, form: LocationForm) -> str:
    directory_places.add_location(session, doctor, form.values(), word_of(form), now=g.now)
    return "The address is added."


_ADD = Sheet("Add an address", _TEMPLATE, lambda doctor: {}, _save_new, "zip")


@blueprint.get("/doctors/<uuid:doctor_id>/locations/<uuid:location_id>")
def location(doctor_id: UUID, location_id: UUID) -> str:
    doctor = read_doctor(doctor_id)
    sheet = _sheet(location_id)
    return show_sheet(doctor_id, _form(data=filled(doctor, sheet.stored(doctor))), sheet)


@blueprint.post("/doctors/<uuid:doctor_id>/locations/<uuid:location_id>")
def save_location(doctor_id: UUID, location_id: UUID) -> Page:
    return save_sheet(doctor_id, _posted(), _sheet(location_id))


def _sheet(location_id: UUID) -> Sheet:
    def save(session: Session, doctor: Doctor, form: LocationForm) -> str:
        place, word = _of(doctor, location_id), word_of(form)
        directory_places.edit_location(session, doctor, place, form.values(), word, now=g.now)
        return "The address is saved as checked on that day."

    return Sheet(
        "Change or check an address",
        _TEMPLATE,
        lambda doctor: _stored(_of(doctor, location_id)),
        save,
        "zip",
    )


def _of(doctor: Doctor, location_id: UUID) -> Location:
    return next((place for place in doctor.locations if place.id == location_id), None) or abort(404)


def _stored(place: Location) -> dict[str, Any]:
    """As the form shows it; a point that is only the ZIP code's is left out, to follow a new ZIP code."""
    with transaction() as session:
        own = directory_places.own_point(session, place)
    names = ("line_1", "line_2", "city", "state", "zip")
    return {
        "centre": str(place.centre_id or ""),
        **{name: getattr(place, name) or "" for name in names},
        "phone": place.phone or "",
        "latitude": str(own[0]) if own else "",
        "longitude": str(own[1]) if own else "",
    }


@blueprint.post("/doctors/<uuid:doctor_id>/locations/<uuid:location_id>/remove")
def remove_location(doctor_id: UUID, location_id: UUID) -> Page:
    form = DoctorReasonForm()
    if not form.validate():
        flash("Say why the address is removed: the reason is kept.")
        return to_doctor(doctor_id)
    try:
        with transaction() as session:
            doctor = open_for_change(session, doctor_id, version=form.version.data or "") or abort(404)
            place = _of(doctor, location_id)
            directory_places.remove_location(session, doctor, place, form.reason.clean, own_word(), now=g.now)
    except BadInput:
        flash(MEANWHILE)
        return to_doctor(doctor_id)
    flash("The address is removed. What it was stays in the history.")
    return to_doctor(doctor_id)
