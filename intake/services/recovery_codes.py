"""Ten codes on paper for the day when the phone is gone: each opens one sign-in."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from intake.crypto import keyring
from intake.models.staff import RecoveryCode

COUNT = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_HALF = 5


def renew(session: Session, staff_id: UUID) -> list[str]:
    """Ten new codes of 49 random bits in place of the old ones; the only time that they are readable."""
    discard(session, staff_id)
    codes = [f"{_half()}-{_half()}" for _ in range(COUNT)]
    session.add_all(RecoveryCode(staff_id=staff_id, blind=_blind(staff_id, code)) for code in codes)
    return codes


def discard(session: Session, staff_id: UUID) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def spend(session: Session, staff_id: UUID, code: str, *, now: datetime) -> bool:
    """Use a code up. One statement: of two that post the same code at once, one gets it."""
    theirs = (RecoveryCode.staff_id == staff_id) & (RecoveryCode.blind == _blind(staff_id, code))
    unused = update(RecoveryCode).where(theirs, RecoveryCode.used_at.is_(None)).values(used_at=now)
    return session.scalars(unused.returning(RecoveryCode.id)).one_or_none() is not None


def left(session: Session, staff_id: UUID) -> int:
    unused = select(func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def looks_like_one(code: str) -> bool:
    return len(_plain(code)) == 2 * _HALF


def _half() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_HALF))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isascii() and letter.isalnum())


def _blind(staff_id: UUID, code: str) -> bytes:
    return keyring().blind(f"recovery:{staff_id}", _plain(code))
