"""Letters as rows: planned once per lead and step, held back when the family or the post said no."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from intake.db import insert_new, row_values
from intake.errors import BadInput
from intake.models.consent import ConsentEvent
from intake.models.lead import Lead
from intake.models.letter import Letter, PostalAddress
from intake.models.mailing import Suppression
from intake.rules.facts import Channel
from intake.rules.post import Address, expected_at
from intake.rules.statuses import LeadStatus, LetterStatus, change
from intake.services import audit, postal_addresses
from intake.services.suppressions import ERASED, suppress

GUIDE = "guide"
_INSERT = insert_new(Letter)
_COMING = (LetterStatus.PLANNED, LetterStatus.PRINTED)


def plan_letter(session: Session, lead_id: UUID, step: str, due_at: datetime, *, now: datetime) -> None:
    """Plan one step of a series on paper. One that is planned stays as it is."""
    letter = Letter(lead_id=lead_id, step=step, status=LetterStatus.PLANNED, due_at=due_at, created_at=now)
    session.execute(_INSERT, [row_values(letter)])


def letters_of(session: Session, lead_id: UUID) -> list[Letter]:
    """Every letter of a lead, in the order in which they are due."""
    return list(session.scalars(select(Letter).where(Letter.lead_id == lead_id).order_by(Letter.due_at)))


def is_packet() -> ColumnElement[bool]:
    """A posted guide that a family waits for or has."""
    return and_(Letter.step.startswith(GUIDE), Letter.status.in_((*_COMING, LetterStatus.POSTED)))


def packet_expected_at(session: Session, lead_id: UUID) -> datetime | None:
    """When the posted guide of a lead should have arrived; None without one.

    A mail that follows the guide waits for this moment. A guide that was held back, or that the post
    office returned, is not waited for.
    """
    wanted = select(Letter.due_at, Letter.posted_at).where(Letter.lead_id == lead_id, is_packet())
    newest = session.execute(wanted.order_by(Letter.created_at.desc()).limit(1)).one_or_none()
    return expected_at(*newest) if newest else None


def gets_post(session: Session, lead: Lead) -> bool:
    """Whether letters may go to this family: it said yes, gave an address that works, and never said stop."""
    return lead.status == LeadStatus.OPEN and refusals(session, [lead.id]) == {}


def refusals(session: Session, lead_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Why no letter may go to some of these leads, by lead; those that may be written to are not in it.

    Asked in the transaction that prints. A lead that is gone is refused, too.
    """
    wanted = list(lead_ids)
    found = session.execute(
        select(Lead.id, Lead.status, PostalAddress.returned_at, _stopped(), _agreed())
        .outerjoin(PostalAddress, PostalAddress.lead_id == Lead.id)
        .where(Lead.id.in_(wanted), PostalAddress.id.is_not(None))
    )
    reasons = {lead_id: "no address" for lead_id in wanted}
    for lead_id, status, returned_at, stopped, agreed in found:
        why = _why_not(status, returned_at, stopped=stopped, agreed=agreed)
        if why:
            reasons[lead_id] = why
        else:
            del reasons[lead_id]
    return reasons


def _why_not(status: str, returned_at: datetime | None, *, stopped: bool, agreed: bool) -> str:
    if status != LeadStatus.OPEN:
        return "the request is closed"
    if stopped:
        return "they asked us to stop"
    if not agreed:
        return "they did not agree to letters"
    return "the post office returned a letter from this address" if returned_at else ""


def _stopped() -> ColumnElement[bool]:
    return exists().where(
        Suppression.channel == Channel.POST,
        Suppression.address_blind == PostalAddress.address_blind,
        or_(Suppression.reason != ERASED, Lead.created_at <= Suppression.created_at),
    )


def _agreed() -> ColumnElement[bool]:
    """The newest word on letters counts."""
    newest = (
        select(ConsentEvent.given)
        .where(ConsentEvent.lead_id == Lead.id, ConsentEvent.channel == Channel.POST)
        .order_by(ConsentEvent.at.desc())
        .limit(1)
    )
    return newest.correlate(Lead).scalar_subquery()


def ask_for_guide(
    session: Session, lead_id: UUID, address: Address, *, large_print: bool, now: datetime
) -> None:
    """Keep where letters go, and plan the guide once.

    Asked again for a guide that was posted, held back or came back, it is planned anew; one that is
    under way stays one.
    """
    postal_addresses.keep(session, lead_id, address, large_print=large_print, now=now)
    guides = [letter for letter in letters_of(session, lead_id) if letter.step.partition(".")[0] == GUIDE]
    if not any(letter.status in _COMING for letter in guides):
        step = GUIDE if not guides else f"{GUIDE}.{len(guides) + 1}"
        plan_letter(session, lead_id, step, now, now=now)
    audit.note(session, "visitor", "letter.asked", "lead", lead_id, now=now)


def stop_address(session: Session, lead_id: UUID, *, reason: str, now: datetime) -> None:
    """Nothing is ever posted to the door of this lead again, for whichever request."""
    address = postal_addresses.address_of(session, lead_id)
    if address is not None:
        suppress(session, Channel.POST, address.address_blind, reason=reason, now=now)
    stop(session, lead_id, reason=reason)


def pause(session: Session, lead_id: UUID, length: timedelta) -> None:
    """Letters that are still to be printed wait."""
    planned = (Letter.lead_id == lead_id) & (Letter.status == LetterStatus.PLANNED)
    session.execute(update(Letter).where(planned).values(due_at=Letter.due_at + length))


def stop(session: Session, lead_id: UUID, *, reason: str) -> None:
    """No letter of this lead leaves any more; those that are printed are to be taken out of their batch."""
    wanted = select(Letter).where(Letter.lead_id == lead_id, Letter.status.in_(_COMING))
    for letter in session.scalars(wanted.with_for_update()):
        letter.status = change(LetterStatus(letter.status), LetterStatus.SUPPRESSED)
        letter.answer = reason


def take_out(session: Session, letter_id: UUID, why: str, *, by: str, now: datetime) -> None:
    """Staff hold back one letter that is still to come or lies printed, with their reason.

    Raises BadInput when it is posted or held back already.
    """
    letter = _locked(session, letter_id)
    if letter.status not in _COMING:
        raise BadInput("This letter is posted or held back already. Open the list again.")
    letter.status = change(LetterStatus(letter.status), LetterStatus.SUPPRESSED)
    letter.answer = why
    audit.note(session, by, "letter.taken_out", "letter", letter.id, now=now)


def track(session: Session, letter_id: UUID, number: str, *, by: str, now: datetime) -> None:
    """Keep the carrier's number of a posted letter. Raises BadInput when it is not posted."""
    letter = _posted(session, letter_id)
    letter.tracking = number or None
    audit.note(session, by, "letter.tracked", "letter", letter.id, now=now)


def came_back(session: Session, letter_id: UUID, why: str, *, by: str, now: datetime) -> None:
    """The post office returned it: nothing more goes to this address until somebody corrects it.

    Raises BadInput when it is not posted.
    """
    letter = _posted(session, letter_id)
    letter.status = change(LetterStatus(letter.status), LetterStatus.RETURNED)
    letter.returned_at, letter.answer = now, why
    address = postal_addresses.address_of(session, letter.lead_id)
    if address is not None:
        address.returned_at = now
    audit.note(session, by, "letter.returned", "letter", letter.id, now=now)


def correct_address(
    session: Session, letter_id: UUID, address: Address, *, large_print: bool, by: str, now: datetime
) -> None:
    """A better address for a letter that came back: it is kept, and the letter is planned once more."""
    letter = _locked(session, letter_id)
    postal_addresses.keep(session, letter.lead_id, address, large_print=large_print, now=now)
    step = letter.step.partition(".")[0]
    same = [one for one in letters_of(session, letter.lead_id) if one.step.partition(".")[0] == step]
    if not any(one.status in _COMING for one in same):
        plan_letter(session, letter.lead_id, f"{step}.{len(same) + 1}", now, now=now)
    audit.note(session, by, "letter.address_corrected", "lead", letter.lead_id, now=now)


def _posted(session: Session, letter_id: UUID) -> Letter:
    letter = _locked(session, letter_id)
    if letter.status != LetterStatus.POSTED:
        raise BadInput("Only a letter that was posted can be tracked or come back. Open the list again.")
    return letter


def _locked(session: Session, letter_id: UUID) -> Letter:
    letter = session.scalars(select(Letter).where(Letter.id == letter_id).with_for_update()).one_or_none()
    if letter is None:
        raise BadInput("There is no such letter. Its family may have asked to be deleted.")
    return letter
