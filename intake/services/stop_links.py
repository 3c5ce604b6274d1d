"""The stop link of a mail: it names an address by its keyed hash, so it works for as long as the key does.

Nothing is looked up: the link of a mail from years ago still stops its address when the request is erased,
and the link in a mail to a mistyped address stops that stranger's address and no other.
"""

import binascii
import hmac
from base64 import b64decode, urlsafe_b64encode

from intake.crypto import keyring

_BLIND, _PROOF = 32, 16  # bytes; 128 bits cannot be guessed


def stop_token(email_blind: bytes) -> str:
    """What stands at the end of the link: 64 letters."""
    return urlsafe_b64encode(email_blind + _proof(email_blind)).decode()


def address_of(token: str) -> bytes | None:
    """The keyed hash of the address that the link was made for; None for a link that we did not make."""
    try:
        raw = b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    blind, proof = raw[:_BLIND], raw[_BLIND:]
    return blind if len(raw) == _BLIND + _PROOF and hmac.compare_digest(proof, _proof(blind)) else None


def _proof(email_blind: bytes) -> bytes:
    return keyring().blind("stop_link", email_blind.hex())[:_PROOF]
