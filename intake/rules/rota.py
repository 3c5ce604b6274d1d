"""Who is there when: shifts, absences, and the office hours that nobody covers. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from intake.rules.calling_hours import OfficeHours
from intake.rules.intervals import Interval, intersection, merged


class PauseReason(StrEnum):
    """Why somebody takes no calls for a while; SAY_PAUSE has the words."""

    BREAK = "break"
    MEETING = "meeting"
    TRAINING = "training"
    PAPERWORK = "paperwork"
    AFTER_HARD_CALLS = "after_hard_calls"
    OTHER = "other"


SAY_PAUSE: dict[PauseReason, str] = {
    PauseReason.BREAK: "Break",
    PauseReason.MEETING: "Meeting",
    PauseReason.TRAINING: "Training",
    PauseReason.PAPERWORK: "Letters and notes",
    PauseReason.AFTER_HARD_CALLS: "A rest after hard calls",
    PauseReason.OTHER: "Other",
}


class AbsenceReason(StrEnum):
    """SAY_ABSENCE has the words. Nothing here tells why somebody is ill."""

    HOLIDAY = "holiday"
    ILL = "ill"
    TRAINING = "training"
    OTHER = "other"


SAY_ABSENCE: dict[AbsenceReason, str] = {
    AbsenceReason.HOLIDAY: "Holiday",
    AbsenceReason.ILL: "Ill",
    AbsenceReason.TRAINING: "Training",
    AbsenceReason.OTHER: "Other",
}


@dataclass(frozen=True, kw_only=True)
class DaysAway:
    """Days on which somebody is away, the last one included; `cover_id` makes her calls in person."""

    staff_id: UUID
    first_day: date
    last_day: date
    reason: AbsenceReason
    cover_id: UUID | None = None


@dataclass(frozen=True)
class Working:
    """One member of staff: her weekly shift, and the days (first, last) on which she is away."""

    shift: OfficeHours
    away: Sequence[tuple[date, date]] = ()

    def is_away(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.away)

    def times(self, first: date, count: int) -> list[Interval]:
        """Her stretches of work from `first` on, days of absence left out."""
        special = {day: () for first_day, last_day in self.away for day in _days(first_day, last_day)}
        return OfficeHours(self.shift.zone, self.shift.week, special).open_times(first, count)


def _days(first: date, last: date) -> Iterable[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def gaps(office: OfficeHours, team: Iterable[Working], *, now: datetime, days: int) -> list[Interval]:
    """Stretches of the coming `days` in which the office is open and nobody of `team` has a shift."""
    times = intersection(office.open_times(now.date(), days), [(now, now + timedelta(days=days))])
    return without(times, merged(stretch for one in team for stretch in one.times(now.date(), days)))


def without(times: list[Interval], taken: list[Interval]) -> list[Interval]:
    """The time in `times` that is not in `taken`."""
    result: list[Interval] = []
    for start, end in times:
        left = start
        for begin, stop in taken:
            if begin < end and stop > left:
                if left < begin:
                    result.append((left, begin))
                left = max(left, stop)
        if left < end:
            result.append((left, end))
    return result
