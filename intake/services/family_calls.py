"""One open call a family: what each request owes is taken into it, and nothing of any is lost."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from intake.models.callback import Callback
from intake.models.family import Family
from intake.models.lead import Lead
from intake.rules.statuses import CallbackStatus, change
from intake.rules.texts import both
from intake.services import audit

_OPEN = (CallbackStatus.WAITING, CallbackStatus.CLAIMED)
_MOST_AT_ONCE = 200


def lock(session: Session, lead: Lead) -> UUID | None:
    """The lead's family, held until the commit. A merge that came first is seen."""
    while True:
        session.refresh(lead, ["family_id"])
        wanted = select(Family.id).where(Family.id == lead.family_id).with_for_update()
        found = session.scalars(wanted).one_or_none()
        if found == lead.family_id:
            return found


def gather(session: Session, family_id: UUID, *, now: datetime) -> None:
    """Make the family's open calls one: the claimed one, else its one call so far, takes in the rest.

    Two that two advocates have claimed stay two until one of them is done; a sweep comes back.
    """
    session.execute(select(Family.id).where(Family.id == family_id).with_for_update())
    calls = _open_calls(session, family_id)
    claimed = [call for call in calls if call.status == CallbackStatus.CLAIMED]
    if not calls or len(claimed) > 1:
        return
    keeper = claimed[0] if claimed else calls[0]
    for call in calls:
        if call is not keeper:
            _take_in(session, keeper, call, now=now)
    session.flush()
    keeper.family_id = family_id
    session.flush()


def gather_all(session: Session, *, now: datetime) -> int:
    """Every family with an open call that is not its one call yet; return how many were looked at."""
    apart = (
        select(Lead.family_id)
        .join(Callback, Callback.lead_id == Lead.id)
        .where(Callback.family_id.is_(None), Callback.status.in_(_OPEN), Lead.family_id.is_not(None))
    )
    families = sorted({found for found in session.scalars(apart.limit(_MOST_AT_ONCE)) if found})
    for family_id in families:
        gather(session, family_id, now=now)
    return len(families)


def owe_again(session: Session, lead_id: UUID, *, now: datetime) -> None:
    """A lead leaves its family: calls taken in by one side of the parting are owed again by the other.

    Ask it before a lead is erased as well, or those who shared its call would lose theirs. What the two
    sides still owe is gathered afterwards, by the caller or the sweep.
    """
    keeper = aliased(Callback)
    across = (Callback.lead_id == lead_id) != (keeper.lead_id == lead_id)
    wanted = select(Callback).join(keeper, keeper.id == Callback.merged_into)
    for call in session.scalars(wanted.where(across, keeper.status.in_(_OPEN)).with_for_update()):
        _reopen(session, call, now=now)
    session.flush()


def has_taken_in(session: Session, call: Callback) -> bool:
    """Whether other requests of the family wait for this call, too."""
    return (
        session.scalars(select(Callback.id).where(Callback.merged_into == call.id).limit(1)).first()
        is not None
    )


def hand_over(session: Session, keeper: Callback, *, now: datetime) -> None:
    """The call is called off by its own request: what it took in is owed again. `gather` them afterwards."""
    for call in session.scalars(select(Callback).where(Callback.merged_into == keeper.id).with_for_update()):
        _reopen(session, call, now=now)
    session.flush()


def _reopen(session: Session, call: Callback, *, now: datetime) -> None:
    call.status = change(CallbackStatus(call.status), CallbackStatus.WAITING)
    call.closed_at = call.merged_into = call.family_id = None
    call.version += 1
    audit.note(session, "desk", "callback.owed_again", "callback", call.id, now=now)


def of_lead(session: Session, lead_id: UUID) -> Callback | None:
    """The newest call that covers this lead: its own, or the one that took its own in."""
    newest = select(Callback).where(Callback.lead_id == lead_id).order_by(Callback.created_at.desc()).limit(1)
    own = session.scalars(newest).one_or_none()
    return session.get(Callback, own.merged_into) if own and own.merged_into else own


def _open_calls(session: Session, family_id: UUID) -> list[Callback]:
    wanted = (
        select(Callback)
        .join(Lead, Lead.id == Callback.lead_id)
        .where(Lead.family_id == family_id, Callback.status.in_(_OPEN))
        .order_by(Callback.family_id.is_(None), Callback.created_at, Callback.id)
        .with_for_update(of=Callback)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(wanted))


def _take_in(session: Session, keeper: Callback, call: Callback, *, now: datetime) -> None:
    """`keeper` is due no later than `call` was, is as urgent, needs as much, and has its notes."""
    call.status = change(CallbackStatus(call.status), CallbackStatus.CANCELLED)
    call.closed_at, call.merged_into, call.version = now, keeper.id, call.version + 1
    session.execute(update(Callback).where(Callback.merged_into == call.id).values(merged_into=keeper.id))
    keeper.urgency = max(keeper.urgency, call.urgency)
    keeper.needs = _union(keeper.needs, call.needs)
    if keeper.status == CallbackStatus.WAITING and call.due_at < keeper.due_at:
        keeper.due_at, keeper.due_because = call.due_at, call.due_because
        keeper.requested, keeper.owner_id = call.requested, call.owner_id
    keeper.promise_by = min(keeper.promise_by, call.promise_by)
    if call.notes:
        keeper.notes, keeper.version = both(keeper.notes, call.notes), keeper.version + 1
        # The page that wrote last has not seen these words: it must not write over them.
        keeper.written_by = None
    audit.note(session, "desk", "callback.merged", "callback", call.id, now=now, into=str(keeper.id))


def _union(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*ours, *theirs]))
