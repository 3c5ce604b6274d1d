"""Doctors are ticked on the call: the family's page marks them, and one mail leads there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.documents.content import Kind
from intake.models import AuditEntry, Callback, Doctor, Lead, Mailing, Match, MatchSet, OutboxTask
from intake.rules.series import SERIES
from intake.rules.series_plan import Fate, fate_of
from intake.services import doctor_list, documents, series, status_page
from intake.services.choices import chosen_of, off_list
from intake.services.series_cases import family_of
from intake.views.public import visit
from tests.desk import act, claim_next, signed_in, stored, stored_call, token_in
from tests.directory import stored_doctor
from tests.factories import NOON


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def listed(lead_id: UUID, *, count: int = 3) -> list[Match]:
    """A list of doctors for a lead, as the matching stores one; it takes the place of the one before."""
    doctors = [stored_doctor(last_name=f"Example{number}") for number in range(count)]
    run = MatchSet(lead_id=lead_id, created_at=NOON, rule_version="1", directory_version=1, widened=False)
    run.excluded, run.current = {}, True
    with transaction() as session:
        session.execute(update(MatchSet).where(MatchSet.lead_id == lead_id).values(current=False))
        session.add(run)
        session.flush()
        made = [
            Match(match_set_id=run.id, rank=rank, doctor_id=doctor.id, score=1.0, parts={}, reasons=[])
            for rank, doctor in enumerate(doctors, 1)
        ]
        session.add_all(made)
    return made


@pytest.fixture
def held(browser_client: FlaskClient) -> Callback:
    """Ana is signed in and has a call."""
    signed_in(browser_client)
    call = stored_call()
    claim_next(browser_client)
    return call


def send(client: FlaskClient, call: Callback, *matches: Match, **fields: str) -> TestResponse:
    ticked: dict[str, Any] = {"doctor": [str(match.id) for match in matches]}
    return act(client, call.id, f"requests/{call.lead_id}/doctors", **ticked, **fields)


def mails() -> dict[str, str]:
    with transaction() as session:
        rows = session.execute(select(Mailing.step, Mailing.status)).all()
    return {step: status for step, status in rows if step.startswith("chosen")}


def chosen(call: Callback) -> frozenset[UUID]:
    with transaction() as session:
        return chosen_of(session, call.lead_id)


def test_ticked_doctors_are_marked_and_a_mail_leads_to_them_at_once(
    browser_client: FlaskClient, held: Callback
) -> None:
    first, second, third = listed(held.lead_id)
    answer = send(browser_client, held, first, third, notes="likes the first")
    assert answer.headers["Location"] == f"/console/callbacks/{held.id}"
    page = browser_client.get(answer.headers["Location"]).text
    assert "The doctors are marked on their page. A mail leads them there." in page
    assert page.count('name="doctor"') == 3
    assert [f'value="{match.id}" checked' in page for match in (first, second, third)] == [True, False, True]
    assert stored(Callback, held.id).notes == "likes the first"
    assert mails() == {"chosen": "planned"}
    with transaction() as session:
        case = family_of(session, held.lead_id).case
        assert fate_of(SERIES, case, "chosen", NOON) == (Fate.SEND, "planned", NOON)
        due = session.scalars(select(OutboxTask.due_at).where(OutboxTask.task == "send_mailing"))
        assert NOON in list(due)
        (noted,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "doctors.chosen"))
    assert noted.detail["doctors"] == [str(first.doctor_id), str(third.doctor_id)]


def test_family_reads_which_doctors_it_spoke_about(browser_client: FlaskClient, held: Callback) -> None:
    first, *_ = listed(held.lead_id)
    send(browser_client, held, first)
    with transaction() as session:
        page = status_page.open_page(session, session.get_one(Lead, held.lead_id).status_token, now=NOON)
        assert page is not None
        assert page.match_set is not None
        words = doctor_list.relation_words(page.lead)
        entries = doctor_list.entries(page.match_set.matches, {}, words, chosen=page.chosen)
    assert [entry.chosen for entry in entries] == [True, False, False]


def test_same_choice_again_is_no_second_mail_and_another_choice_is(
    browser_client: FlaskClient, held: Callback
) -> None:
    first, second, _ = listed(held.lead_id)
    for _ in range(2):
        send(browser_client, held, first)
    send(browser_client, held, first, second)
    assert mails() == {"chosen": "planned"}
    with transaction() as session:
        session.execute(update(Mailing).where(Mailing.step == "chosen").values(status="accepted"))
    send(browser_client, held, first, second)
    assert mails() == {"chosen": "accepted"}
    send(browser_client, held, second)
    assert mails() == {"chosen": "accepted", "chosen.2": "planned"}
    assert chosen(held) == {second.doctor_id}
    with transaction() as session:
        series.plan(session, [held.lead_id], now=NOON + timedelta(days=3))
    assert mails() == {"chosen": "accepted", "chosen.2": "planned"}


def test_choice_is_known_when_the_list_is_made_anew(browser_client: FlaskClient, held: Callback) -> None:
    first, *_ = listed(held.lead_id)
    send(browser_client, held, first)
    listed(held.lead_id)
    assert chosen(held) == {first.doctor_id}


def test_doctor_that_a_new_list_lacks_stays_first_on_page_and_paper(
    browser_client: FlaskClient, held: Callback, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = listed(held.lead_id)
    send(browser_client, held, first)
    listed(held.lead_id)
    monkeypatch.setattr(visit, "is_proven", lambda token: True)
    with transaction() as session:
        lead = session.get_one(Lead, held.lead_id)
        page = status_page.open_page(session, lead.status_token, now=NOON)
        assert page is not None
        assert [match.doctor_id for match in page.proposed][-1] == first.doctor_id
        entries = doctor_list.doctors_of(session, page.lead)
        wanted = documents.for_lead(session, page.lead, Kind.DOCTORS)
    assert [(entry.chosen, entry.off_list) for entry in entries] == [(True, True), *[(False, False)] * 3]
    assert wanted.doctors == entries
    shown = browser_client.get(f"/s/{lead.status_token}").text
    assert shown.count("Our newest list does not name this doctor") == 1


def test_doctor_off_the_list_stays_chosen_when_ticked_and_goes_when_not(
    browser_client: FlaskClient, held: Callback
) -> None:
    first, *_ = listed(held.lead_id)
    send(browser_client, held, first)
    second, *_ = listed(held.lead_id)
    page = browser_client.get(f"/console/callbacks/{held.id}").text
    assert "Chosen before, not on this list" in page
    assert f'value="{first.id}" checked' in page
    send(browser_client, held, first, second)
    assert chosen(held) == {first.doctor_id, second.doctor_id}
    send(browser_client, held, second)
    assert chosen(held) == {second.doctor_id}
    assert "Chosen before" not in browser_client.get(f"/console/callbacks/{held.id}").text


def test_nobody_is_sent_to_a_chosen_doctor_who_practises_no_more(
    browser_client: FlaskClient, held: Callback
) -> None:
    first, *_ = listed(held.lead_id)
    send(browser_client, held, first)
    listed(held.lead_id)
    with transaction() as session:
        session.get_one(Doctor, first.doctor_id).deactivated_on = NOON.date()
        assert off_list(session, held.lead_id) == []


def test_no_mail_goes_to_who_did_not_agree_and_staff_are_told_why(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    call = stored_call(consents=())
    claim_next(browser_client)
    first, *_ = listed(call.lead_id)
    answer = send(browser_client, call, first)
    assert "No mail goes: they did not agree to it." in browser_client.get(answer.headers["Location"]).text
    assert (mails(), chosen(call)) == ({}, frozenset({first.doctor_id}))


def test_nothing_is_sent_when_nothing_or_a_strangers_list_is_ticked(
    browser_client: FlaskClient, held: Callback
) -> None:
    listed(held.lead_id)
    theirs = listed(stored_call(phone="+15550100188", email=None).lead_id)
    for ticked in ((), theirs):
        answer = send(browser_client, held, *ticked, notes="typed")
        assert answer.status_code == 400
        assert "Tick the doctors that you spoke about." in answer.text
        assert "typed" in answer.text
    assert (mails(), chosen(held)) == ({}, frozenset())


def test_colleague_without_the_call_sends_nothing(app: Flask, held: Callback) -> None:
    first, *_ = listed(held.lead_id)
    ben = app.test_client()
    signed_in(ben, name="Ben")
    fields = {"csrf_token": token_in(ben.get("/console/").text), "doctor": str(first.id), "notes": "mine"}
    answer = ben.post(f"/console/callbacks/{held.id}/requests/{held.lead_id}/doctors", data=fields)
    assert answer.status_code == 409
    assert "mine" in answer.text
    assert (mails(), chosen(held)) == ({}, frozenset())
