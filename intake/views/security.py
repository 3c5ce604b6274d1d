"""Flask-Security on our own tables: who is signed in is what `staff_session` says, not the cookie alone.

Flask-Security carries the identity (session binding by `fs_uniquifier`, roles, current_user). Its own
pages are left out: ours ask for password and code in one step, so that no answer tells which was wrong.
"""

from typing import Any
from uuid import UUID

from flask import Flask, request, session
from flask_security import RoleMixin, Security, UserDatastore, UserMixin, login_user, logout_user

from intake.config import Settings
from intake.db import statement, transaction
from intake.services import sign_in as sign_ins
from intake.services import staff as accounts
from intake.services.sign_in import SignIn
from intake.views.clock import utc_now

_SESSION = "staff_session"
# What an open page asks every few seconds: it does not keep a sign-in from going idle.
BY_ITSELF = frozenset({"console.news", "console.stay", "console.board_live", "console.lead_viewers"})


class AccountRole(RoleMixin):
    """The one role of an account, as Flask-Security wants to see it."""

    def __init__(self, name: str) -> None:
        self.name = name


class Account(UserMixin):
    """A staff row with what Flask-Security asks of an account. Detached: it is read, never saved."""

    # Flask-Security asks the class, not the object, whether it has this name.
    fs_uniquifier = ""

    def __init__(self, sign_in: SignIn) -> None:
        self.sign_in = sign_in
        self.staff = staff = sign_in.staff
        self.email = staff.email
        self.active = staff.active
        self.fs_uniquifier = staff.fs_uniquifier
        self.roles = [AccountRole(staff.role)]


class StaffDatastore(UserDatastore):
    """Finds accounts by their open sign-in. Changes go through `intake.services.staff`."""

    def __init__(self) -> None:
        super().__init__(Account, AccountRole)

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Account | None:
        """The account of this browser's sign-in, when it is open and is the one that is asked for."""
        found = _resumed()
        if found is None or found.staff.fs_uniquifier != wanted.get("fs_uniquifier"):
            return None
        return Account(found)

    def find_role(self, role: str) -> AccountRole | None:
        return AccountRole(role) if role in set(accounts.Role) else None


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_API_ENABLED_METHODS=["session"],
    )
    Security(app, StaffDatastore(), register_blueprint=False)


def begin(sign_in: SignIn) -> None:
    """Bind this browser to a sign-in that was just committed. What the cookie held before is gone."""
    session.clear()
    session[_SESSION] = str(sign_in.row.id)
    login_user(Account(sign_in), remember=False, authn_via=["password", "authenticator"])


def end() -> None:
    """Close this browser's sign-in, so that a copy of its cookie opens nothing."""
    session_id = _session_id()
    if session_id is not None:
        with transaction() as db_session:
            sign_ins.sign_out(db_session, session_id, now=utc_now())
    logout_user()
    session.clear()


def stay_signed_in() -> None:
    """Somebody is on the phone in front of this page, though no key is pressed."""
    session_id = _session_id()
    if session_id is not None:
        with transaction() as db_session:
            sign_ins.resume(db_session, session_id, now=utc_now())


def _resumed() -> SignIn | None:
    session_id = _session_id()
    if session_id is None:
        return None
    # One read; the note of when somebody was here stands for itself.
    with statement() as db_session:
        by_hand = request.endpoint not in BY_ITSELF
        return sign_ins.resume(db_session, session_id, now=utc_now(), by_hand=by_hand)


def _session_id() -> UUID | None:
    try:
        return UUID(str(session[_SESSION]))
    except (KeyError, ValueError):
        return None
