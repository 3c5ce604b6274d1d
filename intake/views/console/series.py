"""The series as a timeline, who gets a step and why not, and the brake on everything that sends itself."""

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import ReasonForm
from intake.rules.series import SERIES
from intake.services import mail_brake, series_page
from intake.views.console import mail_words, words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me

Page = str | Response | tuple[str, int]


@blueprint.get("/series")
def series() -> str:
    return _show(ReasonForm())


@blueprint.post("/series/release")
def release_mail() -> Page:
    form = ReasonForm()
    if not form.validate():
        return _show(form), 400
    try:
        with transaction() as session:
            mail_brake.release(session, me().id, reason=form.reason.clean, now=g.now)
    except BadInput as wrong:
        form.add_error("reason", str(wrong))
        return _show(form), 409
    flash("The mails go on. What waited is sent in its hours.")
    return redirect(url_for("console.series"), code=303)


def _show(form: ReasonForm) -> str:
    with transaction() as session:
        page = series_page.series_page(session, now=g.now)
    shown = {"page": page, "table": SERIES, "form": form}
    return render_template("console/mail/series.html", **shown, say=mail_words, words=words)


@blueprint.get("/series/<name>")
def series_step(name: str) -> str:
    step = SERIES.step(name) or abort(404)
    number = request.args.get("page", 0, type=int)
    page = min(max(number, 0), 10_000)
    with transaction() as session:
        found = series_page.recipients(session, step, me(), page=page, now=g.now)
    more = len(found) == series_page.PAGE
    shown = {"step": step, "recipients": found, "page": page, "more": more}
    return render_template("console/mail/step.html", **shown, say=mail_words, words=words)
