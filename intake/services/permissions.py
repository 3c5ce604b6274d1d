"""May this family be contacted now? Asked when a call is listed, claimed and begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.rules.facts import Channel
from intake.rules.may_contact import MayCall, grounds, may_call, say
from intake.services import standing
from intake.services.call_plans import whereabouts


@dataclass(frozen=True, kw_only=True)
class Permission:
    """The answer for staff. `never`: no later hour mends it. `next_open` (UTC) is None when not known.

    `grounds`: all that the answer rests on, as it is kept with an attempt.
    """

    allowed: bool
    why: str
    rule_version: str
    next_open: datetime | None = None
    never: bool = False
    grounds: dict[str, Any] | None = None


def may_ring(session: Session, callback: Callback, lead: Lead, *, now: datetime) -> Permission:
    """Ask everything that could forbid the call. `lead.contact` must be loaded."""
    theirs = standing.for_calls(session, [lead], now=now)[lead.id]
    where, requested = whereabouts(lead), callback.requested
    answer = may_call(where, now, requested=requested, standing=theirs)
    return _permission(Channel.CALL, answer, grounds(where, now, requested=requested, standing=theirs))


def may_ring_each(session: Session, callbacks: Sequence[Callback], *, now: datetime) -> dict[UUID, MayCall]:
    """The same for a whole list, by callback id, in two queries. Leads and contacts must be loaded."""
    theirs = standing.for_calls(session, [callback.lead for callback in callbacks], now=now)
    return {
        callback.id: may_call(
            whereabouts(callback.lead),
            now,
            requested=callback.requested,
            standing=theirs[callback.lead_id],
        )
        for callback in callbacks
    }


def _permission(channel: Channel, answer: MayCall, rests_on: dict[str, Any] | None) -> Permission:
    return Permission(
        allowed=answer.allowed,
        why=say(channel, answer.reason),
        rule_version=answer.rule_version,
        next_open=answer.next_open,
        never=answer.never,
        grounds=rests_on,
    )
