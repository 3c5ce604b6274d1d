"""May this family be rung, mailed or written to now, and if not, when? Pure: what is known comes in.

Asked wherever a contact is listed, taken up or made. The family's own word comes first, then what
was agreed to, then the hours of the law, then how often they were rung.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from intake.rules.call_rules import CALL_RULES, MAIL_RULES, POST_RULES, CallRules
from intake.rules.calling_hours import Whereabouts, day_window, in_utc, lawful_times
from intake.rules.facts import Channel
from intake.rules.hours import minutes_of


class CallReason(StrEnum):
    """Why a contact is allowed or not; `say` has the words for staff."""

    ALLOWED = "allowed"
    NO_ADDRESS = "no_address"
    STOPPED = "stopped"
    NOT_AGREED = "not_agreed"
    REQUEST_TOO_OLD = "request_too_old"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    HOLIDAY = "holiday"
    CLOSED_DAY = "closed_day"
    TOO_OFTEN = "too_often"


_ENDS = {CallReason.NO_ADDRESS, CallReason.STOPPED, CallReason.NOT_AGREED, CallReason.REQUEST_TOO_OLD}

SAY_CALL_REASON: dict[CallReason, str] = {
    CallReason.ALLOWED: "You may call now.",
    CallReason.NO_ADDRESS: "We have no number for them.",
    CallReason.STOPPED: "This number asked us not to call.",
    CallReason.NOT_AGREED: "They did not ask for calls.",
    CallReason.REQUEST_TOO_OLD: "They asked for help too long ago for a call they did not ask for.",
    CallReason.TOO_EARLY: "It is too early where the family is.",
    CallReason.TOO_LATE: "It is too late where the family is.",
    CallReason.HOLIDAY: "It is a holiday there, and their state allows no such calls on it.",
    CallReason.CLOSED_DAY: "Their state allows no such calls on this day of the week.",
    CallReason.TOO_OFTEN: "They were rung as often as we may in these hours.",
}
_SAY_MAIL = {
    CallReason.ALLOWED: "May be sent now.",
    CallReason.NO_ADDRESS: "We have no address for them.",
    CallReason.STOPPED: "This address asked us to stop.",
    CallReason.NOT_AGREED: "They did not agree to it.",
    CallReason.TOO_EARLY: "It is night where the family is.",
    CallReason.TOO_LATE: "It is night where the family is.",
}


def say(channel: Channel, reason: CallReason) -> str:
    """The reason in one sentence for staff."""
    other = channel in (Channel.EMAIL, Channel.POST)
    return _SAY_MAIL[reason] if other and reason in _SAY_MAIL else SAY_CALL_REASON[reason]


def refusal(channel: Channel, answer: "MayCall") -> str:
    """The reason, and from when on it would be allowed."""
    opens = f" Allowed from {answer.next_open:%Y-%m-%d %H:%M} UTC." if answer.next_open else ""
    return say(channel, answer.reason) + opens


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the record says of one person, over all their numbers and requests.

    `agreed`: their consent to this channel lives. `asked_at`: when they last asked for help; None when
    that does not matter. `contacted`: the instants of the attempts that count towards a cap.
    """

    reachable: bool = True
    stopped: bool = False
    agreed: bool = True
    asked_at: datetime | None = None
    contacted: Sequence[datetime] = ()


CLEAR = Standing()


@dataclass(frozen=True)
class MayCall:
    """The answer, the rows it rests on, and, when refused, the next instant that is allowed.

    `next_open` (UTC) stays None when nothing mends it, and when no hour suits every place the phone
    may be in: then ask where they are.
    """

    allowed: bool
    reason: CallReason
    rule_version: str
    next_open: datetime | None = None

    @property
    def never(self) -> bool:
        """No later hour mends it; only the family's own word does."""
        return self.reason in _ENDS


def may_call(
    where: Whereabouts,
    now: datetime,
    *,
    requested: bool,
    standing: Standing = CLEAR,
    rules: CallRules = CALL_RULES,
) -> MayCall:
    """Whether a call may ring now in every zone it may ring in.

    `requested`: the family asked for this call at this time; else the state's rows bind as well.
    Federal hours: 47 CFR 64.1200(c)(1). Closing time itself is already too late.
    """
    now = in_utc(now)
    reason = _ended(standing, now, requested, rules) or _closed(rules, where, now, requested=requested)
    if reason is CallReason.ALLOWED and cap_opens_at(standing.contacted, where, now=now, rules=rules):
        reason = CallReason.TOO_OFTEN
    answer = MayCall(
        reason is CallReason.ALLOWED, reason, rule_version(where, now, requested=requested, rules=rules)
    )
    if answer.allowed or answer.never:
        return answer
    return replace(answer, next_open=_next_open(where, now, requested, standing, rules))


def may_mail(where: Whereabouts, now: datetime, *, requested: bool, standing: Standing) -> MayCall:
    """Whether a mail may be sent now. `requested`: it was asked for this minute, so any hour suits."""
    return may_call(where, now, requested=requested, standing=standing, rules=MAIL_RULES)


def may_post(where: Whereabouts, now: datetime, *, requested: bool, standing: Standing) -> MayCall:
    """Whether a letter may be posted now."""
    return may_call(where, now, requested=requested, standing=standing, rules=POST_RULES)


def rule_version(where: Whereabouts, now: datetime, *, requested: bool, rules: CallRules = CALL_RULES) -> str:
    """The table's version and the rows that bind: "2026-11-26:federal+fl"."""
    rows = rules.binding(where.state, now.astimezone(where.clocks[0]).date(), requested=requested)
    return f"{rules.version}:{'+'.join(row.id for row in rows)}"


def cap_opens_at(
    attempts: Sequence[datetime], where: Whereabouts, *, now: datetime, rules: CallRules = CALL_RULES
) -> datetime | None:
    """When the next attempt is allowed by the caps on attempts, or None when it is allowed now.

    `attempts`: every attempt at this person, over all numbers. The rolling window leaves out an
    attempt exactly as old as itself.
    """
    opens = [_cap_opens(sorted(attempts), most, span, now) for most, span in caps(where, now, rules=rules)]
    return max((instant for instant in opens if instant is not None), default=None)


def caps(where: Whereabouts, now: datetime, *, rules: CallRules = CALL_RULES) -> list[tuple[int, timedelta]]:
    """Every cap in force there: the house's, and each row's, whether the call was asked for or not."""
    house = rules.house
    own = {(house.cap_attempts, timedelta(hours=house.cap_hours))} if house.cap_attempts else set()
    days = {now.astimezone(clock).date() for clock in where.clocks}
    return sorted(own | {row.cap for day in days for row in rules.of_place(where.state, day) if row.cap})


def grounds(
    where: Whereabouts, now: datetime, *, requested: bool, standing: Standing, rules: CallRules = CALL_RULES
) -> dict[str, Any]:
    """All that an answer rests on, as JSON: kept with the attempt, it explains it after the rules changed."""
    rows = rules.binding(where.state, now.astimezone(where.clocks[0]).date(), requested=requested)
    return {
        "version": rules.version,
        "state": where.state,
        "requested": requested,
        "clocks": {clock.key: f"{now.astimezone(clock):%Y-%m-%d %H:%M:%S %Z}" for clock in where.clocks},
        "asked_at": standing.asked_at.isoformat() if standing.asked_at else None,
        "caps": [[most, int(span.total_seconds() // 3600)] for most, span in caps(where, now, rules=rules)],
        "earlier": [instant.isoformat() for instant in sorted(standing.contacted)],
        "rows": [
            {"id": row.id, "hours": row.hours, "source": row.source, "confidence": row.confidence,
             "seen_on": row.seen_on.isoformat(), "reviewed_by": row.reviewed_by}
            for row in rows
        ],
    }  # fmt: skip


def _ended(standing: Standing, now: datetime, requested: bool, rules: CallRules) -> CallReason | None:
    """What only the family's own word could mend, or None."""
    if not standing.reachable:
        return CallReason.NO_ADDRESS
    if standing.stopped:
        return CallReason.STOPPED
    if not standing.agreed:
        return CallReason.NOT_AGREED
    days = rules.house.inquiry_days
    if days and not requested and standing.asked_at and now >= standing.asked_at + timedelta(days=days):
        return CallReason.REQUEST_TOO_OLD
    return None


def _closed(rules: CallRules, where: Whereabouts, now: datetime, *, requested: bool) -> CallReason:
    reasons = (_reason(rules, where.state, now.astimezone(clock), requested) for clock in where.clocks)
    return next((found for found in reasons if found is not CallReason.ALLOWED), CallReason.ALLOWED)


def _reason(rules: CallRules, state: str | None, wall: datetime, requested: bool) -> CallReason:
    day, rows = wall.date(), rules.binding(state, wall.date(), requested=requested)
    window = day_window(rules, state, day, requested=requested)
    if window is None:
        return CallReason.HOLIDAY if any(row.is_holiday(day) for row in rows) else CallReason.CLOSED_DAY
    if minutes_of(wall.time()) < window[0]:
        return CallReason.TOO_EARLY
    return CallReason.ALLOWED if minutes_of(wall.time()) < window[1] else CallReason.TOO_LATE


def _next_open(
    where: Whereabouts, now: datetime, requested: bool, standing: Standing, rules: CallRules
) -> datetime | None:
    """The first instant after `now` that hours and caps allow, while the request is not too old."""
    begin = cap_opens_at(standing.contacted, where, now=now, rules=rules) or now
    times = lawful_times(where, begin, requested=requested, rules=rules)
    found = next((max(start, begin) for start, end in times if end > begin), None)
    return None if found is None or _ended(standing, found, requested, rules) else found


def _cap_opens(attempts: list[datetime], most: int, span: timedelta, now: datetime) -> datetime | None:
    recent = [attempt for attempt in attempts if attempt > now - span]
    return recent[-most] + span if len(recent) >= most else None
