"""The three staff accounts of the sample organisation.

Their passwords are made at the first load and kept in a file, so that each start prints the same.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from intake.models.staff import Staff
from intake.services import passwords, staff
from intake.services.staff import NewStaff, Role

FILE = "sample_accounts.json"
_CHANGED = "(changed by you)"


@dataclass(frozen=True)
class Account:
    """What somebody needs to sign in. `totp_secret` is base32."""

    role: str
    email: str
    password: str
    totp_secret: str


def load_accounts(session: Session, remembered: list[Account], *, now: datetime) -> list[Account]:
    """Make the accounts that are missing; give a new password to one whose password nobody remembers."""
    known = {account.email: account for account in remembered}
    return [_account(session, role, known.get(_email(role)), now=now) for role in Role]


def remembered(home: Path) -> list[Account]:
    """The accounts of an earlier load; none when the file is gone or is not ours."""
    try:
        return [Account(**row) for row in json.loads((home / FILE).read_text())]
    except (OSError, ValueError, TypeError):
        return []


def remember(home: Path, accounts: list[Account]) -> None:
    """Keep the accounts in a file that only its owner reads; no reader sees half of it."""
    path = home / FILE
    fresh = path.with_name(f"{FILE}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump([asdict(account) for account in accounts], file, indent=2)
    fresh.replace(path)


def _email(role: Role) -> str:
    return f"{role}@sample.example"


def _account(session: Session, role: Role, known: Account | None, *, now: datetime) -> Account:
    found = staff.find(session, _email(role))
    if found is None:
        return _created(session, role, known, now=now)
    secret = found.totp_secret or _CHANGED
    if known is None:
        return Account(role, found.email, _new_password(session, found, now=now), secret)
    right = passwords.is_right(known.password, found.password)
    return Account(role, found.email, known.password if right else _CHANGED, secret)


def _created(session: Session, role: Role, known: Account | None, *, now: datetime) -> Account:
    """An empty database beside an old file gets the old passwords again."""
    usable = known is not None and known.password != _CHANGED
    password = known.password if known and usable else passwords.new_password()
    secret = known.totp_secret if known else passwords.new_totp_secret()
    new = NewStaff(
        email=_email(role),
        name=f"Sample {role}",
        role=role,
        password=password,
        totp_secret=secret,
        sample=True,
    )
    staff.create(session, new, now=now)
    return Account(role, new.email, password, secret)


def _new_password(session: Session, account: Staff, *, now: datetime) -> str:
    password = passwords.new_password()
    account.password = passwords.hashed(password)
    staff.end_all(session, account, now=now)
    return password
