"""Amazon SNS: is this message really from our topic? Nothing is fetched: the certificate is configured.

The text that is signed: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import binascii
import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from intake.errors import ConfigError
from intake.receipts.receipt import NotProven, NotReadable

NOTIFICATION, CONFIRMATION = "Notification", "SubscriptionConfirmation"
_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}


@dataclass(frozen=True)
class Topic:
    """The topics that may speak to us, and the certificates that Amazon signs with."""

    arns: tuple[str, ...]
    certificate_file: Path = field(repr=False)

    @cached_property
    def certificates(self) -> Sequence[x509.Certificate]:
        """Raises ConfigError when the file holds none."""
        try:
            return x509.load_pem_x509_certificates(self.certificate_file.read_bytes())
        except ValueError as wrong:
            raise ConfigError(f"{self.certificate_file.name} holds no certificate in PEM.") from wrong

    def open(self, body: bytes, now: datetime) -> Mapping[str, str]:
        """The message, when Amazon signed it for one of our topics. Raises NotProven or NotReadable."""
        message = _read(body)
        if message.get("TopicArn") not in self.arns:
            raise NotProven("the message is of another topic")
        if message["Type"] not in _SIGNED:
            raise NotReadable(f"a message of the type {message['Type']!r} is not known")
        self._prove(message, now)
        return message

    def _prove(self, message: Mapping[str, str], now: datetime) -> None:
        names = _SIGNED[message["Type"]]
        text = "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None)
        try:
            signature = b64decode(message["Signature"], validate=True)
            digest = _HASHES[message["SignatureVersion"]]
        except (KeyError, binascii.Error) as wrong:
            raise NotProven("the message has no signature that we know") from wrong
        if not any(_signed(one, signature, text.encode(), digest, now) for one in self.certificates):
            raise NotProven("the signature is not by a certificate that is configured and in force")


def _read(body: bytes) -> dict[str, str]:
    try:
        message = json.loads(body)
    except ValueError as wrong:
        raise NotProven("the message is not JSON") from wrong
    if not isinstance(message, dict) or not isinstance(message.get("Type"), str):
        raise NotProven("the message has no type")
    return {name: value for name, value in message.items() if isinstance(value, str)}


def _signed(
    certificate: x509.Certificate, signature: bytes, text: bytes, digest: hashes.HashAlgorithm, now: datetime
) -> bool:
    key = certificate.public_key()
    in_force = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    if not in_force or not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, text, padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True
