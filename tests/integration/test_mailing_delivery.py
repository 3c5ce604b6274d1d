"""One mailing at a time: intent before, answer after, never twice, never after a stop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as DatabaseSession
from sqlalchemy.orm import joinedload

from intake.config import Settings
from intake.crypto import keyring
from intake.db import transaction
from intake.mails.dkim import new_key
from intake.models import Lead, MailBrake, Mailing, OutboxTask, Suppression
from intake.rules.facts import Channel
from intake.rules.statuses import MailingStatus, TaskState
from intake.services import call_screen, outbox, series, stops, suppressions
from intake.services.stop_links import stop_token
from intake.workflow import Queue
from tests.factories import NOON, free_port, stored_lead
from workers import base
from workers.base import Delivery
from workers.mailings import deliver
from workers.mailings.deliver import Post


class Sink:
    """Keeps what arrives; answers what a test tells it to."""

    def __init__(self) -> None:
        self.port = free_port()
        self.received: list[bytes] = []
        self.answer = "250 2.0.0 taken"
        self.before: Callable[[], object] = lambda: None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.before()
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.received.append(envelope.content)
        return self.answer


@pytest.fixture
def sink() -> Iterator[Sink]:
    handler = Sink()
    server = Controller(handler, hostname="127.0.0.1", port=handler.port)
    server.start()
    yield handler
    server.stop()


@pytest.fixture
def delivery(sink: Sink, environment: dict[str, str]) -> Iterator[Delivery]:
    post = Post(Settings.from_env({**environment, "SMTP_PORT": str(sink.port)}))
    yield post.delivery()
    post.outgoing.transport.close()


@pytest.fixture
def lead_id(database: Engine) -> UUID:
    """A lead whose series is planned; the guide is due now."""
    with transaction() as session:
        sent = stored_lead(session)
    with transaction() as session:
        series.begin(session, sent.lead_id, now=NOON)
        session.execute(update(OutboxTask).values(due_at=NOON - timedelta(days=300)))
    return sent.lead_id


def _claim() -> tuple[int, int]:
    with transaction() as session:
        guide = select(Mailing.id).where(Mailing.step == "guide").scalar_subquery()
        session.execute(
            update(OutboxTask)
            .where(OutboxTask.queue == Queue.MAILINGS, OutboxTask.subject_id != guide)
            .values(state="done")
        )
        return next((row.id, row.token) for row in outbox.claim_due(session, Queue.MAILINGS))


def _guide() -> Mailing:
    with transaction() as session:
        return session.scalars(select(Mailing).where(Mailing.step == "guide")).one()


def _state(task_id: int) -> str:
    with transaction() as session:
        return session.get_one(OutboxTask, task_id).state


def test_mailing_is_accepted_when_the_server_takes_it(lead_id: UUID, sink: Sink, delivery: Delivery) -> None:
    task_id, token = _claim()
    base.run_delivery(task_id, token, delivery)
    assert (_guide().status, _state(task_id), len(sink.received)) == (
        MailingStatus.ACCEPTED,
        TaskState.DONE,
        1,
    )
    assert _guide().message_id.encode() in sink.received[0]


def test_mail_is_sent_once_when_the_message_comes_twice(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    task_id, token = _claim()
    for _ in range(2):
        base.run_delivery(task_id, token, delivery)
    assert len(sink.received) == 1


def test_nothing_is_sent_when_the_lease_passes_before_the_intent(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    task_id, token = _claim()

    def late(session: DatabaseSession, mailing_id: UUID, now: datetime) -> object:
        """The row is back in the queue, and nobody has taken it up yet."""
        freed = {"state": TaskState.DUE, "started_at": None, "leased_until": None}
        with transaction() as other:
            other.execute(update(OutboxTask).where(OutboxTask.id == task_id).values(freed))
        return delivery.prepare(session, mailing_id, now)

    base.run_delivery(task_id, token, replace(delivery, prepare=late))
    assert (_guide().status, len(sink.received)) == (MailingStatus.PLANNED, 0)


def test_intent_is_committed_when_the_server_is_reached(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    seen: list[str] = []
    sink.before = lambda: seen.append(_guide().status)
    base.run_delivery(*_claim(), delivery)
    assert seen == [MailingStatus.SENDING]


def test_mailing_is_planned_again_when_the_server_is_busy(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    sink.answer = "451 4.3.0 later"
    task_id, token = _claim()
    base.run_delivery(task_id, token, delivery)
    assert (_guide().status, _state(task_id)) == (MailingStatus.PLANNED, TaskState.DUE)


def test_mailing_fails_for_good_when_the_server_refuses(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    sink.answer = "550 5.1.1 no such mailbox"
    task_id, token = _claim()
    base.run_delivery(task_id, token, delivery)
    assert (_guide().status, _state(task_id)) == (MailingStatus.FAILED, TaskState.DONE)


def _known_of_their_mail(lead_id: UUID) -> str:
    """What an advocate sees on the call screen."""
    with transaction() as session:
        people = (joinedload(Lead.contact), joinedload(Lead.patient))
        lead = session.get_one(Lead, lead_id, options=people)
        return call_screen.request(session, lead).mail


def test_address_does_not_work_when_the_server_knows_no_such_mailbox(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    sink.answer = "550 5.1.1 no such mailbox"
    base.run_delivery(*_claim(), delivery)
    assert (_guide().because, _known_of_their_mail(lead_id)) == ("bounced", "bounced")
    with transaction() as session:
        assert session.scalars(select(Suppression.reason)).all() == ["bounced"]
        waiting = select(Mailing.id).where(Mailing.status == MailingStatus.PLANNED)
        assert session.scalars(waiting).all() == []


def test_address_is_not_blamed_when_the_server_refuses_us(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    sink.answer = "550 5.7.1 we do not like this sender"
    base.run_delivery(*_claim(), delivery)
    assert (_guide().status, _guide().because, _known_of_their_mail(lead_id)) == ("failed", None, "refused")
    with transaction() as session:
        assert session.scalars(select(Suppression.reason)).all() == []


def test_call_screen_says_that_the_address_works_when_the_mail_was_taken(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    base.run_delivery(*_claim(), delivery)
    assert _known_of_their_mail(lead_id) == "works"


def test_mailing_becomes_unknown_when_its_worker_died_sending(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    with transaction() as session:
        session.execute(update(Mailing).where(Mailing.step == "guide").values(status=MailingStatus.SENDING))
    task_id, token = _claim()
    base.run_delivery(task_id, token, delivery)
    assert (_guide().status, _state(task_id), sink.received) == (MailingStatus.UNKNOWN, TaskState.DONE, [])


def test_late_worker_whose_mail_was_put_off_writes_nothing(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    task_id, token = _claim()

    def another_takes_it() -> None:
        lost = {"state": TaskState.LEASED, "token": token + 1, "started_at": None}
        with transaction() as session:
            session.execute(update(OutboxTask).where(OutboxTask.id == task_id).values(lost))
        base.run_delivery(task_id, token + 1, delivery)

    sink.before, sink.answer = another_takes_it, "451 4.3.0 later"
    base.run_delivery(task_id, token, delivery)
    assert (_guide().status, _state(task_id)) == (MailingStatus.UNKNOWN, TaskState.DONE)


def test_answer_is_kept_when_the_database_is_away_at_the_end(
    lead_id: UUID, sink: Sink, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = _Away(times=3)
    monkeypatch.setattr(base, "RECORD_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(base, "transaction", away.transaction)
    sink.before = away.begin
    task_id, token = _claim()
    base.run_delivery(task_id, token, delivery)
    assert (_guide().status, _state(task_id), len(sink.received)) == ("accepted", "done", 1)
    assert away.times == 0


def test_mailing_is_planned_again_when_the_database_is_away_before_sending(
    lead_id: UUID, sink: Sink, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = _Away(times=1)
    away.begin()
    monkeypatch.setattr(deliver, "statement", away.transaction)
    task_id, token = _claim()
    base.run_delivery(task_id, token, delivery)
    assert (_guide().status, _state(task_id), sink.received) == ("planned", "due", [])


class _Away:
    """A database that refuses so many transactions from `begin` on."""

    def __init__(self, times: int) -> None:
        self.times, self.begun = times, False

    def begin(self) -> None:
        self.begun = True

    @contextmanager
    def transaction(self) -> Iterator[DatabaseSession]:
        if self.begun and self.times:
            self.times -= 1
            raise OperationalError("SELECT 1", None, OSError("connection refused"))
        with transaction() as session:
            yield session


def test_server_is_given_up_when_it_says_later_for_a_day(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    sink.answer = "451 4.3.0 later"
    with transaction() as session:
        session.execute(update(Mailing).values(first_tried_at=NOON - timedelta(days=2)))
    task_id, token = _claim()
    base.run_delivery(task_id, token, delivery)
    assert (_guide().status, _state(task_id)) == (MailingStatus.FAILED, TaskState.DONE)


def test_name_that_the_server_gave_the_mail_is_kept(lead_id: UUID, sink: Sink, delivery: Delivery) -> None:
    sink.answer = "250 Ok 0100018f2a3b4c5d-7e8f9a0b"
    base.run_delivery(*_claim(), delivery)
    guide = _guide()
    assert guide.provider_id == "0100018f2a3b4c5d-7e8f9a0b"
    assert guide.recipient_blind == keyring().blind("email", "ada@family.example")


def test_mail_waits_while_the_brake_is_on(lead_id: UUID, sink: Sink, delivery: Delivery) -> None:
    with transaction() as session:
        session.add(MailBrake(pulled_at=NOON, sent=10, complaints=3))
    task_id, token = _claim()
    base.run_delivery(task_id, token, delivery)
    assert (_guide().status, _guide().because, _state(task_id)) == ("planned", "brake", TaskState.DUE)
    assert sink.received == []


def test_mail_is_signed_when_there_is_a_key(
    lead_id: UUID, sink: Sink, environment: dict[str, str], tmp_path: Path
) -> None:
    key = tmp_path / "dkim.pem"
    key.write_bytes(new_key())
    changes = {"SMTP_PORT": str(sink.port), "DKIM_KEY_FILE": str(key), "DKIM_SELECTOR": "s2026"}
    post = Post(Settings.from_env({**environment, **changes}))
    base.run_delivery(*_claim(), post.delivery())
    post.outgoing.transport.close()
    assert sink.received[0].startswith(
        b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=sample.example;"
    )


def test_next_step_is_planned_when_the_guide_was_sent(lead_id: UUID, sink: Sink, delivery: Delivery) -> None:
    base.run_delivery(*_claim(), delivery)
    with transaction() as session:
        assert set(session.scalars(select(Mailing.step))) > {"guide"}


@pytest.fixture
def questions(lead_id: UUID) -> tuple[int, int]:
    """The questions are due, the guide went out, and no doctors are found."""
    with transaction() as session:
        session.execute(update(Mailing).values(status=MailingStatus.ACCEPTED, answered_at=NOON))
        session.execute(update(OutboxTask).values(state=TaskState.DONE))
        series.plan(session, [lead_id], now=NOON)
        session.execute(update(OutboxTask).values(due_at=NOON - timedelta(days=300)))
    return _claim_step("questions")


def _claim_step(step: str) -> tuple[int, int]:
    with transaction() as session:
        wanted = session.scalars(select(Mailing.id).where(Mailing.step == step)).one()
        ids = {row.id: row.token for row in outbox.claim_due(session, Queue.MAILINGS)}
        task_id = session.scalars(select(OutboxTask.id).where(OutboxTask.subject_id == wanted)).one()
        return task_id, ids[task_id]


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Let the row be begun, and its answer be settled, at that moment of the database's clock."""
    begin = outbox.begin
    monkeypatch.setattr(outbox, "begin", lambda *row: replace(begin(*row), at=moment))


def test_mail_that_is_late_waits_for_the_morning_and_counts_no_attempt(
    questions: tuple[int, int], sink: Sink, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 11, 28, 4, 30, tzinfo=UTC))  # half past ten at night in Houston
    base.run_delivery(*questions, delivery)
    with transaction() as session:
        work = session.get_one(OutboxTask, questions[0])
        assert (work.state, work.attempts) == (TaskState.DUE, 0)
        assert work.due_at == datetime(2026, 11, 28, 15, tzinfo=UTC)
    assert sink.received == []


def test_list_of_doctors_is_looked_for_tomorrow_when_there_is_none(
    lead_id: UUID,
    questions: tuple[int, int],
    sink: Sink,
    delivery: Delivery,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at(monkeypatch, datetime(2026, 11, 27, 16, tzinfo=UTC))
    with transaction() as session:
        task_id, token = session.execute(
            select(OutboxTask.id, OutboxTask.token)
            .join(Mailing, Mailing.id == OutboxTask.subject_id)
            .where(Mailing.step == "doctors")
        ).one()
    base.run_delivery(task_id, token, delivery)
    with transaction() as session:
        row = session.scalars(select(Mailing).where(Mailing.step == "doctors")).one()
        assert (row.status, row.because) == (MailingStatus.PLANNED, "no_match")
        assert (
            row.due_at
            == session.get_one(OutboxTask, task_id).due_at
            == datetime(2026, 11, 28, 15, tzinfo=UTC)
        )
    base.run_delivery(*questions, delivery)
    assert len(sink.received) == 1


def test_step_that_became_too_late_is_left_out(
    questions: tuple[int, int], sink: Sink, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 12, 20, 16, tzinfo=UTC))
    base.run_delivery(*questions, delivery)
    with transaction() as session:
        row = session.scalars(select(Mailing).where(Mailing.step == "questions")).one()
        assert (row.status, row.because) == (MailingStatus.SUPPRESSED, "too_late")
    assert sink.received == []


def test_nothing_is_sent_when_the_address_is_suppressed(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    _suppress()
    base.run_delivery(*_claim(), delivery)
    assert (_guide().status, sink.received) == (MailingStatus.SUPPRESSED, [])


def test_nothing_is_sent_when_stop_comes_between_intent_and_sending(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    def prepare_then_stop(*given: object) -> object:
        intent = delivery.prepare(*given)  # type: ignore[arg-type]
        prepared.append(intent)
        return intent

    def stop_then_deliver(intent: object) -> object:
        _suppress()
        return delivery.deliver(intent)

    prepared: list[object] = []
    base.run_delivery(
        *_claim(), Delivery(prepare=prepare_then_stop, deliver=stop_then_deliver, settle=delivery.settle)
    )
    assert len(prepared) == 1
    assert (_guide().status, sink.received) == (MailingStatus.SUPPRESSED, [])


def test_series_shows_as_suppressed_when_the_address_said_stop_before(
    database: Engine, sink: Sink, delivery: Delivery
) -> None:
    _suppress()
    with transaction() as session:
        sent = stored_lead(session)
        series.begin(session, sent.lead_id, now=NOON)
        session.execute(update(OutboxTask).values(due_at=NOON - timedelta(days=300)))
    base.run_delivery(*_claim(), delivery)
    assert (_guide().status, sink.received) == (MailingStatus.SUPPRESSED, [])


def test_no_series_is_planned_when_the_box_was_not_ticked(database: Engine) -> None:
    with transaction() as session:
        sent = stored_lead(session, consents=())
        series.begin(session, sent.lead_id, now=NOON)
    with transaction() as session:
        assert session.scalars(select(Mailing)).all() == []


def test_one_row_stays_when_a_series_is_started_twice(lead_id: UUID) -> None:
    with transaction() as session:
        series.begin(session, lead_id, now=NOON)
    with transaction() as session:
        steps = session.scalars(select(Mailing.step)).all()
    assert len(steps) == len(set(steps))


def test_unsubscribe_stops_what_is_planned_when_the_link_is_used(
    lead_id: UUID, sink: Sink, delivery: Delivery
) -> None:
    with transaction() as session:
        token = stop_token(keyring().blind("email", "ada@family.example"))
        for _ in range(2):
            stops.stop_by_link(session, token, now=NOON)
        stops.stop_by_link(session, "a token nobody was given", now=NOON)
    base.run_delivery(*_claim(), delivery)
    assert (_guide().status, sink.received) == (MailingStatus.SUPPRESSED, [])


def _suppress() -> None:
    with transaction() as session:
        blind = keyring().blind("email", "ada@family.example")
        suppressions.suppress(session, Channel.EMAIL, blind, reason="test", now=NOON)
