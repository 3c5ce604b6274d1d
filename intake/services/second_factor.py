"""The second proof of who somebody is: a code from the app, a key, or a recovery code from paper.

Whoever tries codes knows the password already, so the count of misses cannot be used by strangers to
lock a colleague out; after ten within an hour no code is taken for an hour.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from intake.models.staff import Staff
from intake.services import keys, passwords, recovery_codes
from intake.services.keys import Site

MOST_MISSES = 10
_FORGOTTEN_AFTER = timedelta(hours=1)
_NO_SITE = Site("", "", "")


class Factor(StrEnum):
    CODE = "code"
    KEY = "key"
    RECOVERY = "recovery code"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was shown: the six digits or a recovery code as typed, or the JSON that a key has signed.

    `keys_only`: this organisation takes codes of the app only from accounts that have no key yet.
    """

    code: str = ""
    assertion: str = ""
    site: Site = _NO_SITE
    keys_only: bool = False


def prove(session: Session, staff: Staff | None, given: Proof, *, now: datetime) -> Factor | None:
    """Which factor it was, used up; None when it proves nothing.

    The account is locked by the caller. Without an account the same statements run for nobody.
    """
    staff_id = staff.id if staff else uuid4()
    if given.assertion:
        found = keys.check(session, staff_id, given.assertion, site=given.site, now=now)
        return Factor.KEY if found and staff else None
    if recovery_codes.looks_like_one(given.code):
        owner = uuid4() if staff and is_blocked(staff, now=now) else staff_id
        return Factor.RECOVERY if recovery_codes.spend(session, owner, given.code, now=now) else None
    if given.keys_only and keys.of_staff(session, staff_id):
        return None
    return Factor.CODE if _code_fits(staff, given.code, now=now) else None


def _code_fits(staff: Staff | None, code: str, *, now: datetime) -> bool:
    """Compare, and use the code up. Without a secret the same work is done on another."""
    secret = (staff and staff.totp_secret) or passwords.NO_SECRET
    last = staff.totp_last_counter if staff else None
    counter = passwords.totp_counter(code, secret, last_counter=last, now=now)
    if staff is None or staff.totp_secret_sealed is None or counter is None or is_blocked(staff, now=now):
        return False
    staff.totp_last_counter = counter
    return True


def is_blocked(staff: Staff, *, now: datetime) -> bool:
    return staff.code_misses >= MOST_MISSES and _is_recent(staff, now)


def count_misses(session: Session, staff: Staff | None, *, missed: bool, now: datetime) -> bool:
    """Write down a miss, or that there was none; True when it is the one that stops codes for an hour.

    Written for nobody too: refusals must take the same time whatever was wrong.
    """
    known: UUID = staff.id if staff else uuid4()
    before = staff.code_misses if staff and _is_recent(staff, now) else 0
    counted = missed and before < MOST_MISSES
    after = before + 1 if counted else before
    at = now if counted else (staff and staff.code_missed_at)
    session.execute(update(Staff).where(Staff.id == known).values(code_misses=after, code_missed_at=at))
    return counted and after == MOST_MISSES


def _is_recent(staff: Staff, now: datetime) -> bool:
    return staff.code_missed_at is not None and now - staff.code_missed_at < _FORGOTTEN_AFTER
