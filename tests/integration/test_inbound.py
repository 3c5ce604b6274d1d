"""A family rings us: found by what they say, or written down anew, and their call is under way."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import AuditEntry, CallAttempt, Callback, ConsentEvent, Lead, OutboxTask
from intake.rules.consents import wording
from intake.rules.facts import Channel
from intake.services import suppressions
from intake.services.blind import phone_blind
from intake.services.staff import Role
from tests.desk import (
    OPEN_AT,
    act,
    claim_next,
    hidden,
    press,
    said,
    scheduled_lead,
    sign_in,
    signed_in,
    stored,
    stored_call,
    token_in,
)
from tests.factories import NOON

HOUR = timedelta(hours=1)
VOICE: dict[str, str] = {
    "first_name": "Bea",
    "last_name": "Caller",
    "phone": "555 010 0142",
    "email": "bea@family.example",
    "relation": "parent",
    "patient_first_name": "Carl",
    "diagnosis": "pleural",
    "cell_type": "unknown",
    "stage": "4",
    "treatment_status": "new",
    "zip": "77030",
    "travel": "anywhere",
    "veteran": "yes",
    "insurance": "va",
    "language": "es",
    "voicemail": "no",
    "consent_collect": "y",
    "consent_email": "y",
}


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(browser_client: FlaskClient) -> FlaskClient:
    signed_in(browser_client)
    return browser_client


def search(client: FlaskClient, text: str) -> str:
    return press(client, "/console/find", "/console/find", text=text).text


def found_lead(client: FlaskClient, **changes: Any) -> UUID:
    """A request in the queue, looked for by its reference."""
    lead_id = scheduled_lead(**changes)
    search(client, stored(Lead, lead_id).reference)
    return lead_id


def on_lead(client: FlaskClient, lead_id: UUID, verb: str, **fields: str) -> TestResponse:
    page = f"/console/leads/{lead_id}"
    return press(client, page, f"{page}/{verb}", **fields)


def rows(kind: type[Any], *where: Any) -> list[Any]:
    with transaction() as session:
        return list(session.scalars(select(kind).where(*where)))


def write_down(client: FlaskClient, **changes: str) -> TestResponse:
    page = client.get("/console/leads/new").text
    kept = {"csrf_token": token_in(page), "submission_id": hidden(page, "submission_id")}
    return client.post("/console/leads/new", data={**VOICE, **kept, **changes})


@pytest.mark.parametrize(
    "text",
    [
        "(555) 010-0123",
        "+1 555.010.0123",
        " ADA@family.example",
        "éxample",
        " ÉXAMPLE ",
        "Example",
        "reference",
    ],
)
def test_family_is_found_by_all_that_it_may_say(ana: FlaskClient, text: str) -> None:
    reference = stored(Lead, scheduled_lead(last_name="Éxample")).reference
    scheduled_lead(last_name="Other", phone="+15550100188", email="bo@other.example")
    if text == "reference":
        text = f"{reference[:3].lower()}-{reference[3:]}"
    page = search(ana, text)
    assert reference in page
    assert "Other" not in page
    audited = rows(AuditEntry, AuditEntry.action.in_(("leads.searched", "lead.found")))
    assert len(audited) == 2
    assert not any(text in str(entry.detail) for entry in audited)


@pytest.mark.parametrize("text", ["555-010", "ada@", "Exam", "ada@family.example.org", "7X", "%"])
def test_part_of_what_is_kept_finds_nobody(ana: FlaskClient, text: str) -> None:
    scheduled_lead()
    assert "Nobody is found" in search(ana, text)


def test_reference_and_name_that_look_alike_are_both_found(ana: FlaskClient) -> None:
    """A reference can be seven letters, and so can a name."""
    first, second = scheduled_lead(), scheduled_lead(last_name="Kmhrnxw", phone=None, email=None)
    with transaction() as session:
        session.get_one(Lead, first).reference = "CFHJKMN"
    assert "Found by reference" in search(ana, "cfhjkmn")
    assert stored(Lead, second).reference in search(ana, "Kmhrnxw")


def test_only_what_was_looked_for_lately_opens(
    ana: FlaskClient, app: Flask, noon: time_machine.Traveller
) -> None:
    lead_id = scheduled_lead()
    page = f"/console/leads/{lead_id}"
    assert ana.get(page).status_code == 404
    search(ana, "Example")
    assert ana.get(page).status_code == 200
    ben = app.test_client()
    signed_in(ben, name="Ben")
    assert ben.get(page).status_code == 404
    noon.shift(HOUR)
    sign_in(ana, "ana@desk.example")
    assert ana.get(page).status_code == 404
    sue = app.test_client()
    signed_in(sue, Role.SUPERVISOR, name="Sue")
    assert sue.get(page).status_code == 200


def test_call_of_who_rings_is_under_way_at_once(ana: FlaskClient) -> None:
    lead_id = found_lead(ana)
    answer = on_lead(ana, lead_id, "take")
    (call,) = rows(Callback)
    assert answer.headers["Location"] == f"/console/callbacks/{call.id}"
    page = ana.get(answer.headers["Location"]).text
    assert "They rang us." in page
    assert "tel:+15550100123" not in page
    assert act(ana, call.id, "save", outcome="spoke", then="stay").status_code == 303
    assert stored(Callback, call.id).outcome == "spoke"


def test_who_rings_is_answered_when_we_may_not_ring(ana: FlaskClient, noon: time_machine.Traveller) -> None:
    lead_id = scheduled_lead()
    with transaction() as session:
        suppressions.suppress(
            session, Channel.CALL, phone_blind("+15550100123") or b"", reason="asked", now=NOON
        )
    noon.shift(10 * HOUR)
    sign_in(ana, "ana@desk.example")
    search(ana, "Example")
    assert OPEN_AT.search(on_lead(ana, lead_id, "take").headers["Location"])


def test_calls_of_theirs_count_towards_no_cap(ana: FlaskClient) -> None:
    lead_id = found_lead(ana)
    for _ in range(3):
        on_lead(ana, lead_id, "take")
        (call,) = rows(Callback, Callback.closed_at.is_(None))
        act(ana, call.id, "release")
    claim_next(ana)
    assert "Do not ring now." not in ana.get(f"/console/callbacks/{call.id}").text
    assert len(rows(CallAttempt, CallAttempt.basis == "family_rang")) == 3


def test_holder_is_named_when_a_colleague_has_the_call(app: Flask, ana: FlaskClient) -> None:
    lead_id = found_lead(ana)
    ben = app.test_client()
    signed_in(ben, name="Ben")
    claim_next(ben)
    assert "Ben has it" in ana.get(f"/console/leads/{lead_id}").text
    on_lead(ana, lead_id, "take")
    assert said(ana) == "Ben has their call now. Put them through."
    assert rows(CallAttempt) == []


def test_request_that_was_closed_opens_when_they_ring_again(ana: FlaskClient) -> None:
    lead_id = found_lead(ana)
    on_lead(ana, lead_id, "take")
    (call,) = rows(Callback)
    act(ana, call.id, "save", outcome="asked_to_stop", then="stay")
    assert stored(Lead, lead_id).status == "closed"
    again = OPEN_AT.search(on_lead(ana, lead_id, "take").headers["Location"])
    assert again
    assert again.group(1) != str(call.id)
    assert stored(Lead, lead_id).status == "open"


def test_request_is_written_down_and_the_call_goes_on(ana: FlaskClient) -> None:
    assert OPEN_AT.search(write_down(ana).headers["Location"])
    (lead,), (call,) = rows(Lead), rows(Callback)
    assert (lead.source, lead.stage, lead.veteran, lead.insurance) == ("phone", "4", True, "va")
    assert (lead.state, lead.time_zones) == ("TX", ["America/Chicago"])
    assert (call.urgency, sorted(call.needs)) == (1, ["spanish", "veterans"])
    assert "They rang us." in ana.get(f"/console/callbacks/{call.id}").text
    said_yes = {event.wording_sha256: (event.given, event.typed) for event in rows(ConsentEvent)}
    collect, mail = wording("collect_by_phone", "es"), wording("email_guide", "es")
    assert said_yes == {collect.sha256: (True, ""), mail.sha256: (True, "bea@family.example")}
    assert {"match_lead", "start_series"} <= {task.task for task in rows(OutboxTask)}
    assert {entry.actor for entry in rows(AuditEntry, AuditEntry.action == "lead.submitted")} == {
        f"staff:{call.claimed_by}"
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"first_name": ""}, "Type the first name."),
        ({"phone": ""}, "Type their phone number."),
        ({"phone": "123"}, "phone"),
        ({"email": "", "consent_email": "y"}, "Type the email address to which the guide goes."),
        ({"zip": "00000"}, "We cannot find the ZIP code 00000."),
        ({"consent_collect": ""}, "Read the sentence about keeping the answers"),
        ({"stage": "9"}, "stage"),
        ({"relation": ""}, "Choose who they are to the patient."),
        ({"language": "xx"}, "language"),
    ],
)
def test_wrong_answer_is_named_and_nothing_is_lost(
    ana: FlaskClient, changes: dict[str, str], sentence: str
) -> None:
    answer = write_down(ana, **changes)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'value="Carl"' in answer.text
    assert rows(Lead) == []


def test_request_sent_twice_is_one(ana: FlaskClient) -> None:
    page = ana.get("/console/leads/new").text
    kept = {"csrf_token": token_in(page), "submission_id": hidden(page, "submission_id")}
    answers = [ana.post("/console/leads/new", data={**VOICE, **kept}) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert (len(rows(Lead)), len(rows(Callback)), len(rows(CallAttempt))) == (1, 1, 1)


def test_request_is_kept_when_a_colleague_has_the_familys_call(app: Flask, ana: FlaskClient) -> None:
    scheduled_lead(phone="+15550100142")
    ben = app.test_client()
    signed_in(ben, name="Ben")
    claim_next(ben)
    where = write_down(ana).headers["Location"]
    lead = rows(Lead, Lead.source == "phone")[0]
    assert where == f"/console/leads/{lead.id}"
    page = ana.get(where).text
    assert "Ben has their call now." in page
    assert "2 requests share" in page


def test_two_requests_are_linked_and_parted_by_hand(ana: FlaskClient) -> None:
    one = found_lead(ana)
    other = found_lead(ana, phone="+15550100188", email="bo@other.example")
    reference = stored(Lead, other).reference
    assert on_lead(ana, one, "link", reference="nothing").status_code == 400
    assert on_lead(ana, one, "link", reference=stored(Lead, one).reference).status_code == 400
    on_lead(ana, one, "link", reference=reference.lower())
    assert said(ana) == f"Linked with {reference}: one family, one call."
    assert stored(Lead, one).family_id == stored(Lead, other).family_id
    assert len(rows(Callback, Callback.closed_at.is_(None))) == 1
    on_lead(ana, one, "part")
    assert "stands by itself now" in said(ana)
    assert stored(Lead, one).family_id != stored(Lead, other).family_id
    owed = rows(Callback, Callback.closed_at.is_(None))
    assert {call.family_id for call in owed} == {stored(Lead, lead).family_id for lead in (one, other)}
    on_lead(ana, one, "part")
    assert said(ana) == "This request is linked with no other."


def test_spam_is_let_go_and_can_come_back(ana: FlaskClient) -> None:
    lead_id = found_lead(ana)
    assert on_lead(ana, lead_id, "mark").status_code == 400
    on_lead(ana, lead_id, "mark", mark="spam")
    assert (stored(Lead, lead_id).marked, stored(Lead, lead_id).status) == ("spam", "closed")
    assert rows(Callback, Callback.closed_at.is_(None)) == []
    on_lead(ana, lead_id, "take")
    assert said(ana) == "This is marked as spam. Take the mark off first."
    on_lead(ana, lead_id, "unmark")
    assert (stored(Lead, lead_id).marked, stored(Lead, lead_id).status) == (None, "open")
    owed = rows(OutboxTask, OutboxTask.event == "call.asked")
    assert [(task.task, task.subject_id) for task in owed] == [("schedule_callback", lead_id)]


def test_what_was_closed_before_it_was_marked_stays_closed(ana: FlaskClient) -> None:
    lead_id = found_lead(ana)
    with transaction() as session:
        session.get_one(Lead, lead_id).status = "closed"
    on_lead(ana, lead_id, "mark", mark="test")
    on_lead(ana, lead_id, "unmark")
    assert (stored(Lead, lead_id).marked, stored(Lead, lead_id).status) == (None, "closed")
    assert rows(OutboxTask, OutboxTask.event == "call.asked") == []


def test_family_keeps_its_call_when_one_request_was_spam(ana: FlaskClient) -> None:
    spam = found_lead(ana)
    honest = scheduled_lead()
    on_lead(ana, spam, "mark", mark="test")
    (call,) = rows(Callback, Callback.closed_at.is_(None))
    assert call.lead_id == honest


def test_spam_that_somebody_holds_leaves_her_notes(app: Flask, ana: FlaskClient) -> None:
    call = stored_call()
    ben = app.test_client()
    signed_in(ben, name="Ben")
    claim_next(ben)
    search(ana, "Example")
    page = ben.get(f"/console/callbacks/{call.id}").text
    on_lead(ana, call.lead_id, "mark", mark="spam")
    fields = {"csrf_token": token_in(page), "version": hidden(page, "version"), "notes": "a shop"}
    answer = ben.post(f"/console/callbacks/{call.id}/save", data=fields)
    assert answer.status_code == 409
    assert "a shop" in answer.text
