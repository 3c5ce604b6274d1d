"""Every call keeps what it rested on, and the cap holds over all numbers of a person."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete, select

from intake.db import transaction
from intake.models import AuditEntry, CallAttempt, Callback, Staff
from intake.rules.facts import Channel
from intake.services import callbacks, claims, families, standing, suppressions
from intake.services.blind import phone_blind
from intake.services.leads import get_lead
from intake.services.permissions import Permission
from intake.services.staff import Role
from tests.desk import account, signed_in, stored, waiting_call
from tests.factories import NOON

FLORIDA = {"zip": "33101", "phone": "+15550100177"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def held_call(staff: Staff, **changes: object) -> UUID:
    with transaction() as session:
        callback = waiting_call(session, **changes)  # type: ignore[arg-type]
        claims.claim(session, callback.id, staff, NOON)
        return callback.id


def start(callback_id: UUID, staff_id: UUID, *, now: object = NOON) -> Permission:
    with transaction() as session:
        return callbacks.start_call(session, callback_id, staff_id, now=now)  # type: ignore[arg-type]


def made_call(staff: Staff, **changes: object) -> CallAttempt:
    assert start(held_call(staff, **changes), staff.id).allowed
    with transaction() as session:
        return session.scalars(select(CallAttempt).order_by(CallAttempt.started_at.desc())).first()  # type: ignore[return-value]


def test_three_of_four_attempts_succeed_when_ten_try_at_once(database: Engine) -> None:
    """The cap of Florida, and everywhere the house's: at most three in 24 hours to one person."""
    with transaction() as session:
        staff = [account(session, name=f"N{number}") for number in range(10)]
    calls = [held_call(one, **FLORIDA) for one in staff]
    gate = threading.Barrier(10)

    def press(number: int) -> bool:
        gate.wait()
        return start(calls[number], staff[number].id).allowed

    for _ in range(3):
        with ThreadPoolExecutor(10) as pool:
            assert sum(pool.map(press, range(10))) == 3
        with transaction() as session:
            session.execute(delete(CallAttempt))


def test_attempts_count_over_all_numbers_of_a_person(database: Engine) -> None:
    with transaction() as session:
        ana = account(session)
    fourth = held_call(ana, phone="+15550100189", email="ADA@family.example")
    for number in range(3):
        made_call(ana, phone=f"+1555010018{number}", email="ada@family.example")
    refused = start(fourth, ana.id)
    assert (refused.allowed, refused.why) == (False, "They were rung as often as we may in these hours.")
    assert refused.next_open == NOON + timedelta(hours=24)
    assert start(held_call(ana, phone="+15550100190", email="eve@family.example"), ana.id).allowed


def test_attempts_count_over_all_requests_that_staff_made_one_family(database: Engine) -> None:
    with transaction() as session:
        ana = account(session)
    ours = held_call(ana, phone="+15550100180", email=None)
    theirs = [held_call(ana, phone=f"+1555010019{number}", email=None) for number in range(3)]
    for call in theirs:
        assert start(call, ana.id).allowed
    with transaction() as session:
        one, *others = (
            get_lead(session, session.get_one(Callback, call).lead_id) for call in (ours, *theirs)
        )
        for other in others:
            families.merge(session, one, other, now=NOON, by="test")
    with transaction() as session:
        callback = session.get_one(Callback, ours)
        lead = get_lead(session, callback.lead_id)
        assert len(standing.for_calls(session, [lead], now=NOON)[lead.id].contacted) == 3


def test_refused_call_says_in_the_audit_when_it_would_be_allowed(database: Engine) -> None:
    with transaction() as session:
        ana = account(session)
    night = NOON + timedelta(hours=10)
    answer = start(held_call(ana), ana.id, now=night)
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "call.refused")).one()
    assert not answer.allowed
    assert entry.detail["next_open"] == (NOON + timedelta(hours=20)).isoformat()
    assert entry.detail["rule_version"] == answer.rule_version


def test_listed_call_asks_every_rule(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    with transaction() as session:
        waiting_call(session, phone="+15550100191", email="eve@family.example")
        blind = phone_blind("+15550100191")
        assert blind
        suppressions.suppress(session, Channel.CALL, blind, reason="asked", now=NOON)
    assert "No call: This number asked us not to call." in browser_client.get("/console/").text


def test_receipt_explains_the_call_from_what_was_kept(browser_client: FlaskClient) -> None:
    ana = signed_in(browser_client)
    attempt = made_call(ana, **FLORIDA)
    page = browser_client.get(f"/console/attempts/{attempt.id}/receipt").text
    for words in ("requested-callback", "47 CFR 64.1200(c)(1)", "13:00:00 EST", "They asked to be called"):
        assert words in page, words
    assert "By sending, you ask us to keep" in page


def test_receipt_is_the_callers_and_the_supervisors_only(browser_client: FlaskClient) -> None:
    with transaction() as session:
        ben = account(session, name="Ben")
    attempt = made_call(ben)
    signed_in(browser_client)
    foreign = browser_client.get(f"/console/attempts/{attempt.id}/receipt")
    absent = browser_client.get(f"/console/attempts/{uuid4()}/receipt")
    assert (foreign.status_code, foreign.text) == (404, absent.text)


def test_supervisor_reads_every_receipt_and_the_look_is_noted(browser_client: FlaskClient) -> None:
    with transaction() as session:
        ben = account(session, name="Ben")
    attempt = made_call(ben)
    sue = signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    assert browser_client.get(f"/console/attempts/{attempt.id}/receipt").status_code == 200
    with transaction() as session:
        noted = select(AuditEntry.action).where(AuditEntry.actor == f"staff:{sue.id}")
        assert "receipt.viewed" in session.scalars(noted).all()


def test_rules_page_marks_what_no_lawyer_signed(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    page = browser_client.get("/console/calling-rules").text
    assert "Fla. Stat. 501.616(6)" in page
    assert "awaiting counsel" in page


def test_call_under_way_needs_no_second_permission(database: Engine) -> None:
    with transaction() as session:
        ana = account(session)
    callback_id = held_call(ana)
    start(callback_id, ana.id)
    assert start(callback_id, ana.id).allowed
    assert stored(Callback, callback_id).status == "claimed"
