"""The verbs of the series: begin, plan the next step, pause, end, go on.

Only the next step waits in a row. It is decided when the one before it is taken up, and once more when it
is due, so that a change of the file, a stop, a call or a correction counts at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from intake import later
from intake.db import insert_new, row_values
from intake.models.mailing import SeriesRun
from intake.rules.series import SERIES
from intake.rules.series_plan import (
    Fate,
    Outlook,
    Verdict,
    Why,
    barred,
    fate_of,
    next_steps,
    outlook,
)
from intake.rules.statuses import MailingStatus
from intake.services import mailings, outbox
from intake.services.series_cases import Family, Sent, families, family_of

_GUIDE = "guide"
_BEGIN = insert_new(SeriesRun)
_MARK = text("UPDATE series_run SET planned_version = :version WHERE lead_id = ANY(CAST(:leads AS uuid[]))")


def begin(session: Session, lead_id: UUID, *, now: datetime) -> None:
    """Begin the guide's series and plan its first step; nothing for a family that did not agree to it.

    An address that said stop earlier gets its first step, too: it turns `suppressed` when it is due,
    where staff and the family see it.
    """
    family = family_of(session, lead_id)
    why = barred(SERIES.named(_GUIDE), family.case)
    if why in (Why.NOT_ASKED, Why.NO_ADDRESS):
        return
    _open(session, lead_id, _GUIDE, now)
    if why:
        first = SERIES.steps_of(_GUIDE)[0]
        mailings.plan_rows(session, [(lead_id, first.name, now)], now=now)
    else:
        # That this series runs changes nothing of what its steps are planned by.
        _plan(session, [family], now)


def open_run(session: Session, lead_id: UUID, series: str, *, now: datetime) -> SeriesRun:
    """The row of a series for a lead; made when there is none."""
    _open(session, lead_id, series, now)
    wanted = select(SeriesRun).where(SeriesRun.lead_id == lead_id, SeriesRun.series == series)
    return session.scalars(wanted).one()


def _open(session: Session, lead_id: UUID, series: str, now: datetime) -> None:
    run = SeriesRun(lead_id=lead_id, series=series, begun_at=now, planned_version=SERIES.version)
    session.execute(_BEGIN, [row_values(run)])


def pause(session: Session, lead_id: UUID, *, until: datetime, now: datetime) -> None:
    """Nothing that comes by itself before `until`. A pause never shortens another."""
    runs = _runs(session, lead_id)
    for run in runs:
        run.paused_until = max(until, run.paused_until or until)
    session.flush()
    plan(session, [lead_id], now=now)


def end(session: Session, lead_id: UUID, because: str, *, series: str | None = None, now: datetime) -> None:
    """End one series, or all of a lead's. What is under way may still arrive; the rest shows why not."""
    for run in _runs(session, lead_id):
        if run.ended_at is None and series in (None, run.series):
            run.ended_at, run.ended_because = now, because
    session.flush()
    plan(session, [lead_id], now=now)


def unpause(session: Session, lead_id: UUID, *, now: datetime) -> None:
    """End a pause before its time; what was ended stays ended."""
    for run in _runs(session, lead_id):
        run.paused_until = None
    session.flush()
    plan(session, [lead_id], now=now)


def resume(session: Session, lead_id: UUID, *, now: datetime) -> None:
    """Take pauses and ends back, and plan what is not too late by now."""
    for run in _runs(session, lead_id):
        run.paused_until = run.ended_at = run.ended_because = None
    session.flush()
    plan(session, [lead_id], now=now)


def plan(session: Session, lead_ids: Collection[UUID], *, now: datetime) -> int:
    """Decide the next steps of these leads and keep them as rows; return how many rows are new.

    Mailings that a worker holds at this moment are left to it. Safe to run twice and side by side.
    """
    return _plan(session, families(session, lead_ids).values(), now)


def _plan(session: Session, known: Collection[Family], now: datetime) -> int:
    changes = _Changes()
    for family in known:
        changes.take(family, now)
    _move(session, changes.moved)
    _drop(session, changes.dropped, now)
    for mailing_id, due_at in sorted(changes.again):
        mailings.plan_again(session, mailing_id, due_at, now=now)
    _mark(session, [family.lead_id for family in known if family.versions - {SERIES.version}])
    return mailings.plan_rows(session, changes.wanted, now=now)


def plan_after(session: Session, family: Family, key: str, *, now: datetime) -> None:
    """A mailing is under way from this commit on: decide what follows, by the family as it was just read."""
    _plan(session, [family.once_sending(key, now)], now)


def coming(session: Session, lead_id: UUID, *, now: datetime) -> list[Outlook]:
    """Of a series that has begun: the steps that will come by what is known today and are not rows yet."""
    family = family_of(session, lead_id)
    if not family.mailings:
        return []
    seen = outlook(SERIES, family.case, now)
    return [one for one in seen if one.fate is Fate.SEND and one.key not in family.mailings]


def plan_stale(session: Session, *, limit: int, now: datetime) -> int:
    """Plan leads whose series another version of the file planned last; return how many there were."""
    running = SeriesRun.ended_at.is_(None)
    older = select(SeriesRun.lead_id).where(running, SeriesRun.planned_version < SERIES.version).limit(limit)
    newer = select(SeriesRun.lead_id).where(running, SeriesRun.planned_version > SERIES.version).limit(limit)
    lead_ids = list({*session.scalars(older), *session.scalars(newer)})[:limit]
    plan(session, lead_ids, now=now)
    return len(lead_ids)


@dataclass
class _Changes:
    """What planning wants to be different, for many leads."""

    wanted: list[tuple[UUID, str, datetime]] = field(default_factory=list)
    again: list[tuple[UUID, datetime]] = field(default_factory=list)
    moved: dict[UUID, datetime] = field(default_factory=dict)
    dropped: dict[UUID, Why] = field(default_factory=dict)

    def take(self, family: Family, now: datetime) -> None:
        rows, seen = family.mailings, outlook(SERIES, family.case, now)
        for one in next_steps(seen):
            self._want(family.lead_id, one, rows.get(one.key))
        known = {one.key: one for one in seen}
        for row in rows.values():
            if row.status == MailingStatus.PLANNED:
                self._keep(row, known.get(row.key) or fate_of(SERIES, family.case, row.key, now), now)

    def _want(self, lead_id: UUID, one: Outlook, row: Sent | None) -> None:
        assert one.due_at is not None
        if row is None:
            self.wanted.append((lead_id, one.key, one.due_at))
        elif row.status == MailingStatus.SUPPRESSED:
            self.again.append((row.id, one.due_at))

    def _keep(self, row: Sent, seen: Outlook | Verdict, now: datetime) -> None:
        """A row that is due already, or that is looked at again tomorrow, keeps its time."""
        if seen.due_at is None:
            self.dropped[row.id] = seen.why
        elif seen.fate is Fate.LOOK and row.because:
            return
        elif seen.due_at != row.due_at and max(seen.due_at, row.due_at) > now:
            self.moved[row.id] = seen.due_at


def _move(session: Session, moved: Mapping[UUID, datetime]) -> None:
    """Give waiting mailings another time, and the work of sending them with it."""
    outbox.move_each(session, mailings.move_each(session, moved))


def _drop(session: Session, dropped: Mapping[UUID, Why], now: datetime) -> None:
    for row in mailings.hold_planned(session, dropped):
        mailings.turn(row, MailingStatus.SUPPRESSED, because=dropped[row.id], now=now)


def _mark(session: Session, lead_ids: Collection[UUID]) -> None:
    """Remember by which file these series were planned."""
    if lead_ids:
        later.run(session, _MARK, {"version": SERIES.version, "leads": list(lead_ids)})


def _runs(session: Session, lead_id: UUID) -> Sequence[SeriesRun]:
    """The series of a lead, locked, in one order for everybody."""
    theirs = select(SeriesRun).where(SeriesRun.lead_id == lead_id).order_by(SeriesRun.id)
    return session.scalars(theirs.with_for_update()).all()
