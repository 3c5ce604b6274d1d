"""The reports: times of each stage, groups, funnel, outcomes; without spam and tests; as safe CSV."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from intake.db import transaction
from intake.models import AuditEntry, CallAttempt, Callback, Lead, MatchSet, RequestTimes, Staff
from intake.rules.calling_hours import OfficeHours
from intake.services import callbacks, claims, reports, request_times
from intake.services.reports import By, Days, Leg, Report, Split
from intake.services.staff import Role
from tests.desk import account, signed_in, stored, waiting_call
from tests.factories import NOON, stored_lead

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ALWAYS = OfficeHours.round_the_clock("America/Chicago")
TODAY = Days(date(2026, 11, 24), date(2026, 11, 24), "America/Chicago")


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def roll_up(now: datetime = NOON) -> int:
    with transaction() as session:
        return request_times.roll_up(session, ALWAYS, now=now)


def times(lead_id: UUID) -> RequestTimes:
    found: RequestTimes = stored(RequestTimes, lead_id)
    return found


def report(by: By = By.KIND, days: Days = TODAY, of: Leg = Leg.WAITED) -> Report:
    with transaction() as session:
        return reports.report(session, days, Split(of, by))


def request(number: int = 0, **changes: object) -> Callback:
    """Sent five minutes before noon, due at noon."""
    with transaction() as session:
        reach = {"phone": f"+1713555{number:04}", "email": f"family{number}@example.org"}
        return waiting_call(session, **{**reach, **changes})  # type: ignore[arg-type]


def queued(session: Session, lead_id: UUID, *, due_at: datetime) -> Callback:
    row = Callback(
        lead_id=lead_id, status="waiting", created_at=due_at, due_at=due_at, promise_by=due_at + 30 * MINUTE,
        due_because="as_asked", requested=True, version=1,
    )  # fmt: skip
    session.add(row)
    return row


def ring(callback: Callback, who: Staff, minutes: float, outcome: str | None = None) -> None:
    at = NOON + minutes * MINUTE
    with transaction() as session:
        claims.take(session, session.get_one(Callback, callback.id), who.id, now=at - 10 * SECOND)
    with transaction() as session:
        callbacks.start_call(session, callback.id, who.id, now=at)
    with transaction() as session:
        row = session.get_one(Callback, callback.id)
        (attempt,) = session.scalars(
            select(CallAttempt).where(CallAttempt.callback_id == callback.id, CallAttempt.started_at == at)
        )
        if outcome:
            attempt.outcome, attempt.ended_at = outcome, at + 5 * MINUTE
            callbacks.put_back(session, row, now=at + 5 * MINUTE)


def close(callback: Callback, minutes: float, outcome: str = "spoke") -> None:
    with transaction() as session:
        row = session.get_one(Callback, callback.id)
        row.status, row.closed_at, row.outcome = "done", NOON + minutes * MINUTE, outcome


def advocate(name: str = "Ana") -> Staff:
    with transaction() as session:
        return account(session, name=name)


def test_times_of_a_request_are_those_of_its_stages() -> None:
    callback, ana = request(), advocate()
    with transaction() as session:
        lead = session.get_one(Lead, callback.lead_id)
        lead.stored_at = lead.created_at + 0.05 * SECOND
        session.add(
            MatchSet(
                lead_id=lead.id, created_at=lead.created_at + 2 * SECOND, rule_version="1",
                directory_version=1, widened=False, excluded={},
            )
        )  # fmt: skip
    ring(callback, ana, 4, "no_answer")
    ring(callback, ana, 64, "spoke")
    roll_up(NOON + 2 * HOUR)
    found = times(callback.lead_id)
    assert (found.stored, found.matched, found.queued) == (0.05, 1.95, 0.0)
    assert (found.claimed, found.rung, found.spoken) == (230.0, 10.0, 3600.0)
    assert (found.waited, found.workable, found.heard) == (540.0, 240.0, 4140.0)
    assert (found.kept, found.staff_id, found.hour, found.source) == (True, ana.id, 11, "web")


def test_row_is_looked_at_again_until_it_settles_and_then_no_more() -> None:
    callback, ana = request(), advocate()
    assert roll_up() == 1
    assert roll_up() == 0
    ring(callback, ana, 4, "spoke")
    close(callback, 9)
    assert roll_up(NOON + 10 * MINUTE) == 1
    assert (times(callback.lead_id).outcome, times(callback.lead_id).settled) == ("spoke", False)
    with transaction() as session:
        session.add(
            MatchSet(
                lead_id=callback.lead_id, created_at=NOON, rule_version="1", directory_version=1,
                widened=False, excluded={},
            )
        )  # fmt: skip
    roll_up(NOON + HOUR)
    assert times(callback.lead_id).settled
    assert roll_up(NOON + 3 * HOUR) == 0


def test_ring_its_end_and_the_call_s_are_seen_at_once_however_old_the_request_is() -> None:
    callback, late = request(), NOON + 72 * HOUR
    roll_up(late)
    with transaction() as session:
        session.get_one(RequestTimes, callback.lead_id).look_at = NOON + 80 * HOUR
    ring(callback, advocate(), 72 * 60 + 1)
    roll_up(late + 2 * MINUTE)
    assert times(callback.lead_id).waited == (72 * 60 + 6) * 60
    with transaction() as session:
        attempt = session.scalars(select(CallAttempt)).one()
        attempt.outcome, attempt.ended_at = "spoke", late + 20 * MINUTE
    roll_up(late + 21 * MINUTE)
    assert times(callback.lead_id).heard == (72 * 60 + 6) * 60
    close(callback, 72 * 60 + 40)
    roll_up(late + 41 * MINUTE)
    assert times(callback.lead_id).outcome == "spoke"


def test_call_that_was_taken_into_another_has_that_one_s_times_and_not_earlier_tries() -> None:
    keeper, ana = request(1, due_at=NOON - 10 * MINUTE), advocate()
    ring(keeper, ana, -6, "no_answer")
    taken = request(2)
    with transaction() as session:
        row = session.get_one(Callback, taken.id)
        row.status, row.merged_into, row.closed_at = "cancelled", keeper.id, NOON
    ring(keeper, ana, 10, "spoke")
    roll_up(NOON + HOUR)
    assert times(taken.lead_id).waited == 15 * 60
    assert times(keeper.lead_id).waited == 9 * 60


def test_spam_and_tests_leave_every_figure_and_come_back_when_the_mark_was_wrong() -> None:
    kept, spam, ana = request(1), request(2), advocate()
    for callback in (kept, spam):
        ring(callback, ana, 4, "spoke")
    roll_up(NOON + HOUR)
    with transaction() as session:
        session.get_one(Lead, spam.lead_id).marked = "spam"
    roll_up(NOON + HOUR)
    found = report()
    assert (found.requests, found.legs[Leg.WAITED].count, found.outcomes) == (1, 1, [("spoke", 1)])
    assert [step.count for step in found.funnel] == [1, 0, 1, 1, 1, 1]
    with transaction() as session:
        session.get_one(Lead, spam.lead_id).marked = None
    roll_up(NOON + HOUR)
    assert report().requests == 2


def test_call_that_is_owed_again_takes_the_place_of_the_one_that_was_cancelled() -> None:
    callback, ana = request(), advocate()
    close(callback, 1, "cancelled")
    with transaction() as session:
        session.get_one(Callback, callback.id).status = "cancelled"
        session.get_one(Lead, callback.lead_id).marked = "spam"
    roll_up(NOON + HOUR)
    roll_up(NOON + 26 * HOUR)
    assert times(callback.lead_id).settled
    with transaction() as session:
        lead = session.get_one(Lead, callback.lead_id)
        lead.marked = None
        again = queued(session, lead.id, due_at=NOON + 26 * HOUR)
    ring(again, ana, 26 * 60 + 10, "spoke")
    roll_up(NOON + 27 * HOUR)
    assert times(callback.lead_id).waited == (26 * 60 + 15) * 60


def test_percentiles_are_those_of_the_days_asked_for() -> None:
    ana = advocate()
    for number in range(20):
        ring(request(number), ana, number + 1, "spoke")
    ring(request(99, due_at=NOON - timedelta(days=1)), ana, -24 * 60 + 500, "spoke")
    roll_up(NOON + HOUR)
    waited = report().legs[Leg.WAITED]
    assert waited.count == 20
    assert waited.percentiles == pytest.approx((15.5 * 60, 23.1 * 60, 24.05 * 60))
    both = Days(date(2026, 11, 23), date(2026, 11, 24), "America/Chicago")
    assert report(days=both).legs[Leg.WAITED].count == 21


def test_day_is_the_office_s_own_from_midnight_to_midnight() -> None:
    start, end = Days(date(2026, 11, 1), date(2026, 11, 1), "America/Chicago").bounds
    assert (start.isoformat(), end.isoformat()) == ("2026-11-01T00:00:00-05:00", "2026-11-02T00:00:00-06:00")


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (By.KIND, [("guide", 1), ("match", 2)]),
        (By.HOUR, [("11", 2), ("12", 1)]),
        (By.ADVOCATE, [("Ana", 1), ("Ben", 1)]),
        (By.SOURCE, [("hospital", 1), ("web", 2)]),
    ],
)
def test_requests_are_grouped_by_kind_hour_advocate_and_source(by: By, keys: list[tuple[str, int]]) -> None:
    ring(request(1), advocate("Ana"), 4, "spoke")
    ring(request(2, came_from="hospital"), advocate("Ben"), 40, "no_answer")
    with transaction() as session:
        stored_lead(session, kind="guide", call_day=None, phone=None, now=NOON)
    roll_up(NOON + HOUR)
    found = report(by).groups
    assert [(group.key, group.requests) for group in found] == keys
    assert sum(group.kept for group in found) == 1
    assert sum(group.promises for group in found) == 2


def test_new_requests_are_found_whatever_came_before_and_none_is_counted_twice() -> None:
    for hours in (50, 30, 2):
        with transaction() as session:
            stored_lead(session, now=NOON - hours * HOUR)
    assert roll_up() == 3
    with transaction() as session:
        stored_lead(session, now=NOON)
    assert roll_up() == 1
    with transaction() as session:
        assert len(session.scalars(select(RequestTimes)).all()) == 4


def test_every_stretch_can_be_seen_by_group() -> None:
    ring(request(), advocate(), 4, "spoke")
    roll_up(NOON + HOUR)
    for leg in Leg:
        found = report(By.ADVOCATE, of=leg)
        assert [group.times for group in found.groups] == [found.legs[leg]]


def test_request_that_is_being_erased_is_left_alone_and_holds_no_other_up() -> None:
    leaving, kept = request(1), request(2)
    with transaction() as erasing:
        erasing.get_one(Lead, leaving.lead_id, with_for_update=True)
        roll_up()
    assert times(leaving.lead_id) is None
    assert times(kept.lead_id).queued == 0


def test_page_shows_every_figure_with_its_days_their_clock_and_what_it_means(
    browser_client: FlaskClient,
) -> None:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    assert "No request came in these days." in browser_client.get("/console/reports").text
    ring(request(), advocate(), 4, "spoke")
    roll_up(NOON + HOUR)
    page = browser_client.get("/console/reports?days=7&by=advocate&of=claimed").text
    assert "Requests sent Nov 18 to Nov 24, 2026, Central Time; the last day is today." in page
    assert "What the family waited, nights and holidays included." in page
    assert "Due to taken, by advocate who rang first" in page
    assert "11 am" in browser_client.get("/console/reports?by=hour").text
    assert page.count("<table") == 4
    assert browser_client.get("/console/reports?days=1000000&by=shoe+size&of=luck").status_code == 200


def test_file_of_a_table_is_safe_to_open_and_in_the_record(browser_client: FlaskClient) -> None:
    sue = signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    ring(request(), advocate("=1+1"), 4, "spoke")
    roll_up(NOON + HOUR)
    answer = browser_client.get("/console/reports/groups.csv?days=7&by=advocate")
    header, row = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    found = dict(zip(header, row, strict=True))
    assert (found["Advocate who rang first"], found["Stretch"]) == ("'=1+1", "Sent to first ring")
    assert (found["Requests"], found["p50 seconds"]) == ("1", "540.0")
    assert (found["First day"], found["Last day"]) == ("2026-11-18", "2026-11-24")
    assert found["Time zone of the days"] == "America/Chicago"
    assert "waited-by-advocate-2026-11-18-to-2026-11-24.csv" in answer.headers["Content-Disposition"]
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "report.exported")).one()
    assert (entry.actor, entry.subject_id) == (f"staff:{sue.id}", "groups")


def test_every_table_has_a_file_and_nothing_else_has(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    answers = {
        table: browser_client.get(f"/console/reports/{table}.csv").status_code
        for table in ("times", "groups", "funnel", "outcomes", "reasons", "secrets")
    }
    assert answers.pop("secrets") == 404
    assert set(answers.values()) == {200}
