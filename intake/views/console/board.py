"""The supervisor's board: who waits, what is late, who is on what; and the two things to do about it."""

import hashlib
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.board import GiveForm
from intake.services import audit, board, office, presence
from intake.services.presence import Doing
from intake.services.reassign import reassign
from intake.services.staff import actor
from intake.views.console import board_words, words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.public.site import settings

Page = str | Response | tuple[str, int]


@blueprint.get("/board")
def show_board() -> str:
    live, _ = _live()
    with transaction() as session:
        audit.note(session, actor(me().id), "board.viewed", "board", "-", now=g.now)
    return render_template("console/board/board.html", live=live, by_itself="every" in request.args)


@blueprint.get("/board/live")
def board_live() -> str | tuple[str, int]:
    """The part that changes; 204 when the page that asks has it already."""
    live, seen = _live()
    return ("", 204) if request.args.get("seen") == seen else live


@blueprint.route("/board/calls/<uuid:callback_id>", methods=["GET", "POST"])
def give_call(callback_id: UUID) -> Page:
    """Give one call to somebody, or back to all."""
    with transaction() as session:
        hours = office.current(session, settings().organisation).office
        row = board.row(session, callback_id, hours, now=g.now)
        team = presence.team(session, hours, now=g.now)
    if row is None:
        abort(404)
    form = GiveForm(choices=[(str(one.staff.id), board_words.choice(one)) for one in team])
    if not form.is_submitted():
        return render_template("console/board/give.html", row=row, form=form, words=words, board=board_words)
    if form.validate():
        try:
            with transaction() as session:
                name = reassign(session, callback_id, form.chosen(), by=me().id, now=g.now)
            flash(f"{row.lead.reference} is given to {name}, with its notes.")
            return redirect(url_for("console.show_board"), code=303)
        except BadInput as wrong:
            form.add_error("to", str(wrong))
    return render_template("console/board/give.html", row=row, form=form, words=words, board=board_words), 409


def _live() -> tuple[str, str]:
    """The part that changes, and a mark that is the same for the same content."""
    with transaction() as session:
        hours = office.current(session, settings().organisation).office
        found = board.board(session, hours, now=g.now)
    page = render_template(
        "console/board/live.html", found=found, zone=hours.zone, is_open=hours.is_open(g.now), Doing=Doing,
        words=words, board=board_words,
    )  # fmt: skip
    seen = hashlib.sha256(page.encode()).hexdigest()[:16]
    return page.replace(_MARK, seen), seen


# Stands in the page until its own content is known.
_MARK = "seen-mark"
