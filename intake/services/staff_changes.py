"""What happens to an account over its life: joining, losing a proof, standing in, leaving.

Each is a button on the admin's page and a command on the server; none needs the database opened.
An admin never learns or chooses a password: links go to the person's own mailbox.
"""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.callback import Callback
from intake.models.staff import Staff, StaffKey, StaffMail
from intake.rules.statuses import CallbackStatus
from intake.services import audit, recovery_codes, staff_mails
from intake.services.staff import OFFICE, NewStaff, create, disable, end_all
from intake.services.staff_mails import LINK_LIFE, MailKind


def invite(
    session: Session, new: NewStaff, *, now: datetime, by: str = OFFICE, by_hand: bool = False
) -> StaffMail:
    """Make an account and mail its owner a link to choose a password and set up the code app."""
    staff = create(session, new, now=now, by=by)
    return staff_mails.send_link(session, staff, MailKind.JOIN, now=now, by_hand=by_hand)


def lost(
    session: Session,
    staff: Staff,
    kind: MailKind,
    *,
    now: datetime,
    by: str = OFFICE,
    by_hand: bool = False,
) -> StaffMail:
    """Take away what was lost, end every sign-in, and mail a link that sets it up anew.

    PASSWORD: only the password. FACTOR: app, keys and recovery codes. JOIN: everything, as at the
    first time; somebody who had left comes back so. Raises BadInput for a closed account.
    """
    if kind is MailKind.JOIN and staff.left_at:
        staff.active, staff.left_at = True, None
    if not staff.active:
        raise BadInput(f"{staff.email} is disabled. Enable the account first.")
    if staff.password is None:
        kind = MailKind.JOIN
    _take_away(session, staff, kind)
    end_all(session, staff, now=now)
    audit.note(session, by, f"staff.lost_{kind}", "staff", staff.id, now=now)
    return staff_mails.send_link(session, staff, kind, now=now, by_hand=by_hand)


def forgot_password(session: Session, staff: Staff | None, *, now: datetime) -> None:
    """Somebody says at the sign-in page that a password is lost. Whether there is an account is not told."""
    known = staff if staff and staff.active and staff.password else None
    staff_mails.send_link(session, known, MailKind.PASSWORD, now=now)
    audit.note(session, OFFICE, "staff.password_forgotten", "staff", known.id if known else "-", now=now)


def deputise(
    session: Session, staff: Staff, until: datetime | None, *, now: datetime, by: str = OFFICE
) -> None:
    """Let somebody stand in as admin until a moment (aware), beside their own role; None ends it."""
    if until is not None and until <= now:
        raise BadInput("That day is over. Choose a later one.")
    staff.deputy_until = until
    end_all(session, staff, now=now)
    staff_mails.notify(session, staff, MailKind.ROLE_CHANGED, now=now)
    told = until.isoformat() if until else None
    audit.note(session, by, "staff.deputised", "staff", staff.id, now=now, until=told)


def leave(session: Session, staff: Staff, *, now: datetime, by: str = OFFICE) -> None:
    """Close an account for good: its calls go back to the pool, and nothing signs in with it again.

    Name and history stay, since families' records say who did what. Raises BadInput for the last admin.
    """
    disable(session, staff, now=now, by=by)
    staff.left_at, staff.deputy_until = now, None
    _take_away(session, staff, MailKind.JOIN)
    staff_mails.void_links(session, staff, *LINK_LIFE)
    mine = (Callback.claimed_by == staff.id) & (Callback.status == CallbackStatus.CLAIMED)
    # A lapsed claim goes back by the rules of the queue, notes and open attempts included.
    session.execute(update(Callback).where(mine).values(claimed_until=now))
    audit.note(session, by, "staff.left", "staff", staff.id, now=now)


def _take_away(session: Session, staff: Staff, kind: MailKind) -> None:
    if kind in (MailKind.PASSWORD, MailKind.JOIN):
        staff.password = None
    if kind in (MailKind.FACTOR, MailKind.JOIN):
        staff.totp_secret, staff.totp_last_counter = None, None
        session.execute(delete(StaffKey).where(StaffKey.staff_id == staff.id))
        recovery_codes.discard(session, staff.id)
