"""A family moves its call, takes it off the list, asks for one again, or puts it in its calendar."""

import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intake.config import Settings
from intake.db import transaction
from intake.errors import BadInput
from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.work import OutboxTask
from intake.rules.statuses import CallbackStatus
from intake.services import call_changes
from tests.visitor import Visitor, problems, text_of
from workers.callbacks.schedule import schedule_callback


@pytest.fixture
def visitor(browser_client: FlaskClient, settings: Settings) -> Visitor:
    """Has sent a request for a call in the morning, and its call is in the queue."""
    visitor = Visitor(browser_client)
    visitor.answer_all(place={"zip_code": "10001"})
    visitor.send()
    _schedule()
    return visitor


def _schedule() -> None:
    with transaction() as session:
        for lead_id in session.scalars(select(Lead.id)):
            schedule_callback(session, lead_id, datetime.now(UTC))


def _call() -> Callback:
    with transaction() as session:
        return session.scalars(select(Callback).order_by(Callback.created_at.desc()).limit(1)).one()


def _in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def _move(visitor: Visitor, **fields: str) -> str:
    page = f"{visitor.status_path()}/call"
    sent = visitor.post(page, fields)
    return sent.location or text_of(sent)


def test_a_call_moves_to_the_day_and_hour_that_are_asked_for(visitor: Visitor) -> None:
    before = _call()
    day = _in_days(5)
    assert _move(visitor, call_day="on_date", call_date=day, day_part="afternoon").endswith("saved=call")
    after = _call()
    assert after.id == before.id
    assert after.due_at.date().isoformat() == day
    assert after.version > before.version
    assert "Your call is changed." in visitor.read(f"{visitor.status_path()}?saved=call")


def test_a_day_without_a_choice_is_asked_for_and_nothing_moves(visitor: Visitor) -> None:
    before = _call()
    page = _move(visitor, call_day="on_date")
    assert "Choose the day" in page
    assert _call().due_at == before.due_at


def test_looking_at_the_page_changes_nothing(visitor: Visitor) -> None:
    before = _call()
    visitor.read(f"{visitor.status_path()}/call")
    assert (_call().version, _call().due_at) == (before.version, before.due_at)


def test_a_call_that_is_called_off_is_owed_to_nobody_and_may_be_asked_for_again(visitor: Visitor) -> None:
    page = f"{visitor.status_path()}/call"
    assert visitor.post(f"{page}/off", {}, page=page).location.endswith("saved=no_call")
    assert _call().status == CallbackStatus.CANCELLED
    status = visitor.read(visitor.status_path())
    assert "No call is planned." in status
    assert "Ask for a call" in status
    assert _move(visitor, call_day="next_free").endswith("saved=call")
    with transaction() as session:
        asked = session.scalars(select(OutboxTask.task).where(OutboxTask.state == "due")).all()
        assert asked.count("schedule_callback") == 2
    _schedule()
    assert _call().status == CallbackStatus.WAITING


def test_a_call_that_a_nurse_has_before_her_cannot_be_changed(visitor: Visitor) -> None:
    with transaction() as session:
        call = session.scalars(select(Callback)).one()
        call.status, call.claimed_until = CallbackStatus.CLAIMED, datetime.now(UTC) + timedelta(minutes=9)
    path = visitor.status_path()
    assert "Change my call" not in visitor.read(path)
    late = visitor.client.post(f"{path}/call", data={"call_day": "next_free"})
    assert late.location.endswith("saved=too_late")
    assert "Please call us." in visitor.read(f"{path}?saved=too_late")


def test_the_calendar_file_says_when_and_not_what_about(visitor: Visitor) -> None:
    assert _move(visitor, call_day="on_date", call_date=_in_days(3), day_part="morning")
    path = visitor.status_path()
    answer = visitor.client.get(f"{path}/call.ics")
    assert answer.mimetype == "text/calendar"
    event = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")[0]
    call = _call()
    assert event.decoded("dtstart") == call.due_at
    assert event.decoded("dtend") == call.promise_by
    assert not re.search("mesothelioma|cancer|doctor|famil", answer.text, re.IGNORECASE)


@pytest.mark.parametrize("path", ["call", "call.ics"])
def test_nothing_is_shown_or_changed_without_the_phone_number(visitor: Visitor, path: str) -> None:
    address = f"{visitor.status_path()}/{path}"
    stranger = visitor.client.application.test_client()
    assert stranger.get(address).status_code == 303
    assert stranger.post(address, data={"call_day": "next_free"}).status_code in (303, 405)
    assert _call().version == 1


def test_no_hour_of_the_office_is_said_beside_the_field(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> None:
        raise BadInput("the office is closed")

    before = _call()
    monkeypatch.setattr(call_changes, "next_call", closed)
    sent = visitor.post(f"{visitor.status_path()}/call", {"call_day": "next_free"})
    assert "Choose another one" in problems(sent)
    assert _call().due_at == before.due_at
