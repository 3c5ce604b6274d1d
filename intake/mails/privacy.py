"""Mails about a deletion, in plain text from templates/mail/<language>/privacy.toml."""

import hashlib
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from intake.mails.compose import Sender
from intake.mails.mime import encoded, mailbox, plain, written
from intake.mails.words import TEMPLATES
from intake.rules.facts import Language


@dataclass(frozen=True, kw_only=True)
class PrivacyMailContent:
    """One mail. `facts` fills its braces: a link, days, a reference; no name and no word of the illness."""

    kind: str
    recipient: str
    message_id: str
    date: datetime
    language: Language = Language.ENGLISH
    facts: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=4)
def words(language: Language) -> dict[str, dict[str, str]]:
    path = TEMPLATES / language.value / "privacy.toml"
    chosen = path if path.exists() else TEMPLATES / Language.ENGLISH.value / "privacy.toml"
    return tomllib.loads(chosen.read_text(encoding="utf-8"))


def compose(content: PrivacyMailContent, organisation: Sender) -> bytes:
    """The whole mail, ready for SMTP. Raises PermanentError when a header could begin another."""
    told = words(content.language).get(content.kind) or words(Language.ENGLISH)[content.kind]
    facts = {"organisation": organisation.name, "phone": organisation.phone, **content.facts}
    text = told["text"].strip().format(**facts)
    headers = [
        ("From", mailbox(organisation.sender_address, organisation.sender_name)),
        ("To", mailbox(content.recipient)),
        ("Reply-To", mailbox(organisation.reply_to)),
        ("Subject", encoded(told["subject"].format(**facts))),
        ("Date", format_datetime(content.date)),
        ("Message-ID", content.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
    ]
    mark = f"=_{hashlib.sha256(content.message_id.encode()).hexdigest()[:20]}"
    body = f"{text}\n\n{organisation.postal_address.strip()}\n"
    return written(headers, mark, [plain(body)])
