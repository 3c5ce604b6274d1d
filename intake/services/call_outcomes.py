"""Record what came of a call, and settle the call: the next try, or an end."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.callback import THEY_RANG, CallAttempt, Callback
from intake.models.lead import Lead
from intake.organisation import Organisation
from intake.rules.calling_hours import local_time
from intake.rules.facts import CallDay, Channel, Language
from intake.rules.follow_up import follow_up
from intake.rules.next_call import next_call
from intake.rules.outcomes import OUTCOMES, NextStep, Outcome, SeriesStep
from intake.rules.statuses import CallbackStatus, change
from intake.rules.wishes import CallWish, NextCall
from intake.services import audit, call_effects, callbacks, families, notices, office, owners, row_changes
from intake.services.call_plans import call_plan, whereabouts
from intake.services.callbacks import NOT_RECORDED, NotYours, Page, StalePage
from intake.services.leads import get_lead
from intake.services.notices import NoticeKind
from intake.services.skills import needs_of
from intake.services.staff import actor


@dataclass(frozen=True, kw_only=True)
class OutcomeRecord:
    """What the form says. `attempt_id` names the call it belongs to, so that a repeated post is known.

    `asked`: day and time at which they want the next call, on their own clock. `in_person`: this advocate
    makes the next call herself. `language`: what the family speaks, when somebody who speaks it is needed.
    """

    callback_id: UUID
    staff_id: UUID
    attempt_id: UUID | None
    code: str
    page: Page
    notes: str = ""
    asked: tuple[date, time] | None = None
    in_person: bool = False
    language: str = ""


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
    attempt = _attempt(session, record)
    lead = get_lead(session, attempt.lead_id)
    if attempt.outcome == record.code:
        callbacks.add_notes(attempt, record.notes)
        return Recorded(lead.reference, outcome, None, repeated=True)
    _check_turn(callback, attempt, record, outcome)
    touched = [*call_effects.touched(session, lead, outcome), get_lead(session, callback.lead_id)]
    before = row_changes.photograph(session, touched)
    attempt.ended_at, attempt.outcome = now, outcome.code
    callbacks.add_notes(attempt, record.notes)
    _learn_language(callback, lead, record, outcome)
    following = _following(session, callback, record, organisation=organisation, now=now)
    _settle(session, callback, record, following, now=now)
    call_effects.apply(session, lead, outcome, now=now)
    attempt.changed = row_changes.changes_since(session, before)
    _tell(session, callback, record, following, now=now)
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
        if not callbacks.is_fresh(callback, record.page):
            raise StalePage(f"callback {callback.id} is at version {callback.version}")
        return
    ends_contact = outcome.series is SeriesStep.END or Channel.CALL in outcome.suppress
    waits = callback.status == CallbackStatus.WAITING and callbacks.is_fresh(callback, record.page)
    if callback.closed_at is not None or not (waits or ends_contact):
        raise NotYours(f"callback {callback.id} is not claimed by staff {record.staff_id}")


def _learn_language(callback: Callback, lead: Lead, record: OutcomeRecord, outcome: Outcome) -> None:
    """Who speaks another language than we thought is called by somebody who speaks it."""
    if outcome.asks_language and record.language in set(Language):
        lead.language = record.language
        callback.needs = needs_of(lead)


def _following(
    session: Session, callback: Callback, record: OutcomeRecord, *, organisation: Organisation, now: datetime
) -> NextCall | None:
    """The next call owed. A wrong number is no end while the family gave another."""
    outcome = OUTCOMES[record.code]
    lead = get_lead(session, callback.lead_id)
    plan = call_plan(lead, office.current(session, organisation))
    if outcome.tries_other_number:
        other = families.other_number(session, lead)
        if other is None:
            return None
        callback.lead_id = other.id
        return next_call(call_plan(other, office.current(session, organisation)), now=now)
    return follow_up(
        plan,
        _made(session, callback),
        outcome=outcome,
        now=now,
        asked=_asked(lead, record, now=now) if outcome.next is NextStep.AT_TIME else None,
    )


def _made(session: Session, callback: Callback) -> list[datetime]:
    """Every try of ours at this call, those of calls that it took in with them."""
    ours = (Callback.id == callback.id) | (Callback.merged_into == callback.id)
    made = select(CallAttempt.started_at).join(Callback, Callback.id == CallAttempt.callback_id)
    return list(session.scalars(made.where(ours, CallAttempt.basis != THEY_RANG)))


def _asked(lead: Lead, record: OutcomeRecord, *, now: datetime) -> CallWish | None:
    if record.asked is None:
        return None
    day, at = record.asked
    there = local_time(whereabouts(lead), now).replace(tzinfo=None)
    if datetime.combine(day, at) <= there:
        raise BadInput("That time has passed where they are. Enter a later one.")
    return CallWish(day=CallDay.ON_DATE, on=day, at=at)


def _settle(
    session: Session, callback: Callback, record: OutcomeRecord, following: NextCall | None, *, now: datetime
) -> None:
    """Put the call back with its new hour, or close it."""
    if callbacks.is_fresh(callback, record.page):
        callback.notes = callback.written_by = None
    if callback.status == CallbackStatus.WAITING:
        callback.status = change(CallbackStatus.WAITING, CallbackStatus.CLAIMED)
    callback.version += 1
    callback.outcome, callback.claimed_until = record.code, None
    callback.owner_id = callback.owner_until = None
    if following is None:
        callback.status = change(CallbackStatus.CLAIMED, CallbackStatus.DONE)
        callback.claimed_by, callback.closed_at = record.staff_id, now
        return
    callback.status = change(CallbackStatus.CLAIMED, CallbackStatus.WAITING)
    callback.claimed_by = None
    callback.due_at, callback.promise_by = following.due_at, following.promise_by
    callback.due_because, callback.requested = following.reason, following.requested
    if record.in_person:
        owners.promise(callback, record.staff_id, now=now)


def _tell(
    session: Session, callback: Callback, record: OutcomeRecord, following: NextCall | None, *, now: datetime
) -> None:
    """The audit always; the supervisor when the row says so, and when the last try was in vain."""
    outcome, by = OUTCOMES[record.code], record.staff_id
    audit.note(
        session, actor(by), "call.recorded", "lead", callback.lead_id, now=now,
        attempt=str(record.attempt_id), outcome=outcome.code,
    )  # fmt: skip
    if outcome.tell_supervisor:
        notices.tell(session, f"outcome.{outcome.code}", callback, staff_id=by, now=now)
    if following is None and outcome.next is NextStep.RETRY:
        notices.tell(session, NoticeKind.LADDER_ENDED, callback, staff_id=by, now=now)
