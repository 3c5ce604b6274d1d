"""Staff accounts and their sign-ins."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.staff import Staff, StaffSession
from intake.services import audit, passwords

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# Who acts when a command is typed on the server; a page says `by=actor(id)`.
OFFICE = "office"
# A page every few seconds need not write the row each time.
_SEEN_EVERY = timedelta(seconds=30)


class Role(StrEnum):
    ADVOCATE = "advocate"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, kw_only=True)
class NewStaff:
    """An account to make. `totp_secret` is base32, as `passwords.new_totp_secret()` gives it.

    A temporary password must be changed at the first sign-in.
    """

    email: str
    name: str
    role: str
    password: str
    totp_secret: str
    sample: bool = False
    temporary: bool = False


def create(session: Session, new: NewStaff, *, now: datetime, by: str = OFFICE) -> Staff:
    """Add an account.

    `create(session, NewStaff(email=, name=, role=, password=, totp_secret=, sample=), now=now)`

    Raises BadInput when the address is not one or has an account, or when the role is unknown.
    """
    email = _address(new.email)
    if find(session, email) is not None:
        raise BadInput(f"{email} has an account already. Change it with `advocate staff role` or `password`.")
    staff = Staff(
        email=email,
        name=new.name.strip() or email,
        role=_role(new.role),
        active=True,
        fs_uniquifier=_uniquifier(),
        password=passwords.hashed(new.password),
        password_temporary=new.temporary,
        totp_secret=new.totp_secret,
        sample=new.sample,
        created_at=now,
    )
    session.add(staff)
    audit.note(session, by, "staff.added", "staff", staff.id, now=now, role=staff.role)
    return staff


def find(session: Session, email: str) -> Staff | None:
    return session.scalars(select(Staff).where(Staff.email == email.strip().lower())).one_or_none()


def get(session: Session, email: str) -> Staff:
    """Raises BadInput when there is no such account."""
    staff = find(session, email)
    if staff is None:
        raise BadInput(f"{email} has no account. `advocate staff list` shows those there are.")
    return staff


def everyone(session: Session) -> list[Staff]:
    return list(session.scalars(select(Staff).order_by(Staff.active.desc(), Staff.name, Staff.email)))


def disable(session: Session, staff: Staff, *, now: datetime, by: str = OFFICE) -> None:
    """Close the account and every sign-in. Its history stays. Raises BadInput for the last admin."""
    _keep_one_admin(session, staff)
    staff.active = False
    end_all(session, staff, now=now)
    audit.note(session, by, "staff.disabled", "staff", staff.id, now=now)


def enable(session: Session, staff: Staff, *, now: datetime, by: str = OFFICE) -> None:
    staff.active = True
    audit.note(session, by, "staff.enabled", "staff", staff.id, now=now)


def change_role(session: Session, staff: Staff, role: str, *, now: datetime, by: str = OFFICE) -> None:
    """Raises BadInput for a role that does not exist, and when no admin would be left."""
    if _role(role) != Role.ADMIN:
        _keep_one_admin(session, staff)
    old, staff.role = staff.role, role
    end_all(session, staff, now=now)
    audit.note(session, by, "staff.role_changed", "staff", staff.id, now=now, old=old, new=staff.role)


def reset_password(session: Session, staff: Staff, *, now: datetime, by: str = OFFICE) -> str:
    """Replace a lost password; return the new one, to be changed at the next sign-in."""
    password = passwords.new_password()
    _set_password(session, staff, password, now=now)
    staff.password_temporary = True
    audit.note(session, by, "staff.password_reset", "staff", staff.id, now=now)
    return password


def reset_totp(session: Session, staff: Staff, *, now: datetime, by: str = OFFICE) -> str:
    """Replace a lost authenticator; return the new secret."""
    staff.totp_secret, staff.totp_last_counter = passwords.new_totp_secret(), None
    end_all(session, staff, now=now)
    audit.note(session, by, "staff.totp_reset", "staff", staff.id, now=now)
    return staff.totp_secret


def choose_password(session: Session, staff: Staff, old: str, new: str, *, now: datetime) -> StaffSession:
    """A member of staff changes their own: every sign-in ends, and one new one begins.

    Raises BadInput when the old password is wrong or the new one too weak.
    """
    if not passwords.is_right(old, staff.password):
        raise BadInput("The old password is not right.")
    if old == new:
        raise BadInput("The new password is the old one. Choose another.")
    passwords.check_strength(new, email=staff.email)
    _set_password(session, staff, new, now=now)
    staff.password_temporary = False
    audit.note(session, actor(staff.id), "staff.password_changed", "staff", staff.id, now=now)
    return _open_session(session, staff, now=now)


@dataclass(frozen=True)
class Credentials:
    email: str
    password: str
    code: str


def sign_in(session: Session, given: Credentials, *, now: datetime) -> StaffSession | None:
    """Open a sign-in, or None: which of the three was wrong is never said.

    The account is locked meanwhile, so that one code cannot open two sign-ins.
    """
    staff = session.scalars(
        select(Staff).where(Staff.email == given.email.strip().lower()).with_for_update()
    ).one_or_none()
    right = passwords.is_right(given.password, staff.password if staff else None)
    counter = _counter(staff, given.code, now=now)
    if staff is None or counter is None or not (right and staff.active):
        # Written for an unknown address too: both refusals take one commit.
        audit.note(session, OFFICE, "staff.sign_in_refused", "staff", staff.id if staff else "-", now=now)
        return None
    staff.totp_last_counter = counter
    audit.note(session, actor(staff.id), "staff.signed_in", "staff", staff.id, now=now)
    return _open_session(session, staff, now=now)


def _counter(staff: Staff | None, code: str, *, now: datetime) -> int | None:
    if staff is None:
        return None
    return passwords.totp_counter(code, staff.totp_secret, last_counter=staff.totp_last_counter, now=now)


def resume(session: Session, session_id: UUID, *, now: datetime, by_hand: bool = True) -> Staff | None:
    """Whose sign-in this is, or None when it is closed, idle, too old or the account is disabled.

    `by_hand` is False when an open page asks by itself: nobody need sit in front of it.
    """
    row = session.get(StaffSession, session_id)
    if row is None or row.closed_at or now - row.seen_at > IDLE or now - row.created_at > ABSOLUTE:
        return None
    staff = session.get(Staff, row.staff_id)
    if staff is None or not staff.active:
        return None
    if by_hand and now - row.seen_at > _SEEN_EVERY:
        row.seen_at = now
    return staff


def sign_out(session: Session, session_id: UUID, *, now: datetime) -> None:
    row = session.get(StaffSession, session_id)
    if row is not None and row.closed_at is None:
        row.closed_at = now
        audit.note(session, actor(row.staff_id), "staff.signed_out", "staff", row.staff_id, now=now)


def end_all(session: Session, staff: Staff, *, now: datetime) -> None:
    """Close every sign-in of an account, in every browser."""
    staff.fs_uniquifier = _uniquifier()
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.closed_at.is_(None))
        .values(closed_at=now)
    )


def actor(staff_id: UUID) -> str:
    """How audit entries name a member of staff."""
    return f"staff:{staff_id}"


def _open_session(session: Session, staff: Staff, *, now: datetime) -> StaffSession:
    row = StaffSession(staff_id=staff.id, created_at=now, seen_at=now)
    session.add(row)
    return row


def _set_password(session: Session, staff: Staff, password: str, *, now: datetime) -> None:
    staff.password = passwords.hashed(password)
    end_all(session, staff, now=now)


def _keep_one_admin(session: Session, staff: Staff) -> None:
    active = select(Staff.id).where(Staff.role == Role.ADMIN, Staff.active).with_for_update()
    if session.scalars(active).all() == [staff.id]:
        raise BadInput(f"{staff.email} is the last admin. Make another account admin first.")


def _uniquifier() -> str:
    return secrets.token_hex(32)


def _address(text: str) -> str:
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise BadInput(f"{text!r} is not an email address: {wrong}") from wrong
    return found.normalized.lower()


def _role(text: str) -> str:
    if text not in set(Role):
        raise BadInput(f"{text!r} is not a role. Choose one of {', '.join(Role)}.")
    return text
