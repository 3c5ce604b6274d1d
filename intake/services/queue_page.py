"""What the queue's page shows, and what has changed since. Every look at a family is audited.

Nothing here grows with the calls that wait or are closed: lists have an end, and counts stop at COUNTED.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from intake.models.callback import CallAttempt, Callback
from intake.models.lead import Lead
from intake.models.staff import Staff
from intake.rules.may_contact import MayCall
from intake.services import audit, callbacks, owners, pool
from intake.services.permissions import may_ring_each
from intake.services.pool import CLAIMED, OPEN, WAITING
from intake.services.skills import lacking, opens_at, skills_of
from intake.services.staff import actor

LISTED = 50
COUNTED = 1000


class Tab(StrEnum):
    DUE = "due"
    TODAY = "today"
    MINE = "mine"
    ALL = "all"


class Place(NamedTuple):
    """Where a page of ALL begins: after this call."""

    due_at: datetime
    id: UUID


@dataclass(frozen=True, kw_only=True)
class View:
    """Who looks at which list. `day_ends`: the end of the office's day, where TODAY stops."""

    staff: Staff
    tab: Tab
    now: datetime
    day_ends: datetime
    after: Place | None = None


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One line of the queue: no last name and no number. `opens_at` is when this reader may take it.

    `holder`: who has claimed it; `owner`: who promised it in person; `lacks`: skills the reader has not.
    """

    callback: Callback
    lead: Lead
    first_name: str
    tries: int
    may: MayCall
    holder: str | None
    owner: str | None
    lacks: Sequence[str]
    opens_at: datetime


@dataclass(frozen=True, kw_only=True)
class Queue:
    """`counts` stop at COUNTED. `next_row` is the first call still to come, when nothing is due."""

    tab: Tab
    rows: Sequence[QueueRow]
    counts: dict[Tab, int]
    next_row: QueueRow | None
    more: Place | None


def queue(session: Session, view: View) -> Queue:
    """One list with the counts of all four."""
    callbacks.release_expired(session, now=view.now)
    owners.overflow(session, now=view.now)
    skills = skills_of(session, view.staff.id)
    ids = listed(session, view, skills)
    rows = _rows(session, ids[:LISTED], view, skills)
    nothing_due = view.tab is Tab.DUE and not rows
    first = _rows(session, _first_to_come(session, view), view, skills) if nothing_due else []
    shown = [str(row.lead.id) for row in rows]
    audit.note(session, actor(view.staff.id), "queue.viewed", "queue", "-", now=view.now, leads=shown)
    last = rows[-1].callback if len(ids) > LISTED else None
    return Queue(
        tab=view.tab,
        rows=rows,
        counts=_counts(session, view, skills),
        next_row=first[0] if first else None,
        more=Place(last.due_at, last.id) if last and view.tab is Tab.ALL else None,
    )


def listed(session: Session, view: View, skills: frozenset[str]) -> Sequence[UUID]:
    """The calls of a list in its order; one more than is shown when there are more."""
    if view.tab is Tab.DUE:
        return pool.due_ids(session, view.staff.id, skills, now=view.now, most=LISTED + 1)
    wanted = select(Callback.id).where(_belongs(view)).order_by(Callback.due_at, Callback.id)
    if view.after:
        wanted = wanted.where(tuple_(Callback.due_at, Callback.id) > tuple_(*view.after))
    return session.scalars(wanted.limit(LISTED + 1)).all()


def _belongs(view: View) -> ColumnElement[bool]:
    if view.tab is Tab.TODAY:
        return WAITING & (Callback.due_at > view.now) & (Callback.due_at < view.day_ends)
    if view.tab is Tab.MINE:
        claimed = CLAIMED & (Callback.claimed_by == view.staff.id)
        return claimed | (WAITING & (Callback.owner_id == view.staff.id))
    return OPEN


def _first_to_come(session: Session, view: View) -> Sequence[UUID]:
    to_come = select(Callback.id).where(WAITING, Callback.due_at > view.now)
    return session.scalars(to_come.order_by(Callback.due_at).limit(1)).all()


def _counts(session: Session, view: View, skills: frozenset[str]) -> dict[Tab, int]:
    asked = [_count(pool.is_due(view.staff.id, skills, now=view.now))]
    for tab in (Tab.TODAY, Tab.MINE, Tab.ALL):
        asked.append(_count(_belongs(View(staff=view.staff, tab=tab, now=view.now, day_ends=view.day_ends))))
    return dict(zip(Tab, session.execute(select(*asked)).one(), strict=True))


def _count(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(Callback.id).where(condition).limit(COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _rows(session: Session, ids: Sequence[UUID], view: View, skills: frozenset[str]) -> list[QueueRow]:
    with_family = joinedload(Callback.lead).joinedload(Lead.contact)
    found = session.scalars(select(Callback).where(Callback.id.in_(ids)).options(with_family))
    calls = {call.id: call for call in found}
    tries = _tries(session, ids)
    names = staff_names(session, [who for call in calls.values() for who in (call.claimed_by, call.owner_id)])
    may = may_ring_each(session, list(calls.values()), now=view.now)
    return [
        _row(calls[place], tries.get(place, 0), names, view, skills=skills, may=may[place])
        for place in ids
        if place in calls
    ]


def _row(
    call: Callback, tries: int, names: dict[UUID, str], view: View, *, skills: frozenset[str], may: MayCall
) -> QueueRow:
    lead = call.lead
    waits_for_owner = call.owner_until if call.owner_id not in (None, view.staff.id) else None
    return QueueRow(
        callback=call,
        lead=lead,
        first_name=lead.contact.first_name,
        tries=tries,
        may=may,
        holder=names.get(call.claimed_by) if call.claimed_by else None,
        owner=names.get(call.owner_id) if call.owner_id else None,
        lacks=lacking(call.needs, skills),
        opens_at=waits_for_owner or opens_at(call, skills),
    )


def _tries(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    counted = select(CallAttempt.callback_id, func.count()).where(CallAttempt.callback_id.in_(ids))
    return {call: count for call, count in session.execute(counted.group_by(CallAttempt.callback_id))}


def staff_names(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    return {
        who: name for who, name in session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))
    }
