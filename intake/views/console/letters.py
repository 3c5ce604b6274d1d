"""The print queue: claim what is due, make its file, post it. For supervisors."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.documents.data import Brand
from intake.documents.paper import Printed, letters_pdf
from intake.errors import BadInput, PermanentError
from intake.forms.console import PressForm, ReasonForm, TrackingForm
from intake.rules.post import envelope_lines
from intake.services import letter_batches, letter_files, letter_lists
from intake.services.letter_files import Sheaf
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.csv_file import Cell, csv_response
from intake.views.public.site import settings

_TRIES = 3
_SEVERAL_STOPPED = "Families of this batch said stop just now. Make the file again."
_STALE = "The page was open for a long time. Press the button again."


@blueprint.get("/letters")
def letter_queue() -> ResponseReturnValue:
    with transaction() as session:
        page = letter_lists.page(session, now=g.now)
    forms = {"form": PressForm(), "reason": ReasonForm(), "tracking": TrackingForm()}
    return render_template("console/letters/queue.html", page=page, **forms)


@blueprint.post("/letters")
def make_batch() -> ResponseReturnValue:
    _demand_press()
    with transaction() as session:
        batch = letter_batches.make(session, me().id, now=g.now)
    if batch is None:
        return back_to_queue("No letter is ready to be printed.")
    return _to_batch(batch.number)


@blueprint.get("/letters/<int:number>")
def letter_batch(number: int) -> ResponseReturnValue:
    with transaction() as session:
        batch = letter_batches.get(session, number) or abort(404)
        shown: dict[str, Any] = {
            "batch": batch,
            "rows": letter_batches.in_batch(session, batch),
            "out": letter_files.taken_out(session, batch),
        }
        letter_batches.note(session, me().id, "letters.viewed", batch, now=g.now)
    return render_template("console/letters/batch.html", form=PressForm(), **shown)


@blueprint.post("/letters/<int:number>/letters.pdf")
def print_batch(number: int) -> ResponseReturnValue:
    """Make the file from the rows; once more when somebody said stop while it was made."""
    _demand_press()
    for _ in range(_TRIES):
        try:
            with transaction() as session:
                sheaf = letter_files.gather(session, number, now=g.now)
            file = _file(sheaf, number)
        except (BadInput, PermanentError) as wrong:
            return back_to_queue(str(wrong))
        with transaction() as session:
            if letter_files.keep_manifest(session, number, sheaf, file, staff_id=me().id, now=g.now):
                named = {"Content-Disposition": f'attachment; filename="letters-{number}.pdf"'}
                return Response(file.pdf, mimetype="application/pdf", headers=named)
    return back_to_queue(_SEVERAL_STOPPED)


@blueprint.get("/letters/<int:number>/labels.csv")
def batch_labels(number: int) -> ResponseReturnValue:
    try:
        with transaction() as session:
            rows = letter_files.labels(session, number, staff_id=me().id, now=g.now)
    except BadInput:
        abort(404)
    head = ["no", "name", "line_1", "line_2", "city", "state", "zip"]
    cells: list[list[Cell]] = [
        [at, to.recipient, to.line_1, to.line_2, to.city, to.state, to.zip] for at, to in rows
    ]
    return csv_response(f"labels-{number}", head, cells)


@blueprint.get("/letters/<int:number>/manifest.csv")
def batch_manifest(number: int) -> ResponseReturnValue:
    with transaction() as session:
        batch = letter_batches.get(session, number) or abort(404)
    columns = ["position", "reference", "step", "print", "pages"]
    cells = [[row[column] for column in columns] for row in batch.manifest]
    whole = ["all", f"{batch.letters} letters", f"batch {number}", batch.sha256, batch.pages]
    return csv_response(f"manifest-{number}", columns, [*cells, whole])


@blueprint.post("/letters/<int:number>/posted")
def post_batch(number: int) -> ResponseReturnValue:
    return _decide(number, letter_batches.post, "letters are marked as posted.")


@blueprint.post("/letters/<int:number>/give-back")
def give_batch_back(number: int) -> ResponseReturnValue:
    return _decide(number, letter_batches.give_back, "letters are in the queue again.")


def back_to_queue(said: str) -> Response:
    flash(said)
    return redirect(url_for("console.letter_queue"), code=303)


def _decide(number: int, verb: Callable[..., int], done: str) -> ResponseReturnValue:
    _demand_press()
    try:
        with transaction() as session:
            count = verb(session, number, me().id, now=g.now)
    except BadInput as wrong:
        return back_to_queue(str(wrong))
    return back_to_queue(f"Batch {number}: {count} {done}")


def _file(sheaf: Sheaf, number: int) -> Printed:
    organisation = settings().organisation
    sender = envelope_lines(organisation.postal_address.splitlines())
    return letters_pdf(sheaf.letters, Brand.of(organisation), sender=sender, batch=number)


def _demand_press() -> None:
    if not PressForm().validate():
        abort(back_to_queue(_STALE))


def _to_batch(number: int) -> ResponseReturnValue:
    return redirect(url_for("console.letter_batch", number=number), code=303)
