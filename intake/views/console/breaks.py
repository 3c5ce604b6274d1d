"""Pauses: one's own, and a colleague's by the supervisor. And when a break is due."""

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.forms.board import PauseForm
from intake.forms.console import PressForm
from intake.rules.rota import PauseReason
from intake.services import office, pauses, presence
from intake.services.presence import Member, MyDay
from intake.views.console import board_words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.public.site import settings

Page = str | Response | tuple[str, int]


@blueprint.app_template_global("my_day")
def my_day() -> MyDay:
    with transaction() as session:
        return presence.my_day(session, me().id, now=g.now)


@blueprint.post("/break")
def take_break() -> Response:
    form = PauseForm()
    if form.validate():
        with transaction() as session:
            pauses.begin(session, me().id, PauseReason(form.reason.data), by=me().id, now=g.now)
        flash("You are on a break. No call is given to you until you claim one.")
    return redirect(url_for("console.queue"), code=303)


@blueprint.post("/break/end")
def end_break() -> Response:
    if PressForm().validate():
        with transaction() as session:
            pauses.end(session, me().id, by=me().id, now=g.now)
        flash("Welcome back.")
    return redirect(url_for("console.queue"), code=303)


@blueprint.route("/board/people/<uuid:staff_id>", methods=["GET", "POST"])
def pause_colleague(staff_id: UUID) -> Page:
    """The supervisor pauses somebody, or ends her pause."""
    member, form = _member(staff_id), PauseForm()
    if member is None:
        abort(404)
    if not form.is_submitted():
        return _page(member, form)
    if member.pause is None and not form.validate():
        return _page(member, form), 400
    with transaction() as session:
        if member.pause is None:
            pauses.begin(session, staff_id, PauseReason(form.reason.data), by=me().id, now=g.now)
        else:
            pauses.end(session, staff_id, by=me().id, now=g.now)
    flash(f"{member.staff.name} {'is paused' if member.pause is None else 'takes calls again'}.")
    return redirect(url_for("console.show_board"), code=303)


def _member(staff_id: UUID) -> Member | None:
    with transaction() as session:
        hours = office.current(session, settings().organisation).office
        team = presence.team(session, hours, now=g.now)
    return next((one for one in team if one.staff.id == staff_id), None)


def _page(member: Member, form: PauseForm) -> str:
    return render_template("console/board/pause.html", member=member, form=form, board=board_words)
