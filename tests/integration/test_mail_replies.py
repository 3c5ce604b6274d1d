"""Families answer our mails: a mail program's stop counts at once, a person reads the rest."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intake.config import Receipts
from intake.crypto import keyring
from intake.db import transaction
from intake.models import AuditEntry, Contact, Lead, Mailing, MailReceipt, MailReply, Suppression
from intake.receipts.reply import Reply
from intake.receipts.signed import HEADER, signature
from intake.rules.retention import RETENTION
from intake.rules.series import SERIES
from intake.rules.series_plan import Fate, Why, fate_of
from intake.services import mail_replies, retention, series
from intake.services.blind import email_blind
from intake.services.mail_replies import ReplyDecision, Taken
from intake.services.series_cases import family_of
from intake.services.staff import Role
from intake.services.stop_links import stop_token
from tests.amazon import TOPIC, Amazon, amazon
from tests.commands import advocate
from tests.desk import account, press, signed_in
from tests.factories import NOON, stored_lead

ADA, SECRET = "ada@family.example", "a secret of receipts, forty characters long"
MORNING = datetime(2026, 11, 27, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def lead_id(app: Flask) -> UUID:
    """The guide is sent; the questions wait."""
    with transaction() as session:
        sent = stored_lead(session, relation="parent").lead_id
        series.begin(session, sent, now=NOON)
        guide = session.scalars(select(Mailing)).one()
        guide.status, guide.answered_at = "accepted", NOON
        session.flush()
        series.plan(session, [sent], now=NOON)
    return sent


def take(words: str = "Thank you", sender: str = ADA, **changes: object) -> Taken:
    usual: dict[str, Any] = {"message_id": f"<{uuid4()}@family.example>", "sender": sender, "words": words}
    reply = Reply(**{**usual, **changes})
    with transaction() as session:
        return mail_replies.take(session, reply, now=NOON)


def reply() -> MailReply:
    with transaction() as session:
        return session.scalars(select(MailReply)).one()


def settle(decision: ReplyDecision) -> None:
    with transaction() as session:
        person = account(session, Role.SUPERVISOR, name="Sue")
        session.flush()
        row = session.scalars(select(MailReply)).one()
        mail_replies.settle(session, row.id, decision, staff_id=person.id, now=NOON)


def questions() -> Mailing:
    with transaction() as session:
        return session.scalars(select(Mailing).where(Mailing.step == "questions")).one()


def outlook(lead_id: UUID, key: str = "questions") -> tuple[Fate, Why]:
    with transaction() as session:
        found = fate_of(SERIES, family_of(session, lead_id).case, key, MORNING)
        return found.fate, found.why


def stopped() -> set[bytes]:
    with transaction() as session:
        return set(session.scalars(select(Suppression.address_blind)))


@pytest.mark.parametrize("words", ["Please stop", "My father died yesterday"])
def test_nothing_comes_by_itself_until_somebody_has_read_their_reply(lead_id: UUID, words: str) -> None:
    assert outlook(lead_id) == (Fate.SEND, Why.PLANNED)
    assert take(words) is Taken.KEPT
    assert (reply().lead_id, reply().says_stop) == (lead_id, "stop" in words)
    assert outlook(lead_id) == (Fate.LOOK, Why.REPLY)
    settle(ReplyDecision.GO_ON)
    assert outlook(lead_id) == (Fate.SEND, Why.PLANNED)
    assert questions().status == "planned"


def test_what_somebody_asks_for_at_this_moment_is_not_held(lead_id: UUID) -> None:
    take()
    assert outlook(lead_id, "guide.2")[0] is Fate.SEND


def test_every_request_of_the_address_is_held(lead_id: UUID) -> None:
    with transaction() as session:
        other = stored_lead(session, relation="parent").lead_id
    take(answers=(str(first_message_id(lead_id)),))
    assert reply().lead_id == lead_id
    assert outlook(lead_id) == outlook(other) == (Fate.LOOK, Why.REPLY)


def first_message_id(lead_id: UUID) -> str:
    with transaction() as session:
        guide = select(Mailing.message_id).where(Mailing.lead_id == lead_id, Mailing.step == "guide")
        return session.scalars(guide).one()


@pytest.mark.parametrize("by", ["message_id", "provider_id"])
def test_reply_from_another_address_is_known_by_the_mail_it_answers(lead_id: UUID, by: str) -> None:
    with transaction() as session:
        guide = session.scalars(select(Mailing).where(Mailing.step == "guide")).one()
        guide.provider_id = "0100018f2a3b4c5d"
        name = getattr(guide, by)
    assert take(sender="daughter@work.example", answers=("else", name)) is Taken.KEPT
    assert reply().lead_id == lead_id
    assert outlook(lead_id) == (Fate.LOOK, Why.REPLY)
    settle(ReplyDecision.STOP_MAIL)
    assert stopped() == {email_blind(ADA), email_blind("daughter@work.example")}
    assert (questions().status, questions().because) == ("suppressed", "stopped")


def test_stop_of_everything_closes_the_request(lead_id: UUID) -> None:
    take("stop")
    settle(ReplyDecision.STOP_EVERYTHING)
    with transaction() as session:
        assert session.get_one(Lead, lead_id).status == "closed"
    assert questions().status == "suppressed"


def test_mail_programs_stop_counts_at_once_and_leaves_no_task(lead_id: UUID) -> None:
    token = stop_token(email_blind(ADA) or b"")
    for _ in range(2):
        assert take("", sender="other@family.example", automatic=True, stop_token=token) is Taken.STOPPED
    assert stopped() == {email_blind(ADA)}
    assert questions().status == "suppressed"
    assert take("x", stop_token=token[:-1] + ("A" if token[-1] != "A" else "B")) is Taken.KEPT


def test_machines_and_strangers_leave_no_trace_but_a_strangers_stop_does(lead_id: UUID) -> None:
    assert take("I am away. stop", automatic=True) is Taken.AUTOMATIC
    assert take("Buy now", sender="eve@shop.example") is Taken.NOT_OURS
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(MailReply)) == 0
    assert take("Unsubscribe me", sender="eve@shop.example") is Taken.KEPT
    assert (reply().lead_id, outlook(lead_id)[0]) == (None, Fate.SEND)
    settle(ReplyDecision.STOP_MAIL)
    assert stopped() == {email_blind("eve@shop.example")}
    assert (reply().sender, reply().words) == (None, None)


def test_reply_that_comes_twice_is_one_even_when_it_is_settled(lead_id: UUID) -> None:
    assert take(message_id="<m@family.example>") is Taken.KEPT
    settle(ReplyDecision.GO_ON)
    assert take(message_id="<m@family.example>") is Taken.REPEATED
    assert outlook(lead_id)[0] is Fate.SEND


def test_reply_is_sealed(lead_id: UUID) -> None:
    take("My father died yesterday")
    assert reply().words == "My father died yesterday"
    assert b"father" not in (reply().words_sealed or b"")
    assert b"ada" not in (reply().sender_sealed or b"")


# The doors


@pytest.fixture
def sns(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Amazon:
    made, path = amazon(until=NOON + timedelta(days=400)), tmp_path / "sns.pem"
    path.write_bytes(made.certificate)
    known = Receipts(sns_topics=(TOPIC,), sns_certificate=path, secret=SECRET)
    monkeypatch.setitem(app.extensions, "advocate", replace(app.extensions["advocate"], receipts=known))
    return made


MAIL = f"From: Ada <{ADA}>\nMessage-ID: <m@family.example>\nSubject: Re: Hello\n\nPlease stop\n".encode()


def received(content: str, encoding: str) -> dict[str, object]:
    action = {"type": "SNS", "topicArn": TOPIC, "encoding": encoding}
    return {"notificationType": "Received", "receipt": {"action": action}, "content": content}


@pytest.mark.parametrize("encoding", ["UTF8", "BASE64"])
def test_amazon_hands_on_what_families_answer(app: Flask, lead_id: UUID, sns: Amazon, encoding: str) -> None:
    content = b64encode(MAIL).decode() if encoding == "BASE64" else MAIL.decode()
    body = json.dumps(sns.message(received(content, encoding)))
    client = app.test_client(use_cookies=False)
    assert [client.post("/replies/ses", data=body).status_code for _ in range(2)] == [204, 204]
    assert (reply().sender, reply().words) == (ADA, "Re: Hello\n\nPlease stop")


def test_other_servers_hand_a_mail_on_under_the_shared_secret(app: Flask, lead_id: UUID, sns: Amazon) -> None:
    client = app.test_client(use_cookies=False)
    for secret, said in (("another", 403), (SECRET, 204)):
        headers = {HEADER: signature(secret, MAIL), "Sec-Fetch-Site": "cross-site"}
        assert client.post("/replies/signed", data=MAIL, headers=headers).status_code == said
    assert reply().words == "Re: Hello\n\nPlease stop"
    headers = {HEADER: signature(SECRET, b"no sender")}
    assert client.post("/replies/signed", data=b"no sender", headers=headers).status_code == 400
    assert client.post("/replies/else", data=MAIL).status_code == 404


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"notificationType": "Bounce"}, 204),
        ({"notificationType": "Received"}, 400),
        ([], 400),
        (received("not base64!", "BASE64"), 400),
    ],
)
def test_what_is_no_mail_is_passed_over_or_refused(app: Flask, sns: Amazon, told: object, said: int) -> None:
    body = json.dumps(sns.message(told))
    assert app.test_client().post("/replies/ses", data=body).status_code == said


def test_door_for_mail_is_closed_when_no_provider_is_configured(app: Flask, lead_id: UUID) -> None:
    for adapter in ("ses", "signed"):
        assert app.test_client().post(f"/replies/{adapter}", data=MAIL).status_code == 403


def test_mail_server_pipes_a_mail_into_the_command(environment: dict[str, str], lead_id: UUID) -> None:
    assert pipe(environment, MAIL) == (0, "kept")
    token = stop_token(keyring().blind("email", ADA))
    assert pipe(environment, f"From: {ADA}\nSubject: stop {token}\n\n".encode()) == (0, "stopped")
    away = {**environment, "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none"}
    assert pipe(away, MAIL)[0] == 75


def pipe(environment: dict[str, str], mail: bytes) -> tuple[int, str]:
    done = advocate(environment, "mail", "take", given=mail.decode())
    return done.returncode, done.stdout.strip()


# The page


def came_back(message_id: str, status: str = "5.1.1") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\nMessage-ID: <back@mx.example>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; someone.else@family.example\nAction: failed\nStatus: {status}\n\n"
        f"--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{message_id}@sample.example>\n\n--x--\n"
    ).encode()


def taken_in(message: bytes) -> Taken:
    with transaction() as session:
        return mail_replies.take_mail(session, message, now=NOON)


def test_mail_that_came_back_marks_its_own_address_as_dead_and_no_other(lead_id: UUID) -> None:
    with transaction() as session:
        guide = session.scalars(select(Mailing).where(Mailing.step == "guide")).one()
        guide.recipient_blind = email_blind(ADA)
    assert [taken_in(came_back(guide.message_id)) for _ in range(2)] == [Taken.BOUNCED, Taken.BOUNCED]
    with transaction() as session:
        stops = [(row.reason, row.address_blind) for row in session.scalars(select(Suppression))]
        assert stops == [("bounced", email_blind(ADA))]
        assert session.get_one(Mailing, guide.id).status == "failed"
        assert session.scalar(select(func.count()).select_from(MailReceipt)) == 1


def test_report_about_no_mail_of_ours_silences_nobody(lead_id: UUID) -> None:
    taken_in(came_back(str(uuid4())))
    with transaction() as session:
        assert session.scalars(select(Suppression)).all() == []


def test_supervisor_reads_a_reply_and_decides(lead_id: UUID, browser_client: FlaskClient) -> None:
    take("Please stop <b>now</b>")
    signed_in(browser_client, Role.SUPERVISOR)
    page = browser_client.get("/console/work").text
    assert "Please stop &lt;b&gt;now&lt;/b&gt;" in page
    assert "May say stop" in page
    facts = browser_client.get(f"/console/leads/{lead_id}").text
    assert "They answered a mail, which a supervisor reads" in facts
    assert "a reply of theirs waits to be read" in browser_client.get(f"/console/leads/{lead_id}/mail").text
    answer = press(browser_client, "/console/work", f"/console/replies/{reply().id}/stop-mail")
    assert answer.status_code == 303
    page = browser_client.get("/console/work").text
    assert "No more mail is sent to them." in page
    assert "Please stop" not in page
    assert email_blind(ADA) in stopped()
    press(browser_client, "/console/work", f"/console/replies/{reply().id}/go-on")
    assert "somebody may have dealt with it already" in browser_client.get("/console/work").text
    with transaction() as session:
        noted = set(session.scalars(select(AuditEntry.action)))
        assert noted >= {"replies.viewed", "reply.stop-mail", "mail.answered"}
        assert session.scalars(select(Contact.email_blind)).one() in stopped()


def test_strangers_settled_reply_goes_after_ninety_days_and_a_familys_stays(lead_id: UUID) -> None:
    take("stop please", sender="stranger@else.example")
    settle(ReplyDecision.GO_ON)
    take("Thank you")
    with transaction() as session:
        theirs = session.scalars(select(MailReply).where(MailReply.lead_id == lead_id)).one()
        theirs.settled_at = NOON

    def removed(days: int) -> int:
        with transaction() as session:
            return retention.remove_some(
                session, RETENTION.rules["mail_reply"], now=NOON + timedelta(days=days)
            )

    assert [removed(90), removed(91)] == [0, 1]
    assert reply().lead_id == lead_id
