"""Security keys and passkeys (WebAuthn): add one, and check what one has signed.

A challenge is not stored. It carries the moment it was made and a keyed mark, so that only ours are
taken, and only for five minutes; each key remembers the newest it answered, so that none serves twice.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from intake.config import Settings
from intake.crypto import keyring
from intake.errors import BadInput
from intake.models.staff import Staff, StaffKey

_GOOD_FOR = timedelta(minutes=5)
_STAMP, _SALT, _MARK = 8, 16, 16
_LONGEST_ANSWER = 20_000
# What unreadable answers raise beside the library's own: base64, JSON, CBOR, missing members.
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, EOFError)
NOT_TAKEN = "The key could not be added. Press the button again and follow what your browser says."


@dataclass(frozen=True)
class Site:
    """What a key is bound to: it answers to this host name alone, so that a look-alike site gets nothing."""

    host: str
    origin: str
    name: str

    @classmethod
    def of(cls, settings: Settings) -> "Site":
        """On one machine the browser must say `localhost`: WebAuthn knows no bare addresses."""
        at = urlsplit(settings.public_url)
        host = "localhost" if at.hostname == "127.0.0.1" else at.hostname or ""
        origin = f"{at.scheme}://{host}" + (f":{at.port}" if at.port else "")
        return cls(host, origin, settings.organisation.name)


def of_staff(session: Session, staff_id: UUID) -> list[StaffKey]:
    theirs = select(StaffKey).where(StaffKey.staff_id == staff_id)
    return list(session.scalars(theirs.order_by(StaffKey.created_at, StaffKey.id)))


def options_to_add(session: Session, staff: Staff, site: Site, *, now: datetime) -> str:
    """JSON for `navigator.credentials.create`."""
    known = [PublicKeyCredentialDescriptor(id=key.credential_id) for key in of_staff(session, staff.id)]
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=staff.id.bytes,
        user_name=staff.email,
        user_display_name=staff.name,
        challenge=_challenge(now),
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return options_to_json(options)


def options_to_prove(site: Site, *, now: datetime) -> str:
    """JSON for `navigator.credentials.get`. It names no key: that would tell who has an account."""
    options = webauthn.generate_authentication_options(rp_id=site.host, challenge=_challenge(now))
    return options_to_json(options)


def add(session: Session, staff: Staff, answer: str, *, name: str, site: Site, now: datetime) -> StaffKey:
    """Keep a key that the browser has made. Raises BadInput when its answer is not for us or not now."""
    try:
        given = _read(answer)
        made = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=_challenge_in(given, now=now)[0],
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, *_UNREADABLE) as wrong:
        raise BadInput(NOT_TAKEN) from wrong
    if session.scalar(select(StaffKey.id).where(StaffKey.credential_id == made.credential_id)):
        raise BadInput("This key is added already.")
    key = StaffKey(
        staff_id=staff.id,
        name=name.strip()[:60] or "Security key",
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        created_at=now,
    )
    session.add(key)
    return key


def check(session: Session, staff_id: UUID, answer: str, *, site: Site, now: datetime) -> StaffKey | None:
    """The key of this account that signed a challenge of ours just now; None for anything else.

    The caller holds the account's row, so that one answer cannot be taken twice.
    """
    try:
        given = _read(answer)
        challenge, stamp = _challenge_in(given, now=now)
        wanted = (StaffKey.staff_id == staff_id) & (StaffKey.credential_id == base64url_to_bytes(given["id"]))
        key = session.scalars(select(StaffKey).where(wanted)).one_or_none()
        if key is None or stamp <= key.last_stamp:
            return None
        proved = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    except (WebAuthnException, *_UNREADABLE):
        return None
    key.sign_count, key.last_stamp, key.used_at = proved.new_sign_count, stamp, now
    return key


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > _LONGEST_ANSWER:
        raise ValueError("too long")
    given = json.loads(answer)
    if not isinstance(given, dict):
        raise TypeError("no object")
    return given


def _challenge(now: datetime) -> bytes:
    made = round(now.timestamp() * 1000).to_bytes(_STAMP) + secrets.token_bytes(_SALT)
    return made + _mark(made)


def _challenge_in(given: dict[str, Any], *, now: datetime) -> tuple[bytes, int]:
    """The challenge that was answered and its moment (ms). Raises ValueError when it is not ours or old."""
    told = json.loads(base64url_to_bytes(given["response"]["clientDataJSON"]))
    challenge = base64url_to_bytes(told["challenge"])
    made, mark = challenge[:-_MARK], challenge[-_MARK:]
    stamp = int.from_bytes(made[:_STAMP])
    age = timedelta(milliseconds=round(now.timestamp() * 1000) - stamp)
    if not secrets.compare_digest(mark, _mark(made)) or not timedelta(0) <= age <= _GOOD_FOR:
        raise ValueError("not a challenge of ours, or an old one")
    return challenge, stamp


def _mark(made: bytes) -> bytes:
    return keyring().blind("challenge", made.hex())[:_MARK]
