"""Shifts, days away and pauses: who is there, who stands in, and what becomes of calls promised in person."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.errors import BadInput
from intake.models import AuditEntry, CallAttempt, Callback, Staff, StaffAbsence, StaffPause, StaffShift
from intake.rules.rota import AbsenceReason, DaysAway, PauseReason
from intake.services import claims, cover, owners, pauses, presence, rota, staff
from intake.services.skills import skills_of
from intake.services.staff import Role
from tests.desk import account, press, signed_in, stored, waiting_call
from tests.factories import NOON

TODAY = date(2026, 11, 24)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ZONE = "America/Chicago"


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def people(*names: str) -> list[Staff]:
    with transaction() as session:
        return [account(session, name=name) for name in names]


def promised(owner: Staff, due_at: datetime) -> UUID:
    with transaction() as session:
        callback = waiting_call(session, due_at=due_at)
        owners.promise(callback, owner.id, now=NOON)
        return callback.id


def away(who: Staff, first: date, last: date, cover_id: UUID | None = None) -> None:
    with transaction() as session:
        days = DaysAway(
            staff_id=who.id, first_day=first, last_day=last, reason=AbsenceReason.ILL, cover_id=cover_id
        )
        rota.add_absence(session, days, by=who.id, now=NOON)


def covered() -> int:
    with transaction() as session:
        return cover.cover_all(session, ZONE, now=NOON)


def owner_of(callback_id: UUID) -> UUID | None:
    found: UUID | None = stored(Callback, callback_id).owner_id
    return found


def test_calls_in_person_of_the_absent_go_to_who_stands_in_and_those_of_other_days_stay() -> None:
    ana, ben = people("Ana", "Ben")
    during, after = promised(ana, NOON + DAY), promised(ana, NOON + 4 * DAY)
    away(ana, TODAY + DAY, TODAY + 2 * DAY, ben.id)
    assert covered() == 1
    assert (owner_of(during), owner_of(after)) == (ben.id, ana.id)
    assert covered() == 0


def test_calls_in_person_go_to_all_when_nobody_stands_in_or_the_cover_fell_ill_too() -> None:
    ana, ben = people("Ana", "Ben")
    first, second = promised(ana, NOON + DAY), promised(ana, NOON + 2 * DAY)
    away(ana, TODAY + DAY, TODAY + 2 * DAY, ben.id)
    away(ben, TODAY + 2 * DAY, TODAY + 2 * DAY)
    covered()
    assert (owner_of(first), owner_of(second)) == (ben.id, None)


def test_call_that_is_due_already_is_handed_on_when_its_owner_is_away_today() -> None:
    ana, ben = people("Ana", "Ben")
    late = promised(ana, NOON - 5 * MINUTE)
    away(ana, TODAY, TODAY, ben.id)
    covered()
    assert owner_of(late) == ben.id


def test_everything_of_a_closed_account_is_there_for_all_with_its_notes() -> None:
    (ana,) = people("Ana")
    mine = promised(ana, NOON + DAY)
    with transaction() as session:
        held = waiting_call(session, phone="+17135550111")
        claims.take(session, held, ana.id, now=NOON)
        held.notes = "Called, will ring back."
    with transaction() as session:
        staff.disable(session, session.get_one(Staff, ana.id), now=NOON)
    assert covered() == 2
    assert owner_of(mine) is None
    found = stored(Callback, held.id)
    assert (found.status, found.claimed_by, found.notes) == ("waiting", None, "Called, will ring back.")


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (TODAY, TODAY - DAY, "The last day away is before the first one."),
        (TODAY, TODAY, "Ben is away too on some of these days."),
    ],
)
def test_days_away_that_cannot_be_are_refused(first: date, last: date, told: str) -> None:
    ana, ben = people("Ana", "Ben")
    away(ben, TODAY - DAY, TODAY)
    with pytest.raises(BadInput, match=told):
        away(ana, first, last, ben.id)


def test_nobody_stands_in_for_herself_and_no_admin_makes_calls() -> None:
    (ana,) = people("Ana")
    with transaction() as session:
        ada = account(session, Role.ADMIN, name="Ada")
    for cover_id in (ana.id, ada.id):
        with pytest.raises(BadInput, match="Choose a colleague who makes calls"):
            away(ana, TODAY, TODAY, cover_id)


def test_claiming_ends_a_pause_and_a_pause_begun_twice_is_one() -> None:
    (ana,) = people("Ana")
    with transaction() as session:
        waiting_call(session)
        for reason in (PauseReason.MEETING, PauseReason.BREAK):
            pauses.begin(session, ana.id, reason, by=ana.id, now=NOON)
    with transaction() as session:
        assert claims.claim_next(session, ana, now=NOON + 5 * MINUTE) is not None
    with transaction() as session:
        (pause,) = session.scalars(select(StaffPause)).all()
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("pause.%"))).all()
    assert (pause.reason, pause.ended_at) == ("meeting", NOON + 5 * MINUTE)
    assert actions == ["pause.begun", "pause.ended"]


def hard_calls(who: Staff, *minutes_ago: int) -> None:
    with transaction() as session:
        for minutes in minutes_ago:
            callback = waiting_call(session, phone=f"+1713555{minutes:04}")
            at = NOON - minutes * MINUTE
            made = CallAttempt(
                callback_id=callback.id, lead_id=callback.lead_id, staff_id=who.id, started_at=at - MINUTE,
                ended_at=at, outcome="distressed", basis="open_request", rule_version="1",
            )  # fmt: skip
            session.add(made)


def test_queue_suggests_a_break_after_two_hard_calls_and_no_more_after_it(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    ana = signed_in(browser_client)
    hard_calls(ana, 10)
    assert "hard calls in a row" not in browser_client.get("/console/").text
    hard_calls(ana, 40)
    assert "You have 2 hard calls in a row behind you." in browser_client.get("/console/").text
    press(browser_client, "/console/", "/console/break", reason="after_hard_calls")
    assert "You are on a break." in browser_client.get("/console/").text
    noon.move_to(NOON + 11 * MINUTE)
    press(browser_client, "/console/", "/console/break/end")
    page = browser_client.get("/console/").text
    assert "hard calls in a row" not in page
    assert "You are on a break." not in page


def test_break_of_an_unknown_kind_is_none(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    press(browser_client, "/console/", "/console/break", reason="for ever")
    with transaction() as session:
        assert presence.my_day(session, UUID(int=0), now=NOON).pause is None
        assert session.scalars(select(StaffPause)).all() == []


def test_supervisor_keeps_skills_shift_and_days_away_on_one_page(browser_client: FlaskClient) -> None:
    sue = signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    ana, ben = people("Ana", "Ben")
    call = promised(ana, NOON + DAY)
    page = f"/console/team/{ana.id}"
    press(browser_client, page, f"{page}/skills", skills=["spanish", "veterans"])
    press(browser_client, page, f"{page}/shift", mon="9-5", tue="9-12, 1-5 pm")
    answer = press(
        browser_client, page, f"{page}/absences", first_day="2026-11-25", reason="holiday", cover=str(ben.id)
    )
    assert answer.status_code == 303
    with transaction() as session:
        assert skills_of(session, ana.id) == {"spanish", "veterans"}
        (row,) = session.scalars(select(StaffAbsence)).all()
        actors = set(session.scalars(select(AuditEntry.actor).where(AuditEntry.action.like("staff.s%_set"))))
    assert stored(StaffShift, ana.id).week["tue"] == ["09:00-12:00", "13:00-17:00"]
    assert (row.first_day, row.last_day) == (date(2026, 11, 25), date(2026, 11, 25))
    assert actors == {f"staff:{sue.id}"}
    assert owner_of(call) == ben.id
    shown = browser_client.get("/console/team").text
    assert "Wed Nov 25, holiday" in shown
    assert "(Ben stands in)" in shown
    assert "09:00-12:00, 13:00-17:00" in shown
    press(browser_client, page, f"{page}/absences/{row.id}/drop")
    assert "None noted." in browser_client.get(page).text


@pytest.mark.parametrize(
    ("to", "fields", "told"),
    [
        ("skills", {"skills": "magic"}, "Choose from the list for the skills."),
        ("shift", {"mon": "whenever"}, "cannot be read as hours"),
        ("absences", {"first_day": "", "reason": "ill"}, "Enter the first day."),
        (
            "absences",
            {"first_day": "2026-11-25", "reason": "bored"},
            "Choose one of the answers for the reason",
        ),
        (
            "absences",
            {"first_day": "2026-11-25", "last_day": "2026-11-20", "reason": "ill"},
            "before the first",
        ),
    ],
)
def test_answer_about_a_colleague_that_cannot_be_used_is_said_and_kept(
    browser_client: FlaskClient, to: str, fields: dict[str, str], told: str
) -> None:
    signed_in(browser_client, Role.ADMIN, name="Ada")
    (ana,) = people("Ana")
    page = f"/console/team/{ana.id}"
    answer = press(browser_client, page, f"{page}/{to}", **fields)
    assert answer.status_code in (400, 409)
    assert told in answer.text
    typed = [value for value in fields.values() if value in ("whenever", "2026-11-20")]
    assert all(f'value="{value}"' in answer.text for value in typed)


def test_admins_make_no_calls_and_have_no_page(browser_client: FlaskClient) -> None:
    ada = signed_in(browser_client, Role.ADMIN, name="Ada")
    assert browser_client.get(f"/console/team/{ada.id}").status_code == 404
