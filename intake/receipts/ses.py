"""Amazon SES through SNS: bounces, complaints and deliveries, as notifications or as event publishing.

Shapes: https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
"""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from intake.receipts.receipt import NotReadable, Receipt, ReceiptKind
from intake.receipts.sns import CONFIRMATION, NOTIFICATION, Topic

_LISTS = {
    ReceiptKind.BOUNCE: ("bounce", "bouncedRecipients"),
    ReceiptKind.COMPLAINT: ("complaint", "complainedRecipients"),
    ReceiptKind.DELIVERY: ("delivery", "recipients"),
}


def read_ses(topic: Topic, body: bytes, now: datetime) -> Sequence[Receipt]:
    """The receipts of one SNS message; none for events that say nothing of a mail's fate.

    Raises NotProven or NotReadable.
    """
    message = topic.open(body, now)
    if message["Type"] == CONFIRMATION:
        return [_subscription(message, now)]
    try:
        event = json.loads(message["Message"])
        return list(_receipts(message["MessageId"], event))
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise NotReadable(f"message {message.get('MessageId')} is not as SES writes them") from wrong


def read_ses_mail(topic: Topic, body: bytes, now: datetime) -> bytes | None:
    """The mail that SES received for us (receipt rule with the SNS action); None for anything else.

    Raises NotProven or NotReadable.
    """
    message = topic.open(body, now)
    try:
        event = json.loads(message["Message"]) if message["Type"] == NOTIFICATION else {}
        if event.get("notificationType") != "Received":
            return None
        whole: str = event["content"]
        coded = event["receipt"]["action"].get("encoding") == "BASE64"
        return b64decode(whole) if coded else whole.encode()
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise NotReadable(f"message {message.get('MessageId')} is not as SES writes them") from wrong


def _subscription(message: Mapping[str, str], now: datetime) -> Receipt:
    return Receipt(
        event_id=message["MessageId"],
        kind=ReceiptKind.SUBSCRIPTION,
        at=now,
        detail=message.get("SubscribeURL", ""),
    )


def _receipts(event_id: str, event: Mapping[str, Any]) -> Iterator[Receipt]:
    word = str(event.get("notificationType") or event.get("eventType") or "").lower()
    if word not in set(ReceiptKind) - {ReceiptKind.SUBSCRIPTION}:
        return
    kind, mail = ReceiptKind(word), event["mail"]
    part, recipients = _LISTS[kind]
    told = event[part]
    for number, one in enumerate(told.get(recipients, ())):
        yield Receipt(
            event_id=f"{event_id}.{number}",
            kind=kind,
            at=datetime.fromisoformat(told["timestamp"].replace("Z", "+00:00")),
            provider_id=mail["messageId"],
            message_id=_own_message_id(mail),
            recipient=one if isinstance(one, str) else one["emailAddress"],
            permanent=told.get("bounceType") == "Permanent",
            detail="" if isinstance(one, str) else str(one.get("status", "")),
        )


def _own_message_id(mail: Mapping[str, Any]) -> str:
    """SES writes its own Message-ID over ours; ours is among the headers when SES is told to send them."""
    headers = {str(one["name"]).lower(): str(one["value"]) for one in mail.get("headers", ())}
    return headers.get("message-id", "").strip("<> ")
