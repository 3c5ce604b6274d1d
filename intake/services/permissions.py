"""May this family be rung now? Their own word, the caps, then the law: asked at claim and at reveal."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.callback import CallAttempt, Callback
from intake.models.lead import Contact, Lead
from intake.rules.call_rules import CALL_RULES
from intake.rules.calling_hours import SAY_CALL_REASON, cap_opens_at, may_call
from intake.rules.facts import Channel
from intake.services import suppressions
from intake.services.call_plans import whereabouts

_LONGEST_CAP = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Permission:
    """The answer for staff. `never`: no later hour mends it. `next_open` (UTC) is None when not known."""

    allowed: bool
    why: str
    rule_version: str
    next_open: datetime | None = None
    never: bool = False


def may_ring(session: Session, callback: Callback, lead: Lead, *, now: datetime) -> Permission:
    """Ask everything that could forbid the call. `lead.contact` must be loaded."""
    version = CALL_RULES.version
    if lead.contact.phone is None:
        return Permission(allowed=False, why="We have no number for them.", rule_version=version, never=True)
    if suppressions.is_suppressed(session, Channel.CALL, lead.contact.phone_blind):
        return Permission(
            allowed=False, why="This number asked us not to call.", rule_version=version, never=True
        )
    answer = may_call(whereabouts(lead), now, requested=callback.requested)
    if not answer.allowed:
        why = SAY_CALL_REASON[answer.reason]
        return Permission(
            allowed=False, why=why, rule_version=answer.rule_version, next_open=answer.next_open
        )
    opens = cap_opens_at(tries(session, lead, now=now), lead.state, now=now)
    if opens is not None:
        why = "They were rung as often as we may in these hours."
        return Permission(allowed=False, why=why, rule_version=answer.rule_version, next_open=opens)
    return Permission(allowed=True, why=SAY_CALL_REASON[answer.reason], rule_version=answer.rule_version)


def tries(session: Session, lead: Lead, *, now: datetime) -> list[datetime]:
    """When this number was rung lately, for whichever request."""
    recent = select(CallAttempt.started_at).join(Contact, Contact.lead_id == CallAttempt.lead_id)
    return list(
        session.scalars(
            recent.where(
                Contact.phone_blind == lead.contact.phone_blind, CallAttempt.started_at > now - _LONGEST_CAP
            )
        )
    )
