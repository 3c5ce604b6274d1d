"""Send one mail to a member of staff: a link or a notice. Like a family's mail, never twice by itself."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy.orm import Session

from intake.config import Settings
from intake.errors import AdvocateDeskError
from intake.mails.compose import message_id
from intake.mails.staff import StaffMailContent, compose
from intake.models.staff import Staff, StaffMail
from intake.rules.statuses import MailingStatus
from intake.services.staff_mails import LINK_LIFE
from workers.base import Delivery
from workers.mailings.outgoing import Outgoing, is_planned, locked, settle_row, turn


@dataclass(frozen=True)
class Intent:
    """What was committed before the call."""

    mail_id: UUID
    content: StaffMailContent


@cache
def staff_delivery() -> Delivery:
    """The three steps, with this process's settings and SMTP connections."""
    return StaffPost(Settings.from_env()).delivery()


class StaffPost:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.outgoing = Outgoing.of(settings)

    def delivery(self) -> Delivery:
        return Delivery(prepare=self.prepare, deliver=self.deliver, settle=settle)

    def prepare(self, session: Session, mail_id: UUID, now: datetime) -> Intent | None:
        """Take the mail into `sending`; None when there is nobody to tell, or nothing to open any more."""
        mail = locked(session, StaffMail, mail_id)
        staff = session.get(Staff, mail.staff_id) if mail.staff_id else None
        if not is_planned(mail):
            return None
        is_over = mail.expires_at is not None and (mail.used_at is not None or mail.expires_at <= now)
        if staff is None or not staff.active or is_over:
            turn(mail, MailingStatus.SUPPRESSED, "no open account, or the link is void")
            return None
        turn(mail, MailingStatus.SENDING, None)
        return Intent(mail.id, self._content(mail, staff, now))

    def deliver(self, intent: Intent) -> str:
        message = compose(intent.content, self.settings.organisation)
        signed = self.outgoing.signed(message, at=intent.content.date)
        return self.outgoing.send(intent.content.recipient, signed)

    def _content(self, mail: StaffMail, staff: Staff, now: datetime) -> StaffMailContent:
        life = next((life for kind, life in LINK_LIFE.items() if kind == mail.kind), None)
        return StaffMailContent(
            kind=mail.kind,
            recipient=staff.email,
            name=staff.name,
            link=f"{self.settings.public_url}/console/link/{mail.token}" if mail.token else "",
            hours=round(life.total_seconds() / 3600) if life else 0,
            message_id=message_id(str(mail.id), self.settings.organisation),
            date=now,
        )


def settle(session: Session, intent: Intent, answer: str | AdvocateDeskError, now: datetime) -> bool:
    """Write down what came of it. False: the mail is planned again, to be tried later."""
    return settle_row(locked(session, StaffMail, intent.mail_id), answer)
