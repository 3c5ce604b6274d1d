"""What the series need to know of families, read for one or for many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from intake.models.callback import CallAttempt
from intake.models.lead import Contact, Lead
from intake.models.mail_reply import MailReply
from intake.models.mailing import Mailing, SeriesRun, Suppression
from intake.models.match import Match, MatchSet
from intake.models.promise import Breach
from intake.rules.facts import Channel
from intake.rules.outcomes import OutcomeCode
from intake.rules.series import ANSWERS, SERIES, Anchor, Ending
from intake.rules.series_hours import Zones, day_begins, known_zones, local_day
from intake.rules.series_plan import Case
from intake.rules.statuses import LeadStatus, MailingStatus
from intake.services import letters
from intake.services.suppressions import BOUNCED, ERASED

_ENDINGS: dict[str | None, Ending] = {
    OutcomeCode.PATIENT_DIED: Ending.DIED,
    OutcomeCode.ASKED_TO_STOP: Ending.STOPPED,
}
_WENT_OUT = (MailingStatus.SENDING, MailingStatus.ACCEPTED, MailingStatus.UNKNOWN)
_SETTLED = (*_WENT_OUT, MailingStatus.FAILED)


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


def family_of(session: Session, lead_id: UUID) -> Family:
    """Raises KeyError for a lead that is gone."""
    return families(session, [lead_id])[lead_id]


def families(session: Session, lead_ids: Collection[UUID]) -> dict[UUID, Family]:
    """Every lead that is there, in four queries for all of them."""
    wanted = list(lead_ids)
    runs, mailings = _runs(session, wanted), _mailings(session, wanted)
    packets = letters.packets(session, wanted)
    return {
        row.id: _family(row, runs[row.id], mailings[row.id], packets.get(row.id))
        for row in _leads(session, wanted)
    }


def _leads(session: Session, lead_ids: list[UUID]) -> Iterable[Row[Any]]:
    binds = or_(Suppression.reason != ERASED, Lead.created_at <= Suppression.created_at)
    same = Suppression.address_blind == Contact.email_blind
    stopped = and_(Suppression.channel == Channel.EMAIL, same, binds)
    spoken = select(func.min(CallAttempt.ended_at)).where(
        CallAttempt.lead_id == Lead.id, CallAttempt.outcome == OutcomeCode.SPOKE
    )
    # Once somebody rang, the mail would come after the call.
    late = select(func.min(Breach.told_at)).where(Breach.lead_id == Lead.id, Breach.rung_at.is_(None))
    unread = exists().where(MailReply.settled_at.is_(None))
    from_them = MailReply.sender_blind == Contact.email_blind
    held = or_(unread.where(MailReply.lead_id == Lead.id), unread.where(from_them))
    matched = exists().where(MatchSet.lead_id == Lead.id, MatchSet.current, Match.match_set_id == MatchSet.id)
    answers = [getattr(Lead, name) for name in ANSWERS]
    found = select(
        Lead.id,
        Lead.created_at,
        Lead.time_zones,
        Lead.status,
        Lead.wants_guide,
        *answers,
        Contact.email_blind,
        Suppression.reason.label("stopped"),
        spoken.scalar_subquery().label("spoken_at"),
        late.scalar_subquery().label("call_late_at"),
        matched.label("matched"),
        held.label("held"),
    )
    placed = found.join(Contact, Contact.lead_id == Lead.id).outerjoin(Suppression, stopped)
    return session.execute(placed.where(Lead.id.in_(lead_ids)))


def _runs(session: Session, lead_ids: list[UUID]) -> dict[UUID, list[SeriesRun]]:
    found: dict[UUID, list[SeriesRun]] = defaultdict(list)
    for run in session.scalars(select(SeriesRun).where(SeriesRun.lead_id.in_(lead_ids))):
        found[run.lead_id].append(run)
    return found


def _mailings(session: Session, lead_ids: list[UUID]) -> dict[UUID, dict[str, Sent]]:
    at = func.coalesce(Mailing.answered_at, Mailing.sending_at)
    columns = (Mailing.lead_id, Mailing.id, Mailing.step, Mailing.status, Mailing.due_at, at, Mailing.because)
    found: dict[UUID, dict[str, Sent]] = defaultdict(dict)
    for row in session.execute(select(*columns).where(Mailing.lead_id.in_(lead_ids))):
        lead_id, row_id, key, status, due_at, ended_at, because = row
        found[lead_id][key] = Sent(row_id, key, MailingStatus(status), due_at, ended_at, because)
    return found


def _family(
    row: Row[Any], runs: list[SeriesRun], mailings: dict[str, Sent], packet: datetime | None
) -> Family:
    zones = known_zones(row.time_zones)
    by_name = {run.series: run for run in runs}
    case = Case(
        zones=zones,
        answers={name: getattr(row, name) for name in ANSWERS},
        consents=_consents(row, by_name),
        has_address=row.email_blind is not None,
        anchors=_anchors(row, by_name, mailings, zones, packet),
        endings=_endings(row, by_name),
        has_match=row.matched,
        held=row.held,
        paused=max((run.paused_until for run in runs if run.paused_until), default=None),
        settled=frozenset(sent.key for sent in mailings.values() if sent.status in _SETTLED),
        every_months=by_name["reminders"].every_months if "reminders" in by_name else None,
        last_day=max((local_day(at, zones) for at in _went_out(mailings)), default=None),
    )
    versions = frozenset(run.planned_version for run in runs if run.ended_at is None)
    return Family(lead_id=row.id, case=case, mailings=mailings, versions=versions)


def _went_out(mailings: dict[str, Sent]) -> Iterable[datetime]:
    return [sent.at for sent in mailings.values() if sent.status in _WENT_OUT and sent.at]


def _consents(row: Row[Any], runs: dict[str, SeriesRun]) -> frozenset[str]:
    """The reminders are asked for on the family's own page, and that is their consent."""
    asked = {"email_guide": row.wants_guide, "email_reminders": "reminders" in runs}
    return frozenset(key for key, given in asked.items() if given)


def _anchors(
    row: Row[Any],
    runs: dict[str, SeriesRun],
    mailings: dict[str, Sent],
    zones: Zones,
    packet: datetime | None,
) -> dict[Anchor, datetime]:
    reminders, condolence = runs.get("reminders"), runs.get("condolence")
    day = reminders.appointment_on if reminders else None
    known = {
        Anchor.ASKED: row.created_at,
        Anchor.SPOKEN: row.spoken_at,
        Anchor.PACKET: packet,
        Anchor.APPOINTMENT: day_begins(day, zones) if day else None,
        Anchor.BY_HAND: condolence.begun_at if condolence else None,
        Anchor.CALL_LATE: row.call_late_at,
        Anchor.CHOSEN: mailings["chosen"].due_at if "chosen" in mailings else None,
    }
    return {anchor: at for anchor, at in known.items() if at is not None}


def _endings(row: Row[Any], runs: dict[str, SeriesRun]) -> dict[str, frozenset[Ending]]:
    """What ended all of a lead's series, and what ended each."""
    for_all = {_ENDINGS[run.ended_because] for run in runs.values() if run.ended_because in _ENDINGS}
    if row.stopped:
        for_all.add(Ending.BOUNCED if row.stopped == BOUNCED else Ending.STOPPED)
    if row.status != LeadStatus.OPEN:
        for_all.add(Ending.CLOSED)
    ended = {name for name, run in runs.items() if run.ended_at is not None}
    own = {series.name: {Ending.ENDED} if series.name in ended else set() for series in SERIES.series}
    return {name: frozenset(for_all | endings) for name, endings in own.items()}
