"""Sign a mail with DKIM (RFC 6376, RFC 8301): rsa-sha256, relaxed headers, simple body.

The RSA is OpenSSL's. Signers in pure Python hold the private key in Python integers and take ten times
as long; tests check every signature with one of them.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from intake.errors import ConfigError

KEY_BITS = 2048
# Both lines of one-click unsubscribe are among them, as RFC 8058 asks. A second From would be refused.
_SIGNED = (
    "from", "from", "reply-to", "to", "subject", "date", "message-id", "list-unsubscribe",
    "list-unsubscribe-post", "auto-submitted", "mime-version", "content-type",
)  # fmt: skip
_FOLDED = re.compile(rb"\r\n(?=[ \t])")
_BLANKS = re.compile(rb"[ \t]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Signer:
    """Signs for one domain under one selector: its record stands at `selector._domainkey.domain`."""

    domain: str
    selector: str
    key: RSAPrivateKey = field(repr=False)

    def sign(self, message: bytes, *, at: datetime) -> bytes:
        """The message with its signature on top. Its lines must end in CRLF."""
        head, _, body = message.partition(b"\r\n\r\n")
        headers = list(_relaxed(head))
        digest = base64.b64encode(hashlib.sha256(_simple(body)).digest()).decode()
        names = [name for name in _SIGNED if name == "from" or any(name == known for known, _ in headers)]
        tags = (
            f"v=1; a=rsa-sha256; c=relaxed/simple; d={self.domain}; s={self.selector};\r\n"
            f" t={int(at.timestamp())}; h={':'.join(names)};\r\n"
            f" bh={digest};\r\n b="
        )
        own = next(_relaxed(f"DKIM-Signature: {tags}".encode()))[1]
        signed = b"".join(line + b"\r\n" for line in _chosen(headers, names)) + own
        proof = base64.b64encode(self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())).decode()
        lines = "\r\n  ".join(proof[at : at + 72] for at in range(0, len(proof), 72))
        return f"DKIM-Signature: {tags}{lines}\r\n".encode() + message


def load_signer(path: Path, *, selector: str, domain: str) -> Signer:
    """Read a private key. Raises ConfigError when it is none, or is too short for today."""
    if not _LABEL.fullmatch(selector):
        raise ConfigError(f"DKIM_SELECTOR is {selector!r}; use small letters, digits and hyphens.")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as wrong:
        raise ConfigError(f"DKIM_KEY_FILE {path.name} holds no readable private key.") from wrong
    if not isinstance(key, RSAPrivateKey) or key.key_size < KEY_BITS:
        raise ConfigError(f"DKIM_KEY_FILE {path.name} must hold an RSA key of {KEY_BITS} bits or more.")
    return Signer(domain, selector, key)


def new_key() -> bytes:
    """A fresh private key in PEM."""
    key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def dns_record(signer: Signer) -> str:
    """The TXT record as a zone file has it: strings of at most 255 letters."""
    public = signer.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
    strings = " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))
    return f"{signer.selector}._domainkey.{signer.domain}. IN TXT ( {strings} )"


def _relaxed(head: bytes) -> Iterator[tuple[str, bytes]]:
    """Each header's name and its canonical line: unfolded, blanks made one, none at the ends."""
    for line in _FOLDED.sub(b"", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        plain = name.strip().lower()
        yield plain.decode("ascii"), plain + b":" + _BLANKS.sub(b" ", value).strip()


def _chosen(headers: list[tuple[str, bytes]], names: list[str]) -> Iterator[bytes]:
    """The lines of `names`, the lowest of a name first; a name without a line left is signed as absent."""
    left = list(reversed(headers))
    for name in names:
        found = next((header for header in left if header[0] == name), None)
        if found:
            left.remove(found)
            yield found[1]


def _simple(body: bytes) -> bytes:
    return body.rstrip(b"\r\n") + b"\r\n"
