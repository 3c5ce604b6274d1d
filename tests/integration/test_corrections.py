"""What a family told us is corrected by whoever has its call, and nothing is overwritten unseen."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import AuditEntry, Callback, Contact, ContactChange, Lead, Mailing, OutboxTask
from intake.rules.facts import Channel
from intake.services import status_page, suppressions
from intake.services.blind import phone_blind
from tests.desk import act, claim_next, scheduled_lead, signed_in, stored, token_in
from tests.factories import NOON

SAID = {
    "first_name": "Ada",
    "last_name": "Example",
    "relation": "self",
    "diagnosis": "pleural",
    "cell_type": "unknown",
    "stage": "2",
    "treatment_status": "new",
    "zip": "77030",
    "state": "TX",
    "travel": "unsure",
    "language": "en",
    "voicemail": "no",
}


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ana(browser_client: FlaskClient) -> FlaskClient:
    """She has the call of one request, its mail accepted already."""
    signed_in(browser_client)
    lead_id = scheduled_lead()
    claim_next(browser_client)
    mailing = Mailing(lead_id=lead_id, step="guide", status="accepted", message_id="<1@desk.example>")
    mailing.due_at = mailing.created_at = NOON
    with transaction() as session:
        session.add(mailing)
    return browser_client


def rows(kind: type[Any], *where: Any) -> list[Any]:
    with transaction() as session:
        return list(session.scalars(select(kind).where(*where)))


def lead_now() -> Lead:
    found: Lead = rows(Lead)[0]
    return found


def where() -> str:
    (call,) = rows(Callback)
    return f"/console/callbacks/{call.id}/requests/{call.lead_id}"


def correct(client: FlaskClient, *, page: str | None = None, **changes: str) -> TestResponse:
    page = page or client.get(where()).text
    version = page.partition('name="version"')[2].partition('value="')[2].partition('"')[0]
    return client.post(where(), data={**SAID, "csrf_token": token_in(page), "version": version, **changes})


def tasks() -> set[str]:
    """What was recorded after the request itself was."""
    return {task.task for task in rows(OutboxTask, OutboxTask.event != "lead.submitted")}


def stop(phone: str) -> None:
    blind = phone_blind(phone)
    assert blind is not None
    with transaction() as session:
        suppressions.suppress(session, Channel.CALL, blind, reason="asked_to_stop", now=NOON)


def test_facts_are_corrected_and_doctors_looked_for_anew(ana: FlaskClient) -> None:
    changes = {"stage": "4", "language": "es", "veteran": "yes", "zip": "98101", "patient_first_name": "Bo"}
    answer = correct(ana, relation="partner", **changes)
    assert answer.status_code == 303
    lead, (call,) = lead_now(), rows(Callback)
    assert (lead.stage, lead.relation, lead.veteran, lead.version) == ("4", "partner", True, 2)
    assert (lead.state, lead.time_zones) == ("WA", ["America/Los_Angeles"])
    assert (call.urgency, sorted(call.needs)) == (1, ["spanish", "veterans"])
    assert "match_lead" in tasks()
    (noted,) = rows(AuditEntry, AuditEntry.action == "lead.facts_corrected")
    assert {"stage", "patient_first_name"} <= set(noted.detail["facts"])
    assert "Bo" not in str(noted.detail)
    page = ana.get(answer.headers["Location"]).text
    assert "What they told us is corrected." in page
    assert "10:00 am PST" in page


def test_need_goes_when_it_was_a_mistake(ana: FlaskClient) -> None:
    correct(ana, language="es", stage="4")
    correct(ana)
    (call,) = rows(Callback)
    assert (call.urgency, call.needs) == (0, [])


def test_nothing_changes_when_nothing_was_corrected(ana: FlaskClient) -> None:
    assert correct(ana).status_code == 303
    assert lead_now().version == 1
    assert tasks() == set()


def test_zone_that_they_say_is_certain(ana: FlaskClient) -> None:
    correct(ana, time_zone="America/New_York")
    assert (lead_now().time_zones, lead_now().time_zone_certain) == (["America/New_York"], True)


def test_second_correction_is_shown_both_and_overwrites_nothing_unseen(ana: FlaskClient) -> None:
    old = ana.get(where()).text
    correct(ana, stage="3", travel="anywhere")
    answer = correct(ana, page=old, stage="4")
    assert answer.status_code == 409
    assert "Somebody else corrected this request first" in answer.text
    assert answer.text.count("Saved meanwhile:") == 2
    assert lead_now().stage == "3"
    assert correct(ana, page=answer.text, stage="4").status_code == 303
    assert (lead_now().stage, lead_now().version) == ("4", 3)


def test_mistyped_phone_is_replaced_and_the_old_one_kept(ana: FlaskClient) -> None:
    assert "0123" not in ana.get(where()).text
    correct(ana, new_phone="555-010-0142")
    (contact,), (change,) = rows(Contact), rows(ContactChange)
    assert (contact.phone, contact.phone_blind) == ("+15550100142", phone_blind("+15550100142"))
    assert (change.field, change.old) == ("phone", "+15550100123")
    assert change.by.startswith("staff:")
    assert tasks() == {"link_duplicates"}
    assert "Before: +15550100123" in ana.get(where().partition("/requests")[0]).text


def test_mistyped_email_is_replaced_and_the_guide_goes_there(ana: FlaskClient) -> None:
    correct(ana, new_email="ada@right.example")
    assert [change.old for change in rows(ContactChange)] == ["ada@family.example"]
    assert {mailing.step: mailing.status for mailing in rows(Mailing)}["guide.2"] == "planned"
    correct(ana, new_email="ADA@right.example")
    assert len(rows(ContactChange)) == 1


def test_call_that_ended_at_a_wrong_number_is_owed_again(ana: FlaskClient) -> None:
    call_id = rows(Callback)[0].id
    act(ana, call_id, "start")
    act(ana, call_id, "save", outcome="wrong_number", then="stay")
    token = lead_now().status_token
    with transaction() as session:
        status_page.correct_contact(session, token, phone="+15550100142", now=NOON)
    assert [task.task for task in rows(OutboxTask, OutboxTask.event == "call.asked")] == ["schedule_callback"]


def test_number_that_said_stop_is_not_shown_after_a_correction(ana: FlaskClient) -> None:
    stop("+15550100142")
    call = where().partition("/requests")[0]
    act(ana, UUID(call.rpartition("/")[2]), "start")
    assert "tel:+15550100123" in ana.get(call).text
    correct(ana, new_phone="555-010-0142")
    page = ana.get(call).text
    assert "Do not ring this number." in page
    assert "0142" not in page
    assert "What came of the call?" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"first_name": ""}, "Type the first name."),
        ({"zip": "00000", "state": ""}, "We cannot find the ZIP code 00000."),
        ({"stage": "9"}, "stage"),
        ({"new_phone": "12"}, "phone"),
        ({"new_email": "ada at home"}, "email"),
        ({"csrf_token": "old"}, "open for a long time"),
    ],
)
def test_wrong_answer_is_named_and_nothing_is_lost(
    ana: FlaskClient, changes: dict[str, str], sentence: str
) -> None:
    answer = correct(ana, **{"patient_first_name": "Bo", **changes})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'value="Bo"' in answer.text
    assert (lead_now().version, rows(ContactChange)) == (1, [])


def test_notes_are_kept_when_facts_are_opened_from_the_call(ana: FlaskClient) -> None:
    call, lead = rows(Callback)[0].id, lead_now().id
    answer = act(ana, call, "save", notes="stage is four", then=f"correct:{lead}")
    assert answer.headers["Location"] == where()
    assert stored(Callback, call).notes == "stage is four"
    answer = act(ana, call, "save", then="correct:../../../sign-in")
    assert ana.get(answer.headers["Location"]).status_code == 404


def test_another_familys_request_and_another_advocate_are_refused(app: Flask, ana: FlaskClient) -> None:
    stranger = scheduled_lead(phone="+15550100188", email="bo@other.example")
    call = rows(Callback, Callback.status == "claimed")[0]
    address = f"/console/callbacks/{call.id}/requests/"
    assert ana.get(f"{address}{stranger}").status_code == 404
    ben = app.test_client()
    signed_in(ben, name="Ben")
    assert ben.get(f"{address}{call.lead_id}").status_code == 404
    token = token_in(ben.get("/console/").text)
    answer = ben.post(f"{address}{call.lead_id}", data={**SAID, "csrf_token": token, "stage": "4"})
    assert answer.status_code == 404
    assert stored(Lead, call.lead_id).stage == "2"


def test_typed_corrections_come_back_when_the_sign_in_ended(ana: FlaskClient) -> None:
    page = ana.get(where()).text
    ana.post("/console/sign-out", data={"csrf_token": token_in(page)})
    answer = correct(ana, page=page, stage="4")
    assert answer.status_code == 401
    assert "stage: 4" in answer.text
