"""The supervisor's table, the admin's page, and the same verbs as commands."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from intake import create_app, db
from intake.config import Settings
from intake.db import transaction
from intake.models import AuditEntry, Mailing, OutboxTask
from intake.services.staff import Role
from tests.commands import advocate, advocate_json
from tests.desk import (
    account,
    act,
    claim_next,
    press,
    reference_of,
    sign_in,
    signed_in,
    stored,
    stored_call,
    token_in,
)
from tests.factories import NOON


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def parked(error: str = "no place for ZIP 00000") -> int:
    with transaction() as session:
        task = OutboxTask(
            event="lead.submitted",
            task="match_lead",
            queue="quarantine",
            subject_id=uuid4(),
            state="parked",
            due_at=NOON,
            created_at=NOON,
            attempts=8,
            last_error=error,
        )
        session.add(task)
        session.flush()
        return task.id


def test_parked_row_is_due_again_when_redone_with_a_reason(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    task_id = parked("<b>no place</b>")
    assert "&lt;b&gt;no place&lt;/b&gt;" in browser_client.get("/console/work").text
    answer = press(browser_client, "/console/work", f"/console/work/{task_id}/redo", reason="ZIP mended")
    assert answer.status_code == 303
    row: OutboxTask = stored(OutboxTask, task_id)
    assert (row.state, row.queue, row.attempts) == ("due", "matching", 0)
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "work.redone")).one()
        assert entry.detail == {"reason": "ZIP mended"}


def test_parked_row_is_given_up_when_discarded(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    task_id = parked()
    press(browser_client, "/console/work", f"/console/work/{task_id}/discard", reason="erased on request")
    assert stored(OutboxTask, task_id).state == "discarded"


@pytest.mark.parametrize("reason", ["", "x" * 301, "a\x00b"])
def test_nothing_happens_when_the_reason_is_missing_or_wrong(
    browser_client: FlaskClient, reason: str
) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    task_id = parked()
    answer = press(browser_client, "/console/work", f"/console/work/{task_id}/redo", reason=reason)
    assert answer.status_code == 400
    assert "reason" in answer.text
    assert stored(OutboxTask, task_id).state == "parked"


def test_page_says_so_when_somebody_else_dealt_with_the_row(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    parked()
    answer = press(browser_client, "/console/work", "/console/work/999/redo", reason="again")
    assert answer.status_code == 409
    assert "somebody may have dealt with it" in answer.text


def test_unknown_mails_and_calls_to_know_of_are_listed(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    callback = stored_call()
    with transaction() as session:
        session.add(
            Mailing(
                lead_id=callback.lead_id,
                step="guide",
                status="unknown",
                message_id="m",
                due_at=NOON,
                created_at=NOON,
                sending_at=NOON,
                unsubscribe_token_blind=b"t",
            )
        )
    claim_next(browser_client)
    act(browser_client, callback.id, "start")
    act(browser_client, callback.id, "save", outcome="distressed")
    page = browser_client.get("/console/work").text
    assert page.count(f">{reference_of(callback)}<") == 2
    assert "In distress or an emergency" in page


def test_tries_are_counted_when_they_fail_only(settings: Settings, database: Engine) -> None:
    app = create_app(replace(settings, wide_limits=False, limits_url="memory://"))
    try:
        client = app.test_client()
        with transaction() as session:
            account(session)
        for _ in range(10):
            assert sign_in(client, "ana@desk.example", password="wrong").status_code == 400
        assert sign_in(client, "ana@desk.example").status_code == 429
        with transaction() as session:
            account(session, name="Ben")
        assert sign_in(client, "ben@desk.example").status_code == 303
        assert token_in(client.get("/console/").text)
    finally:
        app.extensions["advocate_engine"].dispose()
        db._sessions.configure(bind=database)


def test_command_says_what_to_do_when_the_account_is_not_there(environment: dict[str, str]) -> None:
    done = advocate(environment, "staff", "disable", "nobody@desk.example")
    assert done.returncode == 1
    assert "advocate staff list" in done.stderr
    assert "Traceback" not in done.stderr


def test_commands_list_redo_and_discard_parked_work(environment: dict[str, str]) -> None:
    first, second = parked(), parked()
    assert [row["id"] for row in advocate_json(environment, "work", "parked")] == [first, second]
    assert advocate(environment, "work", "redo", first, "--reason", "mended").returncode == 0
    assert advocate(environment, "work", "discard", second, "--reason", "test lead").returncode == 0
    assert advocate(environment, "work", "parked").stdout == "Nothing is parked.\n"
    assert advocate(environment, "work", "redo", 999, "--reason", "x").returncode == 1
