"""One family's mail: what was sent and what comes, each mail to look at, and the word that stops it."""

from collections.abc import Callable
from uuid import UUID

from flask import Response as FlaskResponse
from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import BadInput
from intake.forms.console import PressForm
from intake.rules.series import SERIES, Step
from intake.services import lead_access, lead_mail_changes, mail_page, mail_preview
from intake.services.mail_preview import Preview
from intake.views.console import mail_words, words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.headers import MAIL_FRAME, MAIL_PREVIEW, use_area
from intake.views.public.site import settings

_OLD_PAGE = "The page was too old. Press the button again."
# What a button says, and what it does.
CHANGES: dict[str, tuple[str, Callable[..., None]]] = {
    "stop": ("No more mail is sent to them.", lead_mail_changes.stop_mail),
    "stop-everything": ("Nothing more is sent, and nobody rings.", lead_mail_changes.stop_everything),
    "pause": ("The mails wait for a week.", lead_mail_changes.pause),
    "resume": ("The mails go on.", lead_mail_changes.resume),
    "address-works": ("The address is used again.", lead_mail_changes.address_works),
}


@blueprint.get("/leads/<uuid:lead_id>/mail")
def lead_mail(lead_id: UUID) -> str:
    with transaction() as session:
        page = mail_page.lead_mail(session, lead_id, me(), now=g.now)
    if page is None:
        abort(404)
    shown = {"page": page, "lead": page.lead, "form": PressForm(), "table": SERIES}
    return render_template("console/mail/lead.html", **shown, say=mail_words, words=words)


@blueprint.get("/leads/<uuid:lead_id>/mail/<name>")
def mail_preview_page(lead_id: UUID, name: str) -> str:
    found = _preview(lead_id, name)
    use_area(MAIL_PREVIEW)
    shown = {"preview": found, "lead": found.lead, "step": found.step, "form": PressForm()}
    return render_template("console/mail/preview.html", **shown, say=mail_words, words=words)


@blueprint.get("/leads/<uuid:lead_id>/mail/<name>/html")
def mail_html(lead_id: UUID, name: str) -> Response:
    """The mail as its reader's program shows it, or in its dark colours; only our own page may frame it."""
    html = _preview(lead_id, name).rendered.html
    use_area(MAIL_FRAME)
    if request.args.get("colours") == "dark":
        html = html.replace("(prefers-color-scheme: dark)", "all")
    return FlaskResponse(html, mimetype="text/html")


@blueprint.get("/leads/<uuid:lead_id>/mail/<name>/document.pdf")
def mail_document(lead_id: UUID, name: str) -> Response:
    attached = _preview(lead_id, name).attachments
    if not attached:
        abort(404)
    return FlaskResponse(attached[0].content, mimetype="application/pdf")


@blueprint.post("/leads/<uuid:lead_id>/mail/<name>/trial")
def mail_trial(lead_id: UUID, name: str) -> Response:
    """To the address of the account that is signed in, and to no other."""
    step = _step(name)
    back = redirect(url_for("console.mail_preview_page", lead_id=lead_id, name=step.name), code=303)
    if not PressForm().validate():
        flash(_OLD_PAGE)
        return back
    try:
        with transaction() as session:
            asked = mail_preview.ask_trial(session, lead_id, step, me(), now=g.now)
    except BadInput as wrong:
        flash(str(wrong))
        return back
    if not asked:
        abort(404)
    flash(f"A trial is on its way to {me().email}.")
    return back


@blueprint.post("/leads/<uuid:lead_id>/mail/<what>")
def change_mail(lead_id: UUID, what: str) -> Response:
    said, verb = CHANGES.get(what) or abort(404)
    return _changed(lead_id, said, verb)


@blueprint.post("/leads/<uuid:lead_id>/condolence")
def condolence(lead_id: UUID) -> Response:
    """A supervisor decides that the family gets the letter of sympathy by mail."""
    return _changed(lead_id, "The letter of sympathy is sent in their hours.", lead_mail_changes.condole)


def _changed(lead_id: UUID, said: str, verb: Callable[..., None]) -> Response:
    back = redirect(url_for("console.lead_mail", lead_id=lead_id), code=303)
    if not PressForm().validate():
        flash(_OLD_PAGE)
        return back
    try:
        with transaction() as session:
            if not lead_access.may_see(session, lead_id, me()):
                abort(404)
            verb(session, lead_id, staff_id=me().id, now=g.now)
    except BadInput as wrong:
        flash(str(wrong))
        return back
    flash(said)
    return back


def _step(name: str) -> Step:
    step = SERIES.step(name)
    return step if step and step.name == name else abort(404)


def _preview(lead_id: UUID, name: str) -> Preview:
    step = _step(name)
    with transaction() as session:
        found = mail_preview.preview(session, lead_id, step, me(), settings(), now=g.now)
    return found or abort(404)
