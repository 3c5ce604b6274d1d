"""An outcome is taken back: everything that followed from it is as before, and that it was is kept."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from intake.config import Settings
from intake.db import transaction
from intake.errors import BadInput
from intake.models import CallAttempt, Callback, Lead, Mailing, OutboxTask, OutcomeUndo, Staff, Suppression
from intake.rules.facts import Channel
from intake.rules.outcomes import OUTCOMES
from intake.services import callbacks, claims, notices, series, suppressions, undo
from intake.services.call_outcomes import OutcomeRecord, record_outcome
from intake.services.callbacks import NotYours, Page
from intake.services.leads import get_lead
from tests.desk import account, stored, waiting_call
from tests.factories import NOON, stored_lead
from workers.callbacks.schedule import schedule_callback

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def ana(database: Engine) -> Staff:
    with transaction() as session:
        return account(session)


@pytest.fixture
def call(ana: Staff) -> Callback:
    """A call of a family with a mail to come, which Ana has begun."""
    with transaction() as session:
        found = waiting_call(session)
        series.begin(session, found.lead_id, now=NOON)
    with transaction() as session:
        claims.claim_next(session, ana, now=NOON)
        callbacks.start_call(session, found.id, ana.id, now=NOON)
    return found


def attempt_id() -> UUID:
    with transaction() as session:
        return session.scalars(select(CallAttempt.id)).one()


def record(settings: Settings, ana: Staff, call: Callback, code: str) -> None:
    version = stored(Callback, call.id).version
    asked = ((NOON + DAY).date(), NOON.time()) if code == "asked_time" else None
    with transaction() as session:
        record_outcome(
            session,
            OutcomeRecord(
                callback_id=call.id,
                staff_id=ana.id,
                attempt_id=attempt_id(),
                code=code,
                page=Page(version),
                notes="said goodbye",
                asked=asked,
            ),
            organisation=settings.organisation,
            now=NOON + MINUTE,
        )


def take_back(ana: Staff, *, after: timedelta = 2 * MINUTE) -> None:
    with transaction() as session:
        undo.undo(session, attempt_id(), ana.id, now=NOON + after)


def everything(call: Callback) -> dict[str, object]:
    """What an outcome may change, apart from versions and leases."""
    row, lead = stored(Callback, call.id), stored(Lead, call.lead_id)
    with transaction() as session:
        mails = session.scalars(select(Mailing)).all()
        work = session.scalars(select(OutboxTask).where(OutboxTask.task == "send_mailing")).all()
        silent = session.scalars(select(Suppression.channel)).all()
    return {
        "call": (
            row.status,
            row.claimed_by,
            row.due_at,
            row.promise_by,
            row.owner_id,
            row.closed_at,
            row.needs,
        ),
        "lead": (lead.status, lead.language),
        "mails": {mail.step: (mail.status, mail.due_at) for mail in mails},
        "work": sorted((one.state, one.due_at) for one in work),
        "silent": silent,
    }


@pytest.mark.parametrize("code", list(OUTCOMES))
def test_everything_is_as_before_when_an_outcome_is_taken_back(
    settings: Settings, ana: Staff, call: Callback, code: str
) -> None:
    before = everything(call)
    record(settings, ana, call, code)
    assert everything(call) != before
    take_back(ana)
    assert everything(call) == before
    row: Callback = stored(Callback, call.id)
    assert row.notes == "said goodbye"
    assert row.outcome is None
    with transaction() as session:
        assert callbacks.running(session, row, now=NOON + 2 * MINUTE)
        (kept,) = session.scalars(select(OutcomeUndo))
        assert (kept.outcome, kept.staff_id, kept.recorded_at) == (code, ana.id, NOON + MINUTE)
        assert notices.count_unseen(session) == 0


def test_right_outcome_is_recorded_after_a_wrong_one(settings: Settings, ana: Staff, call: Callback) -> None:
    record(settings, ana, call, "asked_to_stop")
    take_back(ana)
    record(settings, ana, call, "spoke")
    assert stored(Callback, call.id).outcome == "spoke"
    assert stored(CallAttempt, attempt_id()).notes == "said goodbye"


def test_outcome_stays_after_fifteen_minutes(settings: Settings, ana: Staff, call: Callback) -> None:
    record(settings, ana, call, "spoke")
    with pytest.raises(BadInput, match="15 minutes"):
        take_back(ana, after=17 * MINUTE)


def test_outcome_stays_when_a_colleague_has_the_call(settings: Settings, ana: Staff, call: Callback) -> None:
    record(settings, ana, call, "busy")
    with transaction() as session:
        ben = account(session, name="Ben")
        session.get_one(Callback, call.id).due_at = NOON
    with transaction() as session:
        assert claims.claim(session, call.id, ben, NOON + 2 * MINUTE)
    with pytest.raises(NotYours):
        take_back(ana)


def test_outcome_of_somebody_else_cannot_be_taken_back(
    settings: Settings, ana: Staff, call: Callback
) -> None:
    record(settings, ana, call, "spoke")
    with transaction() as session:
        ben = account(session, name="Ben")
    with pytest.raises(NotYours):
        take_back(ben)


def test_second_press_changes_nothing(settings: Settings, ana: Staff, call: Callback) -> None:
    record(settings, ana, call, "spoke")
    take_back(ana)
    with pytest.raises(BadInput, match="already"):
        take_back(ana)


def test_silence_that_was_asked_for_before_stays(settings: Settings, ana: Staff, call: Callback) -> None:
    with transaction() as session:
        blind = get_lead(session, call.lead_id).contact.email_blind
        assert blind
        suppressions.suppress(session, Channel.EMAIL, blind, reason="unsubscribed", now=NOON)
    record(settings, ana, call, "asked_to_stop")
    take_back(ana)
    with transaction() as session:
        assert session.scalars(select(Suppression.channel)).all() == ["email"]


def test_mail_is_sent_after_all_when_its_work_had_found_it_stopped(
    settings: Settings, ana: Staff, call: Callback
) -> None:
    record(settings, ana, call, "asked_to_stop")
    with transaction() as session:
        session.scalars(select(OutboxTask).where(OutboxTask.task == "send_mailing")).one().state = "done"
    take_back(ana)
    with transaction() as session:
        due = select(OutboxTask).where(OutboxTask.task == "send_mailing", OutboxTask.state == "due")
        assert len(session.scalars(due).all()) == 1


def test_new_request_of_the_family_is_not_lost_when_an_outcome_is_taken_back(
    settings: Settings, ana: Staff, call: Callback
) -> None:
    record(settings, ana, call, "spoke")
    with transaction() as session:
        again = stored_lead(session).lead_id
        schedule_callback(session, call.lead_id, NOON)
    with transaction() as session:
        schedule_callback(session, again, NOON)
    with pytest.raises(NotYours):
        take_back(ana)


def test_own_outcomes_of_the_last_minutes_are_offered(settings: Settings, ana: Staff, call: Callback) -> None:
    record(settings, ana, call, "spoke")
    with transaction() as session:
        (recent,) = undo.recent(session, ana.id, now=NOON + 2 * MINUTE)
        assert recent.reference == stored(Lead, call.lead_id).reference
        assert undo.recent(session, ana.id, now=NOON + 17 * MINUTE) == []
