"""Send a trial of one mail of the series to the member of staff who asked for it, and to nobody else."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy.orm import Session

from intake.config import Settings
from intake.documents.data import Wanted
from intake.errors import AdvocateDeskError
from intake.mails.compose import MailContent, compose
from intake.models.mailing import TrialMail
from intake.rules.statuses import MailingStatus, change
from intake.services import mail_content, mail_preview
from workers.base import Delivery
from workers.mailings.outgoing import Outgoing, locked, settle_row


@dataclass(frozen=True)
class Intent:
    trial_id: UUID
    content: MailContent
    document: Wanted | None


@cache
def trial_delivery() -> Delivery:
    return TrialPost(Settings.from_env()).delivery()


class TrialPost:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.outgoing = Outgoing.of(settings)

    def delivery(self) -> Delivery:
        return Delivery(prepare=self.prepare, deliver=self.deliver, settle=settle)

    def prepare(self, session: Session, trial_id: UUID, now: datetime) -> Intent | None:
        """A trial that was under way when its worker died is not sent twice either."""
        trial = locked(session, TrialMail, trial_id)
        if trial.status == MailingStatus.SENDING:
            trial.status = change(MailingStatus.SENDING, MailingStatus.UNKNOWN)
        if trial.status != MailingStatus.PLANNED:
            return None
        made = mail_preview.trial_content(session, trial, self.settings, now=now)
        trial.status = change(
            MailingStatus.PLANNED, MailingStatus.SENDING if made else MailingStatus.SUPPRESSED
        )
        return Intent(trial_id, *made) if made else None

    def deliver(self, intent: Intent) -> str:
        attached = mail_content.attachments(intent.document, self.settings.organisation)
        content = replace(intent.content, attachments=attached)
        message = compose(content, self.settings.organisation)
        return self.outgoing.send(content.recipient, self.outgoing.signed(message, at=content.sent_at))


def settle(session: Session, intent: Intent, answer: str | AdvocateDeskError, now: datetime) -> bool:
    return settle_row(locked(session, TrialMail, intent.trial_id), answer)
