"""Mails to staff: over our own SMTP path, once, and never for a link that is void."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import Engine

from intake.config import Settings
from intake.db import transaction
from intake.mails.staff import StaffMailContent, compose, words
from intake.models import Staff, StaffMail
from intake.services import staff, staff_changes, staff_mails
from intake.services.staff import NewStaff, Role
from intake.services.staff_mails import MailKind
from tests.desk import account
from tests.factories import NOON
from workers.mailings.staff_post import StaffPost, settle
from workers.mailings.transport import MailDelayed, MailUnknown, Phase, SmtpTransport


class Kept:
    """A transport that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def send(self, sender: str, recipient: str, message: bytes) -> str:
        self.sent.append((recipient, message))
        return "250 taken"


@pytest.fixture
def post(settings: Settings, database: Engine) -> StaffPost:
    return StaffPost(settings)


def invitation() -> UUID:
    new = NewStaff(email="new@desk.example", name="New\nNurse", role=Role.ADVOCATE)
    with transaction() as session:
        return staff_changes.invite(session, new, now=NOON).id


def run(post: StaffPost, mail_id: UUID, at: timedelta = timedelta(0)) -> list[tuple[str, bytes]]:
    """All three steps; what left."""
    kept = Kept()
    post.outgoing = replace(post.outgoing, transport=cast(SmtpTransport, kept))
    with transaction() as session:
        intent = post.prepare(session, mail_id, NOON + at)
    if intent is not None:
        answer = post.deliver(intent)
        with transaction() as session:
            settle(session, intent, answer, NOON + at)
    return kept.sent


def status(mail_id: UUID) -> str:
    with transaction() as session:
        return session.get_one(StaffMail, mail_id).status


def test_invitation_carries_its_link_to_its_owner(post: StaffPost) -> None:
    mail_id = invitation()
    ((recipient, raw),) = run(post, mail_id)
    message = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    assert recipient == message["To"] == "new@desk.example"
    (part,) = message.iter_parts()
    text = part.get_content()
    with transaction() as session:
        token = session.get_one(StaffMail, mail_id).token
    assert f"http://127.0.0.1:8765/console/link/{token}" in text
    assert "Hello New Nurse," in text
    assert "72 hours" in text
    assert message["Auto-Submitted"] == "auto-generated"
    assert status(mail_id) == "accepted"
    assert run(post, mail_id) == []


@pytest.mark.parametrize("end", ["used", "old", "closed"])
def test_nothing_is_sent_when_the_link_would_open_nothing(post: StaffPost, end: str) -> None:
    mail_id = invitation()
    with transaction() as session:
        if end == "used":
            session.get_one(StaffMail, mail_id).used_at = NOON
        if end == "closed":
            staff.disable(session, staff.get(session, "new@desk.example"), now=NOON)
    assert run(post, mail_id, timedelta(hours=73 if end == "old" else 0)) == []
    assert status(mail_id) == "suppressed"


def test_nothing_is_sent_for_an_address_without_an_account(post: StaffPost) -> None:
    with transaction() as session:
        mail = staff_mails.send_link(session, None, MailKind.PASSWORD, now=NOON)
    assert run(post, mail.id) == []


def test_mail_is_never_sent_again_when_its_worker_died(post: StaffPost) -> None:
    mail_id = invitation()
    with transaction() as session:
        assert post.prepare(session, mail_id, NOON) is not None
    assert run(post, mail_id) == []
    assert status(mail_id) == "unknown"


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (MailDelayed("later", phase=Phase.RCPT, code=451), "planned"),
        (MailUnknown("silent", phase=Phase.END), "unknown"),
    ],
)
def test_answer_of_the_mail_server_is_written_down(
    post: StaffPost, answer: MailDelayed | MailUnknown, after: str
) -> None:
    mail_id = invitation()
    with transaction() as session:
        intent = post.prepare(session, mail_id, NOON)
    assert intent is not None
    with transaction() as session:
        settle(session, intent, answer, NOON)
    assert status(mail_id) == after


def test_every_kind_of_mail_has_its_words(settings: Settings) -> None:
    assert set(words()) == set(MailKind)
    for kind in MailKind:
        content = StaffMailContent(
            kind=kind,
            recipient="a@desk.example",
            name="{link} Ana",
            link="https://desk.example/console/link/x" if kind in staff_mails.LINK_LIFE else "",
            hours=1,
            message_id="<1@desk.example>",
            date=NOON,
        )
        raw = compose(content, settings.organisation).decode()
        assert ("link/x" in raw) == (kind in staff_mails.LINK_LIFE)
        assert "Hello {link} Ana," in raw


def test_notice_goes_to_the_owner_of_the_account(post: StaffPost) -> None:
    with transaction() as session:
        ana: Staff = account(session)
        session.flush()
        staff_mails.notify(session, ana, MailKind.PASSWORD_CHANGED, now=NOON)
    with transaction() as session:
        (mail,) = session.query(StaffMail).all()
    ((recipient, raw),) = run(post, mail.id)
    assert recipient == "ana@desk.example"
    assert b"link/" not in raw
