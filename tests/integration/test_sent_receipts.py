"""Why a mail or a letter was allowed: its rules, its consents, and when a held one would be allowed."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from intake.db import transaction
from intake.models import AuditEntry, Letter, Mailing
from intake.rules.facts import Channel
from intake.services import suppressions
from intake.services.blind import email_blind
from intake.services.staff import Role
from tests.desk import signed_in
from tests.factories import NOON, stored_lead
from tests.letters import posted_to


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def client(browser_client: FlaskClient) -> FlaskClient:
    signed_in(browser_client, Role.SUPERVISOR)
    return browser_client


def a_mail(*, status: str) -> tuple[UUID, UUID]:
    """The lead and its mail."""
    sent_at = NOON - timedelta(hours=1)
    with transaction() as session:
        lead_id = stored_lead(session, now=NOON - timedelta(days=3)).lead_id
        mail = Mailing(lead_id=lead_id, step="check_in", status=status, message_id=str(uuid4()))
        mail.due_at = mail.created_at = sent_at
        if status == "accepted":
            mail.sending_at, mail.rule_version = sent_at, "2026-11-26:mail"
        session.add(mail)
    return lead_id, mail.id


def test_mail_that_went_shows_its_rule_version_its_hour_and_the_words_they_agreed_to(
    client: FlaskClient,
) -> None:
    lead_id, mail_id = a_mail(status="accepted")
    assert f"/console/mailings/{mail_id}/receipt" in client.get(f"/console/leads/{lead_id}").text
    page = client.get(f"/console/mailings/{mail_id}/receipt").text
    assert "Why this mail was allowed" in page
    for said in ("2026-11-26:mail", "11:00:00", "Email me the guide", "Yes"):
        assert said in page
    with transaction() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "receipt.viewed")).one()
        assert noted.detail == {"mailing": str(mail_id)}


def test_mail_that_waits_says_from_when_on_it_may_go(client: FlaskClient) -> None:
    _, mail_id = a_mail(status="planned")
    assert "It may go now" in client.get(f"/console/mailings/{mail_id}/receipt").text
    with time_machine.travel(NOON - timedelta(hours=9), tick=False):
        signed_in(client, Role.SUPERVISOR, name="Ben")
        page = client.get(f"/console/mailings/{mail_id}/receipt").text
    assert "Allowed from 2026-11-24 14:00 UTC" in page


def test_stopped_mail_says_that_no_hour_mends_it(client: FlaskClient) -> None:
    _, mail_id = a_mail(status="suppressed")
    blind = email_blind("ada@family.example")
    assert blind
    with transaction() as session:
        suppressions.suppress(session, Channel.EMAIL, blind, reason="unsubscribed", now=NOON)
    page = client.get(f"/console/mailings/{mail_id}/receipt").text
    assert "has not gone" in page
    assert "Allowed from" not in page
    assert "It may go now" not in page


def test_letter_shows_its_day_and_what_was_agreed(client: FlaskClient) -> None:
    with transaction() as session:
        lead_id = posted_to(session).lead_id
    with transaction() as session:
        letter = session.scalars(select(Letter).where(Letter.lead_id == lead_id)).one()
        letter_id = letter.id
    held = client.get(f"/console/letters/{letter_id}/receipt").text
    assert "Allowed from" in held
    with transaction() as session:
        letter = session.get_one(Letter, letter_id)
        letter.status, letter.posted_at = "posted", NOON
    assert f"/console/letters/{letter_id}/receipt" in client.get(f"/console/leads/{lead_id}").text
    page = client.get(f"/console/letters/{letter_id}/receipt").text
    assert "Why this letter was allowed" in page
    assert "Post me the guide" in page
