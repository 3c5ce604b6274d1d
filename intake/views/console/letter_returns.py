"""Single letters after they were posted: the carrier's number, and what came back."""

from collections.abc import Callable
from uuid import UUID

from flask import abort, g, render_template
from flask.typing import ResponseReturnValue

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import ReasonForm, TrackingForm
from intake.forms.post import LARGE, NORMAL, NamedAddressForm
from intake.services import audit, letter_lists, letters, postal_addresses
from intake.services.staff import actor
from intake.views.console.blueprint import blueprint
from intake.views.console.letters import back_to_queue
from intake.views.console.policy import me


@blueprint.post("/letters/<uuid:letter_id>/tracking")
def track_letter(letter_id: UUID) -> ResponseReturnValue:
    form = TrackingForm()
    if not form.validate():
        return back_to_queue(_first_of(form))
    try:
        with transaction() as session:
            number = form.tracking.clean
            letters.track(session, letter_id, number, by=actor(me().id), now=g.now)
    except BadInput as wrong:
        return back_to_queue(str(wrong))
    return back_to_queue("The tracking number is kept.")


@blueprint.post("/letters/<uuid:letter_id>/returned")
def letter_returned(letter_id: UUID) -> ResponseReturnValue:
    done = "Marked as returned. Nothing more goes to that address until it is corrected."
    return _with_reason(letter_id, letters.came_back, done)


@blueprint.post("/letters/<uuid:letter_id>/take-out")
def take_letter_out(letter_id: UUID) -> ResponseReturnValue:
    return _with_reason(letter_id, letters.take_out, "The letter is taken out. Make the file again.")


def _with_reason(letter_id: UUID, verb: Callable[..., None], done: str) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate():
        return back_to_queue(_first_of(form))
    try:
        with transaction() as session:
            verb(session, letter_id, form.reason.clean, by=actor(me().id), now=g.now)
    except BadInput as wrong:
        return back_to_queue(str(wrong))
    return back_to_queue(done)


@blueprint.get("/letters/<uuid:letter_id>/address")
def letter_address(letter_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        letter = letter_lists.letter(session, letter_id) or abort(404)
        kept = postal_addresses.address_of(session, letter.lead_id) or abort(404)
        audit.note(session, actor(me().id), "letter.address_viewed", "lead", letter.lead_id, now=g.now)
        data = {**vars(postal_addresses.read(kept)), "zip_code": kept.zip}
        data["print_size"] = LARGE if kept.large_print else NORMAL
    return render_template("console/letters/address.html", letter=letter, form=NamedAddressForm(data=data))


@blueprint.post("/letters/<uuid:letter_id>/address")
def correct_letter_address(letter_id: UUID) -> ResponseReturnValue:
    form = NamedAddressForm()
    with transaction() as session:
        letter = letter_lists.letter(session, letter_id) or abort(404)
    if not form.validate():
        return render_template("console/letters/address.html", letter=letter, form=form), 400
    address = form.address(form.recipient.clean)
    with transaction() as session:
        letters.correct_address(
            session, letter_id, address, large_print=form.large_print, by=actor(me().id), now=g.now
        )
    return back_to_queue(f"The address of {letter.lead.reference} is saved. Its letter is in the queue.")


def _first_of(form: ReasonForm | TrackingForm) -> str:
    return str(next(iter(form.errors.values()))[0])
