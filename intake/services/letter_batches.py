"""Print, post and follow letters in batches. One commit claims a batch; the file is made from its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from intake.errors import BadInput
from intake.models.lead import Lead
from intake.models.letter import Letter, LetterBatch, PostalAddress
from intake.rules.statuses import LetterStatus, change
from intake.services import audit, series
from intake.services.letters import refusals

MOST = 250


@dataclass(frozen=True)
class Queue:
    """Letters that can be printed now, that wait for their day, and that wait for a better address."""

    due: int
    later: int
    held: int


def queue(session: Session, *, now: datetime) -> Queue:
    return Queue(
        due=_count(session, _printable(now)),
        later=_count(session, _planned().where(Letter.due_at > now)),
        held=_count(session, _planned().where(PostalAddress.returned_at.is_not(None))),
    )


def make(session: Session, staff_id: UUID, *, most: int = MOST, now: datetime) -> LetterBatch | None:
    """Claim the letters that are due, the oldest first, as one batch; None when there is none.

    Whoever said stop, or may not be written to for another reason, is taken out in this transaction.
    Two that press the button at once get different letters.
    """
    wanted = _printable(now).order_by(Letter.due_at, Letter.id).limit(min(most, MOST))
    claimed = session.scalars(wanted.with_for_update(of=Letter, skip_locked=True)).all()
    allowed = hold_back(session, claimed, now=now)
    if not allowed:
        return None
    batch = LetterBatch(created_at=now, staff_id=staff_id, letters=len(allowed), manifest=[])
    session.add(batch)
    session.flush()
    for position, letter in enumerate(allowed, 1):
        letter.status = change(LetterStatus(letter.status), LetterStatus.PRINTED)
        letter.batch_id, letter.position = batch.id, position
    note(session, staff_id, "letters.claimed", batch, now=now, count=len(allowed))
    return batch


def hold_back(session: Session, claimed: Sequence[Letter], *, now: datetime) -> list[Letter]:
    """The letters that may go; the others are suppressed with the reason, here and now."""
    reasons = refusals(session, [letter.lead_id for letter in claimed])
    for letter in claimed:
        if letter.lead_id in reasons:
            letter.status = change(LetterStatus(letter.status), LetterStatus.SUPPRESSED)
            letter.answer = reasons[letter.lead_id]
            audit.note(session, "desk", "letter.suppressed", "letter", letter.id, now=now)
    return [letter for letter in claimed if letter.lead_id not in reasons]


def get(session: Session, number: int) -> LetterBatch | None:
    return session.scalars(select(LetterBatch).where(LetterBatch.number == number)).one_or_none()


def locked(session: Session, number: int) -> LetterBatch:
    """The batch, held until the commit. Raises BadInput when there is none."""
    batch = session.scalars(
        select(LetterBatch).where(LetterBatch.number == number).with_for_update()
    ).one_or_none()
    if batch is None:
        raise BadInput(f"There is no batch {number}. Open the list again and choose one.")
    return batch


def in_batch(session: Session, batch: LetterBatch, *statuses: LetterStatus) -> Sequence[Letter]:
    """Its letters in the order of printing, with their families; of those statuses, or all."""
    family = joinedload(Letter.lead)
    wanted = select(Letter).where(Letter.batch_id == batch.id).order_by(Letter.position)
    if statuses:
        wanted = wanted.where(Letter.status.in_(statuses))
    people = (family.joinedload(Lead.contact), family.joinedload(Lead.patient))
    return session.scalars(wanted.options(*people)).all()


def post(session: Session, number: int, staff_id: UUID, *, now: datetime) -> int:
    """The batch is at the post office; return how many letters are. Those taken out stay behind.

    Mails that wait for a packet get their new day.

    Raises BadInput when it was posted before, or has no file yet.
    """
    batch = locked(session, number)
    _still_open(batch)
    if batch.printed_at is None:
        raise BadInput(f"Batch {number} has no file yet. Make the file, print it, then mark it as posted.")
    allowed = hold_back(session, in_batch(session, batch, LetterStatus.PRINTED), now=now)
    for letter in allowed:
        letter.status = change(LetterStatus(letter.status), LetterStatus.POSTED)
        letter.posted_at = now
    batch.posted_at = now
    session.flush()
    series.plan(session, [letter.lead_id for letter in allowed], now=now)
    note(session, staff_id, "letters.posted", batch, now=now, count=len(allowed))
    return len(allowed)


def give_back(session: Session, number: int, staff_id: UUID, *, now: datetime) -> int:
    """The paper was spoilt or never left: its letters are planned again; return how many."""
    batch = locked(session, number)
    _still_open(batch)
    spoilt = in_batch(session, batch, LetterStatus.PRINTED)
    for letter in spoilt:
        letter.status = change(LetterStatus(letter.status), LetterStatus.PLANNED)
        letter.batch_id = letter.position = None
    batch.letters, batch.manifest, batch.pages, batch.sha256 = 0, [], None, None
    note(session, staff_id, "letters.given_back", batch, now=now, count=len(spoilt))
    return len(spoilt)


def note(
    session: Session, staff_id: UUID, action: str, batch: LetterBatch, *, now: datetime, **detail: object
) -> None:
    audit.note(session, f"staff:{staff_id}", action, "letter_batch", batch.number, now=now, **detail)


def _still_open(batch: LetterBatch) -> None:
    if batch.posted_at is not None:
        raise BadInput(f"Batch {batch.number} was posted on {batch.posted_at:%Y-%m-%d}.")


def _planned() -> Select[Letter]:
    return (
        select(Letter)
        .outerjoin(PostalAddress, PostalAddress.lead_id == Letter.lead_id)
        .where(Letter.status == LetterStatus.PLANNED)
    )


def _printable(now: datetime) -> Select[Letter]:
    return _planned().where(Letter.due_at <= now, PostalAddress.returned_at.is_(None))


def _count(session: Session, wanted: Select[Letter]) -> int:
    return session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
