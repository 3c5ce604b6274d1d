"""Signing in and staying signed in: each sign-in is a row that ends when it is told to."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.staff import Staff, StaffSession
from intake.services import audit, passwords, second_factor, staff_mails
from intake.services.second_factor import Factor, Proof
from intake.services.staff import OFFICE, actor
from intake.services.staff_mails import MailKind

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# An export or a deletion wants a code or a key that was shown in the last minutes.
FRESH = timedelta(minutes=10)
# A page every few seconds need not write the row each time.
_SEEN_EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Credentials:
    email: str
    password: str
    proof: Proof = field(default_factory=Proof)


@dataclass(frozen=True)
class SignIn:
    """An open sign-in and whose it is."""

    staff: Staff
    row: StaffSession

    def is_fresh(self, *, now: datetime) -> bool:
        return self.row.proven_at is not None and now - self.row.proven_at <= FRESH


def sign_in(session: Session, given: Credentials, *, now: datetime) -> SignIn | None:
    """Open a sign-in, or None: which of the three was wrong is never said.

    The slow comparison of the password holds no lock; then the account is locked, so that one code
    cannot open two sign-ins.
    """
    wanted = select(Staff).where(Staff.email == given.email.strip().lower())
    seen = session.scalars(wanted).one_or_none()
    compared = seen.password if seen else None
    right = passwords.is_right(given.password, compared)
    staff = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()
    right = right and staff is not None and staff.password == compared
    # A code is used up only by whoever knows the password.
    factor = second_factor.prove(session, staff if right else None, given.proof, now=now)
    stopped = second_factor.count_misses(session, staff, missed=right and factor is None, now=now)
    if staff is None or factor is None or not (right and staff.active):
        # Written for an unknown address too: both refusals take one commit.
        audit.note(session, OFFICE, "staff.sign_in_refused", "staff", staff.id if staff else "-", now=now)
        if staff and stopped:
            staff_mails.notify(session, staff, MailKind.CODES_MISSED, now=now)
        return None
    return _opened(session, staff, factor, now=now)


def _opened(session: Session, staff: Staff, factor: Factor, *, now: datetime) -> SignIn:
    staff.code_misses = 0
    audit.note(session, actor(staff.id), "staff.signed_in", "staff", staff.id, now=now, factor=factor)
    if factor is Factor.RECOVERY:
        staff_mails.notify(session, staff, MailKind.RECOVERY_CODE_USED, now=now)
    return open_for(session, staff, now=now)


def open_for(session: Session, staff: Staff, *, now: datetime) -> SignIn:
    """A sign-in for somebody who has just proven both factors."""
    row = StaffSession(staff_id=staff.id, created_at=now, seen_at=now, proven_at=now)
    session.add(row)
    return SignIn(staff, row)


def confirm(session: Session, session_id: UUID, given: Proof, *, now: datetime) -> bool:
    """Show a code or a key once more in an open sign-in, before something that cannot be taken back."""
    row = session.get_one(StaffSession, session_id)
    staff = session.get_one(Staff, row.staff_id, with_for_update=True, populate_existing=True)
    factor = second_factor.prove(session, staff, given, now=now)
    if second_factor.count_misses(session, staff, missed=factor is None, now=now):
        staff_mails.notify(session, staff, MailKind.CODES_MISSED, now=now)
    if factor is None:
        return False
    row.proven_at = now
    audit.note(session, actor(staff.id), "staff.confirmed", "staff", staff.id, now=now, factor=factor)
    return True


def resume(session: Session, session_id: UUID, *, now: datetime, by_hand: bool = True) -> SignIn | None:
    """Whose sign-in this is, or None when it is closed, idle, too old or the account is disabled.

    `by_hand` is False when an open page asks by itself: nobody need sit in front of it.
    """
    both = select(StaffSession, Staff).join(Staff, Staff.id == StaffSession.staff_id)
    found = session.execute(both.where(StaffSession.id == session_id)).one_or_none()
    if found is None:
        return None
    row, staff = found
    if row.closed_at or now - row.seen_at > IDLE or now - row.created_at > ABSOLUTE or not staff.active:
        return None
    if by_hand and now - row.seen_at > _SEEN_EVERY:
        row.seen_at = now
    return SignIn(staff, row)


def sign_out(session: Session, session_id: UUID, *, now: datetime) -> None:
    row = session.get(StaffSession, session_id)
    if row is not None and row.closed_at is None:
        row.closed_at = now
        audit.note(session, actor(row.staff_id), "staff.signed_out", "staff", row.staff_id, now=now)


def open_of(session: Session, staff_id: UUID, *, now: datetime) -> list[StaffSession]:
    """The sign-ins of an account that are open now, newest first."""
    live = StaffSession.closed_at.is_(None) & (StaffSession.seen_at >= now - IDLE)
    theirs = select(StaffSession).where(
        StaffSession.staff_id == staff_id, live, StaffSession.created_at >= now - ABSOLUTE
    )
    return list(session.scalars(theirs.order_by(StaffSession.created_at.desc())))
