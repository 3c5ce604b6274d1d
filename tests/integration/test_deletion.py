"""A family has itself deleted: by a mailed link or its number, with a receipt and a clock for the rest."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intake.config import Settings
from intake.db import transaction
from intake.models import Contact, Deletion, DeletionMail, KeptContact, Lead, LedgerEntry, Suppression
from intake.rules.facts import Channel
from intake.services import deletions, erasure, suppressions
from intake.services.blind import email_blind
from intake.views.clock import utc_now
from tests.factories import NOON, stored_lead
from tests.visitor import ANSWERS, Visitor, text_of
from workers.mailings.deletion_post import DeletionPost, settle
from workers.mailings.transport import SmtpTransport

PHONE, EMAIL = ANSWERS["reach"]["phone"], ANSWERS["reach"]["email"]


class Kept:
    """A transport that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def send(self, sender: str, recipient: str, message: bytes) -> str:
        self.sent.append((recipient, message))
        return "250 taken"


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    visitor = Visitor(browser_client)
    visitor.answer_all()
    visitor.send()
    return visitor


def count(kind: type[Lead | Contact | KeptContact | DeletionMail]) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def post_mails(settings: Settings) -> list[tuple[str, str]]:
    """Every mail about a deletion that is planned, to whom and what it says."""
    post, kept = DeletionPost(settings), Kept()
    post.outgoing = replace(post.outgoing, transport=cast(SmtpTransport, kept))
    with transaction() as session:
        ids = session.scalars(select(DeletionMail.id).order_by(DeletionMail.created_at)).all()
    for mail_id in ids:
        with transaction() as session:
            intent = post.prepare(session, mail_id, utc_now())
        if intent is not None:
            answer = post.deliver(intent)
            with transaction() as session:
                settle(session, intent, answer, utc_now())
    return [(recipient, _text(raw)) for recipient, raw in kept.sent]


def _text(raw: bytes) -> str:
    message = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    (part,) = message.iter_parts()
    return f"{message['Subject']}\n{part.get_content()}"


def link_of(settings: Settings) -> str:
    ((recipient, said),) = post_mails(settings)
    assert recipient == EMAIL
    found = re.search(r"http://\S+(/delete/\S+)", said)
    assert found
    return found[1]


def stop_mail() -> None:
    with transaction() as session:
        blind = email_blind(EMAIL)
        assert blind
        suppressions.suppress(session, Channel.EMAIL, blind, reason="unsubscribed", now=utc_now())


def test_nothing_is_deleted_until_the_button_behind_the_mailed_link_is_pressed(
    visitor: Visitor, settings: Settings
) -> None:
    path = visitor.status_path()
    assert visitor.post(f"{path}/delete", {}).status_code == 303
    assert "nothing is deleted" in visitor.read(f"{path}/delete")
    link = link_of(settings)
    assert "for good" in visitor.read(link)
    assert visitor.client.post(link).status_code == 303
    assert count(Lead) == 1
    sent = visitor.post(link, {})
    assert (sent.status_code, count(Lead), count(Contact), count(KeptContact)) == (303, 0, 0, 0)
    page = visitor.read(sent.location)
    number = sent.location.rpartition("/")[2]
    assert f"{number[:3]}-{number[3:6]}-{number[6:]}" in page
    assert "nobody else" in page
    assert visitor.client.get(link).location == sent.location
    assert "phone number you gave us" in visitor.read(path)


def test_stranger_with_the_link_of_the_page_and_the_number_gets_no_deletion(
    visitor: Visitor, settings: Settings
) -> None:
    path = visitor.status_path()
    visitor.post(f"{path}/delete", {"phone": PHONE})
    assert count(Lead) == 1
    assert visitor.client.get("/delete/guessed").status_code == 404
    assert visitor.post("/delete/guessed", {}, page=path).status_code == 404


def test_pressing_twice_mails_one_link_and_a_later_one_voids_the_first(
    visitor: Visitor, settings: Settings
) -> None:
    path = visitor.status_path()
    for _ in range(2):
        visitor.post(f"{path}/delete", {})
    assert count(DeletionMail) == 1
    first = link_of(settings)
    with transaction() as session:
        lead = session.scalars(select(Lead)).one()
        session.refresh(lead, ["contact"])
        deletions.ask(session, lead, by="visitor", now=utc_now() + timedelta(hours=1))
    assert visitor.client.get(first).status_code == 404
    assert count(DeletionMail) == 2


def test_link_is_void_after_three_days(visitor: Visitor, settings: Settings) -> None:
    visitor.post(f"{visitor.status_path()}/delete", {})
    token = link_of(settings).rpartition("/")[2]
    with transaction() as session:
        assert deletions.by_link(session, token, now=utc_now() + timedelta(hours=71))
        assert deletions.by_link(session, token, now=utc_now() + timedelta(hours=73)) is None


def test_where_no_mail_may_go_the_number_is_asked_for_once_more(visitor: Visitor) -> None:
    stop_mail()
    path = visitor.status_path()
    wrong = visitor.post(f"{path}/delete", {"phone": "(555) 010-0199"})
    assert (wrong.status_code, count(Lead)) == (422, 1)
    assert "not what you gave us" in text_of(wrong)
    sent = visitor.post(f"{path}/delete", {"phone": PHONE})
    assert (sent.status_code, count(Lead), count(DeletionMail)) == (303, 0, 0)
    assert "Your receipt" in visitor.read(sent.location)
    with transaction() as session:
        assert session.scalar(select(func.count()).where(Suppression.reason == "erased"))


def test_nothing_is_deleted_without_the_token_of_our_form(visitor: Visitor) -> None:
    stop_mail()
    visitor.client.post(f"{visitor.status_path()}/delete", data={"phone": PHONE})
    assert count(Lead) == 1


def test_link_is_not_mailed_once_they_said_stop_or_the_wish_is_done(
    visitor: Visitor, settings: Settings
) -> None:
    visitor.post(f"{visitor.status_path()}/delete", {})
    stop_mail()
    assert post_mails(settings) == []
    with transaction() as session:
        assert session.scalars(select(DeletionMail.status)).all() == ["suppressed"]


def test_spanish_family_gets_its_link_in_spanish(browser_client: FlaskClient, settings: Settings) -> None:
    visitor = Visitor(browser_client)
    visitor.answer_all(reach={"language": "es"})
    visitor.send()
    visitor.post(f"{visitor.status_path()}/delete", {})
    ((_, said),) = post_mails(settings)
    assert "/es/delete/" in said
    assert "borrar sus datos" in said


def test_wish_that_nobody_confirmed_has_a_clock_of_thirty_days_and_a_done_one_of_the_backups(
    visitor: Visitor,
) -> None:
    visitor.post(f"{visitor.status_path()}/delete", {})
    with transaction() as session:
        (open_one,) = deletions.standing(session, now=utc_now())
        assert open_one.deletion.due_at - open_one.deletion.asked_at == timedelta(days=30)
        assert open_one.reference
        receipt = deletions.finish(session, open_one.deletion.lead_id, by="staff:1", now=NOON)
    assert receipt
    with transaction() as session:
        (done,) = deletions.standing(session, now=NOON)
        assert (done.reference, done.backups_gone_at) == (None, NOON + timedelta(days=35))
        assert not deletions.standing(session, now=NOON + timedelta(days=36))
        assert session.scalars(select(LedgerEntry.kind).where(LedgerEntry.kind == "erased")).all()


def test_second_deletion_at_the_same_time_finds_nothing_to_do(database: object) -> None:
    with transaction() as session:
        lead_id: UUID = stored_lead(session).lead_id
    with transaction() as session:
        assert deletions.finish(session, lead_id, by="visitor", now=NOON)
    with transaction() as session:
        assert deletions.finish(session, lead_id, by="visitor", now=NOON) is None
        assert session.scalar(select(func.count()).select_from(Deletion)) == 1


def test_receipt_is_found_however_it_is_typed_and_unknown_ones_are_not(visitor: Visitor) -> None:
    stop_mail()
    sent = visitor.post(f"{visitor.status_path()}/delete", {"phone": PHONE})
    number = sent.location.rpartition("/")[2]
    assert visitor.client.get(f"/deleted/{number[:3]}-{number[3:].lower()}").status_code == 200
    assert visitor.client.get("/deleted/CFHJKMNQR").status_code == 404


def test_wish_ends_when_the_request_goes_another_way(visitor: Visitor, settings: Settings) -> None:
    visitor.post(f"{visitor.status_path()}/delete", {})
    link = link_of(settings)
    with transaction() as session:
        erasure.erase(session, session.scalars(select(Lead.id)).one(), by="nightly", now=NOON, reason="aged")
    assert visitor.client.get(link).status_code == 404
    with transaction() as session:
        assert not deletions.standing(session, now=NOON + timedelta(days=36))
