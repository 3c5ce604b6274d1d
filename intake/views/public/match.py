"""The way through the questions. Every step is a POST that answers with a redirect."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from intake import limits
from intake.db import transaction
from intake.forms.base import DeskForm
from intake.forms.status import PressForm
from intake.limits import limiter
from intake.models.lead import Draft
from intake.services import drafts
from intake.views.clock import utc_now
from intake.views.public import place, visit
from intake.views.public.questions import (
    BY_SLUG,
    Answers,
    Question,
    after,
    asked,
    before,
    first_open,
    is_for_self,
)
from intake.views.public.site import blueprint


@blueprint.get("/doctor-match/")
def start() -> ResponseReturnValue:
    with transaction() as session:
        draft = visit.find_draft(session)
        going_on = first_open(draft.answers) if draft else None
    resume = _url(going_on) if going_on else (url_for("public.check") if draft else None)
    return render_template("public/start.html", resume=resume, press_form=PressForm())


@blueprint.get("/doctor-match")
def start_without_slash() -> ResponseReturnValue:
    return redirect(url_for("public.start"), 308)


@blueprint.route(f"/doctor-match/<any({','.join(BY_SLUG)}):slug>", methods=["GET", "POST"])
@limiter.limit(limits.answers)
def question(slug: str) -> ResponseReturnValue:
    this = BY_SLUG[slug]
    with transaction() as session:
        draft = visit.find_draft(session)
        answers = draft.answers if draft else {}
        form = _form(this, answers)
        if request.method == "POST":
            if form.validate():
                return _keep(session, draft, this, {**answers, **form.kept()})
            return _page(this, form, answers), 422
        return _detour(this, answers) or _page(this, form, answers)


@blueprint.post("/doctor-match/clear")
def clear_answers() -> ResponseReturnValue:
    form = PressForm()
    if not form.validate():
        return render_template("public/cleared.html", form=form, press_form=form), 422
    return _cleared("public.cleared")


@blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    """In a hurry: answers off the device, then a page that names nobody. A browser sends the cookies
    only from our own pages, so that no token is needed, and none can be too old."""
    return _cleared("public.blank")


@blueprint.get("/blank")
def blank() -> ResponseReturnValue:
    return render_template("public/blank.html")


@blueprint.get("/doctor-match/cleared")
def cleared() -> ResponseReturnValue:
    return render_template("public/cleared.html", form=None)


@blueprint.get("/doctor-match/finish-later")
def finish_later() -> ResponseReturnValue:
    with transaction() as session:
        has_answers = visit.find_draft(session) is not None
    return render_template("public/finish_later.html", has_answers=has_answers, press_form=PressForm())


def _cleared(then: str) -> ResponseReturnValue:
    with transaction() as session:
        draft = visit.find_draft(session)
        if draft:
            drafts.clear(session, draft)
    visit.forget_all()
    response: Response = redirect(url_for(then), 303)  # type: ignore[assignment]
    visit.drop_draft_cookie(response)
    return response


def _form(this: Question, answers: Answers) -> DeskForm:
    extra: dict[str, Any] = {}
    if this.slug == "place":
        extra["is_known"] = place.is_known
    if this.slug == "call":
        extra["days"] = place.next_days(answers, utc_now())
        answers = {"time_zone": place.likeliest_zone(answers, utc_now()), **answers}
    return this.form(data=answers, for_self=is_for_self(answers), **extra)


def _keep(session: Session, draft: Draft | None, this: Question, answers: Answers) -> ResponseReturnValue:
    """Save, then go to the next question; from a change, back to the last page."""
    token = visit.draft_token()
    if draft is None or token is None:
        draft, token = drafts.start(session, now=utc_now())
    answers["seen"] = sorted({*answers.get("seen", []), this.slug})
    drafts.save(draft, answers, now=utc_now())
    changing = _is_change()
    following = first_open(answers) if changing else after(this, answers)
    response: Response = redirect(  # type: ignore[assignment]
        _url(following, changing=changing) if following else url_for("public.check"), 303
    )
    visit.keep_draft_cookie(response, token)
    return response


def _detour(this: Question, answers: Answers) -> ResponseReturnValue | None:
    """A page that was opened out of turn: nothing later is asked before what it depends on."""
    open_one = first_open(answers)
    here = asked(answers)
    if this not in here:
        return redirect(_url(after(this, answers)))
    if open_one is None or here.index(open_one) >= here.index(this):
        return None
    if not answers:
        return redirect(url_for("public.sent" if visit.sent_token() else "public.start"))
    return redirect(_url(open_one))


def _page(this: Question, form: DeskForm, answers: Answers) -> str:
    here = asked(answers) if this in asked(answers) else [*asked(answers), this]
    earlier, changing, for_self = before(this, answers), _is_change(), is_for_self(answers)
    return render_template(
        f"public/questions/{this.slug}.html",
        form=form,
        press_form=PressForm(),
        title=this.title_for(for_self),
        number=here.index(this) + 1,
        total=len(here),
        for_self=for_self,
        changing=changing,
        has_answers=bool(answers),
        back=url_for("public.check") if changing else _url(earlier),
        action=_url(this, changing=changing),
        **place.words(answers, utc_now()),
    )


def _is_change() -> bool:
    return "change" in request.args


def _url(this: Question | None, *, changing: bool = False) -> str:
    if this is None:
        return url_for("public.start")
    return url_for("public.question", slug=this.slug, change=1 if changing else None)
