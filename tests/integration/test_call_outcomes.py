"""What came of a call, and what follows: the next try, silence, or an end."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, delete, select

from intake.config import Settings
from intake.db import transaction
from intake.errors import BadInput, StaleLease
from intake.models import (
    AuditEntry,
    CallAttempt,
    Callback,
    CallNote,
    Lead,
    Mailing,
    OutboxTask,
    Staff,
    Suppression,
)
from intake.rules.calling_hours import OfficeHours
from intake.rules.outcomes import OUTCOMES
from intake.services import callbacks, claims, families, late, notices, series
from intake.services.call_outcomes import OutcomeRecord, Recorded, record_outcome
from intake.services.callbacks import NotYours, Page, StalePage
from intake.services.late import LateSave
from intake.services.leads import get_lead
from intake.services.mailings import plan_mailings
from tests.desk import account, stored, waiting_call
from tests.factories import NOON, stored_lead

HOUR = timedelta(hours=1)


@pytest.fixture
def ana(database: Engine) -> Staff:
    with transaction() as session:
        return account(session)


@pytest.fixture
def begun(ana: Staff) -> OutcomeRecord:
    """A call that Ana has started at noon; the record only lacks its code."""
    return begin(ana)


def begin(staff: Staff, *, now: datetime = NOON, **changes: object) -> OutcomeRecord:
    with transaction() as session:
        waiting_call(session, due_at=now, **changes)  # type: ignore[arg-type]
    return ring(staff, now=now)


def ring(staff: Staff, *, now: datetime = NOON) -> OutcomeRecord:
    """Claim the next call and start it."""
    with transaction() as session:
        callback = claims.claim_next(session, staff, now=now)
        assert callback is not None
        assert callbacks.start_call(session, callback.id, staff.id, now=now).allowed
        attempt = callbacks.running(session, callback, now=now)
        assert attempt is not None
    return OutcomeRecord(
        callback_id=callback.id,
        staff_id=staff.id,
        attempt_id=attempt.id,
        code="",
        page=Page(callback.version),
    )


def record(
    settings: Settings, begun: OutcomeRecord, code: str, *, now: datetime = NOON, **more: object
) -> Recorded:
    filled = replace(begun, code=code, **more)  # type: ignore[arg-type]
    with transaction() as session:
        return record_outcome(session, filled, organisation=settings.organisation, now=now)


def lead_of(begun: OutcomeRecord) -> Lead:
    found: Lead = stored(Lead, stored(Callback, begun.callback_id).lead_id)
    return found


def silenced() -> set[str]:
    with transaction() as session:
        return set(session.scalars(select(Suppression.channel)))


def plan_mails(begun: OutcomeRecord) -> None:
    with transaction() as session:
        lead = session.get_one(Lead, lead_of(begun).id)
        series.open_run(session, lead.id, "guide", now=NOON)
        plan_mailings(session, lead, {"check_in": NOON + 24 * HOUR}, now=NOON)


def mailing() -> Mailing:
    with transaction() as session:
        return session.scalars(select(Mailing)).one()


@pytest.mark.parametrize("code", OUTCOMES)
def test_call_is_closed_or_owed_again_as_its_outcome_says(
    settings: Settings, begun: OutcomeRecord, code: str
) -> None:
    done = record(settings, begun, code, notes="told so", asked=(date(2026, 11, 25), time(10, 30)))
    row: Callback = stored(Callback, begun.callback_id)
    assert OUTCOMES[code].closes_callback == (done.next_call is None)
    assert row.status == ("done" if done.next_call is None else "waiting")
    assert row.outcome == code
    if done.next_call:
        assert (row.due_at, row.claimed_by, row.closed_at) == (done.next_call.due_at, None, None)
        assert row.due_at > NOON
    assert row.notes is None
    made: CallAttempt = stored(CallAttempt, begun.attempt_id or uuid4())
    assert (made.outcome, made.notes, made.ended_at) == (code, "told so", NOON)


def test_call_is_due_when_they_asked_on_their_own_clock(settings: Settings, begun: OutcomeRecord) -> None:
    record(settings, begun, "asked_time", asked=(date(2026, 11, 25), time(10, 30)))
    assert stored(Callback, begun.callback_id).due_at.isoformat() == "2026-11-25T16:30:00+00:00"


@pytest.mark.parametrize("asked", [None, (date(2026, 11, 24), time(12, 0)), (date(2029, 1, 1), time(10, 0))])
def test_nothing_is_saved_when_the_time_they_asked_for_cannot_be(
    settings: Settings, begun: OutcomeRecord, asked: tuple[date, time] | None
) -> None:
    with pytest.raises(BadInput):
        record(settings, begun, "asked_time", asked=asked)
    assert stored(Callback, begun.callback_id).status == "claimed"
    assert stored(CallAttempt, begun.attempt_id or uuid4()).outcome is None


def test_ladder_ends_after_six_tries(settings: Settings, ana: Staff, begun: OutcomeRecord) -> None:
    tries, now = 1, NOON
    while record(settings, begun, "no_answer", now=now).next_call:
        now = stored(Callback, begun.callback_id).due_at
        begun, tries = ring(ana, now=now), tries + 1
    assert tries == 6
    assert stored(Callback, begun.callback_id).status == "done"
    assert now - NOON < timedelta(days=14)


def test_repeated_post_changes_nothing(settings: Settings, begun: OutcomeRecord) -> None:
    record(settings, begun, "no_answer", notes="rang long")
    before = stored(Callback, begun.callback_id)
    assert record(settings, begun, "no_answer", now=NOON + HOUR, notes="rang long").repeated
    after = stored(Callback, begun.callback_id)
    assert (after.version, after.due_at) == (before.version, before.due_at)
    assert stored(CallAttempt, begun.attempt_id or uuid4()).notes == "rang long"


def test_second_different_outcome_of_one_call_is_refused(settings: Settings, begun: OutcomeRecord) -> None:
    record(settings, begun, "no_answer")
    with pytest.raises(BadInput, match="No answer"):
        record(settings, begun, "spoke")


def test_outcome_without_a_call_is_refused(settings: Settings, begun: OutcomeRecord) -> None:
    for attempt_id in (None, uuid4()):
        with pytest.raises(BadInput, match="Start call"):
            record(settings, replace(begun, attempt_id=attempt_id), "spoke")


def test_outcome_of_an_old_page_is_refused(settings: Settings, begun: OutcomeRecord) -> None:
    with pytest.raises(StalePage):
        record(settings, replace(begun, page=Page(begun.page.version - 1)), "spoke")


def test_everything_falls_silent_when_they_ask_to_stop(settings: Settings, begun: OutcomeRecord) -> None:
    plan_mails(begun)
    record(settings, begun, "asked_to_stop")
    assert silenced() == {"call", "text", "email"}
    assert mailing().status == "suppressed"
    assert lead_of(begun).status == "closed"


def test_other_requests_of_the_same_number_are_stopped_too(
    settings: Settings, ana: Staff, begun: OutcomeRecord
) -> None:
    with transaction() as session:
        other = waiting_call(session, due_at=NOON + HOUR).id
        stranger = waiting_call(session, due_at=NOON + HOUR, phone="+15550100155", email=None).id
    record(settings, begun, "asked_to_stop")
    assert stored(Callback, other).status == "cancelled"
    assert stored(Callback, stranger).status == "waiting"


def test_everything_ends_without_silence_for_the_address_when_the_patient_died(
    settings: Settings, begun: OutcomeRecord
) -> None:
    plan_mails(begun)
    record(settings, begun, "patient_died")
    assert silenced() == set()
    assert mailing().status == "suppressed"
    assert lead_of(begun).status == "closed"


def test_mails_go_on_when_only_the_number_was_wrong(settings: Settings, begun: OutcomeRecord) -> None:
    plan_mails(begun)
    record(settings, begun, "wrong_number")
    assert silenced() == {"call", "text"}
    assert mailing().status == "planned"
    assert lead_of(begun).status == "open"


def test_mails_and_their_work_wait_a_week_when_they_are_not_ready(
    settings: Settings, begun: OutcomeRecord
) -> None:
    plan_mails(begun)
    record(settings, begun, "not_ready")
    with transaction() as session:
        for row in session.scalars(select(Mailing).where(Mailing.step != "guide")):
            work = session.scalars(select(OutboxTask).where(OutboxTask.subject_id == row.id)).one()
            assert work.due_at == row.due_at >= NOON + timedelta(days=7)


def test_supervisor_is_told_when_somebody_is_in_distress(settings: Settings, begun: OutcomeRecord) -> None:
    record(settings, begun, "distressed")
    with transaction() as session:
        assert "supervisor.told" in session.scalars(select(AuditEntry.action)).all()


def lose(ana: Staff, *, taken: bool) -> UUID | None:
    """The claim lapses; with `taken` a colleague claims the call."""
    late = NOON + 2 * HOUR
    with transaction() as session:
        if not taken:
            callbacks.release_expired(session, now=late)
            return None
        ben = account(session, name="Ben")
        found = claims.claim_next(session, ben, now=late)
        return found.id if found else None


def test_outcome_counts_when_the_claim_lapsed_and_nobody_took_it(
    settings: Settings, ana: Staff, begun: OutcomeRecord
) -> None:
    lose(ana, taken=False)
    record(settings, begun, "spoke", now=NOON + 2 * HOUR)
    assert stored(Callback, begun.callback_id).status == "done"


def test_outcome_is_refused_when_a_colleague_has_the_call(
    settings: Settings, ana: Staff, begun: OutcomeRecord
) -> None:
    assert lose(ana, taken=True) == begun.callback_id
    with pytest.raises(NotYours):
        record(settings, begun, "no_answer", now=NOON + 2 * HOUR)


def test_stop_counts_even_when_a_colleague_has_the_call(
    settings: Settings, ana: Staff, begun: OutcomeRecord
) -> None:
    lose(ana, taken=True)
    record(settings, begun, "asked_to_stop", now=NOON + 2 * HOUR)
    assert "call" in silenced()
    assert stored(Callback, begun.callback_id).status == "done"


def keep_late(begun: OutcomeRecord, **changes: object) -> late.Standing:
    save = LateSave(
        callback_id=begun.callback_id,
        staff_id=begun.staff_id,
        attempt_id=begun.attempt_id,
        code="no_answer",
        notes="late words",
    )
    with transaction() as session:
        return late.keep(session, replace(save, **changes), now=NOON + 2 * HOUR)  # type: ignore[arg-type]


def test_late_words_and_outcome_are_kept_beside_the_call_that_was_made(
    ana: Staff, begun: OutcomeRecord
) -> None:
    lose(ana, taken=True)
    first, second = keep_late(begun), keep_late(begun)
    assert (first.holder, first.kept, first.outcome_kept) == ("Ben", True, True)
    assert (second.kept, second.outcome_kept) == (True, False)
    attempt: CallAttempt = stored(CallAttempt, begun.attempt_id)  # type: ignore[arg-type]
    assert (attempt.notes, attempt.outcome) == ("late words", "no_answer")


def test_late_words_of_who_made_no_call_are_kept_once_in_the_record(ana: Staff, begun: OutcomeRecord) -> None:
    lose(ana, taken=True)
    for _ in range(2):
        assert keep_late(begun, attempt_id=None).kept
    with transaction() as session:
        assert [note.text for note in session.scalars(select(CallNote))] == ["late words"]


def test_who_never_had_the_call_keeps_and_learns_nothing(ana: Staff, begun: OutcomeRecord) -> None:
    with transaction() as session:
        ben = account(session, name="Ben")
    assert keep_late(begun, staff_id=ben.id) == late.Standing()
    assert keep_late(begun, callback_id=uuid4()) == late.Standing()
    assert stored(CallAttempt, begun.attempt_id).notes is None  # type: ignore[arg-type]


def test_who_had_a_call_of_an_erased_family_is_told_so(ana: Staff, begun: OutcomeRecord) -> None:
    with transaction() as session:
        session.execute(delete(Callback).where(Callback.id == begun.callback_id))
    assert keep_late(begun) == late.Standing(had_it=True, erased=True)


def test_supervisor_is_told_when_the_ladder_ends(
    settings: Settings, ana: Staff, begun: OutcomeRecord
) -> None:
    with transaction() as session:
        for day in range(5):
            session.add(
                CallAttempt(
                    callback_id=begun.callback_id,
                    lead_id=lead_of(begun).id,
                    staff_id=ana.id,
                    started_at=NOON - timedelta(days=day + 1),
                    ended_at=NOON,
                    basis="requested_callback",
                    rule_version="",
                    outcome="no_answer",
                )
            )
    assert record(settings, begun, "no_answer").next_call is None
    with transaction() as session:
        assert [notice.kind for notice in notices.unseen(session)] == ["ladder_ended"]


def test_other_number_is_tried_when_one_was_wrong(settings: Settings, begun: OutcomeRecord) -> None:
    with transaction() as session:
        other = stored_lead(session, phone="+15550100155").lead_id
        families.merge(
            session, get_lead(session, other), get_lead(session, lead_of(begun).id), now=NOON, by=""
        )
    following = record(settings, begun, "wrong_number").next_call
    assert following is not None
    row: Callback = stored(Callback, begun.callback_id)
    assert (row.status, row.lead_id) == ("waiting", other)
    assert silenced() == {"call", "text"}


def test_next_call_is_hers_when_she_promised_it(settings: Settings, ana: Staff, begun: OutcomeRecord) -> None:
    record(settings, begun, "not_ready", in_person=True)
    assert stored(Callback, begun.callback_id).owner_id == ana.id


def test_somebody_who_speaks_it_rings_when_another_language_is_needed(
    settings: Settings, begun: OutcomeRecord
) -> None:
    record(settings, begun, "other_language", language="es")
    assert stored(Callback, begun.callback_id).needs == ["spanish"]
    assert lead_of(begun).language == "es"


def test_outcome_is_refused_plainly_when_the_call_is_gone(settings: Settings, begun: OutcomeRecord) -> None:
    with pytest.raises(StaleLease):
        record(settings, replace(begun, callback_id=uuid4()), "spoke")


def test_nothing_is_saved_when_the_office_never_opens(settings: Settings, begun: OutcomeRecord) -> None:
    shut = replace(settings.organisation, office=OfficeHours("America/Chicago", ((),) * 7))
    with pytest.raises(BadInput), transaction() as session:
        record_outcome(session, replace(begun, code="not_ready"), organisation=shut, now=NOON)
    assert stored(Callback, begun.callback_id).status == "claimed"
