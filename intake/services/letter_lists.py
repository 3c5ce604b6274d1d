"""What the letters page shows: batches that are open, letters on their way, and what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from intake.models.lead import Lead
from intake.models.letter import Letter, LetterBatch, PostalAddress
from intake.rules.statuses import LetterStatus
from intake.services import letter_batches
from intake.services.letter_batches import Queue

_RECENT = timedelta(days=30)
_LISTED = 50


@dataclass(frozen=True, kw_only=True)
class LettersPage:
    """`returned`: letters whose address nobody has corrected yet. `posted`: of the last thirty days."""

    queue: Queue
    batches: Sequence[LetterBatch]
    returned: Sequence[Letter]
    posted: Sequence[Letter]


def page(session: Session, *, now: datetime) -> LettersPage:
    recent = select(LetterBatch).where(LetterBatch.created_at > now - _RECENT, LetterBatch.letters > 0)
    return LettersPage(
        queue=letter_batches.queue(session, now=now),
        batches=session.scalars(recent.order_by(LetterBatch.number.desc()).limit(_LISTED)).all(),
        returned=_letters(session, LetterStatus.RETURNED, now, uncorrected=True),
        posted=_letters(session, LetterStatus.POSTED, now),
    )


def letter(session: Session, letter_id: UUID) -> Letter | None:
    """One letter with its family."""
    family = joinedload(Letter.lead)
    wanted = select(Letter).where(Letter.id == letter_id)
    return session.scalars(wanted.options(family.joinedload(Lead.contact))).one_or_none()


def _letters(
    session: Session, status: LetterStatus, now: datetime, *, uncorrected: bool = False
) -> Sequence[Letter]:
    wanted = select(Letter).where(Letter.status == status, Letter.posted_at > now - _RECENT)
    if uncorrected:
        wanted = wanted.join(PostalAddress, PostalAddress.lead_id == Letter.lead_id).where(
            PostalAddress.returned_at.is_not(None)
        )
    newest = wanted.order_by(Letter.posted_at.desc(), Letter.position).limit(_LISTED)
    return session.scalars(newest.options(joinedload(Letter.lead))).all()
