"""A mail that came back (RFC 3464): which of our mails it was and what the last mail server said of it.

Whoever knows a mail's Message-ID may write such a report, and nobody else: it is believed about that mail
alone, whomever it names.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from hashlib import sha256
from itertools import islice
from typing import TypeAlias

from intake.receipts.receipt import Receipt, ReceiptKind
from intake.rules.mail_status import is_dead_address

_MOST_RECIPIENTS, _LONGEST = 20, 200
_Mail: TypeAlias = "Message[str, str]"


def read_dsn(message: bytes, now: datetime) -> Sequence[Receipt]:
    """A receipt for each address that a mail of ours could not be delivered to; none for any other mail."""
    report = message_from_bytes(message)
    if report.get_content_type() != "multipart/report":
        return []
    message_id = _our_message_id(report)
    if not message_id:
        return []
    name = sha256(str(report.get("Message-ID", "")).encode(errors="replace") or message).hexdigest()
    return [
        Receipt(
            event_id=f"{name}.{number}",
            kind=ReceiptKind.BOUNCE,
            at=now,
            message_id=message_id,
            provider_id=message_id.partition("@")[0],
            permanent=is_dead_address(status),
            detail=status,
        )
        for number, status in enumerate(islice(_failures(report), _MOST_RECIPIENTS))
    ]


def _failures(report: _Mail) -> Iterator[str]:
    """The status for each address that failed; "delayed" and "delivered" are no bounces."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else []:
                if isinstance(block, Message) and _field(block, "Action").lower() == "failed":
                    # A remark may follow the code.
                    yield (_field(block, "Status").split() or [""])[0]


def _our_message_id(report: _Mail) -> str:
    """Of the mail that came back, which is there whole or as its headers alone."""
    for part in report.walk():
        kind, payload = part.get_content_type(), part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and isinstance(payload[0], Message):
            return _field(payload[0], "Message-ID").strip("<> ")
        if kind == "text/rfc822-headers" and isinstance(payload, str):
            return _field(message_from_string(payload), "Message-ID").strip("<> ")
    return ""


def _field(block: _Mail, name: str) -> str:
    return str(block.get(name, "")).strip()[:_LONGEST]
