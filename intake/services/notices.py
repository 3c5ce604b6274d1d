"""Tell the supervisor: a row that stays in sight until somebody says that it was seen."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.models.callback import Callback
from intake.models.notice import SupervisorNotice
from intake.services import audit
from intake.services.staff import actor

_LISTED = 100


class NoticeKind(StrEnum):
    """An outcome that the supervisor hears of has `outcome.<its code>` instead."""

    OWNER_MISSED = "owner_missed"
    LADDER_ENDED = "ladder_ended"


def tell(session: Session, kind: str, callback: Callback, *, staff_id: UUID | None, now: datetime) -> None:
    """One notice about a call. `staff_id`: whose call or doing it was about."""
    notice = SupervisorNotice(
        at=now, kind=kind, lead_id=callback.lead_id, callback_id=callback.id, staff_id=staff_id
    )
    session.add(notice)
    audit.note(session, "desk", "supervisor.told", "lead", callback.lead_id, now=now, kind=kind)


def unseen(session: Session) -> Sequence[SupervisorNotice]:
    """At most 100, oldest first."""
    waiting = select(SupervisorNotice).where(SupervisorNotice.seen_at.is_(None))
    return session.scalars(waiting.order_by(SupervisorNotice.at).limit(_LISTED)).all()


def count_unseen(session: Session) -> int:
    waiting = select(SupervisorNotice.id).where(SupervisorNotice.seen_at.is_(None)).limit(_LISTED)
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def mark_seen(session: Session, notice_id: UUID, staff_id: UUID, *, now: datetime) -> None:
    """Saying it twice keeps the first."""
    notice = session.get(SupervisorNotice, notice_id, with_for_update=True)
    if notice is not None and notice.seen_at is None:
        notice.seen_at, notice.seen_by = now, staff_id
        audit.note(session, actor(staff_id), "notice.seen", "notice", notice.id, now=now)
