"""The office's own calendar: start values from the file, then what the console stores decides."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from intake.config import Settings
from intake.db import transaction
from intake.models import AuditEntry, Callback, OfficeDay, OutboxTask
from intake.organisation import Organisation
from intake.services import office
from intake.services.leads import Submitted
from intake.services.office import Editor
from intake.services.staff import Role
from tests.desk import account, signed_in, stored, token_in, waiting_call
from tests.factories import NOON, stored_lead
from workers.callbacks.replan import replan_calls
from workers.callbacks.schedule import schedule_callback

CHICAGO = ZoneInfo("America/Chicago")
PAGE = "/console/calendar"
WEEK = {"zone": "America/Chicago", "promise_minutes": "45", "mon": "9-12, 1-5 pm", "tue": "09:00-17:00"}


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def post(client: FlaskClient, to: str, *, page: str = "", **fields: str) -> TestResponse:
    page = page or client.get(PAGE).text
    version = page.split('name="version" value="')[1].split('"')[0]
    return client.post(f"{PAGE}/{to}", data={"csrf_token": token_in(page), "version": version, **fields})


def in_force(settings: Settings) -> Organisation:
    with transaction() as session:
        return office.current(session, settings.organisation)


def chicago(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date(2026, 11, day), time(hour, minute), CHICAGO).astimezone(UTC)


def test_file_decides_until_a_week_is_saved(browser_client: FlaskClient, settings: Settings) -> None:
    assert in_force(settings) is settings.organisation
    signed_in(browser_client, Role.SUPERVISOR)
    assert "start values from the organisation" in browser_client.get(PAGE).text
    assert post(browser_client, "week", **WEEK).status_code == 303
    found = in_force(settings)
    assert found.promise_minutes == 45
    assert found.office.hours_of(date(2026, 11, 23)) == ((540, 720), (780, 1020))
    assert found.office.hours_of(date(2026, 11, 25)) == ()
    page = browser_client.get(PAGE).text
    assert "by Ana" in page
    assert 'value="09:00-12:00, 13:00-17:00"' in page


def test_holidays_of_the_file_are_kept_when_the_first_day_is_added(settings: Settings) -> None:
    closed = replace(settings.organisation.office, special={date(2026, 12, 25): ()})
    with transaction() as session:
        editor = Editor(account(session, Role.ADMIN), 0)
        start = replace(settings.organisation, office=closed)
        office.set_days(session, editor, start, {date(2026, 12, 24): ("Eve", ["09:00-12:00"])}, now=NOON)
    hours = in_force(settings).office
    assert hours.hours_of(date(2026, 12, 25)) == ()
    assert hours.hours_of(date(2026, 12, 24)) == ((540, 720),)
    assert hours.hours_of(date(2026, 12, 23)) == ((0, 1440),)


def test_every_change_is_in_the_record(browser_client: FlaskClient) -> None:
    ana = signed_in(browser_client, Role.ADMIN)
    post(browser_client, "days", day="2026-12-24", name="Christmas Eve", hours="9-12")
    post(browser_client, "federal", year="2026")
    post(browser_client, f"days/{date(2026, 12, 24).toordinal()}/drop")
    with transaction() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "office")).all()
        days = {row.day: row.name for row in session.scalars(select(OfficeDay))}
    assert [entry.action for entry in entries] == ["office.days_set", "office.days_set", "office.day_dropped"]
    assert {entry.actor for entry in entries} == {f"staff:{ana.id}"}
    assert days[date(2026, 11, 26)] == "Thanksgiving Day"
    assert days[date(2026, 7, 3)] == "Independence Day (observed)"
    assert date(2026, 12, 24) not in days


def test_federal_holidays_leave_a_day_that_has_hours_of_its_own(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    post(browser_client, "days", day="2026-11-11", name="Veterans Day, lines open", hours="9-12")
    post(browser_client, "federal", year="2026")
    assert stored(OfficeDay, date(2026, 11, 11)).hours == ["09:00-12:00"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("to", "fields", "told"),
    [
        ("week", {**WEEK, "mon": "9-25"}, "hours run backwards"),
        ("week", {**WEEK, "promise_minutes": "soon"}, "whole minutes from 5 to 1440"),
        ("week", {**WEEK, "zone": "Mars/Olympus"}, "Choose one of the answers for time zone"),
        ("week", {**WEEK, "mon": "", "tue": "closed"}, "The office would never be open."),
        ("days", {"day": "24 December", "name": "Eve"}, "Write the day as year-month-day"),
        ("days", {"day": "2026-12-24", "name": ""}, "Say what day it is."),
        ("days", {"day": "2026-12-24", "name": "Eve", "hours": "late"}, "cannot be read as hours"),
        ("federal", {"year": "1999"}, "Choose one of the years that the page offers."),
    ],
)
def test_answer_that_cannot_be_used_is_said_and_kept(
    browser_client: FlaskClient, settings: Settings, to: str, fields: dict[str, str], told: str
) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    answer = post(browser_client, to, **fields)
    assert answer.status_code in (400, 409)
    assert told in answer.text
    assert all(f'value="{typed}"' in answer.text for typed in fields.values() if typed in ("9-25", "late"))
    assert in_force(settings) is settings.organisation


def test_second_of_two_editors_is_stopped_and_what_she_typed_is_kept(
    browser_client: FlaskClient, settings: Settings
) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    old_page = browser_client.get(PAGE).text
    assert post(browser_client, "week", **WEEK).status_code == 303
    answer = post(browser_client, "week", page=old_page, **{**WEEK, "mon": "7-9"})
    assert answer.status_code == 409
    assert "Somebody changed the calendar after you opened the page." in answer.text
    assert 'value="7-9"' in answer.text
    assert in_force(settings).office.hours_of(date(2026, 11, 23)) == ((540, 720), (780, 1020))
    assert post(browser_client, "week", page=answer.text, **{**WEEK, "mon": "7-9"}).status_code == 303


def close(settings: Settings, *days: date) -> None:
    with transaction() as session:
        editor = Editor(account(session, Role.SUPERVISOR, name=f"Sue{days[0]}"), office.version(session))
        closed = dict.fromkeys(days, ("Closed", ()))
        office.set_days(session, editor, settings.organisation, closed, now=NOON)


def test_new_call_is_planned_by_the_stored_calendar(settings: Settings) -> None:
    close(settings, date(2026, 11, 24), date(2026, 11, 25))
    with transaction() as session:
        sent: Submitted = stored_lead(session)
        schedule_callback(session, sent.lead_id, NOON)
    with transaction() as session:
        callback = session.scalars(select(Callback)).one()
    assert callback.due_at == chicago(26, 8)
    assert callback.due_because == "office_closed"


@pytest.mark.parametrize(
    ("due_at", "promised", "moved_to"),
    [
        (chicago(25, 14), timedelta(minutes=30), chicago(26, 14)),
        (chicago(25, 8), timedelta(hours=4), chicago(26, 8)),
        (chicago(26, 14), timedelta(minutes=30), chicago(26, 14)),
        (chicago(24, 10), timedelta(minutes=30), chicago(24, 10)),
    ],
    ids=["agreed hour", "a morning", "an open day", "due already"],
)
def test_planned_call_moves_to_the_same_time_of_an_open_day_when_its_own_is_closed(
    settings: Settings, due_at: datetime, promised: timedelta, moved_to: datetime
) -> None:
    with transaction() as session:
        callback = waiting_call(session, due_at=due_at)
        callback.promise_by = due_at + promised
    close(settings, date(2026, 11, 25))
    for _ in range(2):
        with transaction() as session:
            (task, *_) = session.scalars(select(OutboxTask).where(OutboxTask.task == "replan_calls"))
            replan_calls(session, task.subject_id, NOON)
    found = stored(Callback, callback.id)
    assert (found.due_at, found.promise_by - found.due_at) == (moved_to, promised)
