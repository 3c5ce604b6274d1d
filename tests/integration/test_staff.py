"""Accounts: who may sign in, for how long, and what ends it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from intake.db import transaction
from intake.errors import BadInput
from intake.models import AuditEntry, Staff, StaffSession
from intake.services import passwords, sign_in, staff, staff_changes, staff_setup
from intake.services.second_factor import Proof
from intake.services.sign_in import Credentials
from intake.services.staff import NewStaff, Role
from intake.services.staff_mails import MailKind
from tests.desk import PASSWORD, SECRET, account, code_at
from tests.factories import NOON


def opened(email: str = "ana@desk.example", at: timedelta = timedelta(0)) -> UUID | None:
    """Sign in at NOON plus `at`; the id of the sign-in, None when refused."""
    now = NOON + at
    with transaction() as session:
        row = sign_in.sign_in(session, Credentials(email, PASSWORD, Proof(code=code_at(now))), now=now)
    return row.row.id if row else None


def is_open(session_id: UUID | None, at: timedelta) -> bool:
    assert session_id is not None
    with transaction() as session:
        return sign_in.resume(session, session_id, now=NOON + at) is not None


def named(session_email: str = "ana@desk.example") -> Staff:
    with transaction() as session:
        return staff.get(session, session_email)


@pytest.fixture(autouse=True)
def ana(database: Engine) -> None:
    with transaction() as session:
        account(session)


def test_six_digits_are_those_of_other_apps() -> None:
    for seconds in (59, 1111111109, 1234567890, 20000000000):
        assert passwords.totp_code(SECRET, seconds // 30) == pyotp.TOTP(SECRET).at(seconds)


def test_rfc_6238_vector_holds() -> None:
    assert passwords.totp_code(SECRET, 59 // 30) == "287082"


def test_sign_in_opens_when_all_three_are_right() -> None:
    assert is_open(opened(), timedelta(minutes=1))


@pytest.mark.parametrize(
    "wrong",
    [
        Credentials("ana@desk.example", "not the password", Proof(code=code_at(NOON))),
        Credentials("ana@desk.example", PASSWORD, Proof(code="000000")),
        Credentials("ana@desk.example", PASSWORD, Proof(code="")),
        Credentials("ana@desk.example", PASSWORD, Proof(code="١٢٣٤٥٦")),
        Credentials("nobody@desk.example", PASSWORD, Proof(code=code_at(NOON))),
        Credentials("", "", Proof(code="")),
        Credentials("x" * 5000, "y" * 5000, Proof(code="z" * 5000)),
    ],
)
def test_sign_in_is_refused_when_one_of_them_is_wrong(wrong: Credentials) -> None:
    with transaction() as session:
        assert sign_in.sign_in(session, wrong, now=NOON) is None
    with transaction() as session:
        assert session.scalars(select(StaffSession)).all() == []
        assert session.scalars(select(AuditEntry.action)).all()[-1] == "staff.sign_in_refused"


def test_code_is_refused_when_it_was_used_before() -> None:
    assert opened() is not None
    assert opened() is None
    assert opened(at=timedelta(seconds=31)) is not None


def test_one_sign_in_opens_when_one_code_is_posted_a_hundred_times_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The race is about the code; a hundred slow comparisons would only spread it out.
    monkeypatch.setattr(passwords, "is_right", lambda given, stored: stored is not None)
    gate = threading.Barrier(100)

    def attempt(_: int) -> UUID | None:
        gate.wait()
        return opened()

    with ThreadPoolExecutor(100) as pool:
        assert len([found for found in pool.map(attempt, range(100)) if found]) == 1


def test_sign_in_ends_when_idle_for_half_an_hour() -> None:
    session_id = opened()
    assert is_open(session_id, timedelta(minutes=29))
    assert is_open(session_id, timedelta(minutes=58))
    assert not is_open(session_id, timedelta(minutes=89))


def test_sign_in_ends_when_twelve_hours_old_though_busy() -> None:
    session_id = opened()
    for minutes in range(20, 12 * 60, 20):
        assert is_open(session_id, timedelta(minutes=minutes))
    assert not is_open(session_id, timedelta(hours=12, seconds=1))


CHANGES: dict[str, Callable[[Session, Staff], object]] = {
    "disable": lambda session, row: staff.disable(session, row, now=NOON),
    "role": lambda session, row: staff.change_role(session, row, Role.SUPERVISOR, now=NOON),
    "deputy": lambda session, row: staff_changes.deputise(session, row, NOON + timedelta(days=1), now=NOON),
    "leave": lambda session, row: staff_changes.leave(session, row, now=NOON),
    "password": lambda session, row: staff_changes.lost(session, row, MailKind.PASSWORD, now=NOON),
    "phone": lambda session, row: staff_changes.lost(session, row, MailKind.FACTOR, now=NOON),
    "both": lambda session, row: staff_changes.lost(session, row, MailKind.JOIN, now=NOON),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_sign_in_ends_when_the_account_changes(change: str) -> None:
    session_id, before = opened(), named().fs_uniquifier
    with transaction() as session:
        CHANGES[change](session, staff.get(session, "ana@desk.example"))
    assert not is_open(session_id, timedelta(minutes=1))
    assert named().fs_uniquifier != before


def test_disabled_account_cannot_sign_in_until_enabled() -> None:
    with transaction() as session:
        staff.disable(session, staff.get(session, "ana@desk.example"), now=NOON)
    assert opened() is None
    with transaction() as session:
        staff.enable(session, staff.get(session, "ana@desk.example"), now=NOON)
    assert opened(at=timedelta(minutes=1)) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wrong", "another long password"),
        (PASSWORD, PASSWORD),
        (PASSWORD, "short"),
        (PASSWORD, "a" * 20),
        (PASSWORD, "ana@desk.example.1"),
        (PASSWORD, "passwordpassword"),
        (PASSWORD, "qwertyuiopasdfgh"),
        (PASSWORD, "iloveyouiloveyou1"),
        (PASSWORD, "Summer2026Summer2026"),
        (PASSWORD, "mesothelioma2026!"),
        (PASSWORD, "ExampleAdvocates1"),
        (PASSWORD, "long" * 100),
    ],
)
def test_own_password_is_refused_when_weak_or_the_old_one_is_wrong(old: str, new: str) -> None:
    with transaction() as session:
        ana = staff.get(session, "ana@desk.example")
        with pytest.raises(BadInput):
            staff_setup.choose_password(session, ana, (old, new), about="Example Advocates", now=NOON)


def test_other_browsers_are_signed_out_when_the_password_is_changed() -> None:
    session_id = opened()
    with transaction() as session:
        ana = staff.get(session, "ana@desk.example")
        given = (PASSWORD, "quite another long one")
        opened_now = staff_setup.choose_password(session, ana, given, about="Desk", now=NOON)
    assert not is_open(session_id, timedelta(minutes=1))
    assert is_open(opened_now.row.id, timedelta(minutes=1))


@pytest.mark.parametrize(
    ("email", "role"),
    [("no address", "advocate"), ("ana@desk.example", "advocate"), ("x@desk.example", "chief")],
)
def test_account_is_refused_with_the_mend_when_a_value_is_wrong(email: str, role: str) -> None:
    new = NewStaff(email=email, name="X", role=role, password=PASSWORD, totp_secret=SECRET)
    with pytest.raises(BadInput) as refused, transaction() as session:
        staff.create(session, new, now=NOON)
    assert email in str(refused.value) or role in str(refused.value)


@pytest.mark.parametrize("change", ["disable", "role", "leave"])
def test_last_admin_stays_when_disabled_or_given_another_role(change: str) -> None:
    with transaction() as session:
        account(session, Role.ADMIN, name="Ida")
    with pytest.raises(BadInput), transaction() as session:
        CHANGES[change](session, staff.get(session, "ida@desk.example"))


def test_password_and_secret_are_not_readable_in_the_row() -> None:
    row = named()
    assert str(row.password).startswith("$argon2id$")
    assert PASSWORD not in str(row.password)
    assert SECRET.encode() not in (row.totp_secret_sealed or b"")
