"""Amazon's side of receipts: a topic that signs, and what it tells."""

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

TOPIC = "arn:aws:sns:us-east-1:000000000000:mail"
ADDRESS = "ada@family.example"
PROVIDER_ID = "0100018f2a3b4c5d-7e8f9a0b"


@dataclass(frozen=True)
class Amazon:
    """Signs as SNS does."""

    key: RSAPrivateKey
    certificate: bytes

    def message(self, told: Any, **changes: str) -> dict[str, str]:
        fields = {
            "Type": "Notification",
            "MessageId": str(uuid4()),
            "TopicArn": TOPIC,
            "Message": json.dumps(told),
            "Timestamp": "2026-11-24T18:00:00.000Z",
            "SignatureVersion": "2",
            **changes,
        }
        return {**fields, "Signature": self.sign(fields)}

    def sign(self, fields: dict[str, str]) -> str:
        confirms = fields["Type"] == "SubscriptionConfirmation"
        names = ["Message", "MessageId", *(["SubscribeURL"] if confirms else ["Subject"]), "Timestamp"]
        names += [*(["Token"] if confirms else []), "TopicArn", "Type"]
        text = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields)
        digest: hashes.HashAlgorithm = hashes.SHA1() if fields["SignatureVersion"] == "1" else hashes.SHA256()
        return b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), digest)).decode()


def amazon(*, until: datetime) -> Amazon:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(until - timedelta(days=800)).not_valid_after(until)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return Amazon(key, made.public_bytes(Encoding.PEM))


def ses(kind: str, **changes: Any) -> dict[str, Any]:
    at = "2026-11-24T18:00:05.000Z"
    parts: dict[str, Any] = {
        "Bounce": {
            "bounceType": "Permanent",
            "bouncedRecipients": [{"emailAddress": ADDRESS, "status": "5.1.1"}],
            "timestamp": at,
        },
        "Complaint": {"complainedRecipients": [{"emailAddress": ADDRESS}], "timestamp": at},
        "Delivery": {"recipients": [ADDRESS], "timestamp": at, "smtpResponse": "250 ok"},
    }
    part = {**parts[kind], **changes}
    return {"notificationType": kind, "mail": {"messageId": PROVIDER_ID}, kind.lower(): part}
