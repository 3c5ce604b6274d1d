"""Promises of a call: which were broken and why, and the family told once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from intake.config import Settings
from intake.db import transaction
from intake.mails.compose import compose
from intake.models import Breach, CallAttempt, Callback, Lead, Mailing, Staff, StaffSession
from intake.rules.calling_hours import OfficeHours
from intake.rules.facts import Channel
from intake.services import callbacks, claims, late_calls, office, owners, promises, suppressions
from intake.services.leads import ConsentAnswer
from intake.services.office import Editor
from intake.services.staff import Role
from tests.desk import account, press, signed_in, stored, waiting_call
from tests.factories import NOON
from tests.visitor import Visitor
from workers.callbacks.replan import replan_calls
from workers.mailings.deliver import Intent, Post

MINUTE = timedelta(minutes=1)
ALWAYS = OfficeHours.round_the_clock("America/Chicago")
PROMISE = NOON + 30 * MINUTE


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def call(*, number: int = 0, **changes: object) -> UUID:
    """Due at noon and promised by half past."""
    with transaction() as session:
        return waiting_call(session, phone=f"+1713555{number:04}", **changes).id  # type: ignore[arg-type]


def at_work(name: str = "Ana", *, seen_at: datetime = PROMISE) -> Staff:
    with transaction() as session:
        staff = account(session, name=name)
        session.add(StaffSession(staff_id=staff.id, created_at=NOON, seen_at=seen_at))
        return staff


def watch(minutes: float) -> list[Breach]:
    """Look at so many minutes past noon, twice: the second look changes nothing."""
    now = NOON + minutes * MINUTE
    found: list[Breach] = []
    for _ in range(2):
        with transaction() as session:
            promises.watch(session, ALWAYS, now=now)
        with transaction() as session:
            found = list(session.scalars(select(Breach).order_by(Breach.promise_by)))
    return found


def ring(callback_id: UUID, who: Staff, minutes: float) -> None:
    now = NOON + minutes * MINUTE
    with transaction() as session:
        callback = session.get_one(Callback, callback_id)
        if callback.status == "waiting":
            claims.take(session, callback, who.id, now=now)
    with transaction() as session:
        assert callbacks.start_call(session, callback_id, who.id, now=now).allowed


def told(minutes: float) -> int:
    with transaction() as session:
        return late_calls.tell_families(session, now=NOON + minutes * MINUTE)


def late_mails() -> list[Mailing]:
    with transaction() as session:
        return list(session.scalars(select(Mailing).where(Mailing.step == "late_call")))


def test_promise_rung_in_time_is_no_breach() -> None:
    callback, ana = call(), at_work()
    ring(callback, ana, 30)
    assert watch(31) == []


def test_promise_that_passes_is_broken_and_the_ring_after_it_is_noted() -> None:
    callback, ana = call(), at_work()
    (breach,) = watch(31)
    assert (breach.broken_at, breach.rung_at, breach.settled_at) == (PROMISE, None, None)
    assert breach.likely == "not_taken"
    ring(callback, ana, 50)
    (breach,) = watch(51)
    assert (breach.broken_at, breach.rung_at) == (PROMISE, NOON + 50 * MINUTE)
    assert breach.settled_at == NOON + 51 * MINUTE


def test_late_ring_is_found_when_nobody_watched_in_between() -> None:
    callback, ana = call(), at_work()
    ring(callback, ana, 40)
    with transaction() as session:
        session.get_one(Callback, callback).promise_by = NOON + timedelta(days=1)
    (breach,) = watch(60)
    assert (breach.promise_by, breach.broken_at, breach.rung_at) == (PROMISE, PROMISE, NOON + 40 * MINUTE)
    assert breach.likely == "held"


def test_second_try_within_a_kept_promise_is_no_breach() -> None:
    callback, ana = call(), at_work()
    ring(callback, ana, 20)
    with transaction() as session:
        (first,) = session.scalars(select(CallAttempt))
        first.ended_at, first.outcome = NOON + 22 * MINUTE, "busy"
    ring(callback, ana, 45)
    assert watch(46) == []


def test_call_closed_after_its_promise_without_a_ring_is_found() -> None:
    callback = call()
    with transaction() as session:
        row = session.get_one(Callback, callback)
        row.status, row.closed_at = "cancelled", NOON + 40 * MINUTE
    (breach,) = watch(60)
    assert (breach.broken_at, breach.rung_at) == (PROMISE, None)
    assert breach.settled_at is not None


def test_call_taken_into_another_is_no_breach_of_its_own() -> None:
    kept, merged = call(number=1), call(number=2)
    with transaction() as session:
        row = session.get_one(Callback, merged)
        row.status, row.closed_at, row.merged_into = "cancelled", NOON + 40 * MINUTE, kept
    assert [breach.callback_id for breach in watch(45)] == [kept]


def test_miss_is_foreseen_when_nobody_is_at_work_and_forgotten_when_it_was_kept_after_all() -> None:
    callback = call()
    assert watch(19) == []
    (breach,) = watch(21)
    assert (breach.broken_at, breach.likely) == (None, "nobody_at_work")
    ring(callback, at_work(), 29)
    (breach,) = watch(31)
    assert (breach.broken_at, breach.rung_at) == (None, NOON + 29 * MINUTE)


def test_miss_is_foreseen_when_all_are_busy_and_not_while_somebody_is_free() -> None:
    call(number=1)
    ana = at_work()
    assert watch(25) == []
    ring(call(number=2), ana, 1)
    (breach,) = watch(25)
    assert breach.likely == "all_busy"


def test_call_in_hand_is_not_foreseen_as_missed_but_noted_when_its_time_has_passed() -> None:
    callback, ana = call(), at_work()
    with transaction() as session:
        claims.take(session, session.get_one(Callback, callback), ana.id, now=NOON + 20 * MINUTE)
    assert watch(29) == []
    (breach,) = watch(30)
    assert breach.likely == "held"


def test_likely_reason_is_the_skill_nobody_has_or_the_owner_or_the_rules() -> None:
    ana = at_work()
    spanish, owned, night = call(number=1, language="es"), call(number=2), call(number=3)
    with transaction() as session:
        session.get_one(Callback, spanish).needs = ["spanish"]
        owners.promise(session.get_one(Callback, owned), ana.id, now=NOON)
        late = session.get_one(Callback, night)
        late.due_at, late.due_because = NOON + timedelta(hours=14), "calling_rules"
    likely = {breach.callback_id: breach.likely for breach in watch(31)}
    assert likely == {spanish: "no_skill", owned: "owner_away", night: "not_allowed"}


def test_family_that_agreed_to_mail_is_told_once(settings: Settings) -> None:
    callback = call()
    watch(31)
    assert told(31) == 1
    assert told(32) == 0
    (mail,) = late_mails()
    assert mail.due_at == NOON + 31 * MINUTE
    with transaction() as session:
        row = session.get_one(Callback, callback)
        row.due_at, row.promise_by = NOON + 60 * MINUTE, NOON + 90 * MINUTE
    watch(95)
    assert told(95) == 0
    assert len(late_mails()) == 1


def test_nobody_is_told_who_did_not_agree_or_said_stop() -> None:
    call(number=1, consents=(ConsentAnswer(key="collect", given=True, typed=""),))
    stopped = call(number=2, email="stop@family.example")
    with transaction() as session:
        lead = session.get_one(Lead, session.get_one(Callback, stopped).lead_id)
        session.refresh(lead, ["contact"])
        blind = lead.contact.email_blind
        assert blind is not None
        suppressions.suppress(session, Channel.EMAIL, blind, reason="unsubscribed", now=NOON)
    assert len(watch(31)) == 2
    assert told(31) == 0
    assert late_mails() == []


def test_nobody_is_told_while_somebody_has_the_call_in_hand_or_when_it_is_a_test() -> None:
    held, marked = call(number=1), call(number=2)
    with transaction() as session:
        ana = account(session)
        session.flush()
        claims.take(session, session.get_one(Callback, held), ana.id, now=NOON + 29 * MINUTE)
        session.get_one(Lead, session.get_one(Callback, marked).lead_id).marked = "test"
    assert len(watch(31)) == 2
    assert told(31) == 0


def test_mail_is_not_sent_when_somebody_rang_meanwhile(settings: Settings) -> None:
    callback = call()
    watch(31)
    told(31)
    ring(callback, at_work(), 32)
    watch(33)
    (mail,) = late_mails()
    with transaction() as session:
        assert Post(settings).prepare(session, mail.id, NOON + 34 * MINUTE) is None
    found = stored(Mailing, mail.id)
    assert (found.status, found.because) == ("suppressed", "call_in_time")


def test_mail_says_sorry_and_no_word_of_the_illness(settings: Settings) -> None:
    call()
    watch(31)
    told(31)
    (mail,) = late_mails()
    with transaction() as session:
        intent = Post(settings).prepare(session, mail.id, NOON + 31 * MINUTE)
    assert isinstance(intent, Intent)
    raw = compose(intent.content, settings.organisation).decode()
    assert "Subject: Our call to you is late" in raw
    assert "mesothelioma" not in raw.lower()


def status_page(client: FlaskClient, callback_id: UUID) -> str:
    lead = stored(Lead, stored(Callback, callback_id).lead_id)
    path = f"/s/{lead.status_token}"
    visitor = Visitor(client)
    visitor.post(path, {"phone": "(713) 555-0000"})
    return visitor.read(path)


def test_family_s_page_says_kindly_that_the_call_comes_later(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    callback = call()
    noon.move_to(NOON + 21 * MINUTE)
    watch(21)
    page = status_page(browser_client, callback)
    assert "We may call you later than we said, and we are sorry. You have not lost your place." in page
    assert "ring us" in page


def test_family_whose_call_moved_for_a_closed_day_is_told_on_its_page_and_by_mail(
    browser_client: FlaskClient, settings: Settings
) -> None:
    tomorrow = NOON + timedelta(days=1)
    with transaction() as session:
        callback = waiting_call(session, due_at=tomorrow, phone="+17135550000").id
        editor = Editor(account(session, Role.SUPERVISOR, name="Sue"), 0)
        closed = {tomorrow.date(): ("Closed", ())}
        office.set_days(session, editor, settings.organisation, closed, now=NOON)
    with transaction() as session:
        replan_calls(session, UUID(int=1), NOON)
    page = status_page(browser_client, callback)
    assert "We are closed at the time we gave you, and we are sorry." in page
    assert "A nurse will call you on Thu" in page
    (breach,) = watch(1)
    assert (breach.likely, breach.promise_by, breach.broken_at) == (
        "office_closed", tomorrow + 30 * MINUTE, NOON,
    )  # fmt: skip
    assert told(1) == 1


def test_supervisor_gives_each_broken_promise_its_reason(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    sue = signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    call(number=1)
    spam = call(number=2)
    with transaction() as session:
        session.get_one(Lead, session.get_one(Callback, spam).lead_id).marked = "spam"
    watch(31)
    noon.move_to(PROMISE)
    assert "1 broken without a reason" in browser_client.get("/console/board").text
    (breach,) = [row for row in watch(31) if row.callback_id != spam]
    url = f"/console/promises/{breach.id}"
    assert press(browser_client, "/console/promises", url, reason="boredom").status_code == 400
    answer = press(browser_client, "/console/promises", url, reason="no_line", note="The phones were down.")
    assert answer.status_code == 303
    found = stored(Breach, breach.id)
    assert (found.reason, found.note, found.explained_by) == ("no_line", "The phones were down.", sue.id)
    page = browser_client.get("/console/promises").text
    assert "None. Every broken promise has its reason." in page
    assert "The phones were down." in page
    absent = f"/console/promises/{UUID(int=7)}"
    assert press(browser_client, "/console/promises", absent, reason="other").status_code == 404
