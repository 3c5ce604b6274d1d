"""Rank every open lead again when the directory or the rules changed.

Whether a list is out of date stands in its own row: no work is recorded beside it, so that a batch
that breaks off goes on with the next ring, and two at once share the rows.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select, update
from sqlalchemy.orm import Session

from intake.db import database_now, transaction
from intake.models.directory import Doctor
from intake.models.lead import Lead
from intake.models.match import Match, MatchSet
from intake.rules.differences import Place, differences
from intake.rules.facts import RequestKind
from intake.rules.statuses import LeadStatus
from intake.rules.weights import RULE_VERSION
from intake.services import audit
from workers.matching.match_lead import case_of, directory
from workers.matching.rank import MatchResult, match
from workers.matching.snapshot import Snapshot
from workers.matching.store import NewSet, copy_sets

CHUNK = 200
# While PostgreSQL stores the lists of one, the other ranks: the chunks that are taken are passed over.
_SIDE_BY_SIDE = 2
ACTOR = "matching"
# Families of one cell of the guidance come together: much of the work is the same for them.
_CELL = (Lead.diagnosis, Lead.stage, Lead.treatment_status, Lead.cell_type)
_STARTED = datetime.now(UTC)
# While old and new workers run side by side, neither takes a list from the other for so long.
_SETTLES = timedelta(minutes=10)


def rerank_open_leads(chunk: int = CHUNK) -> int:
    """Bring every list that is out of date to the present directory and rules; return how many.

    Each chunk is a commit of its own. Doing it again does nothing.
    """
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return sum(pool.map(_rerank_all, [chunk] * _SIDE_BY_SIDE))


def _rerank_all(chunk: int) -> int:
    done = 0
    while True:
        with transaction() as session:
            count = rerank_some(session, directory().snapshot(session), limit=chunk)
        done += count
        if count < chunk:
            return done


def rerank_some(session: Session, snapshot: Snapshot, *, limit: int) -> int:
    """Rank up to `limit` leads again; the old sets stay, no longer current."""
    now = database_now(session)
    stale = _stale(session, snapshot, limit=limit, now=now)
    if not stale:
        return 0
    sets = [set_id for set_id, _ in stale]
    before = _places_before(session, sets)
    retire = update(MatchSet).where(MatchSet.id.in_(sets)).values(current=False)
    session.execute(retire, execution_options={"synchronize_session": False})
    # Made one by one: 200 lists as objects are what Python's collector would walk through again and again.
    copy_sets(
        session,
        (_ranked_again(session, lead, snapshot, now=now, before=before[set_id]) for set_id, lead in stale),
    )
    audit.note(
        session, ACTOR, "match.reranked", "directory", snapshot.version, now=now, leads=len(stale),
        rule_version=RULE_VERSION,
    )  # fmt: skip
    return len(stale)


def _ranked_again(
    session: Session, lead: Lead, snapshot: Snapshot, *, now: datetime, before: Sequence[Place]
) -> NewSet:
    result = match(case_of(lead), snapshot, today=now.date())
    changed = differences(before, _places(result))
    if changed:
        audit.note(session, ACTOR, "match.changed", "lead", lead.id, now=now, differences=len(changed))
    return NewSet(lead.id, result, now, changed)


def _stale(session: Session, snapshot: Snapshot, *, limit: int, now: datetime) -> Sequence[Row[UUID, Lead]]:
    """Open leads whose current list another directory or other rules made; the lists are locked for us."""
    open_lead = (Lead.status == LeadStatus.OPEN) & (Lead.kind == RequestKind.MATCH)
    wanted = select(MatchSet.id, Lead).join(Lead, Lead.id == MatchSet.lead_id)
    wanted = wanted.where(MatchSet.current, open_lead, _out_of_date(snapshot, now=now))
    wanted = wanted.order_by(*_CELL).limit(limit)
    return session.execute(wanted.with_for_update(of=MatchSet, skip_locked=True)).all()


def _out_of_date(snapshot: Snapshot, *, now: datetime) -> ColumnElement[bool]:
    settled = max(_STARTED, now - _SETTLES)
    by_others = (MatchSet.rule_version != RULE_VERSION) & (MatchSet.created_at < settled)
    return or_(MatchSet.directory_version < int(snapshot.version), by_others)


def _places_before(session: Session, sets: Sequence[UUID]) -> Mapping[UUID, Sequence[Place]]:
    wanted = select(Match.match_set_id, Match.rank, Match.doctor_id, Doctor.first_name, Doctor.last_name)
    rows = session.execute(
        wanted.join(Doctor, Doctor.id == Match.doctor_id)
        .where(Match.match_set_id.in_(sets))
        .order_by(Match.rank)
    )
    found: defaultdict[UUID, list[Place]] = defaultdict(list)
    for set_id, rank, doctor_id, first, last in rows:
        name = " ".join(part for part in (first, last) if part)
        found[set_id].append(Place(rank, str(doctor_id), name))
    return found


def _places(result: MatchResult) -> list[Place]:
    return [Place(ranked.rank, ranked.doctor.id, ranked.doctor.name) for ranked in result.everybody]
