"""Two rows that are one doctor: side by side, fact by fact, into one."""

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.directory import MergeForm
from intake.forms.text import tidy
from intake.services import directory, directory_merge
from intake.services.directory_edit import ChangedMeanwhile, open_for_change, version_of
from intake.services.directory_merge import BOTH, CHOICES, GONE, KEPT, LISTS
from intake.views.console import directory_words
from intake.views.console.blueprint import blueprint
from intake.views.console.doctor_edit import Page, own_word, read_doctor, to_doctor

_MEANWHILE = (
    "One of the two was changed after you opened the page. This is how they are now: check, then merge."
)


@blueprint.get("/doctors/<uuid:doctor_id>/merge")
def choose_merge(doctor_id: UUID) -> Response:
    """`with` is the NPI or id of the other row."""
    try:
        with transaction() as session:
            other = directory.find(session, tidy(request.args.get("with", "")[:60]))
    except BadInput:
        flash("No doctor has that NPI or id. Search for the other row, then merge from here.")
        return to_doctor(doctor_id)
    return redirect(url_for("console.merge", doctor_id=doctor_id, other_id=other.id), code=303)


@blueprint.get("/doctors/<uuid:doctor_id>/merge/<uuid:other_id>")
def merge(doctor_id: UUID, other_id: UUID) -> str:
    return _show(doctor_id, other_id, MergeForm())


@blueprint.post("/doctors/<uuid:doctor_id>/merge/<uuid:other_id>")
def save_merge(doctor_id: UUID, other_id: UUID) -> Page:
    form = MergeForm()
    if not form.validate():
        return _show(doctor_id, other_id, form), 400
    given = {name: request.form.get(name, "") for name in CHOICES}
    choices = {
        name: choice
        for name, choice in given.items()
        if choice in (KEPT, GONE) or (choice == BOTH and name in LISTS)
    }
    try:
        with transaction() as session:
            kept = open_for_change(session, doctor_id, version=form.version.data or "") or abort(404)
            gone = open_for_change(session, other_id, version=form.other_version.data or "") or abort(404)
            directory_merge.merge(session, kept, gone, choices, own_word(), now=g.now)
    except ChangedMeanwhile:
        form.add_error("version", _MEANWHILE)
        return _show(doctor_id, other_id, form), 409
    except BadInput as wrong:
        form.add_error("version", str(wrong))
        return _show(doctor_id, other_id, form), 400
    flash("Merged. The other row is deactivated and names this one.")
    return to_doctor(doctor_id)


def _show(doctor_id: UUID, other_id: UUID, form: MergeForm) -> str:
    kept, gone = read_doctor(doctor_id), read_doctor(other_id)
    form.version.data, form.other_version.data = version_of(kept), version_of(gone)
    rows = [
        (name, CHOICES[name], request.form.get(name) or directory_merge.usual(kept, gone, name))
        for name in directory_merge.differing(kept, gone)
    ]
    shown = {"kept": kept, "gone": gone, "form": form, "rows": rows, "lists": LISTS}
    return render_template("console/directory/merge.html", **shown, words=directory_words)
