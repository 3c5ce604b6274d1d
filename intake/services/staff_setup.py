"""What the owner of an account sets up: password, code app, keys, recovery codes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.staff import Staff, StaffKey, StaffMail
from intake.services import audit, keys, passwords, recovery_codes, second_factor, sign_in, staff_mails
from intake.services.keys import Site
from intake.services.second_factor import Proof
from intake.services.sign_in import SignIn
from intake.services.staff import actor, end_all
from intake.services.staff_mails import LINK_LIFE, MailKind

WRONG_CODE = "The code is not right, or it was used before. Wait for the next one and enter that."
WRONG_PASSWORD = "The password is not right."


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the page behind a link was given: `old` and `new` are passwords, as far as it asked for them."""

    old: str = ""
    new: str = ""
    proof: Proof


@dataclass(frozen=True)
class Done:
    """The account is set up: a sign-in, and the recovery codes where there are new ones."""

    sign_in: SignIn
    codes: list[str]


def finish(
    session: Session, link: tuple[StaffMail, Staff], answers: Answers, *, about: str, now: datetime
) -> Done:
    """Do what a link is for, and use it up. `about`: the organisation's name, for weak passwords.

    Raises BadInput naming what is wrong before anything but the count of misses is changed. There is
    no way around either factor: a new password wants the app, key or recovery code that was there
    before, and a new app wants the password.
    """
    mail, staff = link
    kind = MailKind(mail.kind)
    if kind is MailKind.FACTOR and not passwords.is_right(answers.old, staff.password):
        raise BadInput(WRONG_PASSWORD)
    if kind in (MailKind.JOIN, MailKind.PASSWORD):
        passwords.check_strength(answers.new, about=(staff.email, staff.name, about))
    _prove(session, mail, staff, answers.proof, now=now)
    if kind in (MailKind.JOIN, MailKind.PASSWORD):
        staff.password = passwords.hashed(answers.new)
    codes = recovery_codes.renew(session, staff.id) if mail.totp_secret_sealed else []
    mail.used_at, mail.totp_secret, mail.token = now, None, None
    staff_mails.void_links(session, staff, *LINK_LIFE)
    end_all(session, staff, now=now)
    _tell(session, staff, kind, now=now)
    return Done(sign_in.open_for(session, staff, now=now), codes)


def _prove(session: Session, mail: StaffMail, staff: Staff, given: Proof, *, now: datetime) -> None:
    """The code must come from the app that was just set up, or be a proof that was there before."""
    if mail.totp_secret_sealed is None:
        factor = second_factor.prove(session, staff, given, now=now)
        second_factor.count_misses(session, staff, missed=factor is None, now=now)
        if factor is None:
            raise BadInput(WRONG_CODE)
        return
    counter = passwords.totp_counter(given.code, mail.totp_secret, last_counter=None, now=now)
    if counter is None:
        raise BadInput(WRONG_CODE)
    staff.totp_secret, staff.totp_last_counter = mail.totp_secret, counter


def _tell(session: Session, staff: Staff, kind: MailKind, *, now: datetime) -> None:
    told = {
        MailKind.JOIN: "staff.joined",
        MailKind.PASSWORD: "staff.password_changed",
        MailKind.FACTOR: "staff.factor_changed",
    }
    audit.note(session, actor(staff.id), told[kind], "staff", staff.id, now=now)
    if kind is not MailKind.JOIN:
        notice = {MailKind.PASSWORD: MailKind.PASSWORD_CHANGED, MailKind.FACTOR: MailKind.FACTOR_CHANGED}
        staff_mails.notify(session, staff, notice[kind], now=now)


def choose_password(
    session: Session, staff: Staff, passwords_given: tuple[str, str], *, about: str, now: datetime
) -> SignIn:
    """A member of staff changes their own (old, new): every sign-in ends, and one new one begins.

    Raises BadInput when the old password is wrong or the new one too weak.
    """
    old, new = passwords_given
    if not passwords.is_right(old, staff.password):
        raise BadInput("The old password is not right.")
    if old == new:
        raise BadInput("The new password is the old one. Choose another.")
    passwords.check_strength(new, about=(staff.email, staff.name, about))
    staff.password = passwords.hashed(new)
    end_all(session, staff, now=now)
    audit.note(session, actor(staff.id), "staff.password_changed", "staff", staff.id, now=now)
    staff_mails.notify(session, staff, MailKind.PASSWORD_CHANGED, now=now)
    return sign_in.open_for(session, staff, now=now)


def add_key(session: Session, staff: Staff, answer: str, *, name: str, site: Site, now: datetime) -> None:
    """Raises BadInput when the browser's answer cannot be taken."""
    key = keys.add(session, staff, answer, name=name, site=site, now=now)
    audit.note(session, actor(staff.id), "staff.key_added", "staff", staff.id, now=now, key=str(key.id))
    staff_mails.notify(session, staff, MailKind.FACTOR_CHANGED, now=now)


def remove_key(session: Session, staff: Staff, key_id: UUID, *, now: datetime) -> bool:
    """False when this account has no such key. The code app stays, so that nobody locks themselves out."""
    key = session.get(StaffKey, key_id)
    if key is None or key.staff_id != staff.id:
        return False
    session.delete(key)
    audit.note(session, actor(staff.id), "staff.key_removed", "staff", staff.id, now=now, key=str(key_id))
    staff_mails.notify(session, staff, MailKind.FACTOR_CHANGED, now=now)
    return True


def new_codes(session: Session, staff: Staff, *, now: datetime) -> list[str]:
    audit.note(session, actor(staff.id), "staff.recovery_codes_renewed", "staff", staff.id, now=now)
    staff_mails.notify(session, staff, MailKind.FACTOR_CHANGED, now=now)
    return recovery_codes.renew(session, staff.id)
