"""One thing that a provider tells of one mail to one address."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from intake.errors import AdvocateDeskError


class ReceiptKind(StrEnum):
    """SUBSCRIPTION: the provider asks whether it may begin to tell us things."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    DELIVERY = "delivery"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """`event_id` is the provider's own, so that a repeat is known. The mail is named by what the provider
    calls it or by its Message-ID (without angle brackets). `permanent`: a bounce that no later try mends.
    `detail`: a code such as 5.1.1, or the link that confirms a subscription; never an address.
    """

    event_id: str
    kind: ReceiptKind
    at: datetime
    provider_id: str = ""
    message_id: str = ""
    recipient: str = ""
    permanent: bool = False
    detail: str = ""


class NotProven(AdvocateDeskError):
    """Whoever sent it could not show that it is the provider."""


class NotReadable(AdvocateDeskError):
    """It is the provider's, and has a shape that we do not know."""
