"""What becomes of each step of the series for one family, and why. Pure: the case and the instant come in.

One answer serves all who ask: the planner, the worker that is about to send, and the console that shows
what was sent, what comes and why something will not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from intake.rules.series import Anchor, Ending, Need, Part, Series, SeriesTable, Step
from intake.rules.series_hours import Windows, Zones, day_begins, local_day, opening


class Fate(StrEnum):
    """SETTLED: sent or given up. SEND and LOOK have a time; WAIT hopes for something to happen."""

    SETTLED = "settled"
    SEND = "send"
    LOOK = "look"
    WAIT = "wait"
    NEVER = "never"


class Why(StrEnum):
    """The reason behind a fate, as a code. The endings are reasons, too."""

    PLANNED = "planned"
    DONE = "done"
    NOT_ASKED = "not_asked"
    NO_ADDRESS = "no_address"
    STOPPED = Ending.STOPPED.value
    BOUNCED = Ending.BOUNCED.value
    DIED = Ending.DIED.value
    CLOSED = Ending.CLOSED.value
    ENDED = Ending.ENDED.value
    NOT_FOR_THEM = "not_for_them"
    TOO_LATE = "too_late"
    NO_MATCH = "no_match"
    NO_PACKET = "no_packet"
    NOT_SPOKEN = "not_spoken"
    NO_APPOINTMENT = "no_appointment"
    BY_HAND = "by_hand"
    CALL_IN_TIME = "call_in_time"
    REPLY = "reply"
    BRAKE = "brake"
    NOT_IN_SERIES = "not_in_series"


_LACKS = {Need.MATCH: Why.NO_MATCH, Need.SPOKEN: Why.NOT_SPOKEN, Need.PACKET: Why.NO_PACKET}
_AWAITS = {
    Anchor.SPOKEN: Why.NOT_SPOKEN,
    Anchor.PACKET: Why.NO_PACKET,
    Anchor.APPOINTMENT: Why.NO_APPOINTMENT,
    Anchor.BY_HAND: Why.BY_HAND,
    Anchor.CALL_LATE: Why.CALL_IN_TIME,
    Anchor.CHOSEN: Why.BY_HAND,
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What decides a family's series; it names nobody.

    anchors: when each happened or will, aware UTC. endings: by series. paused: nothing before that
    instant. settled: keys of mailings that are sent, under way or given up; last_day: the local date of
    the newest that went out. held: a reply of theirs waits to be read by a person.
    """

    zones: Zones
    answers: Mapping[str, str]
    consents: frozenset[str]
    has_address: bool
    anchors: Mapping[Anchor, datetime]
    endings: Mapping[str, frozenset[Ending]] = field(default_factory=dict)
    has_match: bool = False
    paused: datetime | None = None
    settled: frozenset[str] = frozenset()
    last_day: date | None = None
    held: bool = False
    every_months: int | None = None

    def has(self, need: Need, now: datetime) -> bool:
        if need is Need.MATCH:
            return self.has_match
        happened = self.anchors.get(Anchor(need.value))
        return happened is not None and happened <= now


class Outlook(NamedTuple):
    """One step for one family. `due_at` (UTC) with SEND and LOOK; `key` names its mailing."""

    step: Step
    key: str
    fate: Fate
    why: Why
    due_at: datetime | None = None


class Verdict(NamedTuple):
    """What becomes of one mailing."""

    fate: Fate
    why: Why
    due_at: datetime | None = None


def outlook(table: SeriesTable, case: Case, now: datetime) -> list[Outlook]:
    """Every step: those with a time in its order, then the others as in the file."""
    # A series is asked about once, not at each of its steps: many families are planned at a time.
    bars = {series.name: barred(series, case) for series in table.series}
    seen = [_seen(table, case, step, now, bars[step.series]) for step in table.steps]
    dated = sorted((one for one in seen if one.due_at), key=lambda one: one.due_at or now)
    return [*_spread(table, case, dated), *(one for one in seen if one.due_at is None)]


def next_steps(seen: Iterable[Outlook]) -> list[Outlook]:
    """What must wait in a row now, of each series: the next step that will be sent, and those before it
    that may be."""
    found, settled = [], set()
    for one in seen:
        if one.due_at and one.step.series not in settled:
            found.append(one)
            if one.fate is Fate.SEND:
                settled.add(one.step.series)
    return found


def fate_of(table: SeriesTable, case: Case, key: str, now: datetime, *, tried: bool = False) -> Verdict:
    """The one mailing that a worker is about to send: `key` may be a repeat such as `guide.2`.

    One that was `tried` came in time; that a server or a person kept it waiting does not make it late.
    """
    step = table.step(key)
    if step is None:
        return Verdict(Fate.NEVER, Why.NOT_IN_SERIES)
    if step.after is Anchor.APPOINTMENT and key != key_of(step, case):
        return Verdict(Fate.NEVER, Why.ENDED)
    patient = replace(step, late=timedelta.max / 2) if tried else step
    bar, unsettled = barred(table.series_of(step), case), replace(case, settled=frozenset())
    found = _seen(table, unsettled, patient, now, bar)
    if found.due_at:
        (found,) = _spread(table, case, [found])
    return Verdict(found.fate, found.why, found.due_at)


def key_of(step: Step, case: Case) -> str:
    """The name of the step's mailing: reminders come once for each appointment."""
    if step.after is not Anchor.APPOINTMENT or step.after not in case.anchors:
        return step.name
    return f"{step.name}.{local_day(case.anchors[step.after], case.zones)}"


def barred(series: Series, case: Case) -> Why | None:
    """What forbids the whole series, if anything: asked again in the moment of sending."""
    if series.consent not in case.consents:
        return Why.NOT_ASKED
    if not case.has_address:
        return Why.NO_ADDRESS
    ended = case.endings.get(series.name, frozenset()) & series.ends_on
    return Why(next(ending for ending in Ending if ending in ended)) if ended else None


def look_again(table: SeriesTable, case: Case, step: Step, now: datetime) -> datetime:
    """When a step that lacks something is looked at next: tomorrow in its part of the day."""
    tomorrow = day_begins(local_day(now, case.zones) + timedelta(days=1), case.zones)
    return opening(tomorrow, case.zones, _windows(table, step))


def _seen(table: SeriesTable, case: Case, step: Step, now: datetime, bar: Why | None) -> Outlook:
    key = key_of(step, case)
    if key in case.settled:
        return Outlook(step, key, Fate.SETTLED, Why.DONE)
    never = bar or _unfit(step, case)
    if never:
        return Outlook(step, key, Fate.NEVER, never)
    anchor = case.anchors.get(step.after)
    if anchor is None:
        return Outlook(step, key, Fate.WAIT, _AWAITS[step.after])
    if step.part is Part.AT_ONCE:
        return Outlook(step, key, Fate.SEND, Why.PLANNED, max(anchor, now))
    wished = _wished(table.series_of(step), step, case, anchor)
    if now - wished >= step.late + timedelta(days=1):
        return Outlook(step, key, Fate.NEVER, Why.TOO_LATE)
    due_at, lacks = opening(max(wished, now), case.zones, _windows(table, step)), _lacks(step, case, now)
    return Outlook(step, key, Fate.LOOK if lacks else Fate.SEND, lacks or Why.PLANNED, due_at)


def _unfit(step: Step, case: Case) -> Why | None:
    for name, values in step.only.items():
        if case.answers.get(name) not in values:
            return Why.NOT_FOR_THEM
    return None


def _lacks(step: Step, case: Case, now: datetime) -> Why | None:
    if case.held:
        return Why.REPLY
    if not step.needs:
        return None
    return next((_LACKS[need] for need in Need if need in step.needs and not case.has(need, now)), None)


def _wished(series: Series, step: Step, case: Case, anchor: datetime) -> datetime:
    """The local midnight of its day, or the end of a pause or of a packet's way when that is later."""
    day = local_day(anchor, case.zones) + timedelta(days=step.days)
    packet = case.anchors.get(Anchor.PACKET) if series.waits_for_packet else None
    return max(moment for moment in (day_begins(day, case.zones), case.paused, packet) if moment)


def _windows(table: SeriesTable, step: Step) -> Windows:
    return table.windows[step.part], table.windows[Part.ANY]


def _spread(table: SeriesTable, case: Case, dated: list[Outlook]) -> Iterator[Outlook]:
    """Keep mails that nobody asked for at that moment apart, each in its hours."""
    last = case.last_day
    for seen in dated:
        assert seen.due_at is not None
        due_at = seen.due_at
        if seen.step.part is not Part.AT_ONCE and last:
            first = day_begins(last + table.apart, case.zones)
            if due_at < first:
                due_at = opening(first, case.zones, _windows(table, seen.step))
        if seen.fate is Fate.SEND:
            last = local_day(due_at, case.zones)
        yield seen._replace(due_at=due_at)
