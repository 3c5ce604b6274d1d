"""Clinicians' words on the rows of the guidance: the newest one on a row's present text counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.guidance import GuidanceSignOff
from intake.models.lead import Lead
from intake.rules.facts import CellType, Diagnosis, Stage, TreatmentStatus
from intake.rules.guidance import ROWS, ROWS_BY_ID, guidance_for
from intake.services import audit


@dataclass(frozen=True, slots=True)
class RowStanding:
    """Whether one row is signed as it stands. `by`, `on`, `comment`: of the word that counts.

    A word against the row (`refused`) leaves it unsigned. `changed`: it was signed once, and its
    text is another since; `by` and `on` are then None.
    """

    row: str
    signed: bool = False
    refused: bool = False
    changed: bool = False
    by: str | None = None
    on: date | None = None
    comment: str = ""

    def to_json(self) -> dict[str, Any]:
        """As `advocate match --json` prints it."""
        on = self.on.isoformat() if self.on else None
        return {"row": self.row, "signed": self.signed, "by": self.by, "on": on}


def sign_offs(session: Session) -> dict[str, RowStanding]:
    """The standing of every row of guidance.toml, by row id, in the order of the file."""
    present: dict[str, GuidanceSignOff] = {}
    approved_once: set[str] = set()
    for word in session.scalars(select(GuidanceSignOff).order_by(GuidanceSignOff.id)):
        row = ROWS_BY_ID.get(word.row_id)
        if row is not None and word.digest == row.digest:
            present[word.row_id] = word
        elif word.approved:
            approved_once.add(word.row_id)
    return {row.id: _standing(row.id, present.get(row.id), changed=row.id in approved_once) for row in ROWS}


def _standing(row_id: str, word: GuidanceSignOff | None, *, changed: bool) -> RowStanding:
    if word is None:
        return RowStanding(row_id, changed=changed)
    return RowStanding(
        row=row_id,
        signed=word.approved,
        refused=not word.approved,
        by=word.clinician,
        on=word.at.date(),
        comment=word.comment,
    )


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
    words = select(GuidanceSignOff).where(GuidanceSignOff.row_id == row_id)
    return list(session.scalars(words.order_by(GuidanceSignOff.id.desc())))


def sign_off(
    session: Session,
    row_id: str,
    *,
    staff_id: UUID,
    clinician: str,
    approved: bool,
    comment: str = "",
    now: datetime,
) -> GuidanceSignOff:
    """Keep a clinician's word on the row as it reads now, entered by a member of staff.

    Raises BadInput when there is no such row, no name, or a refusal without a comment.
    """
    row = ROWS_BY_ID.get(row_id)
    if row is None:
        raise BadInput(f"The guidance has no row {row_id}. Open the list again and choose one.")
    if not clinician.strip():
        raise BadInput("Clinician: enter the name of who read the row.")
    if not approved and not comment.strip():
        raise BadInput("Comment: say what is wrong with the row, so that it can be mended.")
    word = GuidanceSignOff(
        row_id=row_id,
        digest=row.digest,
        approved=approved,
        clinician=clinician.strip(),
        comment=comment.strip(),
        staff_id=staff_id,
        at=now,
    )
    session.add(word)
    action = "guidance.signed" if approved else "guidance.refused"
    audit.note(session, f"staff:{staff_id}", action, "guidance_row", row_id, now=now, digest=row.digest)
    session.flush()
    return word
