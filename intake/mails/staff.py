"""Mails to staff: plain text from templates/mail/staff.toml, a link where the mail is about one."""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from intake.mails.compose import Sender
from intake.mails.mime import encoded, mailbox, plain, written
from intake.mails.words import TEMPLATES


@dataclass(frozen=True, kw_only=True)
class StaffMailContent:
    """One mail. `link` is a whole address, empty in a notice; `hours` is how long it opens."""

    kind: str
    recipient: str
    name: str
    link: str
    hours: int
    message_id: str
    date: datetime


@lru_cache(maxsize=1)
def words() -> dict[str, dict[str, str]]:
    return tomllib.loads((TEMPLATES / "staff.toml").read_text(encoding="utf-8"))


def compose(content: StaffMailContent, organisation: Sender) -> bytes:
    """The whole mail, ready for SMTP. Raises PermanentError when a header could begin another."""
    told = words()[content.kind]
    headers = [
        ("From", mailbox(organisation.sender_address, organisation.sender_name)),
        ("To", mailbox(content.recipient)),
        ("Subject", encoded(told["subject"])),
        ("Date", format_datetime(content.date)),
        ("Message-ID", content.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
    ]
    mark = f"=_{hashlib.sha256(content.message_id.encode()).hexdigest()[:20]}"
    return written(headers, mark, [plain(_text(content, organisation, told["text"]))])


def _text(content: StaffMailContent, organisation: Sender, text: str) -> str:
    life = f"{content.hours} hour{'s' if content.hours != 1 else ''}"
    # A name is one line: what an admin typed must not look like words of ours.
    name = " ".join(content.name.split())
    facts = {"name": name, "organisation": organisation.name, "phone": organisation.phone}
    return text.strip().format(**facts, link=content.link, life=life) + "\n"
