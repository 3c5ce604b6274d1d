"""Send one mailing: planned -> sending -> accepted, failed, suppressed or unknown.

The intent is committed before SMTP and the answer after. A mailing found `sending` was under
way when its worker died: nobody can know what the server did, so it is never resent by itself.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload, load_only

from intake.config import Settings
from intake.db import statement
from intake.documents.data import Wanted
from intake.errors import AdvocateDeskError, PermanentError, TransientError
from intake.mails.compose import MailContent, compose
from intake.models.lead import Contact, Lead, Patient
from intake.models.mailing import Mailing
from intake.rules import may_contact
from intake.rules.facts import Channel
from intake.rules.mail_gate import may_send
from intake.rules.series import BY_A_PERSON, SERIES
from intake.rules.series_plan import Fate, Verdict, Why, fate_of, look_again
from intake.rules.statuses import MailingStatus, change
from intake.services import mail_brake, mail_content, mail_receipts, series, sign_offs
from intake.services.mailings import accept, take_up, turn
from intake.services.series_cases import Family, bar, family_of
from workers.base import Delivery, NotNow
from workers.mailings.outgoing import Outgoing, status_after
from workers.mailings.transport import MailRefused

# A server that says "later" for so long is not going to take it.
GIVE_UP_AFTER = timedelta(days=1)
_ONE = select(Mailing).where(Mailing.id == bindparam("id")).with_for_update(of=Mailing)
# What every mail reads, and no more: a column that a rare one needs is asked for then.
_LEAD = joinedload(Mailing.lead).load_only(
    Lead.relation, Lead.diagnosis, Lead.stage, Lead.treatment_status, Lead.language, Lead.status_token_sealed
)
_WITH_FAMILY = _ONE.add_columns(mail_brake.ON, sign_offs.WORDS).options(
    load_only(Mailing.lead_id, Mailing.step, Mailing.status, Mailing.message_id, Mailing.first_tried_at),
    _LEAD.joinedload(Lead.contact).load_only(
        Contact.first_name_sealed, Contact.email_sealed, Contact.email_blind
    ),
    _LEAD.joinedload(Lead.patient).load_only(Patient.first_name_sealed),
)
_PROVIDER_ID = re.compile(r"[A-Za-z0-9][\w.@+-]{7,}")


@dataclass(frozen=True)
class Intent:
    """What was committed before the call: which mailing, to whom, about what."""

    mailing_id: UUID
    lead_id: UUID
    content: MailContent
    document: Wanted | None


class Suppressed(AdvocateDeskError):
    """The family said stop between the intent and the call. Its words are the reason's code."""


@cache
def _post() -> "Post":
    return Post(Settings.from_env())


def delivery() -> Delivery:
    """The three steps, with this process's settings and SMTP connections."""
    return _post().delivery()


def reach_mail_server() -> None:
    """Knock and take leave. Raises MailDelayed when nobody opens."""
    outgoing = _post().outgoing
    outgoing.transport.reach(outgoing.sender)


class Post:
    """Prepares and delivers mailings with one organisation's settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.outgoing = Outgoing.of(settings)

    def delivery(self) -> Delivery:
        return Delivery(prepare=self.prepare, deliver=self.deliver, settle=settle)

    def prepare(self, session: Session, mailing_id: UUID, now: datetime) -> Intent | NotNow | None:
        """Take the mailing into `sending`, unless it is settled, was under way, must wait or must not go."""
        mailing, held, words = _with_family(session, mailing_id)
        if mailing.status == MailingStatus.SENDING:
            said = "its worker died between the message and the answer"
            _settled(session, mailing, MailingStatus.UNKNOWN, answer=said, now=now)
        if mailing.status != MailingStatus.PLANNED:
            return None
        family = family_of(session, mailing.lead_id)
        tried = mailing.first_tried_at is not None
        verdict = fate_of(SERIES, family.case, mailing.step, now, tried=tried)
        if verdict.due_at is None:
            _settled(session, mailing, MailingStatus.SUPPRESSED, because=verdict.why, now=now)
            return None
        if verdict.fate is Fate.LOOK or verdict.due_at > now:
            return _put_off(session, mailing, family, verdict, now)
        if held and not _by_hand(mailing):
            mailing.because = Why.BRAKE
            return NotNow(now + mail_brake.LOOK_AGAIN)
        gate = may_send(SERIES, family.case, mailing.step, now)
        if gate.next_open:
            mailing.answer = may_contact.refusal(Channel.EMAIL, gate)
            return NotNow(gate.next_open)
        blind = mailing.lead.contact.email_blind
        take_up(session, mailing, rule_version=gate.rule_version, recipient_blind=blind, now=now)
        series.plan_after(session, family, mailing.step, now=now)
        content = mail_content.of_mailing(mailing, family.case, self.settings, now=now)
        document = mail_content.document_of(session, content.step, mailing.lead, words=words)
        return Intent(mailing.id, mailing.lead_id, content, document)

    def deliver(self, intent: Intent) -> str:
        """Compose, ask once more whether the family said stop, and hand over to SMTP."""
        organisation = self.settings.organisation
        attached = mail_content.attachments(intent.document, organisation)
        message = compose(replace(intent.content, attachments=attached), organisation)
        message = self.outgoing.signed(message, at=intent.content.sent_at)
        stopped = _stopped(intent)
        if stopped:
            raise Suppressed(stopped)
        return self.outgoing.send(intent.content.recipient, message)


def settle(session: Session, intent: Intent, answer: str | AdvocateDeskError, now: datetime) -> bool:
    """Write down what came of it; what follows was planned with the intent, and is again when it went wrong.

    False: it is planned again, to be tried later.
    """
    if isinstance(answer, str):
        known_as = provider_id(answer)
        if accept(session, intent.mailing_id, answer=answer, provider_id=known_as, now=now):
            return True
    mailing = _locked(session, intent.mailing_id)
    if isinstance(answer, TransientError) and not _tried_long_enough(mailing, now):
        mailing.status = change(MailingStatus(mailing.status), MailingStatus.PLANNED)
        mailing.sending_at, mailing.answer = None, str(answer)
        return False
    was_stopped = isinstance(answer, Suppressed)
    status = MailingStatus.SUPPRESSED if was_stopped else status_after(answer)
    because = str(answer) if was_stopped else None
    _settled(session, mailing, status, because=because, answer=str(answer), now=now)
    if isinstance(answer, MailRefused) and answer.dead_address:
        mail_receipts.came_back(session, mailing, now=now)
    return True


def provider_id(answer: str) -> str | None:
    """What the server calls the mail: the last word of "Ok 0100018f...", "2.0.0 Ok: queued as 4F2A91C0"."""
    found = _PROVIDER_ID.findall(answer)
    return found[-1] if found else None


def _put_off(session: Session, mailing: Mailing, family: Family, verdict: Verdict, now: datetime) -> NotNow:
    """Not at night, not in a pause, not while something is lacking; others need not wait for it."""
    step, due_at = SERIES.step(mailing.step), verdict.due_at
    assert step is not None
    assert due_at is not None
    mailing.because = verdict.why if verdict.fate is Fate.LOOK else None
    mailing.due_at = due_at if due_at > now else look_again(SERIES, family.case, step, now)
    session.flush()
    series.plan(session, [mailing.lead_id], now=now)
    session.refresh(mailing, ["due_at"])
    return NotNow(mailing.due_at)


def _settled(
    session: Session,
    mailing: Mailing,
    status: MailingStatus,
    *,
    because: str | None = None,
    answer: str = "",
    now: datetime,
) -> None:
    turn(mailing, status, because=because, answer=answer, now=now)
    session.flush()
    series.plan(session, [mailing.lead_id], now=now)


def _by_hand(mailing: Mailing) -> bool:
    step = SERIES.step(mailing.step)
    return step is not None and step.after in BY_A_PERSON


def _tried_long_enough(mailing: Mailing, now: datetime) -> bool:
    return now - (mailing.first_tried_at or now) >= GIVE_UP_AFTER


def _stopped(intent: Intent) -> Why | None:
    """Asked just before SMTP. Without an answer nothing is sent, so the fate of the mail is known."""
    try:
        with statement() as session:
            return bar(session, intent.lead_id, SERIES.series_of(intent.content.step))
    except OperationalError as away:
        told = f"mailing {intent.mailing_id}: the database was away before it was sent"
        raise TransientError(told) from away


def _with_family(session: Session, mailing_id: UUID) -> tuple[Mailing, bool, str]:
    """The mailing, locked, with its people; whether the brake is on; the clinicians' words there are."""
    found = session.execute(_WITH_FAMILY, {"id": mailing_id}).one_or_none()
    if found is None:
        raise PermanentError(f"mailing {mailing_id} is gone")
    return found[0], found[1], found[2]


def _locked(session: Session, mailing_id: UUID) -> Mailing:
    mailing = session.scalars(_ONE, {"id": mailing_id}).one_or_none()
    if mailing is None:
        raise PermanentError(f"mailing {mailing_id} is gone")
    return mailing
