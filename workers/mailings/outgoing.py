"""How every mail of ours leaves: signed when there is a key, over one kept connection."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from intake import tracing
from intake.config import Settings
from intake.db import Base
from intake.errors import AdvocateDeskError, PermanentError, TransientError
from intake.mails.dkim import Signer, load_signer
from intake.rules.statuses import MailingStatus, change
from workers.mailings.transport import MailUnknown, SmtpTransport

# A whole SMTP exchange must end well inside the lease of the tasks that send.
SMTP_TIMEOUT_SECONDS = 40.0


class Row(Protocol):
    """A mail's row: what is known of its fate."""

    status: str
    answer: str | None


_Mail = TypeVar("_Mail", bound=Base)


@dataclass(frozen=True)
class Outgoing:
    sender: str
    transport: SmtpTransport
    signer: Signer | None

    @classmethod
    def of(cls, settings: Settings) -> "Outgoing":
        smtp, sender = settings.smtp, settings.organisation.sender_address
        domain = sender.rpartition("@")[2]
        signer = (
            load_signer(smtp.dkim_key, selector=smtp.dkim_selector, domain=domain) if smtp.dkim_key else None
        )
        return cls(sender, SmtpTransport.of(smtp, timeout=SMTP_TIMEOUT_SECONDS), signer)

    def signed(self, message: bytes, *, at: datetime) -> bytes:
        return self.signer.sign(message, at=at) if self.signer else message

    def send(self, recipient: str, message: bytes) -> str:
        """Hand over; raises as SmtpTransport.send does."""
        with tracing.step("hand over a mail"):
            return self.transport.send(self.sender, recipient, message)


def status_after(answer: str | AdvocateDeskError) -> MailingStatus:
    """What the server's answer, or its lack, makes of a mail that was handed over."""
    if isinstance(answer, MailUnknown):
        return MailingStatus.UNKNOWN
    return MailingStatus.FAILED if isinstance(answer, AdvocateDeskError) else MailingStatus.ACCEPTED


def turn(row: Row, status: MailingStatus, answer: str | None) -> None:
    row.status, row.answer = change(MailingStatus(row.status), status), answer


def is_planned(row: Row) -> bool:
    """Whether it is still to be sent. One under way when its worker died is never sent again by itself."""
    if row.status == MailingStatus.SENDING:
        turn(row, MailingStatus.UNKNOWN, "its worker died between the message and the answer")
    return row.status == MailingStatus.PLANNED


def locked(session: Session, model: type[_Mail], mail_id: UUID) -> _Mail:
    """The row of a single mail, held until the commit. Raises PermanentError when it is gone."""
    mail = session.get(model, mail_id, with_for_update=True)
    if mail is None:
        raise PermanentError(f"{model.__tablename__.replace('_', ' ')} {mail_id} is gone")
    return mail


def settle_row(row: Row, answer: str | AdvocateDeskError) -> bool:
    """Write down what came of a single mail. False: it is planned again, to be tried later."""
    again = isinstance(answer, TransientError)
    status = MailingStatus.PLANNED if again else status_after(answer)
    turn(row, status, str(answer))
    return not again
