"""What a family wishes for, all that decides their call, and the answer. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from intake.errors import BadInput
from intake.rules.calling_hours import OfficeHours, Whereabouts
from intake.rules.facts import CallDay, DayPart
from intake.rules.hours import minutes_of
from intake.rules.intervals import DAY, Window

PART_WINDOWS: dict[DayPart, Window] = {
    DayPart.ANY: DAY,
    DayPart.MORNING: (8 * 60, 12 * 60),
    DayPart.AFTERNOON: (12 * 60, 17 * 60),
    DayPart.EVENING: (17 * 60, 21 * 60),
}
# How long after a time that was agreed to the minute the call still counts as on time.
AGREED_TIME_MINUTES = 30


@dataclass(frozen=True)
class CallWish:
    """When the family wants the call, on their own clock.

    `on` is the date of ON_DATE, and for TODAY the date on which they said so. `at` is a time agreed
    to the minute; it replaces the part of the day. Raises BadInput for ON_DATE without a date.
    """

    day: CallDay = CallDay.NEXT_FREE
    on: date | None = None
    part: DayPart = DayPart.ANY
    at: time | None = None

    def __post_init__(self) -> None:
        if self.day is CallDay.ON_DATE and self.on is None:
            raise BadInput("Say on which date the family wants the call.")

    @property
    def window(self) -> Window:
        if self.at is None:
            return PART_WINDOWS[self.part]
        return minutes_of(self.at), min(minutes_of(self.at) + AGREED_TIME_MINUTES, DAY[1])

    @property
    def anytime(self) -> bool:
        return self.day is CallDay.NEXT_FREE and self.window == DAY


@dataclass(frozen=True)
class CallPlan:
    """All that decides when one family is called. `promise_minutes` is what the organisation promises."""

    wish: CallWish
    where: Whereabouts
    office: OfficeHours
    promise_minutes: int


class DueBecause(StrEnum):
    """Why the call is due when it is; SAY_DUE_BECAUSE has the words for staff."""

    AS_ASKED = "as_asked"
    TIME_PASSED = "time_passed"
    OFFICE_CLOSED = "office_closed"
    CALLING_RULES = "calling_rules"
    PLACE_UNSURE = "place_unsure"
    TRY_AGAIN = "try_again"
    THEY_RANG = "they_rang"


SAY_DUE_BECAUSE: dict[DueBecause, str] = {
    DueBecause.AS_ASKED: "This is when they asked to be called.",
    DueBecause.TIME_PASSED: "The time they asked for has passed; this is the next like it.",
    DueBecause.OFFICE_CLOSED: "Our office is closed at the time they asked for; this is the next it is open.",
    DueBecause.CALLING_RULES: "Calls are not allowed at the time they asked for; this is the next allowed.",
    DueBecause.PLACE_UNSURE: "We are not sure of their time zone; this hour is allowed in all it may be.",
    DueBecause.TRY_AGAIN: "We did not reach them; this is the next try.",
    DueBecause.THEY_RANG: "They rang us.",
}


@dataclass(frozen=True)
class NextCall:
    """`due_at` and `promise_by` in UTC; `local_zone` is the clock to show the family.

    `requested`: the call keeps to what the family asked for, so the state's stricter hours do not bind.
    """

    due_at: datetime
    promise_by: datetime
    local_zone: str
    reason: DueBecause
    requested: bool = True
