"""What changed under an open queue page: how many calls are new, and which of those shown are gone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.callback import Callback
from intake.rules.statuses import CallbackStatus
from intake.services.queue_page import LISTED, Tab, View, listed, staff_names
from intake.services.skills import skills_of


class Fate(StrEnum):
    """What became of a call that the page shows as waiting."""

    TAKEN = "taken"
    CLOSED = "closed"
    MOVED = "moved"


@dataclass(frozen=True)
class Gone:
    callback_id: UUID
    fate: Fate
    holder: str | None


@dataclass(frozen=True)
class News:
    """`digest` is the same for the same news, so that a page that has it already is sent nothing."""

    fresh: int
    gone: Sequence[Gone]

    @property
    def digest(self) -> str:
        said = [str(self.fresh), *(f"{one.callback_id}{one.fate}{one.holder}" for one in self.gone)]
        return hashlib.sha256("|".join(said).encode()).hexdigest()[:16]


NO_NEWS = News(0, ())


def news(session: Session, view: View, shown: Sequence[UUID]) -> News:
    """Compare what the page shows with how it is now. `shown`: waiting calls on the page, at most LISTED.

    Only a list's first page learns of new calls; a later page has an earlier one before it.
    """
    here = listed(session, view, skills_of(session, view.staff.id))[:LISTED] if view.after is None else shown
    wanted = select(Callback.id, Callback.status, Callback.claimed_by, Callback.due_at)
    rows = session.execute(wanted.where(Callback.id.in_(shown[:LISTED]))).all()
    names = staff_names(session, [row.claimed_by for row in rows])
    gone = []
    for call_id, status, holder, due_at in rows:
        fate = _fate(status, moved=view.tab is Tab.DUE and due_at > view.now)
        if fate and holder != view.staff.id:
            gone.append(Gone(call_id, fate, names.get(holder) if holder else None))
    gone += [Gone(lost, Fate.CLOSED, None) for lost in shown if lost not in {row.id for row in rows}]
    return News(len(set(here) - set(shown)), sorted(gone, key=lambda one: one.callback_id))


def _fate(status: str, *, moved: bool) -> Fate | None:
    if status == CallbackStatus.CLAIMED:
        return Fate.TAKEN
    if status == CallbackStatus.WAITING:
        return Fate.MOVED if moved else None
    return Fate.CLOSED
