"""The supervisor's board: the counts, both clocks, who is on what, giving calls, pausing people."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from intake.config import Settings
from intake.db import transaction
from intake.models import AuditEntry, CallAttempt, Callback, Lead, Staff, StaffPause, StaffSession
from intake.rules.calling_hours import OfficeHours
from intake.rules.promises import Crew
from intake.rules.rota import AbsenceReason, DaysAway, PauseReason
from intake.services import board, callbacks, claims, pauses, presence, rota
from intake.services.presence import Doing
from intake.services.staff import Role
from tests.desk import account, press, reference_of, said, signed_in, stored, waiting_call
from tests.factories import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALWAYS = OfficeHours.round_the_clock("America/Chicago")
WEEKDAYS = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
BOARD = "/console/board"


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def call(minutes_due: int, *, number: int = 0, **changes: object) -> Callback:
    with transaction() as session:
        due = NOON - minutes_due * MINUTE
        return waiting_call(session, due_at=due, phone=f"+1713555{number:04}", **changes)  # type: ignore[arg-type]


def found(office: OfficeHours = ALWAYS) -> board.Board:
    with transaction() as session:
        return board.board(session, office, now=NOON)


def colleague(name: str, *, here: bool = True) -> Staff:
    with transaction() as session:
        staff = account(session, name=name)
        if here:
            session.add(StaffSession(staff_id=staff.id, created_at=NOON - HOUR, seen_at=NOON - MINUTE))
        return staff


def take(callback: Callback, who: Staff, *, begun: bool = False) -> None:
    with transaction() as session:
        claims.take(session, session.get_one(Callback, callback.id), who.id, now=NOON - 10 * MINUTE)
    if begun:
        with transaction() as session:
            callbacks.start_call(session, callback.id, who.id, now=NOON - 7 * MINUTE)


def test_board_counts_what_waits_is_late_and_comes_later() -> None:
    late, due = call(90, number=1), call(5, number=2)
    call(-60, number=3)
    take(call(40, number=4), colleague("Ana"))
    seen = found()
    assert (seen.waiting, seen.overdue, seen.later) == (2, 2, 1)
    assert [row.callback.id for row in seen.rows] == [late.id, seen.rows[1].callback.id, due.id]
    assert seen.oldest is not None
    assert seen.oldest.callback.id == late.id
    assert seen.oldest.clocks.waited == 95 * MINUTE


def test_staff_s_clock_stands_still_while_the_office_was_closed() -> None:
    """Due since eight, and the office opened at ten: it is noon in Chicago."""
    call(4 * 60)
    office = OfficeHours.from_table({"zone": "America/Chicago", "tue": "10:00-17:00"})
    (row,) = found(office).rows
    assert (row.clocks.waited, row.clocks.workable) == (4 * HOUR + 5 * MINUTE, 2 * HOUR)


def test_wait_of_a_second_try_counts_from_its_own_hour() -> None:
    callback, ana = call(30), colleague("Ana")
    with transaction() as session:
        made = CallAttempt(
            callback_id=callback.id, lead_id=callback.lead_id, staff_id=ana.id, started_at=NOON - 5 * HOUR,
            ended_at=NOON - 5 * HOUR, outcome="no_answer", basis="open_request", rule_version="1",
        )  # fmt: skip
        session.add(made)
    (row,) = found().rows
    assert row.clocks.waited == 30 * MINUTE


def test_promise_is_kept_by_its_first_ring_in_time_and_broken_by_a_late_one() -> None:
    ana = colleague("Ana")
    take(call(10, number=1), ana, begun=True)
    take(call(50, number=2), colleague("Ben"), begun=True)
    with transaction() as session:
        again = session.scalars(select(CallAttempt).order_by(CallAttempt.started_at)).first()
        assert again is not None
        second = {name: getattr(again, name) for name in ("callback_id", "lead_id", "due_at", "promise_by")}
        session.add(
            CallAttempt(staff_id=ana.id, started_at=NOON, basis="open_request", rule_version="1", **second)
        )
    seen = found()
    assert (seen.kept, seen.broken) == (1, 1)
    with transaction() as session:
        session.get_one(Lead, stored(Callback, second["callback_id"]).lead_id).marked = "test"
    assert sum((found().kept, found().broken)) == 1


def doing() -> dict[str, Doing]:
    return {member.staff.name: member.doing for member in found().team}


def test_everybody_is_shown_with_what_she_does() -> None:
    ana, ben, dev = (colleague(name) for name in ("Ana", "Ben", "Dev"))
    colleague("Carla")
    eve, finn, grace = (colleague(name, here=False) for name in ("Eve", "Finn", "Grace"))
    take(call(20, number=1), ana, begun=True)
    take(call(20, number=2), ben)
    with transaction() as session:
        pauses.begin(session, dev.id, PauseReason.MEETING, by=dev.id, now=NOON - 18 * MINUTE)
        for shifted in (eve, grace):
            rota.set_shift(session, shifted.id, WEEKDAYS, by=eve.id, now=NOON)
        today = date(2026, 11, 24)
        days = DaysAway(staff_id=grace.id, first_day=today, last_day=today, reason=AbsenceReason.HOLIDAY)
        rota.add_absence(session, days, by=eve.id, now=NOON)
    assert doing() == {
        "Ana": Doing.ON_CALL,
        "Ben": Doing.HAS_CALL,
        "Carla": Doing.FREE,
        "Dev": Doing.PAUSED,
        "Eve": Doing.MISSING,
        "Grace": Doing.AWAY,
        "Finn": Doing.OFF,
    }
    assert presence.crew(found().team) == Crew(at_work=3, free=1)
    assert finn.name == "Finn"


def live(client: FlaskClient, seen: str = "") -> tuple[int, str, str]:
    answer = client.get(f"{BOARD}/live", query_string={"seen": seen})
    mark = re.search(r'name="seen" value="([^"]*)"', answer.text)
    return answer.status_code, unescape(answer.text), mark[1] if mark else ""


def test_open_board_is_sent_nothing_until_something_changes(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    callback = call(5)
    page = browser_client.get(BOARD).text
    mark = re.search(r'name="seen" value="([^"]*)"', page)
    assert mark
    assert live(browser_client, mark[1]) == (204, "", "")
    take(callback, colleague("Ana"))
    status, fragment, newer = live(browser_client, mark[1])
    assert status == 200
    assert newer not in ("", mark[1])
    assert f'href="/console/callbacks/{callback.id}"' in fragment
    assert "<form" not in fragment
    assert "<html" not in fragment


def test_looking_at_the_board_is_in_the_record_once_and_polling_is_not(browser_client: FlaskClient) -> None:
    sue = signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    browser_client.get(BOARD)
    live(browser_client)
    with transaction() as session:
        viewed = session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "board.viewed")).all()
    assert viewed == [f"staff:{sue.id}"]


def test_board_names_no_family(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    call(5)
    page = browser_client.get(BOARD).text
    assert "Ada" not in page
    assert "Pleural" not in page


def give(client: FlaskClient, callback_id: UUID, to: object) -> int:
    page = f"{BOARD}/calls/{callback_id}"
    return press(client, page, page, to=str(to)).status_code


def test_supervisor_gives_a_waiting_call_to_a_colleague_and_back_to_all(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    callback, ana = call(5), colleague("Ana")
    assert give(browser_client, callback.id, ana.id) == 303
    assert said(browser_client) == f"{reference_of(callback)} is given to Ana, with its notes."
    assert stored(Callback, callback.id).owner_id == ana.id
    assert give(browser_client, callback.id, "all") == 303
    assert stored(Callback, callback.id).owner_id is None


def test_supervisor_takes_a_call_from_one_who_has_not_begun_it(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    callback, ana, ben = call(5), colleague("Ana"), colleague("Ben")
    take(callback, ana)
    with transaction() as session:
        session.get_one(Callback, callback.id).notes = "Ask for the daughter."
    assert give(browser_client, callback.id, ben.id) == 303
    kept = stored(Callback, callback.id)
    assert (kept.status, kept.claimed_by, kept.owner_id) == ("waiting", None, ben.id)
    assert kept.notes == "Ask for the daughter."


@pytest.mark.parametrize("to", ["itself", "all"])
def test_call_under_way_is_not_taken_from_anybody(browser_client: FlaskClient, to: str) -> None:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    callback, ana = call(5), colleague("Ana")
    take(callback, ana, begun=True)
    page = f"{BOARD}/calls/{callback.id}"
    answer = press(browser_client, page, page, to=str(ana.id) if to == "itself" else to)
    assert answer.status_code == 409
    assert ("has this call already" if to == "itself" else "The call is under way.") in answer.text
    assert stored(Callback, callback.id).claimed_by == ana.id


def test_call_goes_to_nobody_unknown_and_a_closed_one_is_gone(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    callback = call(5)
    assert give(browser_client, callback.id, UUID(int=7)) == 409
    with transaction() as session:
        session.get_one(Callback, callback.id).status = "cancelled"
    assert browser_client.get(f"{BOARD}/calls/{callback.id}").status_code == 404


def test_supervisor_pauses_somebody_and_ends_it(browser_client: FlaskClient, settings: Settings) -> None:
    sue = signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    ana = colleague("Ana")
    page = f"{BOARD}/people/{ana.id}"
    assert press(browser_client, page, page).status_code == 400
    assert press(browser_client, page, page, reason="training").status_code == 303
    assert doing()["Ana"] is Doing.PAUSED
    assert "training" in browser_client.get(BOARD).text
    assert press(browser_client, page, page).status_code == 303
    with transaction() as session:
        (pause,) = session.scalars(select(StaffPause)).all()
    assert (pause.set_by, pause.ended_at) == (sue.id, NOON)
    assert browser_client.get(f"{BOARD}/people/{UUID(int=7)}").status_code == 404
