"""Mails to staff: links that are good once, and notices that something about an account changed."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.crypto import keyring
from intake.db import new_token
from intake.models.staff import Staff, StaffMail
from intake.rules.statuses import MailingStatus
from intake.services import outbox, passwords
from intake.workflow import Event


class MailKind(StrEnum):
    """The first three carry a link."""

    JOIN = "join"  # choose a password and set up the code app: the first time, or after both were lost
    PASSWORD = "password"  # choose another password; the code is asked for
    FACTOR = "factor"  # set up another code app; the password is asked for
    PASSWORD_CHANGED = "password_changed"
    FACTOR_CHANGED = "factor_changed"
    ROLE_CHANGED = "role_changed"
    RECOVERY_CODE_USED = "recovery_code_used"
    CODES_MISSED = "codes_missed"


LINK_LIFE = {
    MailKind.JOIN: timedelta(hours=72),
    MailKind.PASSWORD: timedelta(hours=1),
    MailKind.FACTOR: timedelta(hours=24),
}
_WITH_SECRET = frozenset({MailKind.JOIN, MailKind.FACTOR})


def send_link(
    session: Session, staff: Staff | None, kind: MailKind, *, now: datetime, by_hand: bool = False
) -> StaffMail:
    """Plan a mail with a fresh link; older ones of the account are void.

    A link for a lost password can be asked for by strangers, so it voids none but its own kind.
    `by_hand`: the link is handed over some other way, so no mail is planned. Without an account the
    same rows are written, and nobody gets anything.
    """
    staff_id = staff.id if staff else None
    void_links(session, staff, *([kind] if kind is MailKind.PASSWORD else LINK_LIFE))
    token = new_token()
    mail = StaffMail(
        staff_id=staff_id,
        kind=kind,
        status=MailingStatus.SUPPRESSED if by_hand else MailingStatus.PLANNED,
        created_at=now,
        expires_at=now + LINK_LIFE[kind],
        token=token,
        token_blind=keyring().blind("staff_link", token),
    )
    if kind in _WITH_SECRET:
        mail.totp_secret = passwords.new_totp_secret()
    session.add(mail)
    if not by_hand:
        outbox.record(session, Event.STAFF_MAIL_PLANNED, mail.id, now=now)
    return mail


def notify(session: Session, staff: Staff, kind: MailKind, *, now: datetime) -> None:
    """Tell somebody by mail that their account changed, so that a stranger's change is seen."""
    mail = StaffMail(staff_id=staff.id, kind=kind, status=MailingStatus.PLANNED, created_at=now)
    session.add(mail)
    outbox.record(session, Event.STAFF_MAIL_PLANNED, mail.id, now=now)


def open_link(session: Session, token: str, *, now: datetime) -> tuple[StaffMail, Staff] | None:
    """The link and its account, both locked; None for one that is used, old, replaced or unknown."""
    blind = keyring().blind("staff_link", token)
    wanted = select(StaffMail).where(StaffMail.token_blind == blind).with_for_update()
    mail = session.scalars(wanted).one_or_none()
    if mail is None or mail.used_at or mail.expires_at is None or mail.expires_at <= now:
        return None
    staff = session.get(Staff, mail.staff_id, with_for_update=True, populate_existing=True)
    return (mail, staff) if staff is not None and staff.active else None


def pending_link(session: Session, staff: Staff, *, now: datetime) -> StaffMail | None:
    """The newest link of an account that may still be opened."""
    open_now = StaffMail.used_at.is_(None) & (StaffMail.expires_at > now)
    newest = select(StaffMail).where(StaffMail.staff_id == staff.id, open_now)
    return session.scalars(newest.order_by(StaffMail.created_at.desc()).limit(1)).one_or_none()


def void_links(session: Session, staff: Staff | None, *kinds: MailKind) -> None:
    """Links of these kinds open nothing any more. Run for nobody too, so that it costs the same."""
    theirs = (StaffMail.staff_id == (staff.id if staff else uuid4())) & StaffMail.kind.in_(kinds)
    unused = update(StaffMail).where(theirs, StaffMail.used_at.is_(None))
    session.execute(unused.values(used_at=StaffMail.created_at))
