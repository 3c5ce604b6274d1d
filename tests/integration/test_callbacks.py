"""Claims: one owner each, a lease that ends, a law that is asked each time."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.errors import StaleLease
from intake.models import AuditEntry, CallAttempt, Callback, Contact, Staff
from intake.rules.facts import Channel
from intake.services import callbacks, claims, suppressions
from intake.services.callbacks import Page
from intake.services.permissions import Permission
from intake.services.staff import Role
from tests.desk import account, stored, waiting_call
from tests.factories import NOON

NIGHT = NOON + timedelta(hours=10)  # 22:00 in Houston
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ana(database: Engine) -> Staff:
    with transaction() as session:
        return account(session)


@pytest.fixture
def ben(database: Engine) -> Staff:
    with transaction() as session:
        return account(session, name="Ben")


def add(**changes: object) -> UUID:
    with transaction() as session:
        return waiting_call(session, **changes).id  # type: ignore[arg-type]


def take_next(staff: Staff, *, now: object = NOON) -> UUID | None:
    with transaction() as session:
        found = claims.claim_next(session, staff, now=now)  # type: ignore[arg-type]
        return found.id if found else None


def take(callback_id: UUID, staff: Staff) -> Callback | Permission:
    with transaction() as session:
        return claims.claim(session, callback_id, staff, NOON)


def start(callback_id: UUID, staff: Staff, *, at: timedelta = timedelta(0)) -> Permission:
    with transaction() as session:
        return callbacks.start_call(session, callback_id, staff.id, now=NOON + at)


def attempts() -> list[CallAttempt]:
    with transaction() as session:
        return list(session.scalars(select(CallAttempt).order_by(CallAttempt.started_at)))


def test_urgent_comes_first_then_the_longest_due_when_next_is_claimed(ana: Staff, ben: Staff) -> None:
    later, older, urgent = add(), add(due_at=NOON - MINUTE), add(urgency=1)
    assert take_next(ana) == urgent
    assert take_next(ben) == older
    with transaction() as session:
        callbacks.release(session, urgent, ana.id, now=NOON)
        callbacks.start_call(session, older, ben.id, now=NOON)
    assert take_next(ana) == urgent
    assert take_next(ben) == later


def test_claim_is_a_lease_of_fifteen_minutes(ana: Staff) -> None:
    row: Callback = stored(Callback, take_next_of(ana))
    assert (row.status, row.claimed_by, row.claimed_until) == ("claimed", ana.id, NOON + 15 * MINUTE)


def take_next_of(staff: Staff) -> UUID:
    add()
    found = take_next(staff)
    assert found is not None
    return found


def test_nothing_is_claimed_when_no_call_is_due(ana: Staff) -> None:
    add(due_at=NOON + MINUTE)
    assert take_next(ana) is None


def test_second_press_gets_the_same_call_when_the_first_is_not_begun(ana: Staff) -> None:
    first = take_next_of(ana)
    add()
    assert take_next(ana) == first
    start(first, ana)
    assert take_next(ana) not in (None, first)


def test_two_presses_at_once_claim_one_call(ana: Staff) -> None:
    for _ in range(4):
        add()
    gate = threading.Barrier(4)

    def press(_: int) -> UUID | None:
        gate.wait()
        return take_next(ana)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(press, range(4)))) == 1


def test_each_call_has_one_owner_when_many_claim_at_once(database: Engine) -> None:
    with transaction() as session:
        people = [account(session, name=f"N{number}") for number in range(8)]
    ids = {add() for _ in range(8)}
    gate = threading.Barrier(8)

    def press(staff: Staff) -> UUID | None:
        gate.wait()
        return take_next(staff)

    with ThreadPoolExecutor(8) as pool:
        taken = Counter(pool.map(press, people))
    assert taken == Counter(ids)


def test_call_that_somebody_is_just_taking_is_passed_over(ana: Staff) -> None:
    """Without SKIP LOCKED the second would wait for the first, and the statement would time out."""
    first, second = add(due_at=NOON - MINUTE), add()
    with transaction() as session:
        session.get_one(Callback, first, with_for_update=True)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(take_next, ana).result(timeout=20) == second


def test_one_wins_when_fifty_claim_the_same_call(database: Engine) -> None:
    with transaction() as session:
        people = [account(session, name=f"N{number}") for number in range(50)]
    wanted, gate = add(), threading.Barrier(50)

    def press(staff: Staff) -> bool:
        gate.wait()
        try:
            return isinstance(take(wanted, staff), Callback)
        except StaleLease:
            return False

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(press, people)) == 1


def test_call_waits_for_morning_when_it_is_night_there(ana: Staff) -> None:
    held_back = add()
    assert take_next(ana, now=NIGHT) is None
    row: Callback = stored(Callback, held_back)
    assert (row.status, row.due_at) == ("waiting", NOON + timedelta(hours=20))


def test_given_call_is_not_claimed_when_it_is_night_there(ana: Staff) -> None:
    wanted = add()
    with transaction() as session:
        answer = claims.claim(session, wanted, ana, NIGHT)
    assert isinstance(answer, Permission)
    assert not answer.allowed


def test_call_is_cancelled_when_the_number_asked_for_silence(ana: Staff) -> None:
    unwanted = add()
    with transaction() as session:
        blind = session.scalars(select(Contact.phone_blind)).one()
        assert blind is not None
        suppressions.suppress(session, Channel.CALL, blind, reason="asked", now=NOON)
    assert take_next(ana) is None
    assert stored(Callback, unwanted).status == "cancelled"


def test_lapsed_claim_returns_with_its_notes(ana: Staff, ben: Staff) -> None:
    callback_id = take_next_of(ana)
    with transaction() as session:
        mine = callbacks.held(session, callback_id, ana.id)
        callbacks.save_notes(session, mine, "rings at noon", page=Page(mine.version), now=NOON)
    assert take_next(ben, now=NOON + 14 * MINUTE) is None
    assert take_next(ben, now=NOON + 16 * MINUTE) == callback_id
    row: Callback = stored(Callback, callback_id)
    assert (row.claimed_by, row.notes) == (ben.id, "rings at noon")


def test_claim_lasts_longer_when_the_call_has_begun(ana: Staff, ben: Staff) -> None:
    callback_id = take_next_of(ana)
    start(callback_id, ana)
    assert take_next(ben, now=NOON + 59 * MINUTE) is None
    assert take_next(ben, now=NOON + 61 * MINUTE) == callback_id
    # The call that nobody wrote down stays as that, and is not begun for its next owner.
    (hers,) = attempts()
    assert (hers.outcome, hers.ended_at) == (callbacks.NOT_RECORDED, NOON + 61 * MINUTE)
    assert take_next(ben, now=NOON + 62 * MINUTE) == callback_id


def test_call_that_begins_in_the_commit_of_its_claim_is_under_way(ana: Staff) -> None:
    with transaction() as session:
        mine = claims.take(session, waiting_call(session), ana.id, now=NOON)
        made = {"callback_id": mine.id, "lead_id": mine.lead_id, "staff_id": ana.id, "started_at": NOON}
        due = {"due_at": mine.due_at, "promise_by": mine.promise_by}
        session.add(CallAttempt(**made, **due, basis="open_request", rule_version="1"))
    (begun,) = attempts()
    assert begun.ended_at is None


def test_attempt_has_its_basis_and_rule_when_a_call_starts(ana: Staff) -> None:
    callback_id = take_next_of(ana)
    assert start(callback_id, ana).allowed
    (made,) = attempts()
    assert (made.basis, made.staff_id, made.started_at) == ("requested_callback", ana.id, NOON)
    assert "federal" in made.rule_version


def test_attempt_keeps_what_was_promised_and_the_call_when_it_was_first_taken(ana: Staff, ben: Staff) -> None:
    callback_id = add(due_at=NOON)
    take(callback_id, ana)
    with transaction() as session:
        callbacks.release(session, callback_id, ana.id, now=NOON + MINUTE)
    with transaction() as session:
        claims.claim(session, callback_id, ben, NOON + 2 * MINUTE)
    start(callback_id, ben, at=3 * MINUTE)
    with transaction() as session:
        session.get_one(Callback, callback_id).promise_by = NOON + timedelta(days=3)
    (attempt,) = attempts()
    assert (attempt.due_at, attempt.promise_by) == (NOON, NOON + 30 * MINUTE)
    assert stored(Callback, callback_id).first_claimed_at == NOON


def test_call_started_twice_is_one_attempt(ana: Staff) -> None:
    callback_id = take_next_of(ana)
    start(callback_id, ana)
    assert start(callback_id, ana, at=MINUTE).allowed
    assert len(attempts()) == 1


def test_no_attempt_is_made_when_night_fell_since_the_claim(ana: Staff) -> None:
    evening = NOON + timedelta(hours=8, minutes=59)
    add(due_at=evening)
    callback_id = take_next(ana, now=evening)
    assert callback_id
    assert not start(callback_id, ana, at=timedelta(hours=9)).allowed
    assert attempts() == []


def test_fourth_attempt_of_a_day_is_refused_for_the_same_number(ana: Staff) -> None:
    for hour in range(3):
        add(due_at=NOON + timedelta(hours=hour))
        callback_id = take_next(ana, now=NOON + timedelta(hours=hour))
        assert callback_id
        start(callback_id, ana, at=timedelta(hours=hour))
    add(due_at=NOON + timedelta(hours=3))
    assert take_next(ana, now=NOON + timedelta(hours=3)) is None


def test_call_cannot_be_started_or_released_by_somebody_else(ana: Staff, ben: Staff) -> None:
    callback_id = take_next_of(ana)
    with pytest.raises(StaleLease):
        start(callback_id, ben)
    with pytest.raises(StaleLease), transaction() as session:
        callbacks.release(session, callback_id, ben.id, now=NOON)


def test_notes_of_an_old_page_do_not_overwrite_newer_ones(ana: Staff) -> None:
    callback_id = take_next_of(ana)
    version = stored(Callback, callback_id).version
    with transaction() as session:
        mine = callbacks.held(session, callback_id, ana.id)
        callbacks.save_notes(session, mine, "newer", page=Page(version), now=NOON)
    with transaction() as session:
        mine = callbacks.held(session, callback_id, ana.id)
        with pytest.raises(callbacks.StalePage):
            callbacks.save_notes(session, mine, "older", page=Page(version), now=NOON)


def test_window_opened_between_two_savings_of_another_does_not_overwrite_the_second(ana: Staff) -> None:
    callback_id = take_next_of(ana)

    def write(words: str, page: Page) -> None:
        with transaction() as session:
            mine = callbacks.held(session, callback_id, ana.id)
            callbacks.save_notes(session, mine, words, page=page, now=NOON)

    first = Page(stored(Callback, callback_id).version, "first")
    write("asked", first)
    second = Page(stored(Callback, callback_id).version, "second")
    write("asked for Friday", first)
    with pytest.raises(callbacks.StalePage):
        write("asked, sounds tired", second)
    write("asked for Friday at ten", first)
    assert stored(Callback, callback_id).notes == "asked for Friday at ten"


def test_every_step_is_in_the_audit(ana: Staff) -> None:
    callback_id = take_next_of(ana)
    start(callback_id, ana)
    with transaction() as session:
        callbacks.release(session, callback_id, ana.id, now=NOON)
    with transaction() as session:
        made = select(AuditEntry.action).where(AuditEntry.actor == f"staff:{ana.id}").order_by(AuditEntry.id)
        assert list(session.scalars(made)) == ["callback.claimed", "call.started", "callback.released"]


def test_notes_are_sealed_in_the_row(ana: Staff) -> None:
    callback_id = take_next_of(ana)
    with transaction() as session:
        mine = callbacks.held(session, callback_id, ana.id)
        callbacks.save_notes(session, mine, "rings at noon", page=Page(mine.version), now=NOON)
    sealed = stored(Callback, callback_id).notes_sealed
    assert b"noon" not in sealed


def test_supervisor_claims_as_an_advocate_does(database: Engine) -> None:
    with transaction() as session:
        sue = account(session, Role.SUPERVISOR, name="Sue")
    assert take_next_of(sue)
