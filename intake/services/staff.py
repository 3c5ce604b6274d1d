"""Staff accounts: who there is, in which role, and what ends their sign-ins."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.staff import Staff, StaffSession
from intake.services import audit, passwords

# Who acts when a command is typed on the server; a page says `by=actor(id)`.
OFFICE = "office"


class Role(StrEnum):
    ADVOCATE = "advocate"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, kw_only=True)
class NewStaff:
    """An account to make. `totp_secret` is base32, as `passwords.new_totp_secret()` gives it.

    Without a password and a secret it opens nothing until its owner has followed an invitation.
    """

    email: str
    name: str
    role: str
    password: str | None = None
    totp_secret: str | None = None
    sample: bool = False


def create(session: Session, new: NewStaff, *, now: datetime, by: str = OFFICE) -> Staff:
    """Add an account. Raises BadInput when the address is not one or has an account, or for no role."""
    email = _address(new.email)
    if find(session, email) is not None:
        raise BadInput(f"{email} has an account already. Open it in the list of staff.")
    staff = Staff(
        email=email,
        name=new.name.strip() or email,
        role=_role(new.role),
        active=True,
        fs_uniquifier=_uniquifier(),
        password=passwords.hashed(new.password) if new.password else None,
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
    keep_one_admin(session, staff)
    staff.active = False
    end_all(session, staff, now=now)
    audit.note(session, by, "staff.disabled", "staff", staff.id, now=now)


def enable(session: Session, staff: Staff, *, now: datetime, by: str = OFFICE) -> None:
    """Raises BadInput for somebody who has left: what they signed in with is gone."""
    if staff.left_at:
        raise BadInput(f"{staff.email} has left. Invite them again instead.")
    staff.active = True
    audit.note(session, by, "staff.enabled", "staff", staff.id, now=now)


def change_role(session: Session, staff: Staff, role: str, *, now: datetime, by: str = OFFICE) -> None:
    """Raises BadInput for a role that does not exist, and when no admin would be left."""
    if _role(role) != Role.ADMIN:
        keep_one_admin(session, staff)
    old, staff.role = staff.role, role
    end_all(session, staff, now=now)
    audit.note(session, by, "staff.role_changed", "staff", staff.id, now=now, old=old, new=staff.role)


def roles_of(staff: Staff, *, now: datetime) -> frozenset[Role]:
    """Their own role, and that of an admin while they stand in for one."""
    deputy = staff.deputy_until is not None and now < staff.deputy_until
    return frozenset({Role(staff.role)} | ({Role.ADMIN} if deputy else set()))


def end_all(session: Session, staff: Staff, *, now: datetime, but: Iterable[UUID] = ()) -> None:
    """Close every sign-in of an account, in every browser, but those named."""
    kept = list(but)
    if not kept:
        staff.fs_uniquifier = _uniquifier()
    theirs = (StaffSession.staff_id == staff.id) & StaffSession.closed_at.is_(None)
    session.execute(update(StaffSession).where(theirs, StaffSession.id.not_in(kept)).values(closed_at=now))


def actor(staff_id: UUID) -> str:
    """How audit entries name a member of staff."""
    return f"staff:{staff_id}"


def keep_one_admin(session: Session, staff: Staff) -> None:
    """Raises BadInput when this is the only account that can help the others."""
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
