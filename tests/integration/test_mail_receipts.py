"""Bounces, complaints and deliveries as providers tell them: proven, taken once, followed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intake.config import Receipts
from intake.db import transaction
from intake.models import Mailing, MailReceipt, Suppression
from intake.receipts.signed import HEADER, signature
from intake.rules.statuses import MailingStatus
from intake.services import series
from intake.services.blind import email_blind
from intake.services.suppressions import lift_bounce
from tests.amazon import ADDRESS, PROVIDER_ID, TOPIC, Amazon, amazon, ses
from tests.factories import NOON, stored_lead

SECRET = "a secret of receipts, forty characters long"


@pytest.fixture(scope="module")
def sns() -> Amazon:
    return amazon(until=datetime.now(UTC) + timedelta(days=400))


@pytest.fixture
def client(app: Flask, sns: Amazon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A provider's machine, and a desk that knows it. An older certificate stands beside the one in force."""
    path = tmp_path / "sns.pem"
    path.write_bytes(amazon(until=datetime.now(UTC) - timedelta(days=1)).certificate + sns.certificate)
    known = Receipts(sns_topics=(TOPIC,), sns_certificate=path, secret=SECRET)
    monkeypatch.setitem(app.extensions, "advocate", replace(app.extensions["advocate"], receipts=known))
    return app.test_client(use_cookies=False)


@pytest.fixture
def mailing_id(client: FlaskClient) -> UUID:
    """A guide that the server took, with the rest of the series planned."""
    with transaction() as session:
        lead = stored_lead(session).lead_id
        series.begin(session, lead, now=NOON)
        guide = session.scalars(select(Mailing)).one()
        guide.status, guide.answered_at = MailingStatus.ACCEPTED, NOON
        guide.provider_id, guide.recipient_blind = PROVIDER_ID, email_blind(ADDRESS)
        session.flush()
        series.plan(session, [lead], now=NOON)
        return guide.id


def post(client: FlaskClient, message: dict[str, str] | str) -> int:
    body = message if isinstance(message, str) else json.dumps(message)
    return client.post("/receipts/ses", data=body, content_type="text/plain").status_code


def guide() -> Mailing:
    with transaction() as session:
        return session.scalars(select(Mailing).where(Mailing.step == "guide")).one()


def others() -> set[tuple[str, str | None]]:
    with transaction() as session:
        rows = session.scalars(select(Mailing).where(Mailing.step != "guide"))
        return {(row.status, row.because) for row in rows}


def reasons() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Suppression.reason)))


def receipts() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(MailReceipt)) or 0


def test_address_is_dead_when_a_mail_came_back_for_good(
    client: FlaskClient, sns: Amazon, mailing_id: UUID
) -> None:
    assert post(client, sns.message(ses("Bounce"))) == 204
    assert (guide().status, guide().because, guide().answer) == ("failed", "bounced", "it came back: 5.1.1")
    assert others() == {("suppressed", "bounced")}
    assert reasons() == ["bounced"]


def test_nothing_follows_when_a_mailbox_was_only_full(
    client: FlaskClient, sns: Amazon, mailing_id: UUID
) -> None:
    assert post(client, sns.message(ses("Bounce", bounceType="Transient"))) == 204
    assert (guide().status, reasons(), receipts()) == ("accepted", [], 1)


def test_mail_goes_on_when_staff_hear_that_the_address_works(
    client: FlaskClient, sns: Amazon, mailing_id: UUID
) -> None:
    post(client, sns.message(ses("Bounce")))
    with transaction() as session:
        lift_bounce(session, email_blind(ADDRESS) or b"", now=NOON)
        series.plan(session, [guide().lead_id], now=NOON)
    assert others() == {("planned", None)}


def test_complaint_stops_the_address_and_outweighs_a_bounce(
    client: FlaskClient, sns: Amazon, mailing_id: UUID
) -> None:
    post(client, sns.message(ses("Bounce")))
    assert post(client, sns.message(ses("Complaint"))) == 204
    assert reasons() == ["complained"]
    with transaction() as session:
        lift_bounce(session, email_blind(ADDRESS) or b"", now=NOON)
    assert reasons() == ["complained"]


def test_mail_of_unknown_fate_is_known_when_a_receipt_says_that_it_arrived(
    client: FlaskClient, sns: Amazon, mailing_id: UUID
) -> None:
    with transaction() as session:
        row = session.get_one(Mailing, mailing_id)
        row.status, row.provider_id = MailingStatus.UNKNOWN, None
        message_id = row.message_id
    told = ses("Delivery")
    told["mail"]["headers"] = [{"name": "Message-ID", "value": f"<{message_id}@sample.example>"}]
    assert post(client, sns.message(told)) == 204
    assert guide().status == "accepted"
    assert guide().delivered_at == datetime(2026, 11, 24, 18, 0, 5, tzinfo=UTC)


def test_receipt_counts_once_when_it_comes_twice(client: FlaskClient, sns: Amazon, mailing_id: UUID) -> None:
    message = sns.message(ses("Complaint"))
    assert [post(client, message), post(client, message)] == [204, 204]
    assert receipts() == 1


def test_older_signature_and_event_publishing_are_read_too(
    client: FlaskClient, sns: Amazon, mailing_id: UUID
) -> None:
    told = ses("Complaint")
    told["eventType"] = told.pop("notificationType")
    assert post(client, sns.message(told, SignatureVersion="1", Subject="x")) == 204
    assert reasons() == ["complained"]


def test_address_is_silenced_when_its_mail_is_not_ours_any_more(client: FlaskClient, sns: Amazon) -> None:
    assert post(client, sns.message(ses("Complaint"))) == 204
    assert reasons() == ["complained"]


def test_subscription_waits_for_a_person_to_open_its_link(client: FlaskClient, sns: Amazon) -> None:
    link = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    asked = sns.message("hello", Type="SubscriptionConfirmation", SubscribeURL=link, Token="t")
    assert post(client, asked) == 204
    with transaction() as session:
        row = session.scalars(select(MailReceipt)).one()
        assert (row.kind, row.detail) == ("subscription", link)


def forged(sns: Amazon, **changes: str) -> dict[str, str]:
    return {**sns.message(ses("Complaint")), **changes}


def test_nothing_is_believed_that_amazon_did_not_sign(
    client: FlaskClient, sns: Amazon, mailing_id: UUID
) -> None:
    stranger = amazon(until=datetime.now(UTC) + timedelta(days=1))
    wrong: list[Any] = [
        forged(sns, Message=json.dumps(ses("Complaint", x=1))),
        forged(sns, Signature="AAAA"),
        forged(sns, Signature="not base64!"),
        forged(sns, SignatureVersion="3"),
        forged(sns, MessageId="other"),
        stranger.message(ses("Complaint")),
        sns.message(ses("Complaint"), TopicArn=TOPIC + "2"),
        {name: value for name, value in sns.message(ses("Complaint")).items() if name != "Signature"},
        "not json", "[]", "{}", "null",
    ]  # fmt: skip
    assert [post(client, message) for message in wrong] == [403] * len(wrong)
    assert (receipts(), reasons()) == (0, [])


def test_certificate_is_not_believed_beyond_its_day(
    client: FlaskClient, app: Flask, mailing_id: UUID
) -> None:
    old = amazon(until=datetime.now(UTC) - timedelta(days=1))
    app.extensions["advocate"].receipts.sns_certificate.write_bytes(old.certificate)
    assert post(client, old.message(ses("Complaint"))) == 403


@pytest.mark.parametrize(
    "told",
    [
        {"notificationType": "Bounce"},
        {"notificationType": "Bounce", "mail": {"messageId": "x"}, "bounce": {"bouncedRecipients": 3}},
        {
            "notificationType": "Complaint",
            "mail": {"messageId": "x"},
            "complaint": {"complainedRecipients": [{}]},
        },
    ],
)
def test_odd_shapes_are_refused_without_harm(client: FlaskClient, sns: Amazon, told: Any) -> None:
    assert post(client, sns.message(told)) == 400
    assert receipts() == 0


@pytest.mark.parametrize("told", [{"eventType": "Open", "mail": {}}, {"notificationType": "AmazonSES"}])
def test_events_that_say_nothing_of_a_mails_fate_are_passed_over(
    client: FlaskClient, sns: Amazon, told: Any
) -> None:
    assert post(client, sns.message(told)) == 204
    assert receipts() == 0


def signed(client: FlaskClient, told: Any, secret: str = SECRET) -> int:
    body = json.dumps(told).encode()
    return client.post("/receipts/signed", data=body, headers={HEADER: signature(secret, body)}).status_code


def test_other_providers_are_heard_under_the_shared_secret(client: FlaskClient, mailing_id: UUID) -> None:
    at = "2026-11-24T18:00:00+00:00"
    bounce = {"id": "1", "kind": "bounce", "provider_id": PROVIDER_ID, "permanent": True, "at": at}
    assert signed(client, bounce, "another secret of forty characters, yes") == 403
    assert client.post("/receipts/signed", json=bounce).status_code == 403
    assert signed(client, [bounce, {**bounce, "id": "2", "kind": "delivery"}]) == 204
    assert (guide().status, reasons(), receipts()) == ("failed", ["bounced"], 2)
    odd: Any
    for odd in ({**bounce, "kind": "subscription"}, {**bounce, "at": "2026-11-24"}, {"id": "3"}, "x", [[]]):
        assert signed(client, odd) == 400


def test_door_is_closed_when_no_provider_is_configured(app: Flask, sns: Amazon) -> None:
    stranger = app.test_client()
    assert post(stranger, sns.message(ses("Complaint"))) == 403
    assert signed(stranger, {"id": "1"}) == 403
    assert stranger.post("/receipts/other").status_code == 404
    assert stranger.get("/receipts/ses").status_code == 405
