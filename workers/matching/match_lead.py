"""Match one lead: rank the directory, store the list with its reasons and the rules' version."""

from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy.orm import Session

from intake.config import Settings
from intake.models.lead import Lead
from intake.places import find_place
from intake.rules.facts import (
    CellType,
    Diagnosis,
    Insurance,
    Language,
    RequestKind,
    Stage,
    Travel,
    TreatmentStatus,
)
from intake.services.leads import get_lead
from workers.matching.case import MatchCase
from workers.matching.directory import Directory
from workers.matching.rank import match
from workers.matching.store import NewSet, add_set


@cache
def directory() -> Directory:
    """This process's directory."""
    return Directory(sample=Settings.from_env().sample)


def match_lead(session: Session, lead_id: UUID, now: datetime) -> None:
    """Store the current match set of a lead; an earlier one stays as history."""
    lead = get_lead(session, lead_id)
    if lead.kind != RequestKind.MATCH:
        return
    snapshot = directory().snapshot(session)
    result = match(case_of(lead), snapshot, today=now.date())
    add_set(session, NewSet(lead.id, result, now))


def match_nobody(session: Session, now: datetime) -> None:
    """Rank for a family that is none, and keep nothing: what a canary does."""
    nobody = MatchCase(
        diagnosis=Diagnosis.PLEURAL,
        cell_type=CellType.UNKNOWN,
        stage=Stage.TWO,
        status=TreatmentStatus.NEW,
        lat=None,
        lon=None,
        state="TX",
    )
    match(nobody, directory().snapshot(session), today=now.date())


def case_of(lead: Lead) -> MatchCase:
    """The facts of a lead that decide the match. An unknown ZIP goes by the state alone."""
    place = find_place(lead.zip) if lead.zip else None
    return MatchCase(
        diagnosis=Diagnosis(lead.diagnosis),
        cell_type=CellType(lead.cell_type),
        stage=Stage(lead.stage),
        status=TreatmentStatus(lead.treatment_status),
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        state=lead.state,
        travel=Travel(lead.travel),
        language=Language(lead.language),
        veteran=bool(lead.veteran),
        insurance=Insurance(lead.insurance) if lead.insurance else None,
    )
