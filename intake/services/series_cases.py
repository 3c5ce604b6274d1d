"""What the series need to know of families, read for one or for many at once."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Label,
    Row,
    Select,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from intake import later
from intake.models.callback import CallAttempt
from intake.models.lead import Contact, Lead
from intake.models.letter import Letter
from intake.models.mail_reply import MailReply
from intake.models.mailing import Mailing, SeriesRun, Suppression
from intake.models.match import Match, MatchSet
from intake.models.promise import Breach
from intake.rules.facts import Channel
from intake.rules.outcomes import OutcomeCode
from intake.rules.post import expected_at
from intake.rules.series import ANSWERS, SERIES, Anchor, Ending, Series
from intake.rules.series_hours import Zones, day_begins, known_zones, local_day
from intake.rules.series_plan import Case, Why, barred
from intake.rules.statuses import LeadStatus, MailingStatus
from intake.services.letters import is_packet
from intake.services.suppressions import BOUNCED, ERASED

_ENDINGS: dict[str | None, Ending] = {
    OutcomeCode.PATIENT_DIED: Ending.DIED,
    OutcomeCode.ASKED_TO_STOP: Ending.STOPPED,
}
_WENT_OUT = (MailingStatus.SENDING, MailingStatus.ACCEPTED, MailingStatus.UNKNOWN)
_SETTLED = (*_WENT_OUT, MailingStatus.FAILED)


@dataclass(frozen=True)
class Run:
    """One series of a lead, as far as planning goes."""

    series: str
    begun_at: datetime
    paused_until: datetime | None
    ended_at: datetime | None
    ended_because: str | None
    planned_version: str
    appointment_on: date | None
    every_months: int | None


@dataclass(frozen=True)
class Sent:
    """One mailing's row, as far as planning goes."""

    id: UUID
    key: str
    status: MailingStatus
    due_at: datetime
    at: datetime | None
    because: str | None


@dataclass(frozen=True, kw_only=True)
class Family:
    """One lead: its case, its mailings by key, and what its series were last planned by."""

    lead_id: UUID
    case: Case
    mailings: dict[str, Sent]
    versions: frozenset[str]

    def once_sending(self, key: str, now: datetime) -> "Family":
        """The same as soon as this mailing is under way."""
        sent = replace(self.mailings[key], status=MailingStatus.SENDING, at=now)
        day, settled = local_day(now, self.case.zones), self.case.settled | {key}
        case = replace(self.case, settled=settled, last_day=day)
        return replace(self, case=case, mailings={**self.mailings, key: sent})


def _gathered(*columns: InstrumentedAttribute[Any], where: ColumnElement[bool]) -> Label[Any]:
    """Rows of another table as a list of objects, beside the lead that they belong to."""
    table = columns[0].class_
    named: list[Any] = []
    for column in columns:
        named += literal_column(f"'{column.key}'"), column
    rows = select(func.json_agg(func.json_build_object(*named))).where(table.lead_id == Lead.id, where)
    return rows.correlate(Lead).scalar_subquery().label(table.__tablename__)


def _everything() -> Select[Any]:
    """One statement for all that planning needs, built once: it is run twice for each mail."""
    spoken = select(func.min(CallAttempt.ended_at)).where(
        CallAttempt.lead_id == Lead.id, CallAttempt.outcome == OutcomeCode.SPOKE
    )
    # Once somebody rang, the mail would come after the call.
    late = select(func.min(Breach.told_at)).where(Breach.lead_id == Lead.id, Breach.rung_at.is_(None))
    unread = exists().where(MailReply.settled_at.is_(None))
    from_them = MailReply.sender_blind == Contact.email_blind
    held = or_(unread.where(MailReply.lead_id == Lead.id), unread.where(from_them))
    matched = exists().where(MatchSet.lead_id == Lead.id, MatchSet.current, Match.match_set_id == MatchSet.id)
    return _standing().add_columns(
        Lead.id,
        Lead.created_at,
        Lead.time_zones,
        *(getattr(Lead, name) for name in ANSWERS),
        spoken.scalar_subquery().label("spoken_at"),
        late.scalar_subquery().label("call_late_at"),
        matched.label("matched"),
        held.label("held"),
        _gathered(*_MAILING, where=true()),
        _gathered(Letter.due_at, Letter.posted_at, Letter.created_at, where=is_packet()),
    )


def _standing() -> Select[Any]:
    """What may forbid a whole series."""
    binds = or_(Suppression.reason != ERASED, Lead.created_at <= Suppression.created_at)
    same = Suppression.address_blind == Contact.email_blind
    stopped = and_(Suppression.channel == Channel.EMAIL, same, binds)
    runs = _gathered(*(getattr(SeriesRun, field.name) for field in fields(Run)), where=true())
    reason = Suppression.reason.label("stopped")
    found = select(Lead.status, Lead.wants_guide, Contact.email_blind, reason, runs).select_from(Lead)
    return found.join(Contact, Contact.lead_id == Lead.id).outerjoin(Suppression, stopped)


_MAILING = (
    Mailing.id,
    Mailing.step,
    Mailing.status,
    Mailing.due_at,
    Mailing.answered_at,
    Mailing.sending_at,
    Mailing.because,
)
_STANDING = _standing().where(Lead.id == bindparam("lead_id"))
_FAMILY = _everything().where(Lead.id == bindparam("lead_id"))
_FAMILIES = _everything().where(Lead.id == func.any(bindparam("lead_ids", type_=ARRAY(Uuid))))


def bar(session: Session, lead_id: UUID, series: Series) -> Why | None:
    """What forbids a series at this moment: the least that must be read to know it."""
    row = later.ask(session, _STANDING, {"lead_id": lead_id}).one()
    runs, known = _runs(row.series_run or ()), row.email_blind is not None
    endings, consents = _endings(row, runs), _consents(row, runs)
    case = Case(zones=(), answers={}, anchors={}, consents=consents, has_address=known, endings=endings)
    return barred(series, case)


def family_of(session: Session, lead_id: UUID) -> Family:
    """Raises KeyError for a lead that is gone."""
    return families(session, [lead_id])[lead_id]


def families(session: Session, lead_ids: Collection[UUID]) -> dict[UUID, Family]:
    """Every lead that is there, in one query for all of them.

    For one alone PostgreSQL keeps its plan; for a list it makes a new one each time, which takes longer
    than to run it.
    """
    one = len(lead_ids) == 1
    given = {"lead_id": next(iter(lead_ids))} if one else {"lead_ids": list(lead_ids)}
    return {row.id: _family(row) for row in later.ask(session, _FAMILY if one else _FAMILIES, given)}


def _family(row: Row[Any]) -> Family:
    runs, mailings = _runs(row.series_run or ()), _sent(row.mailing or ())
    zones = known_zones(row.time_zones)
    case = Case(
        zones=zones,
        answers={name: getattr(row, name) for name in ANSWERS},
        consents=_consents(row, runs),
        has_address=row.email_blind is not None,
        anchors=_anchors(row, runs, mailings, zones),
        endings=_endings(row, runs),
        has_match=row.matched,
        held=row.held,
        paused=max((run.paused_until for run in runs.values() if run.paused_until), default=None),
        settled=frozenset(sent.key for sent in mailings.values() if sent.status in _SETTLED),
        every_months=runs["reminders"].every_months if "reminders" in runs else None,
        last_day=max((local_day(at, zones) for at in _went_out(mailings)), default=None),
    )
    versions = frozenset(run.planned_version for run in runs.values() if run.ended_at is None)
    return Family(lead_id=row.id, case=case, mailings=mailings, versions=versions)


def _runs(rows: Iterable[dict[str, Any]]) -> dict[str, Run]:
    """By the name of the series."""
    return {row["series"]: Run(**_typed(row)) for row in rows}


def _sent(rows: Iterable[dict[str, Any]]) -> dict[str, Sent]:
    """By the key of the step."""
    return {
        row["step"]: Sent(
            id=UUID(row["id"]),
            key=row["step"],
            status=MailingStatus(row["status"]),
            due_at=row["due_at"],
            at=row["answered_at"] or row["sending_at"],
            because=row["because"],
        )
        for row in map(_typed, rows)
    }


def _packet(rows: Iterable[dict[str, Any]]) -> datetime | None:
    """When the posted guide should have arrived: the newest counts."""
    letters = sorted(map(_typed, rows), key=lambda row: row["created_at"])
    return expected_at(letters[-1]["due_at"], letters[-1]["posted_at"]) if letters else None


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no times: `_at` and `_until` are moments, `_on` is a day."""
    return {name: _reader(name)(value) if value else value for name, value in row.items()}


@cache
def _reader(name: str) -> Callable[[Any], Any]:
    """Asked for once a name, where there are many rows."""
    if name.endswith(("_at", "_until")):
        return datetime.fromisoformat
    return date.fromisoformat if name.endswith("_on") else lambda value: value


def _went_out(mailings: dict[str, Sent]) -> Iterable[datetime]:
    return [sent.at for sent in mailings.values() if sent.status in _WENT_OUT and sent.at]


def _consents(row: Row[Any], runs: dict[str, Run]) -> frozenset[str]:
    """The reminders are asked for on the family's own page, and that is their consent."""
    asked = {"email_guide": row.wants_guide, "email_reminders": "reminders" in runs}
    return frozenset(key for key, given in asked.items() if given)


def _anchors(
    row: Row[Any], runs: dict[str, Run], mailings: dict[str, Sent], zones: Zones
) -> dict[Anchor, datetime]:
    reminders, condolence = runs.get("reminders"), runs.get("condolence")
    day = reminders.appointment_on if reminders else None
    known = {
        Anchor.ASKED: row.created_at,
        Anchor.SPOKEN: row.spoken_at,
        Anchor.PACKET: _packet(row.letter or ()),
        Anchor.APPOINTMENT: day_begins(day, zones) if day else None,
        Anchor.BY_HAND: condolence.begun_at if condolence else None,
        Anchor.CALL_LATE: row.call_late_at,
        Anchor.CHOSEN: mailings["chosen"].due_at if "chosen" in mailings else None,
    }
    return {anchor: at for anchor, at in known.items() if at is not None}


def _endings(row: Row[Any], runs: dict[str, Run]) -> Mapping[str, frozenset[Ending]]:
    """What ended all of a lead's series, and what ended each."""
    for_all = {_ENDINGS[run.ended_because] for run in runs.values() if run.ended_because in _ENDINGS}
    if row.stopped:
        for_all.add(Ending.BOUNCED if row.stopped == BOUNCED else Ending.STOPPED)
    if row.status != LeadStatus.OPEN:
        for_all.add(Ending.CLOSED)
    ended = frozenset(name for name, run in runs.items() if run.ended_at is not None)
    return _by_series(frozenset(for_all), ended)


@cache
def _by_series(for_all: frozenset[Ending], ended: frozenset[str]) -> Mapping[str, frozenset[Ending]]:
    """Few differ, and many families are planned at a time."""
    own = {series.name: {Ending.ENDED} if series.name in ended else set() for series in SERIES.series}
    return {name: frozenset(for_all | endings) for name, endings in own.items()}
