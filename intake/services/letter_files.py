"""What a batch is printed from, and the manifest that says what was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.documents.paper import PaperLetter, Printed, enclosed
from intake.models.letter import Letter, LetterBatch, PostalAddress
from intake.rules.facts import Language
from intake.rules.post import Address
from intake.rules.statuses import LetterStatus
from intake.services import documents, postal_addresses
from intake.services.letter_batches import hold_back, in_batch, locked, note


@dataclass(frozen=True)
class Sheaf:
    """The letters of a batch as they are printed, and the families' references beside them, by position."""

    letters: tuple[PaperLetter, ...]
    references: dict[int, str]


def gather(session: Session, number: int, *, now: datetime) -> Sheaf:
    """What may be printed of a batch at this moment. Whoever said stop since it was claimed is taken out.

    Raises BadInput when there is no such batch.
    """
    batch = locked(session, number)
    printed = hold_back(session, in_batch(session, batch, LetterStatus.PRINTED), now=now)
    addresses = _addresses(session, printed)
    return Sheaf(
        letters=tuple(_paper(session, letter, addresses[letter.lead_id]) for letter in printed),
        references={letter.position or 0: letter.lead.reference for letter in printed},
    )


def keep_manifest(
    session: Session, number: int, sheaf: Sheaf, file: Printed, *, staff_id: UUID, now: datetime
) -> bool:
    """Write down what a file holds; False, and nothing written, when it holds a letter that may no longer go.

    Manifest, file and rows then agree: the same letters, none twice, none missing.
    """
    batch = locked(session, number)
    allowed = hold_back(session, in_batch(session, batch, LetterStatus.PRINTED), now=now)
    if [letter.position for letter in allowed] != [letter.position for letter in sheaf.letters]:
        return False
    batch.manifest = _manifest(sheaf, file)
    batch.letters, batch.pages, batch.sha256 = len(allowed), sum(file.pages), file.sha256
    batch.printed_at = now
    note(session, staff_id, "letters.printed", batch, now=now, count=len(allowed), sha256=file.sha256)
    return True


def labels(session: Session, number: int, *, staff_id: UUID, now: datetime) -> list[tuple[int, Address]]:
    """Position and address of each letter of a batch that may go. Raises BadInput as `gather` does."""
    batch = locked(session, number)
    printed = hold_back(session, in_batch(session, batch, LetterStatus.PRINTED), now=now)
    addresses = _addresses(session, printed)
    note(session, staff_id, "letters.labelled", batch, now=now, count=len(printed))
    return [(letter.position or 0, postal_addresses.read(addresses[letter.lead_id])) for letter in printed]


def taken_out(session: Session, batch: LetterBatch) -> Sequence[Letter]:
    """Letters of the batch that must not be posted although they may lie on the printer."""
    return in_batch(session, batch, LetterStatus.SUPPRESSED)


def _paper(session: Session, letter: Letter, address: PostalAddress) -> PaperLetter:
    lead, step = letter.lead, letter.step.partition(".")[0]
    return PaperLetter(
        position=letter.position or 0,
        address=postal_addresses.read(address).lines,
        step=step,
        first_name=lead.contact.first_name,
        language=Language(lead.language),
        large_print=address.large_print,
        encloses=tuple(documents.for_lead(session, lead, kind) for kind in enclosed(step)),
    )


def _addresses(session: Session, printed: Sequence[Letter]) -> dict[UUID, PostalAddress]:
    theirs = select(PostalAddress).where(PostalAddress.lead_id.in_([letter.lead_id for letter in printed]))
    return {address.lead_id: address for address in session.scalars(theirs)}


def _manifest(sheaf: Sheaf, file: Printed) -> list[dict[str, Any]]:
    return [
        {
            "position": letter.position,
            "reference": sheaf.references[letter.position],
            "step": letter.step,
            "print": "large" if letter.large_print else "normal",
            "pages": pages,
        }
        for letter, pages in zip(sheaf.letters, file.pages, strict=True)
    ]
