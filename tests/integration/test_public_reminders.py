"""Reminders of check-ups: asked for, changed and stopped by the family itself."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.forms.times import say_date
from intake.models import ConsentEvent, Contact, Lead, Mailing, SeriesRun
from intake.services import reminders, series, stops
from intake.services.leads import get_lead
from tests.factories import NOON, stored_lead
from tests.visitor import Visitor, problems

PHONE = "+15550100123"


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def path(browser_client: FlaskClient) -> str:
    """The proven page of a man in remission."""
    with transaction() as session:
        sent = stored_lead(session, treatment_status="full_remission")
        page = f"/s/{sent.status_token}"
    Visitor(browser_client).post(page, {"phone": PHONE})
    return page


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    return Visitor(browser_client)


def ask(
    visitor: Visitor, path: str, day: str = "2/11/2027", every: str = "3", consent: str = "y"
) -> TestResponse:
    return visitor.post(f"{path}/reminders", {"day": day, "every": every, "consent": consent})


def run() -> SeriesRun:
    with transaction() as session:
        return session.scalars(select(SeriesRun).where(SeriesRun.series == "reminders")).one()


def rows(*, beside: bool = False) -> dict[str, str]:
    """The reminders by key, or all mails with `beside`."""
    with transaction() as session:
        found = session.scalars(select(Mailing))
        return {row.step: row.status for row in found if beside or row.step.startswith("appointment")}


def test_page_offers_reminders_to_whoever_is_in_remission(visitor: Visitor, path: str) -> None:
    assert "Remind me of check-ups" in visitor.read(path)
    with transaction() as session:
        session.scalars(select(Lead)).one().treatment_status = "treatment"
    assert "Remind me of check-ups" not in visitor.read(path)


def test_reminders_are_planned_for_the_day_and_the_words_are_kept(visitor: Visitor, path: str) -> None:
    answer = ask(visitor, path)
    assert (answer.status_code, answer.location) == (303, f"{path}?saved=reminders")
    assert (run().appointment_on, run().every_months) == (date(2027, 2, 11), 3)
    assert rows() == {"appointment_soon.2027-02-11": "planned"}
    with transaction() as session:
        due = select(Mailing.due_at).where(Mailing.step.startswith("appointment"))
        assert session.scalars(due).one() == datetime(2027, 2, 4, 15, tzinfo=UTC)
        consent = session.scalars(select(ConsentEvent).where(ConsentEvent.purpose == "reminders")).one()
        assert (consent.channel, consent.given, consent.typed) == ("email", True, "ada@family.example")
    page = visitor.read(path)
    assert f"We remind you by email of the check-up on {say_date(date(2027, 2, 11))}." in page
    assert f"Coming on {say_date(date(2027, 2, 4))}." in page


def test_interval_alone_is_enough(visitor: Visitor, path: str) -> None:
    ask(visitor, path, day="", every="6")
    assert (run().appointment_on, run().every_months) == (date(2027, 5, 24), 6)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"day": "soon"}, "month, day and year"),
        ({"day": "1/2/2020"}, "has passed"),
        ({"day": "", "every": "0"}, "or choose how often"),
        ({"every": "9"}, ""),
        ({"consent": ""}, "Tick the box"),
    ],
)
def test_what_cannot_be_is_asked_again_with_what_was_typed(
    visitor: Visitor, path: str, fields: dict[str, str], said: str
) -> None:
    answer = ask(visitor, path, **fields)
    assert answer.status_code == 422
    assert said in str(problems(answer))
    assert rows() == {}
    if fields.get("day"):
        assert f'value="{fields["day"]}"' in answer.text


def test_day_that_is_moved_moves_its_reminders(visitor: Visitor, path: str) -> None:
    ask(visitor, path)
    ask(visitor, path, day="3/1/2027")
    assert rows() == {
        "appointment_soon.2027-02-11": "suppressed",
        "appointment_soon.2027-03-01": "planned",
    }
    ask(visitor, path)
    assert rows()["appointment_soon.2027-02-11"] == "planned"


def test_family_stops_the_reminders_and_nothing_else(visitor: Visitor, path: str) -> None:
    with transaction() as session:
        series.begin(session, session.scalars(select(Lead.id)).one(), now=NOON)
    ask(visitor, path)
    answer = visitor.post(f"{path}/reminders/stop", {}, page=f"{path}/reminders")
    assert answer.location == f"{path}?saved=no_reminders"
    assert rows(beside=True) == {"guide": "planned", "appointment_soon.2027-02-11": "suppressed"}
    assert "Remind me of check-ups" in visitor.read(path)
    with transaction() as session:
        assert reminders.turn_over(session, now=datetime(2028, 1, 1, tzinfo=UTC)) == 0
    ask(visitor, path)
    assert rows() == {"appointment_soon.2027-02-11": "planned"}


def test_next_check_up_follows_when_they_repeat(visitor: Visitor, path: str) -> None:
    ask(visitor, path)
    with transaction() as session:
        for days, moved in ((3, 0), (12, 1), (13, 0)):
            now = datetime(2027, 2, 11, 18, tzinfo=UTC) + timedelta(days=days)
            assert reminders.turn_over(session, now=now) == moved
    assert run().appointment_on == date(2027, 5, 11)
    assert rows()["appointment_soon.2027-05-11"] == "planned"


def test_single_check_up_is_the_end(visitor: Visitor, path: str) -> None:
    ask(visitor, path, every="0")
    with transaction() as session:
        assert reminders.turn_over(session, now=datetime(2028, 1, 1, tzinfo=UTC)) == 0


def test_page_is_closed_to_who_has_not_proven_the_number(visitor: Visitor, path: str, app: Flask) -> None:
    stranger = app.test_client()
    for url in (f"{path}/reminders", f"{path}/reminders/stop"):
        assert stranger.post(url).location == path
    assert stranger.get(f"{path}/reminders").location == path


def test_stop_of_all_mail_ends_the_reminders_too(visitor: Visitor, path: str) -> None:
    ask(visitor, path)
    with transaction() as session:
        lead = session.scalars(select(Lead)).one()
        series.end(session, get_lead(session, lead.id).id, "patient_died", now=NOON)
    assert set(rows().values()) == {"suppressed"}


def test_reminders_are_not_offered_where_they_would_not_come(visitor: Visitor, path: str) -> None:
    ask(visitor, path)
    with transaction() as session:
        blind = session.scalars(select(Contact.email_blind)).one()
        assert blind
        stops.stop_address(session, blind, reason="unsubscribed", now=NOON)
    assert "check-up on" not in visitor.read(path)
    assert visitor.client.get(f"{path}/reminders").status_code == 404
