"""Requests by the same people: linked silently, one open call, nothing of any lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from intake.config import Settings
from intake.db import transaction
from intake.errors import BadInput
from intake.models import Callback, Family, Lead, Staff
from intake.rules.facts import CallDay
from intake.rules.wishes import CallWish
from intake.services import call_changes, callbacks, claims, families, family_calls, status_page
from intake.services.leads import get_lead
from tests.desk import account, scheduled_lead, stored
from tests.factories import NOON, stored_lead
from workers.callbacks.schedule import schedule_callback

BY = "staff:somebody"
HOUR = timedelta(hours=1)


@pytest.fixture
def ana(database: Engine) -> Staff:
    with transaction() as session:
        return account(session)


def family_of(lead_id: UUID) -> UUID | None:
    found: UUID | None = stored(Lead, lead_id).family_id
    return found


def open_calls() -> list[Callback]:
    with transaction() as session:
        return list(session.scalars(select(Callback).where(Callback.closed_at.is_(None))))


def call_of(lead_id: UUID) -> Callback:
    with transaction() as session:
        return session.scalars(select(Callback).where(Callback.lead_id == lead_id)).one()


def test_same_phone_or_email_is_one_family_with_one_call(database: Engine) -> None:
    first = scheduled_lead()
    by_phone, by_email = scheduled_lead(email=None), scheduled_lead(phone="+15550100177")
    stranger = scheduled_lead(phone="+15550100188", email="bo@other.example")
    assert family_of(first) == family_of(by_phone) == family_of(by_email) != family_of(stranger)
    assert {call.lead_id for call in open_calls()} == {first, stranger}
    assert call_of(by_phone).merged_into == call_of(first).id


def test_family_without_a_call_is_linked_too(database: Engine) -> None:
    first = scheduled_lead()
    with transaction() as session:
        guide = stored_lead(session, phone=None, call_day=None).lead_id
        schedule_callback(session, guide, NOON)
    assert family_of(guide) == family_of(first)
    assert [call.lead_id for call in open_calls()] == [first]


def test_call_is_due_no_later_than_any_of_them_asked(database: Engine) -> None:
    tomorrow = NOON.date() + timedelta(days=1)
    first = scheduled_lead(call_day=CallDay.ON_DATE, call_on=tomorrow)
    assert call_of(first).due_at > NOON + HOUR
    scheduled_lead(stage="4", language="es", call_day=CallDay.NEXT_FREE)
    (call,) = open_calls()
    assert (call.lead_id, call.due_at) == (first, NOON)
    assert (call.urgency, call.needs) == (1, ["spanish"])


def test_two_families_become_one_when_a_request_joins_them(database: Engine) -> None:
    one = scheduled_lead(phone="+15550100111", email="a@family.example")
    two = scheduled_lead(phone="+15550100122", email="b@family.example")
    assert family_of(one) != family_of(two)
    joining = scheduled_lead(phone="+15550100111", email="b@family.example")
    assert family_of(one) == family_of(two) == family_of(joining)
    assert len(open_calls()) == 1
    with transaction() as session:
        assert len(session.scalars(select(Family)).all()) == 1


def test_requests_sent_at_the_same_moment_are_one_family(database: Engine) -> None:
    with transaction() as session:
        leads = [stored_lead(session).lead_id for _ in range(6)]
    gate = threading.Barrier(6)

    def run(lead_id: UUID) -> None:
        gate.wait()
        with transaction() as session:
            schedule_callback(session, lead_id, NOON)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, leads))
    assert len({family_of(lead_id) for lead_id in leads}) == 1
    assert len(open_calls()) == 1


def test_notes_are_kept_when_calls_become_one(ana: Staff) -> None:
    one, two = scheduled_lead(), scheduled_lead(phone="+15550100122", email="b@family.example")
    with transaction() as session:
        for lead_id, words in ((one, "likes mornings"), (two, "ask for the daughter")):
            call = session.scalars(select(Callback).where(Callback.lead_id == lead_id)).one()
            call.notes = words
    with transaction() as session:
        families.merge(session, get_lead(session, one), get_lead(session, two), now=NOON, by=BY)
    (call,) = open_calls()
    assert set((call.notes or "").splitlines()) == {"likes mornings", "ask for the daughter"}


def test_page_that_is_open_does_not_write_over_notes_that_came_with_another_call(ana: Staff) -> None:
    one, two = scheduled_lead(), scheduled_lead(phone="+15550100122", email="b@family.example")
    with transaction() as session:
        call = claims.claim(session, call_of(one).id, ana, NOON)
        assert isinstance(call, Callback)
        page = callbacks.Page(call.version, "a window")
        callbacks.save_notes(session, call, "likes mornings", page=page, now=NOON)
        session.scalars(select(Callback).where(Callback.lead_id == two)).one().notes = "ask for the daughter"
    with transaction() as session:
        families.merge(session, get_lead(session, one), get_lead(session, two), now=NOON, by=BY)
    with transaction() as session:
        mine = callbacks.held(session, call.id, ana.id)
        with pytest.raises(callbacks.StalePage):
            callbacks.save_notes(session, mine, "likes mornings, early", page=page, now=NOON)


def test_two_claimed_calls_stay_two_until_one_goes_back(ana: Staff) -> None:
    with transaction() as session:
        ben = account(session, name="Ben")
    one, two = scheduled_lead(), scheduled_lead(phone="+15550100122", email="b@family.example")
    for staff, lead_id in ((ana, one), (ben, two)):
        with transaction() as session:
            claims.claim(session, call_of(lead_id).id, staff, NOON)
    with transaction() as session:
        families.merge(session, get_lead(session, one), get_lead(session, two), now=NOON, by=BY)
    assert len(open_calls()) == 2
    with transaction() as session:
        callbacks.release(session, call_of(two).id, ben.id, now=NOON)
        family_calls.gather_all(session, now=NOON)
    (call,) = open_calls()
    assert (call.lead_id, call.claimed_by, call.family_id) == (one, ana.id, family_of(one))


def test_parted_request_gets_its_call_back_and_is_never_linked_again(database: Engine) -> None:
    one, two = scheduled_lead(), scheduled_lead()
    with transaction() as session:
        families.part(session, get_lead(session, two), now=NOON, by=BY)
    assert family_of(one) != family_of(two)
    assert {call.lead_id for call in open_calls()} == {one, two}
    scheduled_lead()
    assert family_of(one) != family_of(two)


def test_others_keep_a_call_when_the_one_who_had_it_leaves(database: Engine) -> None:
    one, two = scheduled_lead(), scheduled_lead()
    with transaction() as session:
        families.part(session, get_lead(session, one), now=NOON, by=BY)
    assert {call.lead_id for call in open_calls()} == {one, two}


def test_staff_link_what_was_parted(database: Engine) -> None:
    one, two = scheduled_lead(), scheduled_lead()
    for act in (families.part, None):
        with transaction() as session:
            lead, other = get_lead(session, two), get_lead(session, one)
            if act:
                act(session, lead, now=NOON, by=BY)
            else:
                families.merge(session, lead, other, now=NOON, by=BY)
    assert family_of(one) == family_of(two)
    assert len(open_calls()) == 1


def test_lone_request_cannot_be_parted(database: Engine) -> None:
    lead_id = scheduled_lead()
    with pytest.raises(BadInput, match="no other"), transaction() as session:
        families.part(session, get_lead(session, lead_id), now=NOON, by=BY)


def test_status_page_does_not_tell_that_the_number_is_known(database: Engine) -> None:
    scheduled_lead()
    with transaction() as session:
        again = stored_lead(session)
    with transaction() as session:
        before = status_page.open_page(session, again.status_token, now=NOON)
    with transaction() as session:
        schedule_callback(session, again.lead_id, NOON)
    with transaction() as session:
        after = status_page.open_page(session, again.status_token, now=NOON)
    assert before
    assert after
    assert before.callback is after.callback is None


def test_a_call_others_wait_for_is_handed_over_when_its_own_family_member_calls_it_off(
    database: Engine,
) -> None:
    first, second = scheduled_lead(), scheduled_lead(email=None)
    with transaction() as session:
        call_changes.call_off(session, get_lead(session, first), now=NOON)
    assert call_of(first).status == "cancelled"
    (call,) = open_calls()
    assert (call.lead_id, call.merged_into) == (second, None)


def test_a_call_others_wait_for_never_moves_to_later_than_they_were_promised(
    database: Engine, settings: Settings
) -> None:
    first, second = scheduled_lead(), scheduled_lead(email=None)
    promised = call_of(first).due_at
    later = CallWish(CallDay.ON_DATE, NOON.date() + timedelta(days=3))
    with transaction() as session:
        lead = get_lead(session, first)
        call_changes.ask_for_call(session, lead, later, settings.organisation, now=NOON)
    assert call_of(first).due_at == promised
    assert call_of(second).merged_into == call_of(first).id
