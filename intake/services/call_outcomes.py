"""Record what came of a call, and settle the call: the next try, or an end."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from intake.errors import BadInput
from intake.models.callback import CallAttempt, Callback
from intake.models.lead import Lead
from intake.organisation import Organisation
from intake.rules.calling_hours import local_time
from intake.rules.facts import CallDay, Channel
from intake.rules.follow_up import follow_up
from intake.rules.outcomes import OUTCOMES, NextStep, Outcome, SeriesStep
from intake.rules.statuses import CallbackStatus, change
from intake.rules.wishes import CallWish, NextCall
from intake.services import audit, call_effects, callbacks, office
from intake.services.call_plans import call_plan, whereabouts
from intake.services.callbacks import NOT_RECORDED, NotYours, StalePage
from intake.services.staff import actor


@dataclass(frozen=True, kw_only=True)
class OutcomeRecord:
    """What the form says. `attempt_id` names the call it belongs to, so that a repeated post is known.

    `asked`: day and time at which they want the next call, on their own clock.
    """

    callback_id: UUID
    staff_id: UUID
    attempt_id: UUID | None
    code: str
    version: int
    notes: str = ""
    asked: tuple[date, time] | None = None


@dataclass(frozen=True)
class Recorded:
    """`next_call` is None when no call is owed any more; `repeated` when it was all done before."""

    reference: str
    outcome: Outcome
    next_call: NextCall | None
    repeated: bool = False


def record_outcome(
    session: Session, record: OutcomeRecord, *, organisation: Organisation, now: datetime
) -> Recorded:
    """Write the outcome down and do what its row in outcomes.toml says, in one commit.

    Raises NotYours when the claim is lost, StalePage when the page is older than the row, BadInput
    when no call was started or the time they asked for cannot be. An outcome that ends all contact
    counts even when somebody else has the call by now.
    """
    outcome = OUTCOMES[record.code]
    callback = callbacks.locked(session, record.callback_id)
    if callback is None:
        raise NotYours(f"callback {record.callback_id} is gone")
    attempt, lead = _attempt(session, record), _lead(session, callback)
    if attempt.outcome == record.code:
        callbacks.add_notes(attempt, record.notes)
        return Recorded(lead.reference, outcome, None, repeated=True)
    _check_turn(callback, attempt, record, outcome)
    attempt.ended_at, attempt.outcome = now, outcome.code
    callbacks.add_notes(attempt, record.notes)
    following = _following(session, lead, record, organisation=organisation, now=now)
    _settle(callback, record, following, now=now)
    call_effects.apply(session, lead, outcome, now=now)
    _note(session, record, lead, outcome, now=now)
    return Recorded(lead.reference, outcome, following)


def _attempt(session: Session, record: OutcomeRecord) -> CallAttempt:
    """The call this outcome belongs to. Raises BadInput when this advocate started none."""
    attempt = session.get(CallAttempt, record.attempt_id) if record.attempt_id else None
    if attempt is None or attempt.callback_id != record.callback_id or attempt.staff_id != record.staff_id:
        raise BadInput("Press “Start call” first: an outcome belongs to a call that was made.")
    return attempt


def _check_turn(callback: Callback, attempt: CallAttempt, record: OutcomeRecord, outcome: Outcome) -> None:
    """Whether this advocate may write now: she has the call, or nobody took it from her since."""
    if attempt.outcome not in (None, NOT_RECORDED):
        raise BadInput(
            f"This call was recorded as “{OUTCOMES[attempt.outcome].label}”. Start a new call first."
        )
    if callback.status == CallbackStatus.CLAIMED and callback.claimed_by == record.staff_id:
        if callback.version != record.version:
            raise StalePage(f"callback {callback.id} is at version {callback.version}")
        return
    ends_contact = outcome.series is SeriesStep.END or Channel.CALL in outcome.suppress
    waits = callback.status == CallbackStatus.WAITING and callback.version == record.version
    if callback.closed_at is not None or not (waits or ends_contact):
        raise NotYours(f"callback {callback.id} is not claimed by staff {record.staff_id}")


def _following(
    session: Session, lead: Lead, record: OutcomeRecord, *, organisation: Organisation, now: datetime
) -> NextCall | None:
    outcome = OUTCOMES[record.code]
    made = select(CallAttempt.started_at).where(CallAttempt.callback_id == record.callback_id)
    return follow_up(
        call_plan(lead, office.current(session, organisation)),
        list(session.scalars(made)),
        outcome=outcome,
        now=now,
        asked=_asked(lead, record, now=now) if outcome.next is NextStep.AT_TIME else None,
    )


def _asked(lead: Lead, record: OutcomeRecord, *, now: datetime) -> CallWish | None:
    if record.asked is None:
        return None
    day, at = record.asked
    there = local_time(whereabouts(lead), now).replace(tzinfo=None)
    if datetime.combine(day, at) <= there:
        raise BadInput("That time has passed where they are. Enter a later one.")
    return CallWish(day=CallDay.ON_DATE, on=day, at=at)


def _settle(callback: Callback, record: OutcomeRecord, following: NextCall | None, *, now: datetime) -> None:
    """Put the call back with its new hour, or close it."""
    if callback.version == record.version:
        callback.notes = None
    if callback.status == CallbackStatus.WAITING:
        callback.status = change(CallbackStatus.WAITING, CallbackStatus.CLAIMED)
    callback.version += 1
    callback.outcome, callback.claimed_until = record.code, None
    if following is None:
        callback.status = change(CallbackStatus.CLAIMED, CallbackStatus.DONE)
        callback.claimed_by, callback.closed_at = record.staff_id, now
        return
    callback.status = change(CallbackStatus.CLAIMED, CallbackStatus.WAITING)
    callback.claimed_by = None
    callback.due_at, callback.promise_by = following.due_at, following.promise_by
    callback.due_because, callback.requested = following.reason, following.requested


def _lead(session: Session, callback: Callback) -> Lead:
    wanted = select(Lead).where(Lead.id == callback.lead_id).options(joinedload(Lead.contact))
    return session.scalars(wanted).one()


def _note(session: Session, record: OutcomeRecord, lead: Lead, outcome: Outcome, *, now: datetime) -> None:
    by = actor(record.staff_id)
    audit.note(
        session, by, "call.recorded", "lead", lead.id, now=now,
        attempt=str(record.attempt_id), outcome=outcome.code,
    )  # fmt: skip
    if outcome.tell_supervisor:
        audit.note(session, by, "supervisor.told", "lead", lead.id, now=now, outcome=outcome.code)
