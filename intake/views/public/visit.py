"""What this browser holds: a cookie for the draft, and in the signed session what it has sent."""

import re

from flask import Response, request
from flask import session as cookie
from sqlalchemy.orm import Session

from intake.models.lead import Draft
from intake.services import drafts
from intake.views.clock import utc_now
from intake.views.public.site import settings

_DRAFT = "draft"
_SENT = "sent"
_PROVEN = "proven"
_CAME_FROM = "came_from"
# A label that a partner puts behind its link, such as ?from=hospital. Anything longer could name a person.
_LABEL = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")
# A family looks at one page, a helper at a few.
_MOST_PROVEN = 5


def draft_token() -> str | None:
    return request.cookies.get(settings().cookie(_DRAFT))


def find_draft(session: Session) -> Draft | None:
    return drafts.find(session, draft_token(), now=utc_now())


def keep_draft_cookie(response: Response, token: str) -> None:
    """Seven days from now, like the draft itself."""
    response.set_cookie(
        settings().cookie(_DRAFT),
        token,
        max_age=int(drafts.KEPT_FOR.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings().https,
    )


def drop_draft_cookie(response: Response) -> None:
    response.delete_cookie(settings().cookie(_DRAFT), secure=settings().https, httponly=True, samesite="Lax")


def remember_sent(status_token: str) -> None:
    """For the confirmation, which must survive a reload, and for the family's own page."""
    cookie.permanent = True
    cookie[_SENT] = status_token
    remember_proof(status_token)


def sent_token() -> str | None:
    token = cookie.get(_SENT)
    return token if isinstance(token, str) else None


def remember_proof(status_token: str) -> None:
    """This browser has given the phone number that belongs to the page."""
    others = [token for token in cookie.get(_PROVEN, []) if token != status_token]
    cookie.permanent = True
    cookie[_PROVEN] = [*others, status_token][-_MOST_PROVEN:]


def is_proven(status_token: str) -> bool:
    return status_token in cookie.get(_PROVEN, [])


def note_label() -> None:
    """Whose link led here, when the address says so. No referrer is read and no page is followed."""
    label = request.args.get("from", "").lower()
    if _LABEL.fullmatch(label):
        cookie.permanent = True
        cookie[_CAME_FROM] = label


def came_from() -> str | None:
    label = cookie.get(_CAME_FROM)
    return label if isinstance(label, str) else None


def forget_all() -> None:
    cookie.pop(_CAME_FROM, None)
    cookie.pop(_SENT, None)
    cookie.pop(_PROVEN, None)
