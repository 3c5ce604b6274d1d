"""Send one mail about a deletion: the link to the family, or word to a centre. Never twice by itself."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from intake.config import Settings
from intake.errors import AdvocateDeskError
from intake.language import prefix
from intake.mails.compose import message_id
from intake.mails.privacy import PrivacyMailContent, compose
from intake.models.deletion import Deletion, DeletionMail
from intake.models.lead import Lead
from intake.rules.facts import Language
from intake.rules.references import spoken
from intake.rules.statuses import MailingStatus
from intake.services import deletions
from intake.services.deletions import LINK_LIFE, Kind
from workers.base import Delivery
from workers.mailings.outgoing import Outgoing, is_planned, locked, settle_row, turn


@dataclass(frozen=True)
class Intent:
    """What was committed before the call."""

    mail_id: UUID
    content: PrivacyMailContent


@cache
def deletion_delivery() -> Delivery:
    """The three steps, with this process's settings and SMTP connections."""
    return DeletionPost(Settings.from_env()).delivery()


class DeletionPost:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.outgoing = Outgoing.of(settings)

    def delivery(self) -> Delivery:
        return Delivery(prepare=self.prepare, deliver=self.deliver, settle=settle)

    def prepare(self, session: Session, mail_id: UUID, now: datetime) -> Intent | None:
        """Take the mail into `sending`; None when nobody waits for it any more."""
        mail = locked(session, DeletionMail, mail_id)
        if not is_planned(mail):
            return None
        content = self._content(session, mail, now)
        if content is None:
            turn(mail, MailingStatus.SUPPRESSED, "done, closed, stopped or told already")
            return None
        turn(mail, MailingStatus.SENDING, None)
        return Intent(mail.id, content)

    def deliver(self, intent: Intent) -> str:
        message = compose(intent.content, self.settings.organisation)
        signed = self.outgoing.signed(message, at=intent.content.date)
        return self.outgoing.send(intent.content.recipient, signed)

    def _content(self, session: Session, mail: DeletionMail, now: datetime) -> PrivacyMailContent | None:
        known_as = message_id(str(mail.id), self.settings.organisation)
        if mail.kind == Kind.CENTRE:
            if mail.settled_at or not mail.address or not mail.reference:
                return None
            facts = {"reference": spoken(mail.reference)}
            return PrivacyMailContent(
                kind=mail.kind, recipient=mail.address, message_id=known_as, date=now, facts=facts
            )
        wish = session.get_one(Deletion, mail.deletion_id)
        lead = _lead(session, wish.lead_id)
        if lead is None or not _opens(wish, now) or not deletions.can_mail(session, lead):
            return None
        language = Language(lead.language)
        link = f"{self.settings.public_url}{prefix(language)}/delete/{wish.link}"
        return PrivacyMailContent(
            kind=mail.kind,
            recipient=lead.contact.email or "",
            message_id=known_as,
            date=now,
            language=language,
            facts={"link": link, "days": str(LINK_LIFE.days)},
        )


def settle(session: Session, intent: Intent, answer: str | AdvocateDeskError, now: datetime) -> bool:
    """Write down what came of it. A centre whose server took the mail is told."""
    mail = locked(session, DeletionMail, intent.mail_id)
    ended = settle_row(mail, answer)
    if mail.status == MailingStatus.ACCEPTED:
        mail.settled_at = now
        mail.reference = None
    return ended


def _opens(wish: Deletion, now: datetime) -> bool:
    is_open = wish.done_at is None and wish.closed_at is None
    return is_open and bool(wish.link) and wish.link_until is not None and wish.link_until > now


def _lead(session: Session, lead_id: UUID) -> Lead | None:
    wanted = select(Lead).where(Lead.id == lead_id).options(joinedload(Lead.contact))
    return session.scalars(wanted).one_or_none()
