"""Clinicians' words on the rows of the guidance."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.guidance import GuidanceSignOff
from intake.models.lead import Lead
from intake.rules.facts import CellType, Diagnosis, Stage, TreatmentStatus
from intake.rules.guidance import ROWS_BY_ID, guidance_for
from intake.services import sign_offs as words
from intake.services.sign_offs import RowStanding, Word


def sign_offs(session: Session) -> dict[str, RowStanding]:
    """The standing of every row of guidance.toml, by row id, in the order of the file."""
    return words.standings(session, {row.id: row.digest for row in ROWS_BY_ID.values()})


def standing_of(session: Session, row_ids: Iterable[str]) -> list[RowStanding]:
    """The standing of the rows that made one list, in their order."""
    standings = sign_offs(session)
    return [standings.get(row_id, RowStanding(row_id)) for row_id in row_ids]


def unsigned_rows(session: Session, lead: Lead) -> list[str]:
    """The rows behind a family's list that no clinician has signed as they stand."""
    found = guidance_for(
        Diagnosis(lead.diagnosis),
        CellType(lead.cell_type),
        Stage(lead.stage),
        TreatmentStatus(lead.treatment_status),
    )
    return [standing.row for standing in standing_of(session, found.row_ids) if not standing.signed]


def history_of(session: Session, row_id: str) -> list[GuidanceSignOff]:
    """Every word ever given on a row, newest first, those on earlier texts with it."""
    return words.history(session, [row_id])


def sign_off(session: Session, row_id: str, word: Word, *, now: datetime) -> None:
    """Keep a clinician's word on the row as it reads now.

    Raises BadInput when there is no such row, no name, or a refusal without a comment.
    """
    row = ROWS_BY_ID.get(row_id)
    if row is None:
        raise BadInput(f"The guidance has no row {row_id}. Open the list again and choose one.")
    words.keep(session, "guidance", {row_id: row.digest}, word, now=now)
