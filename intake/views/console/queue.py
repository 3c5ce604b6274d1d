"""The queue, and taking a call from it."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.db import transaction
from intake.errors import StaleLease
from intake.forms.console import PressForm
from intake.models.callback import Callback
from intake.services import claims, office, queue_news, queue_page
from intake.services.queue_page import COUNTED, LISTED, Place, Queue, Tab, View
from intake.services.staff import Role
from intake.views.console import words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.public.site import settings

_NOTHING_DUE = "No call is due that may be made now."
_TAKEN = "That call is not waiting any more. Somebody else may have taken it."
TABS = {Tab.DUE: "Due now", Tab.TODAY: "Later today", Tab.MINE: "Mine", Tab.ALL: "All"}


@blueprint.get("/")
def queue() -> str | Response:
    if me().role == Role.ADMIN:
        return redirect(url_for("console.people"), code=303)
    with transaction() as session:
        view = _view(session)
        found = queue_page.queue(session, view)
    return render_template(
        "console/queue.html",
        queue=found,
        view=view,
        tabs=TABS,
        counts=_counts(found),
        more=_more(found),
        form=PressForm(),
        words=words,
        seen=queue_news.NO_NEWS.digest,
    )


@blueprint.get("/news")
def news() -> str | tuple[str, int]:
    """What changed under the page that asks; 204 when it knows already."""
    shown = [found for found in map(_uuid, request.args.get("shown", "").split(",")) if found][:LISTED]
    with transaction() as session:
        view = _view(session)
        found = queue_news.news(session, view, shown)
    if found.digest == request.args.get("seen"):
        return "", 204
    return render_template("console/news.html", news=found, view=view)


@blueprint.post("/claim-next")
def claim_next() -> Response:
    if not PressForm().validate():
        return _back("The page was too old. Press the button again.")
    return go_to_next()


def go_to_next() -> Response:
    """Claim the next call and open it; back to the queue when there is none."""
    with transaction() as session:
        callback = claims.claim_next(session, me(), now=g.now)
    return open_call(callback.id) if callback else _back(_NOTHING_DUE)


@blueprint.post("/callbacks/<uuid:callback_id>/claim")
def claim(callback_id: UUID) -> Response:
    if not PressForm().validate():
        return _back("The page was too old. Press the button again.")
    try:
        with transaction() as session:
            answer = claims.claim(session, callback_id, me(), g.now)
    except StaleLease:
        return _back(_TAKEN)
    return open_call(callback_id) if isinstance(answer, Callback) else _back(answer.why)


def open_call(callback_id: UUID) -> Response:
    return redirect(url_for("console.call", callback_id=callback_id), code=303)


def _back(sentence: str) -> Response:
    flash(sentence)
    return redirect(url_for("console.queue"), code=303)


def _view(session: Session) -> View:
    asked = request.args.get("show", "")
    after_id, after_due = _uuid(request.args.get("after", "")), _instant(request.args.get("due", ""))
    return View(
        staff=me(),
        tab=Tab(asked) if asked in set(Tab) else Tab.DUE,
        now=g.now,
        day_ends=_day_ends(session, g.now),
        after=Place(after_due, after_id) if after_id and after_due else None,
    )


def _day_ends(session: Session, now: datetime) -> datetime:
    """Midnight where the office is."""
    zone = ZoneInfo(office.current(session, settings().organisation).office.zone)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(0), zone).astimezone(UTC)


def _counts(found: Queue) -> dict[Tab, str]:
    return {tab: f"{count:,}" if count < COUNTED else f"{COUNTED:,}+" for tab, count in found.counts.items()}


def _more(found: Queue) -> str | None:
    if found.more is None:
        return None
    due = found.more.due_at.astimezone(UTC).isoformat()
    return url_for("console.queue", show=found.tab, after=found.more.id, due=due)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
