"""The series of real rows: only the next step waits, and whatever happens is decided anew."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from intake.db import transaction
from intake.models import CallAttempt, Lead, Mailing, OutboxTask, SeriesRun
from intake.rules.outcomes import OUTCOMES
from intake.rules.series import SERIES
from intake.services import call_effects, families, series, status_page
from intake.services.leads import get_lead
from intake.services.stop_links import stop_token
from intake.services.stops import stop_by_link
from tests.desk import account, waiting_call
from tests.factories import NOON, stored_lead

DAY = timedelta(days=1)
MORNING = datetime(2026, 11, 27, 15, tzinfo=UTC)  # nine on the third day, in Houston


@pytest.fixture
def lead_id(database: Engine) -> UUID:
    """Nobody's doctors are found yet; the guide is sent."""
    with transaction() as session:
        sent = stored_lead(session).lead_id
        series.begin(session, sent, now=NOON)
        settle(session, "guide", now=NOON)
        series.plan(session, [sent], now=NOON)
    return sent


def settle(session: Session, key: str, *, status: str = "accepted", now: datetime) -> None:
    session.execute(update(Mailing).where(Mailing.step == key).values(status=status, answered_at=now))


def rows() -> dict[str, tuple[str, str | None]]:
    with transaction() as session:
        return {row.step: (row.status, row.because) for row in session.scalars(select(Mailing))}


def due(key: str) -> datetime:
    """The time of a mailing, which is the time of its work, too."""
    with transaction() as session:
        row = session.scalars(select(Mailing).where(Mailing.step == key)).one()
        work = select(OutboxTask.due_at).where(OutboxTask.subject_id == row.id, OutboxTask.state == "due")
        assert set(session.scalars(work)) == {row.due_at}
        return row.due_at


def test_only_the_guide_waits_when_a_family_has_just_asked(database: Engine) -> None:
    with transaction() as session:
        sent = stored_lead(session).lead_id
        for _ in range(2):
            series.begin(session, sent, now=NOON)
    assert rows() == {"guide": ("planned", None)}
    assert due("guide") == NOON


def test_what_comes_next_waits_beside_a_step_that_still_lacks_something(lead_id: UUID) -> None:
    assert rows().keys() == {"guide", "doctors", "questions"}
    assert due("questions") == MORNING
    assert due("doctors") == MORNING - 2 * DAY


def test_family_sees_what_will_come_before_it_is_a_row(lead_id: UUID) -> None:
    with transaction() as session:
        lead = session.get_one(Lead, lead_id)
        page = status_page.open_page(session, lead.status_token, now=NOON)
        assert page
        assert [one.key for one in page.coming] == ["check_in", "last"]


def test_talk_pauses_for_three_days_and_is_followed_up(lead_id: UUID) -> None:
    later = NOON + DAY
    with transaction() as session:
        call = waiting_call(session)
        _spoken(session, lead_id, call.id, later)
        call_effects.apply(session, get_lead(session, lead_id), OUTCOMES["spoke"], now=later)
    assert due("doctors") == due("questions") == datetime(2026, 11, 29, 15, tzinfo=UTC)
    with transaction() as session:
        settle(session, "doctors", status="suppressed", now=later)
        settle(session, "questions", now=later)
        series.plan(session, [lead_id], now=later)
    assert due("after_call") == datetime(2026, 11, 28, 18, tzinfo=UTC)


def _spoken(session: Session, lead_id: UUID, callback_id: UUID, at: datetime) -> None:
    ana = account(session)
    session.flush()
    session.add(
        CallAttempt(
            callback_id=callback_id,
            lead_id=lead_id,
            staff_id=ana.id,
            started_at=at,
            ended_at=at,
            outcome="spoke",
            basis="requested_callback",
            rule_version="1",
        )
    )
    session.flush()


@pytest.mark.parametrize(("code", "why"), [("patient_died", "died"), ("asked_to_stop", "stopped")])
def test_everything_ends_and_says_why(lead_id: UUID, code: str, why: str) -> None:
    with transaction() as session:
        other = stored_lead(session).lead_id
        series.begin(session, other, now=NOON)
        for one in (lead_id, other):
            families.link(session, get_lead(session, one), now=NOON)
        call_effects.apply(session, get_lead(session, lead_id), OUTCOMES[code], now=NOON)
    found = {row for key, row in rows().items() if key != "guide"}
    assert found == {("suppressed", why)}
    with transaction() as session:
        theirs = session.scalars(select(Mailing).where(Mailing.lead_id == other)).one()
        assert (theirs.status, theirs.because) == ("suppressed", why)


def test_series_goes_on_when_an_end_is_taken_back(lead_id: UUID) -> None:
    before = rows()
    with transaction() as session:
        series.end(session, lead_id, "patient_died", now=NOON)
    assert rows()["questions"] == ("suppressed", "died")
    with transaction() as session:
        series.resume(session, lead_id, now=NOON)
    assert rows() == before
    with transaction() as session:
        work = select(OutboxTask.state).join(Mailing, Mailing.id == OutboxTask.subject_id)
        assert "due" in session.scalars(work.where(Mailing.step == "questions")).all()


def test_stop_link_stops_the_address_it_was_made_for_and_no_other(lead_id: UUID) -> None:
    with transaction() as session:
        lead = get_lead(session, lead_id)
        token = stop_token(lead.contact.email_blind or b"")
        status_page.correct_contact(session, lead.status_token, email="ada@right.example", now=NOON)
        stop_by_link(session, token, now=NOON)
    assert rows()["questions"] == ("planned", None)
    assert rows()["guide.2"] == ("planned", None)


def test_what_a_stop_forbade_comes_again_when_the_address_is_corrected(lead_id: UUID) -> None:
    with transaction() as session:
        lead = get_lead(session, lead_id)
        stop_by_link(session, stop_token(lead.contact.email_blind or b""), now=NOON)
    assert rows()["questions"] == ("suppressed", "stopped")
    with transaction() as session:
        lead = get_lead(session, lead_id)
        status_page.correct_contact(session, lead.status_token, email="ada@right.example", now=NOON)
    assert rows()["questions"] == ("planned", None)


def test_everything_is_stopped_when_the_page_is_asked_for_that(lead_id: UUID) -> None:
    with transaction() as session:
        call = waiting_call(session)
        blind = get_lead(session, lead_id).contact.email_blind
        stop_by_link(session, stop_token(blind or b""), everything=True, now=NOON)
        session.refresh(call)
        assert call.status == "cancelled"
        assert get_lead(session, lead_id).status == "closed"


def test_series_is_planned_by_a_new_file_once(lead_id: UUID) -> None:
    with transaction() as session:
        session.execute(update(SeriesRun).values(planned_version="older"))
    for expected in (1, 0):
        with transaction() as session:
            assert series.plan_stale(session, limit=10, now=NOON) == expected
    with transaction() as session:
        assert session.scalars(select(SeriesRun.planned_version)).all() == [SERIES.version]


def test_planner_leaves_a_mailing_that_a_worker_holds(lead_id: UUID, database: Engine) -> None:
    held = select(Mailing).where(Mailing.step == "questions").with_for_update()
    with transaction() as worker:
        worker.scalars(held).one()
        with transaction() as session:
            series.end(session, lead_id, "patient_died", now=NOON)
    assert rows()["questions"] == ("planned", None)
    assert rows()["doctors"] == ("suppressed", "died")


def test_repeat_of_the_guide_waits_like_any_other(lead_id: UUID) -> None:
    with transaction() as session:
        lead = get_lead(session, lead_id)
        status_page.correct_contact(session, lead.status_token, email="ada@right.example", now=NOON)
        series.plan(session, [lead_id], now=NOON)
    assert rows()["guide.2"] == ("planned", None)
