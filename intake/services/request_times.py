"""The times of each request, for the reports: a sweep rings `roll_up`, which reads what may have changed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.models.callback import CallAttempt, Callback
from intake.models.lead import Lead
from intake.models.match import MatchSet
from intake.models.request_times import RequestTimes
from intake.rules.calling_hours import OfficeHours
from intake.rules.facts import RequestKind
from intake.rules.outcomes import OUTCOMES
from intake.rules.stages import Stages, is_settled, look_again, spans
from intake.rules.statuses import CallbackStatus
from intake.services.call_plans import whereabouts

NEW_AT_ONCE = 1000
LOOKED_AT_ONCE = 300
# Two clocks and a slow commit never reorder requests by more than this.
_OVERLAP = timedelta(hours=1)
# Longer than the sweep's rounds are apart, and than anybody speaks.
_MOMENT, _LONGEST_CALL = timedelta(minutes=2), timedelta(hours=3)
_REACHED = frozenset(code for code, outcome in OUTCOMES.items() if outcome.reached)
_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def roll_up(session: Session, office: OfficeHours, *, now: datetime) -> int:
    """Add new requests, look again at those that may have changed, leave out what was marked.

    Returns how many rows were looked at. A repeat with nothing new changes nothing.
    """
    _leave_out(session)
    lead_ids = list({*_happened(session, now), *_due(session, now), *_new(session)})
    _store(session, list(_rows(session, lead_ids, office, now)))
    return len(lead_ids)


def _new(session: Session) -> Sequence[UUID]:
    newest = session.scalar(select(func.max(RequestTimes.submitted_at))) or _LONG_AGO
    known = exists().where(RequestTimes.lead_id == Lead.id)
    wanted = select(Lead.id).where(Lead.created_at >= newest - _OVERLAP, ~known)
    return session.scalars(wanted.order_by(Lead.created_at).limit(NEW_AT_ONCE)).all()


def _happened(session: Session, now: datetime) -> Sequence[UUID]:
    """Calls begun, ended or closed a moment ago are looked at first, however many requests are due."""
    since = now - _MOMENT
    begun_or_ended = (CallAttempt.started_at >= since) | (CallAttempt.ended_at >= since)
    rung = select(CallAttempt.lead_id).where(CallAttempt.started_at >= now - _LONGEST_CALL, begun_or_ended)
    closed = select(Callback.lead_id).where(Callback.closed_at >= since)
    return session.scalars(rung.union(closed).limit(LOOKED_AT_ONCE)).all()


def _due(session: Session, now: datetime) -> Sequence[UUID]:
    wanted = select(RequestTimes.lead_id).where(~RequestTimes.settled, RequestTimes.look_at <= now)
    return session.scalars(wanted.order_by(RequestTimes.look_at).limit(LOOKED_AT_ONCE)).all()


def _leave_out(session: Session) -> None:
    """Marked as spam or a test since; or no longer, and then its call is owed again."""
    marked = select(Lead.id).where(Lead.marked.is_not(None))
    quiet = {"synchronize_session": False}
    out = update(RequestTimes).where(RequestTimes.counted, RequestTimes.lead_id.in_(marked))
    session.execute(out.values(counted=False), execution_options=quiet)
    again = update(RequestTimes).where(~RequestTimes.counted, RequestTimes.lead_id.not_in(marked))
    session.execute(again.values(counted=True, settled=False), execution_options=quiet)


@dataclass
class _Call:
    """The call that covers a request: its own first one, or the one that took it in, with its tries."""

    queued_at: datetime
    call: Callback
    attempts: list[CallAttempt] = field(default_factory=list)

    @property
    def first(self) -> CallAttempt | None:
        return self.attempts[0] if self.attempts else None

    @property
    def spoken_at(self) -> datetime | None:
        return next((one.started_at for one in self.attempts if one.outcome in _REACHED), None)


def _rows(
    session: Session, lead_ids: Sequence[UUID], office: OfficeHours, now: datetime
) -> Iterable[dict[str, Any]]:
    # A request that is being erased at this moment is left alone.
    wanted = select(Lead).where(Lead.id.in_(lead_ids))
    leads = session.scalars(wanted.with_for_update(read=True, key_share=True, skip_locked=True)).all()
    matched, calls = _matched(session, lead_ids), _calls(session, leads)
    for lead in leads:
        yield _row(lead, _stages(lead, matched.get(lead.id), calls.get(lead.id)), calls, office, now)


def _row(
    lead: Lead, stages: Stages, calls: dict[UUID, _Call], office: OfficeHours, now: datetime
) -> dict[str, Any]:
    call = calls.get(lead.id)
    return {
        "lead_id": lead.id,
        "submitted_at": lead.created_at,
        "kind": lead.kind,
        "source": lead.came_from or lead.source,
        "hour": lead.created_at.astimezone(ZoneInfo(office.zone)).hour,
        "wants_call": lead.wants_call,
        "staff_id": call.first.staff_id if call and call.first else None,
        **asdict(spans(stages, office)),
        "outcome": call.call.outcome if call and call.call.closed_at else None,
        "counted": lead.marked is None,
        "settled": is_settled(
            stages, wants_call=lead.wants_call, wants_match=lead.kind == RequestKind.MATCH, now=now
        ),
        "look_at": look_again(stages, now=now),
    }


def _stages(lead: Lead, matched_at: datetime | None, call: _Call | None) -> Stages:
    stages = {
        "where": whereabouts(lead),
        "submitted_at": lead.created_at,
        "stored_at": lead.stored_at,
        "matched_at": matched_at,
    }
    if call is None:
        return Stages(**stages)  # type: ignore[arg-type]
    first, owed = call.first, call.call
    return Stages(
        **stages,  # type: ignore[arg-type]
        queued_at=call.queued_at,
        due_at=(first.due_at if first else None) or owed.due_at,
        claimed_at=owed.first_claimed_at,
        rung_at=first.started_at if first else None,
        spoken_at=call.spoken_at,
        closed_at=owed.closed_at,
        promise_by=(first.promise_by if first else None) or owed.promise_by,
        requested=owed.requested,
    )


def _matched(session: Session, lead_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    first = select(MatchSet.lead_id, func.min(MatchSet.created_at)).where(MatchSet.lead_id.in_(lead_ids))
    return {lead_id: at for lead_id, at in session.execute(first.group_by(MatchSet.lead_id))}


def _calls(session: Session, leads: Sequence[Lead]) -> dict[UUID, _Call]:
    """A request's first call; one that was cancelled for itself stands only where no other does."""
    void = (Callback.status == CallbackStatus.CANCELLED) & Callback.merged_into.is_(None)
    own = select(Callback).where(Callback.lead_id.in_([lead.id for lead in leads]))
    first = {
        call.lead_id: call for call in session.scalars(own.order_by(void.desc(), Callback.created_at.desc()))
    }
    takers = {call.merged_into for call in first.values() if call.merged_into}
    merged = {call.id: call for call in session.scalars(select(Callback).where(Callback.id.in_(takers)))}
    found = {
        lead_id: _Call(call.created_at, merged.get(call.merged_into, call) if call.merged_into else call)
        for lead_id, call in first.items()
    }
    _add_attempts(session, leads, found)
    return found


def _add_attempts(session: Session, leads: Sequence[Lead], calls: dict[UUID, _Call]) -> None:
    """A call that took a request in may have been tried before it came: those tries are not its own."""
    by_call: dict[UUID, list[CallAttempt]] = {}
    wanted = select(CallAttempt).where(CallAttempt.callback_id.in_({one.call.id for one in calls.values()}))
    for attempt in session.scalars(wanted.order_by(CallAttempt.started_at)):
        by_call.setdefault(attempt.callback_id, []).append(attempt)
    for lead in leads:
        call = calls.get(lead.id)
        if call is not None:
            made = by_call.get(call.call.id, [])
            call.attempts = [attempt for attempt in made if attempt.started_at >= lead.created_at]


def _store(session: Session, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    upsert = insert(RequestTimes)
    values = {name: upsert.excluded[name] for name in rows[0] if name != "lead_id"}
    session.execute(upsert.on_conflict_do_update(index_elements=["lead_id"], set_=values), rows)
