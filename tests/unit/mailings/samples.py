"""One organisation and one mail to vary."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from intake.mails.compose import Attachment, MailContent
from intake.rules.series import SERIES, Anchor


@dataclass(frozen=True, kw_only=True)
class Desk:
    name: str = "Sample Advocates"
    phone: str = "(555) 010-0199"
    phone_e164: str = "+15550100199"
    sender_name: str = "Sample Advocates"
    sender_address: str = "desk@help.example"
    reply_to: str = "desk@help.example"
    stop_address: str = ""
    postal_address: str = "Sample Advocates\n100 Sample Street\nSpringfield, IL 62701"
    sample: bool = False


PDF = Attachment("guide.pdf", b"%PDF-1.7 " + bytes(range(256)) * 40)


def mail(name: str = "guide", **changes: Any) -> MailContent:
    """The mail of the step called `name`, with `changes` to its content."""
    step = SERIES.step(name)
    assert step
    facts: dict[str, Any] = {
        "step": step,
        "recipient": "ann@home.example",
        "first_name": "Ann",
        "for_another": False,
        "site_url": "https://help.example",
        "status_url": "https://help.example/s/" + "a" * 43,
        "unsubscribe_url": "https://help.example/stop/" + "b" * 64,
        "message_id": "<0199-abc@help.example>",
        "sent_at": datetime(2026, 11, 24, 15, 30, tzinfo=UTC),
        "appointment": date(2027, 2, 11) if step.after is Anchor.APPOINTMENT else None,
        "attachments": (PDF,) if step.attaches else (),
    }
    return MailContent(**{**facts, **changes})
