"""Check the answers, agree or not, send; then the confirmation that survives a reload."""

from datetime import timedelta
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from intake import limits
from intake.db import transaction
from intake.forms.match import SendForm
from intake.forms.status import PressForm
from intake.language import lazy_gettext as _
from intake.models.lead import Draft
from intake.services import drafts, leads
from intake.services.leads import ConsentAnswer, Submitted
from intake.views.clock import utc_now
from intake.views.public import new_lead, visit
from intake.views.public.questions import Answers, first_open
from intake.views.public.site import blueprint, settings
from intake.views.public.status import load_family_page
from intake.views.public.summary import rows

TOO_FAST = _("We want to be sure that a person sent this. Please press the button once more.")
_OTHER_WINDOW = _("Your answers changed in another window. Check them, then send.")


@blueprint.get("/doctor-match/check")
def check() -> ResponseReturnValue:
    with transaction() as session:
        draft = visit.find_draft(session)
        if draft is None:
            return redirect(url_for("public.sent" if visit.sent_token() else "public.start"))
        return _unready(draft.answers) or _page(SendForm(data={"submission_id": draft.submission_id}), draft)


@blueprint.post("/doctor-match/check")
def send() -> ResponseReturnValue:
    form = SendForm()
    with transaction() as session:
        draft = drafts.find(session, visit.draft_token(), now=utc_now(), hold=True)
        if draft is None:
            return _without_draft(session, form)
        # Each look opens what is sealed.
        answers = draft.answers
        unready = _unready(answers)
        if unready:
            return unready
        if not _may_send(form, draft):
            return _page(form, draft), 422
        _count(answers)
        submitted = _submit(session, form, draft)
    return confirm(submitted)


@blueprint.get("/doctor-match/sent")
def sent() -> ResponseReturnValue:
    token = visit.sent_token()
    if token is None:
        return render_template("public/sent_before.html")
    with transaction() as session:
        family = load_family_page(session, token)
    if family is None:
        return render_template("public/sent_before.html")
    return render_template("public/sent.html", press_form=PressForm(), family=family, token=token)


def confirm(submitted: Submitted) -> ResponseReturnValue:
    visit.remember_sent(submitted.status_token)
    response: Response = redirect(url_for("public.sent"), 303)  # type: ignore[assignment]
    visit.drop_draft_cookie(response)
    return response


def is_trapped(website: str | None) -> bool:
    """A box that people cannot see was filled in."""
    return bool(website)


def _count(answers: Answers) -> None:
    """The same person twenty times a day is nobody in need; whoever it is reads our phone number."""
    name = str(answers.get("email") or answers.get("phone"))
    if not limits.takes(limits.same_person, limits.person("send", name, with_address=False)):
        abort(429)


def _submit(session: Session, form: SendForm, draft: Draft) -> Submitted:
    answers = draft.answers
    request_for_help = new_lead.match_lead(answers, draft.submission_id, _consents(form, answers))
    submitted = leads.submit_lead(session, request_for_help, now=utc_now())
    drafts.clear(session, draft)
    return submitted


def _consents(form: SendForm, answers: Answers) -> tuple[ConsentAnswer, ...]:
    asked = [new_lead.collect(), new_lead.automated_calls(answers, given=form.consent_calls.data)]
    if answers.get("email"):
        asked.append(new_lead.email_guide(answers["email"], given=form.consent_email.data))
    return tuple(asked)


def _may_send(form: SendForm, draft: Draft) -> bool:
    valid: bool = form.validate()
    if valid and form.submission_id.data not in (None, "", draft.submission_id):
        form.add_error("csrf_token", _OTHER_WINDOW)
        return False
    too_fast = utc_now() - draft.created_at < timedelta(seconds=settings().time_trap_seconds)
    if valid and (too_fast or is_trapped(form.website.data)):
        form.add_error("csrf_token", TOO_FAST)
        return False
    return valid


def _without_draft(session: Session, form: SendForm) -> ResponseReturnValue:
    """Sent already by the first of two clicks, or cleared: say which, and never send twice."""
    if form.validate() and form.submission_id.data:
        submitted = leads.find_submitted(session, form.submission_id.data)
        if submitted:
            return confirm(submitted)
    return redirect(url_for("public.sent" if visit.sent_token() else "public.start"), 303)


def _unready(answers: Answers) -> ResponseReturnValue | None:
    waiting = first_open(answers)
    return redirect(url_for("public.question", slug=waiting.slug), 303) if waiting else None


def _page(form: SendForm, draft: Draft) -> str:
    answers = draft.answers
    form.submission_id.data = draft.submission_id
    form.website.data = ""
    phone, email = new_lead.spoken_phone(answers), answers.get("email")
    form.consent_calls.label.text = new_lead.sentence("automated_calls", phone=phone)
    form.consent_email.label.text = new_lead.sentence("email_guide", email=email) if email else ""
    context: dict[str, Any] = {"rows": rows(answers), "email": email, "collect": new_lead.sentence("collect")}
    return render_template(
        "public/check.html", form=form, press_form=PressForm(), has_answers=True, path=request.path, **context
    )
