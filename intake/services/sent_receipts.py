"""Why was this mail or letter allowed, or why did it not go, and when would it be allowed?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.consent import ConsentEvent, ConsentWording
from intake.models.lead import Lead
from intake.models.letter import Letter
from intake.models.mailing import Mailing
from intake.rules.call_rules import MAIL_RULES, POST_RULES, CallRules
from intake.rules.facts import Channel
from intake.rules.mail_gate import may_send
from intake.rules.may_contact import CLEAR, grounds, refusal
from intake.rules.series import SERIES, Part
from intake.rules.statuses import LetterStatus, MailingStatus
from intake.services import audit, letters
from intake.services.call_plans import whereabouts
from intake.services.series_cases import family_of
from intake.services.staff import actor

_WENT = (MailingStatus.SENDING, MailingStatus.ACCEPTED, MailingStatus.FAILED, MailingStatus.UNKNOWN)
_POSTED = (LetterStatus.POSTED, LetterStatus.RETURNED)


@dataclass(frozen=True, kw_only=True)
class SentReceipt:
    """One mail or letter. `at`: when it left, or when it is due. `rule_version`: as it was kept, if it was.

    `grounds`: the rules of then by today's table. `now_says`: whether it may go now, for one that did not
    go; it names the hour from which on it may.
    """

    channel: Channel
    lead: Lead
    step: str
    status: str
    at: datetime
    went: bool
    rule_version: str | None
    because: str | None
    answer: str | None
    clocks: dict[str, str]
    rows: Sequence[dict[str, str]]
    consents: Sequence[tuple[ConsentEvent, ConsentWording]]
    now_says: str


def of_mail(session: Session, mailing_id: UUID, staff_id: UUID, *, now: datetime) -> SentReceipt | None:
    mailing = session.get(Mailing, mailing_id)
    if mailing is None:
        return None
    lead, went = session.get_one(Lead, mailing.lead_id), mailing.status in _WENT
    at = mailing.sending_at or mailing.due_at
    audit.note(session, actor(staff_id), "receipt.viewed", "lead", lead.id, now=now, mailing=str(mailing.id))
    step = SERIES.step(mailing.step)
    at_once = step is not None and step.part is Part.AT_ONCE
    rests_on = _grounds(lead, at, MAIL_RULES, asked=at_once)
    return SentReceipt(
        channel=Channel.EMAIL,
        lead=lead,
        step=mailing.step,
        status=mailing.status,
        at=at,
        went=went,
        rule_version=mailing.rule_version,
        because=mailing.because,
        answer=mailing.answer,
        clocks=rests_on["clocks"],
        rows=rests_on["rows"],
        consents=_consents(session, lead.id, Channel.EMAIL, at),
        now_says="" if went else _mail_now(session, mailing, now=now),
    )


def of_letter(session: Session, letter_id: UUID, staff_id: UUID, *, now: datetime) -> SentReceipt | None:
    letter = session.get(Letter, letter_id)
    if letter is None:
        return None
    lead, went = session.get_one(Lead, letter.lead_id), letter.status in _POSTED
    at = letter.posted_at or letter.due_at
    audit.note(session, actor(staff_id), "receipt.viewed", "lead", lead.id, now=now, letter=str(letter.id))
    rests_on = _grounds(lead, at, POST_RULES, asked=letter.step.startswith(letters.GUIDE))
    return SentReceipt(
        channel=Channel.POST,
        lead=lead,
        step=letter.step,
        status=letter.status,
        at=at,
        went=went,
        rule_version=None,
        because=None,
        answer=letter.answer,
        clocks=rests_on["clocks"],
        rows=rests_on["rows"],
        consents=_consents(session, lead.id, Channel.POST, at),
        now_says="" if went else _letter_now(session, letter, now=now),
    )


def _grounds(lead: Lead, at: datetime, rules: CallRules, *, asked: bool) -> dict[str, Any]:
    return grounds(whereabouts(lead), at, requested=asked, standing=CLEAR, rules=rules)


def _mail_now(session: Session, mailing: Mailing, *, now: datetime) -> str:
    answer = may_send(SERIES, family_of(session, mailing.lead_id).case, mailing.step, now)
    return "It may go now." if answer.allowed else refusal(Channel.EMAIL, answer)


def _letter_now(session: Session, letter: Letter, *, now: datetime) -> str:
    why = letters.refusals(session, [letter.lead_id]).get(letter.lead_id)
    if why:
        return f"Not allowed: {why}. No hour mends it, only the family’s own word."
    return f"Allowed from {max(letter.due_at, now):%Y-%m-%d}: the post keeps no hours."


def _consents(
    session: Session, lead_id: UUID, channel: Channel, at: datetime
) -> Sequence[tuple[ConsentEvent, ConsentWording]]:
    """What they had said to this channel by then."""
    shown = select(ConsentEvent, ConsentWording).join(
        ConsentWording, ConsentWording.sha256 == ConsentEvent.wording_sha256
    )
    theirs = (ConsentEvent.lead_id == lead_id) & (ConsentEvent.channel == channel) & (ConsentEvent.at <= at)
    return [(event, words) for event, words in session.execute(shown.where(theirs).order_by(ConsentEvent.at))]
