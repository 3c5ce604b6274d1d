"""Calls in person, calls that need a skill, and what happens when nobody keeps them."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.errors import BadInput
from intake.models import Callback, Staff, SupervisorNotice
from intake.services import callbacks, claims, notices, owners, skills
from intake.services.callbacks import Page
from intake.services.permissions import Permission
from intake.services.staff import Role
from tests.desk import account, stored, stored_call
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ana(database: Engine) -> Staff:
    with transaction() as session:
        return account(session)


@pytest.fixture
def ben(database: Engine) -> Staff:
    with transaction() as session:
        return account(session, name="Ben")


def take_next(staff: Staff, *, at: timedelta = timedelta(0)) -> UUID | None:
    with transaction() as session:
        found = claims.claim_next(session, staff, now=NOON + at)
        return found.id if found else None


def call_for(owner: Staff) -> UUID:
    callback_id = stored_call().id
    with transaction() as session:
        owners.promise(session.get_one(Callback, callback_id), owner.id, now=NOON)
    return callback_id


def needing(*names: str, **changes: object) -> UUID:
    callback_id = stored_call(**changes).id
    with transaction() as session:
        session.get_one(Callback, callback_id).needs = list(names)
    return callback_id


def can(staff: Staff, *names: str) -> None:
    with transaction() as session:
        skills.set_skills(session, staff.id, names, now=NOON)


def test_own_promise_comes_before_everything_else(ana: Staff, ben: Staff) -> None:
    stored_call(urgency=1, due_at=NOON - timedelta(hours=2))
    mine = call_for(ana)
    assert take_next(ben) != mine
    assert take_next(ana) == mine


def test_colleagues_promise_is_not_claimed_from_the_list(ana: Staff, ben: Staff) -> None:
    hers = call_for(ana)
    with transaction() as session:
        answer = claims.claim(session, hers, ben, NOON)
    assert isinstance(answer, Permission)
    assert "in person" in answer.why


def test_missed_promise_goes_to_the_pool_and_the_supervisor_is_told(ana: Staff, ben: Staff) -> None:
    hers = call_for(ana)
    with transaction() as session:
        assert owners.overflow(session, now=NOON + 9 * MINUTE) == 0
    with transaction() as session:
        assert owners.overflow(session, now=NOON + 10 * MINUTE) == 1
        assert owners.overflow(session, now=NOON + 10 * MINUTE) == 0
    assert take_next(ben, at=10 * MINUTE) == hers
    with transaction() as session:
        (told,) = notices.unseen(session)
        assert (told.kind, told.staff_id, told.callback_id) == ("owner_missed", ana.id, hers)
        notices.mark_seen(session, told.id, ben.id, now=NOON)
    with transaction() as session:
        assert notices.count_unseen(session) == 0
        assert session.scalars(select(SupervisorNotice)).one().seen_by == ben.id


def test_call_handed_over_is_the_colleagues_with_its_notes(ana: Staff, ben: Staff) -> None:
    callback_id = stored_call().id
    take_next(ana)
    with transaction() as session:
        held = callbacks.held(session, callback_id, ana.id)
        callbacks.save_notes(session, held, "speaks softly", page=Page(held.version), now=NOON)
        owners.hand_over(session, callback_id, ana.id, ben.id, now=NOON)
    assert take_next(ana) is None
    assert take_next(ben) == callback_id
    assert stored(Callback, callback_id).notes == "speaks softly"


def test_release_gives_a_promise_to_anybody(ana: Staff, ben: Staff) -> None:
    hers = call_for(ana)
    take_next(ana)
    with transaction() as session:
        callbacks.release(session, hers, ana.id, now=NOON)
    assert take_next(ben) == hers


@pytest.mark.parametrize("who", ["admin", "disabled", "self", "nobody"])
def test_call_is_handed_only_to_somebody_who_calls(ana: Staff, who: str) -> None:
    callback_id = stored_call().id
    take_next(ana)
    with transaction() as session:
        admin = account(session, Role.ADMIN, name="Root")
        gone = account(session, name="Gone")
        gone.active = False
    to = {"admin": admin.id, "disabled": gone.id, "self": ana.id, "nobody": callback_id}[who]
    with pytest.raises(BadInput, match="Choose a colleague"), transaction() as session:
        owners.hand_over(session, callback_id, ana.id, to, now=NOON)


def test_call_that_needs_spanish_goes_to_who_speaks_it(ana: Staff, ben: Staff) -> None:
    can(ben, "spanish")
    spanish, plain = needing("spanish", due_at=NOON - MINUTE), stored_call(phone="+15550100155").id
    assert take_next(ana) == plain
    assert take_next(ben) == spanish


def test_both_skills_are_needed_when_a_call_needs_both(ana: Staff, ben: Staff) -> None:
    can(ana, "veterans")
    can(ben, "spanish", "veterans")
    wanted = needing("spanish", "veterans")
    assert take_next(ana) is None
    assert take_next(ben) == wanted


def test_anyone_may_take_it_when_nobody_with_the_skill_came(ana: Staff) -> None:
    waits = needing("spanish")
    assert take_next(ana, at=59 * MINUTE) is None
    assert take_next(ana, at=60 * MINUTE) == waits


def test_list_says_what_is_lacking(ana: Staff) -> None:
    waits = needing("spanish")
    with transaction() as session:
        answer = claims.claim(session, waits, ana, NOON)
    assert isinstance(answer, Permission)
    assert answer.why == "This family needs somebody with: Spanish."
    assert answer.next_open == NOON + 60 * MINUTE


def test_unknown_skill_is_refused(ana: Staff) -> None:
    with pytest.raises(BadInput, match="'welding' is not a skill"):
        can(ana, "welding")


def test_nearest_promise_comes_first_among_those_due(ana: Staff, ben: Staff) -> None:
    roomy, tight = stored_call(due_at=NOON - MINUTE).id, stored_call().id
    with transaction() as session:
        session.get_one(Callback, roomy).promise_by = NOON + timedelta(hours=5)
    assert take_next(ana) == tight
    assert take_next(ben) == roomy
