"""Any other provider: JSON under a shared secret, for an adapter of a few lines on their side or ours.

A mail that came in is posted whole under the same header to /replies/signed (message/rfc822).
Header `X-Signature: sha256=<hex>`, the HMAC-SHA256 of the body. Body, one object or a list of them:
{"id": "...", "kind": "bounce|complaint|delivery", "message_id": "...", "recipient": "...",
 "permanent": true, "at": "2026-11-24T18:00:00+00:00", "detail": "5.1.1"}
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from intake.receipts.receipt import NotProven, NotReadable, Receipt, ReceiptKind

HEADER = "X-Signature"


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def prove(secret: str, given: str, body: bytes) -> None:
    """Raises NotProven."""
    if not hmac.compare_digest(given.encode(), signature(secret, body).encode()):
        raise NotProven("the signature is not by our secret")


def read_signed(secret: str, given: str, body: bytes) -> Sequence[Receipt]:
    """Raises NotProven or NotReadable."""
    prove(secret, given, body)
    try:
        told = json.loads(body)
        return [_receipt(one) for one in (told if isinstance(told, list) else [told])]
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise NotReadable("the body is not as intake/receipts/signed.py describes it") from wrong


def _receipt(one: Mapping[str, Any]) -> Receipt:
    at = datetime.fromisoformat(one["at"])
    if at.tzinfo is None or one["kind"] == ReceiptKind.SUBSCRIPTION:
        raise ValueError("a time without its zone, or a kind that is not ours")
    return Receipt(
        event_id=str(one["id"]),
        kind=ReceiptKind(one["kind"]),
        at=at,
        message_id=str(one.get("message_id", "")).strip("<> "),
        provider_id=str(one.get("provider_id", "")),
        recipient=str(one.get("recipient", "")),
        permanent=one.get("permanent") is True,
        detail=str(one.get("detail", ""))[:100],
    )
