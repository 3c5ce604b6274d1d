"""Clinicians' words on texts, row by row: the newest one on a row's present text counts.

A row is a row of the guidance or a part of a document; its digest is of all that it says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, func, select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.guidance import GuidanceSignOff
from intake.services import audit

_WORDS = (
    select(GuidanceSignOff)
    .where(GuidanceSignOff.row_id == func.any(bindparam("rows", type_=ARRAY(Text))))
    .order_by(GuidanceSignOff.id)
)
# Another text whenever a word was given, in whichever order they were committed. None is ever taken back.
WORDS = select(func.concat(func.count(), ":", func.max(GuidanceSignOff.id))).scalar_subquery()


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


@dataclass(frozen=True, kw_only=True)
class Word:
    """A clinician's yes or no, entered by a member of staff."""

    clinician: str
    approved: bool
    comment: str = ""
    staff_id: UUID


def standings(session: Session, digests: Mapping[str, str]) -> dict[str, RowStanding]:
    """The standing of every row of `digests` (row id -> digest of its present text), in that order."""
    present: dict[str, GuidanceSignOff] = {}
    approved_once: set[str] = set()
    for word in session.scalars(_WORDS, {"rows": list(digests)}):
        if word.digest == digests[word.row_id]:
            present[word.row_id] = word
        elif word.approved:
            approved_once.add(word.row_id)
    return {row: _standing(row, present.get(row), changed=row in approved_once) for row in digests}


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


def history(session: Session, row_ids: Iterable[str]) -> list[GuidanceSignOff]:
    """Every word ever given on these rows, newest first, those on earlier texts with it."""
    words = select(GuidanceSignOff).where(GuidanceSignOff.row_id.in_(list(row_ids)))
    return list(session.scalars(words.order_by(GuidanceSignOff.id.desc())))


def keep(session: Session, kind: str, rows: Mapping[str, str], word: Word, *, now: datetime) -> None:
    """Keep a word on `rows` (row id -> digest of what was read). `kind` names them in the audit.

    Raises BadInput when there is no name, or a refusal without a comment.
    """
    if not word.clinician.strip():
        raise BadInput("Clinician: enter the name of who read it.")
    if not word.approved and not word.comment.strip():
        raise BadInput("Comment: say what is wrong, so that it can be mended.")
    action = f"{kind}.signed" if word.approved else f"{kind}.refused"
    for row_id, digest in rows.items():
        session.add(_row(row_id, digest, word, now))
        audit.note(session, f"staff:{word.staff_id}", action, f"{kind}_row", row_id, now=now, digest=digest)
    session.flush()


def _row(row_id: str, digest: str, word: Word, now: datetime) -> GuidanceSignOff:
    return GuidanceSignOff(
        row_id=row_id,
        digest=digest,
        approved=word.approved,
        clinician=word.clinician.strip(),
        comment=word.comment.strip(),
        staff_id=word.staff_id,
        at=now,
    )
