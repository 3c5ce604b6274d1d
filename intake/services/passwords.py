"""Staff secrets: argon2 for passwords, RFC 6238 for the six-digit codes."""

import hmac
import re
import secrets
from base64 import b32decode, b32encode
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from intake.errors import BadInput

SHORTEST = 15
LONGEST = 200
# Ten thousand million guesses: NIST SP 800-63B wants guessable ones refused and names no number.
_LEAST_GUESSES_LOG10 = 10
_LOOKED_AT = 72
_WORD = re.compile(r"\w{3,}")
_OF_THE_TRADE = ("mesothelioma", "asbestos", "pleural", "peritoneal", "advocate", "supervisor", "password")
_STEP_SECONDS = 30
_SLIP_STEPS = 1
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()
# Of a random text that nobody kept, as costly as those that _hasher makes. Made once, not at each start.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$zaEmtM87MfLR350L7NHzZQ$7Q/ump257NUbfwckRrMg9Y0zJ/6sde2upkZpUTpovuc"


def hashed(password: str) -> str:
    return _hasher.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """Compare. Without a stored hash the same work is done, so that time tells nobody who has an account."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def new_password() -> str:
    """A password to print once: 98 random bits in groups of five, without look-alikes."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def check_strength(password: str, *, about: Iterable[str]) -> None:
    """Raises BadInput with the mend when a chosen password is too short, too long or easily guessed.

    Guessed from the 30,000 most breached passwords, common words and names, keyboard walks, dates,
    repeats, and `about`: words close to this person and this organisation. Nothing leaves this machine.
    """
    if len(password) < SHORTEST:
        raise BadInput(f"Use at least {SHORTEST} characters. Four unrelated words work well.")
    if len(password) > LONGEST:
        raise BadInput(f"Use at most {LONGEST} characters.")
    known = [*_OF_THE_TRADE, *(word for text in about for word in _words_of(text.lower()))]
    guesses = zxcvbn(password[:_LOOKED_AT], user_inputs=known, max_length=_LOOKED_AT)["guesses_log10"]
    if guesses < _LEAST_GUESSES_LOG10:
        raise BadInput("This password is easy to guess. Choose four words that have nothing to do with you.")


def _words_of(text: str) -> list[str]:
    """Each word, and all of them as one: "Example Advocates" is guessed as exampleadvocates too."""
    return [text, *_WORD.findall(text), "".join(_WORD.findall(text))]


def new_totp_secret() -> str:
    """A base32 secret of 160 bits, as authenticator apps take it."""
    return b32encode(secrets.token_bytes(20)).decode()


# Compared with where an account has no secret, so that the work is the same.
NO_SECRET = new_totp_secret()


def totp_code(secret: str, counter: int) -> str:
    """The six digits of one 30-second step: HMAC-SHA-1, dynamic truncation (RFC 4226, 5.3)."""
    mac = hmac.digest(b32decode(secret), counter.to_bytes(8), "sha1")
    start = mac[-1] & 0xF
    number = int.from_bytes(mac[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def totp_counter(code: str, secret: str, *, last_counter: int | None, now: datetime) -> int | None:
    """The step `code` belongs to, or None when it is wrong, old or was used before (RFC 6238, 5.2).

    One step of clock slip is allowed either way.
    """
    digits = "".join(code.split())
    step = int(now.timestamp()) // _STEP_SECONDS
    for counter in range(step - _SLIP_STEPS, step + _SLIP_STEPS + 1):
        unused = last_counter is None or counter > last_counter
        if unused and hmac.compare_digest(totp_code(secret, counter).encode(), digits.encode()):
            return counter
    return None


def totp_uri(secret: str, *, email: str, issuer: str) -> str:
    """What the QR code of an authenticator app holds."""
    return f"otpauth://totp/{quote(issuer)}:{quote(email)}?secret={secret}&issuer={quote(issuer)}"
