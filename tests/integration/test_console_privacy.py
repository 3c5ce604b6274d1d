"""The supervisor's screens of deletions, and of one request's data."""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intake.db import transaction
from intake.models import AuditEntry, Deletion, DeletionMail, Lead
from intake.services import audit, deletions, retention
from intake.services.staff import Role
from tests.desk import press, signed_in, stored
from tests.factories import NOON, stored_lead

PAGE = "/console/deletions"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def client(browser_client: FlaskClient) -> FlaskClient:
    signed_in(browser_client, Role.SUPERVISOR)
    return browser_client


def a_lead() -> UUID:
    with transaction() as session:
        return stored_lead(session).lead_id


def wish(lead_id: UUID, *, days_ago: int = 0) -> UUID:
    asked_at = NOON - timedelta(days=days_ago)
    due_at = asked_at + timedelta(days=30)
    new = Deletion(lead_id=lead_id, asked_at=asked_at, asked_by="visitor", due_at=due_at)
    with transaction() as session:
        session.add(new)
    return new.id


def leads() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Lead)) or 0


def actions() -> set[str]:
    with transaction() as session:
        return set(session.scalars(select(AuditEntry.action)))


def test_wish_that_nobody_confirmed_is_listed_with_its_clock(client: FlaskClient) -> None:
    wish(a_lead(), days_ago=31)
    wish(a_lead(), days_ago=1)
    page = client.get(PAGE).text
    assert "late by 1 day" in page
    assert "29 days left" in page


def test_closed_wish_leaves_the_list_and_the_request_stays(client: FlaskClient) -> None:
    deletion_id = wish(a_lead())
    press(client, PAGE, f"{PAGE}/{deletion_id}/close")
    assert stored(Deletion, deletion_id).closed_at
    assert leads() == 1
    assert "The wish is closed" in client.get(PAGE).text
    press(client, PAGE, f"{PAGE}/{deletion_id}/close")
    assert "settled already" in client.get(PAGE).text


def test_request_is_deleted_with_a_reason_and_the_receipt_is_said(client: FlaskClient) -> None:
    lead_id = a_lead()
    wish(lead_id)
    page = f"/console/leads/{lead_id}/data"
    assert "They asked to be deleted" in client.get(page).text
    assert press(client, page, f"/console/leads/{lead_id}/erase").status_code == 400
    assert leads() == 1
    press(client, page, f"/console/leads/{lead_id}/erase", reason="by letter")
    assert leads() == 0
    with transaction() as session:
        (done,) = session.scalars(select(Deletion)).all()
    receipt = done.receipt or ""
    assert f"{receipt[:3]}-{receipt[3:6]}-{receipt[6:]}" in client.get(PAGE).text
    assert client.get(page).status_code == 404


def test_export_and_deletion_ask_for_a_fresh_proof(client: FlaskClient) -> None:
    lead_id = a_lead()
    page = f"/console/leads/{lead_id}/data"
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        assert client.get(f"{page}.json").status_code == 401
        assert press(client, page, f"/console/leads/{lead_id}/erase", reason="by letter").status_code == 401
    assert leads() == 1
    assert "lead.exported" not in actions()


def test_export_holds_the_person_and_is_noted(client: FlaskClient) -> None:
    lead_id = a_lead()
    answer = client.get(f"/console/leads/{lead_id}/data.json")
    assert json.loads(answer.text)["contact"][0]["first_name"] == "Ada"
    assert "Ada" not in answer.headers["Content-Disposition"]
    assert "lead.exported" in actions()


def test_centre_that_a_mail_did_not_reach_is_told_by_hand(client: FlaskClient) -> None:
    lead_id = a_lead()
    with transaction() as session:
        deletions.finish(session, lead_id, by="visitor", now=NOON)
        done = session.scalars(select(Deletion)).one()
        mail = DeletionMail(deletion_id=done.id, kind="centre", status="failed", answer="550 no such box")
        mail.centre, mail.reference, mail.created_at, mail.due_at = "A Centre", "CFHJKMN", NOON, NOON
        session.add(mail)
    assert "550 no such box" in client.get(PAGE).text
    press(client, PAGE, f"{PAGE}/told/{mail.id}")
    told = stored(DeletionMail, mail.id)
    assert (bool(told.settled_at), told.reference) == (True, None)
    assert "to be told" not in client.get(PAGE).text


def test_receipt_that_somebody_reads_out_is_found_and_names_nobody(client: FlaskClient) -> None:
    lead_id = a_lead()
    with transaction() as session:
        receipt = deletions.finish(session, lead_id, by="visitor", now=NOON) or ""
    page = client.get(f"{PAGE}?receipt={receipt[:3].lower()}-{receipt[3:]}").text
    assert "deleted here 2026-11-24" in page
    assert "Ada" not in page
    assert "no such receipt" in client.get(f"{PAGE}?receipt=CFHJKMNQR").text


def test_report_counts_wishes_that_wait_and_those_that_are_late(client: FlaskClient) -> None:
    wish(a_lead(), days_ago=31)
    wish(a_lead())
    with transaction() as session:
        report = retention.report(session, now=NOON)
    assert (report["wishes_open"], report["wishes_late"], report["centres_to_tell"]) == (2, 1, 0)


def test_refused_call_stands_in_the_history_with_the_hour_from_which_it_is_allowed(
    client: FlaskClient,
) -> None:
    lead_id = a_lead()
    opens = NOON + timedelta(hours=20)
    with transaction() as session:
        audit.note(
            session, "staff:1", "call.refused", "lead", lead_id, now=NOON,
            why="It is night there.", rule_version="1", next_open=opens.isoformat(),
        )  # fmt: skip
    page = client.get(f"/console/leads/{lead_id}").text
    assert "A call was refused: It is night there." in page
    assert "Allowed from tomorrow 8:00 am CST" in page
