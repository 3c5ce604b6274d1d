"""Send one mailing: planned -> sending -> accepted, failed, suppressed or unknown.

The intent is committed before SMTP and the answer after. A mailing found `sending` was under
way when its worker died: nobody can know what the server did, so it is never resent by itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from intake.config import Settings
from intake.db import transaction
from intake.documents.choose import Case
from intake.documents.data import Brand
from intake.documents.render import GUIDE_FILENAME, guide_pdf
from intake.errors import AdvocateDeskError, PermanentError, TransientError
from intake.mails.compose import Attachment, MailContent, compose, message_id
from intake.models.lead import Lead
from intake.models.mailing import Mailing
from intake.rules.facts import Diagnosis, Language, Relation, Stage, TreatmentStatus
from intake.rules.series import step_named
from intake.rules.statuses import MailingStatus, change
from intake.services.mailings import may_mail
from workers.base import Delivery
from workers.mailings.transport import MailUnknown, SmtpTransport

# A whole SMTP exchange must end well inside the lease of `send_mailing`.
SMTP_TIMEOUT_SECONDS = 40.0


@dataclass(frozen=True)
class Intent:
    """What was committed before the call: which mailing, to whom, about what."""

    mailing_id: UUID
    content: MailContent
    case: Case | None


class Suppressed(AdvocateDeskError):
    """The family said stop between the intent and the call."""


@cache
def delivery() -> Delivery:
    """The three steps, with this process's settings and SMTP connections."""
    return Post(Settings.from_env()).delivery()


class Post:
    """Prepares and delivers mailings with one organisation's settings."""

    def __init__(self, settings: Settings) -> None:
        smtp = settings.smtp
        self.settings = settings
        self.transport = SmtpTransport(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security,
            user=smtp.user,
            password=smtp.password,
            timeout=SMTP_TIMEOUT_SECONDS,
        )

    def delivery(self) -> Delivery:
        return Delivery(prepare=self.prepare, deliver=self.deliver, settle=settle)

    def prepare(self, session: Session, mailing_id: UUID, now: datetime) -> Intent | None:
        """Take the mailing into `sending`, unless it is settled, was under way, or may not be sent."""
        mailing = _locked(session, mailing_id)
        if mailing.status == MailingStatus.SENDING:
            _turn(mailing, MailingStatus.UNKNOWN, "its worker died between the message and the answer", now)
        if mailing.status != MailingStatus.PLANNED:
            return None
        if not may_mail(session, mailing.lead):
            _turn(mailing, MailingStatus.SUPPRESSED, "no consent, no address, or a stop", now)
            return None
        mailing.status = change(MailingStatus(mailing.status), MailingStatus.SENDING)
        mailing.sending_at = now
        return self._intent(mailing, now)

    def deliver(self, intent: Intent) -> str:
        """Compose, ask once more whether the family said stop, and hand over to SMTP."""
        organisation = self.settings.organisation
        message = compose(self._with_guide(intent), organisation)
        if not _still_wanted(intent.mailing_id):
            raise Suppressed(f"mailing {intent.mailing_id}: stopped before it was sent")
        return self.transport.send(organisation.sender_address, intent.content.recipient, message)

    def _intent(self, mailing: Mailing, now: datetime) -> Intent:
        lead, step = mailing.lead, step_named(mailing.step.partition(".")[0])
        organisation = self.settings.organisation
        content = MailContent(
            step=step,
            recipient=lead.contact.email,
            first_name=lead.contact.first_name,
            for_another=lead.relation != Relation.SELF,
            status_url=f"{self.settings.public_url}/s/{lead.status_token}",
            unsubscribe_url=f"{self.settings.public_url}/u/{mailing.unsubscribe_token}",
            message_id=message_id(mailing.message_id, organisation),
            date=now,
            language=Language(lead.language),
        )
        return Intent(mailing.id, content, _case(lead) if step.attaches else None)

    def _with_guide(self, intent: Intent) -> MailContent:
        if intent.case is None:
            return intent.content
        pdf = guide_pdf(intent.case, Brand.of(self.settings.organisation))
        return replace(intent.content, attachments=(Attachment(GUIDE_FILENAME, pdf),))


def settle(session: Session, intent: Intent, answer: str | AdvocateDeskError, now: datetime) -> None:
    """Write down what came of it. After a transient error the mailing is planned again."""
    mailing = _locked(session, intent.mailing_id)
    if isinstance(answer, TransientError):
        mailing.status, mailing.sending_at = (
            change(MailingStatus(mailing.status), MailingStatus.PLANNED),
            None,
        )
        mailing.answer = str(answer)
        return
    _turn(mailing, _status_after(answer), str(answer), now)


def _still_wanted(mailing_id: UUID) -> bool:
    """Asked just before SMTP. Without an answer nothing is sent, so the fate of the mail is known."""
    try:
        with transaction() as session:
            return may_mail(session, _locked(session, mailing_id).lead)
    except OperationalError as away:
        raise TransientError(f"mailing {mailing_id}: the database was away before it was sent") from away


def _status_after(answer: str | AdvocateDeskError) -> MailingStatus:
    if isinstance(answer, Suppressed):
        return MailingStatus.SUPPRESSED
    if isinstance(answer, MailUnknown):
        return MailingStatus.UNKNOWN
    return MailingStatus.FAILED if isinstance(answer, AdvocateDeskError) else MailingStatus.ACCEPTED


def _turn(mailing: Mailing, status: MailingStatus, answer: str, now: datetime) -> None:
    mailing.status = change(MailingStatus(mailing.status), status)
    mailing.answer, mailing.answered_at = answer, now


def _locked(session: Session, mailing_id: UUID) -> Mailing:
    with_contact = joinedload(Mailing.lead).joinedload(Lead.contact)
    wanted = select(Mailing).where(Mailing.id == mailing_id).options(with_contact)
    mailing = session.scalars(wanted.with_for_update(of=Mailing)).one_or_none()
    if mailing is None:
        raise PermanentError(f"mailing {mailing_id} is gone")
    return mailing


def _case(lead: Lead) -> Case:
    return Case(
        diagnosis=Diagnosis(lead.diagnosis),
        stage=Stage(lead.stage),
        status=TreatmentStatus(lead.treatment_status),
    )
