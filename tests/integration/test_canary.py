"""A person's words stand in the sealed fields and nowhere else, whatever fails, and nowhere once erased."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select

from intake.config import Settings
from intake.db import transaction
from intake.models import CallAttempt, Callback, Contact, Lead, Mailing
from intake.rules.post import Address
from intake.services import deletions, letters, series
from intake.services.consents import ConsentAnswer
from intake.services.staff import Role
from tests import canary
from tests.desk import account, signed_in, token_in
from tests.factories import NOON, stored_lead
from tests.visitor import ANSWERS, CHECK, Visitor
from workers.callbacks.schedule import schedule_callback
from workers.mailings.deliver import Intent, Post, settle
from workers.mailings.transport import SmtpTransport

POINTS = 100
OTHERS = 999


class BoomError(Exception):
    """Carries what was being written, as a careless library would."""


@contextmanager
def failing_at(engine: Engine, number: int) -> Iterator[list[str]]:
    """The statement with this number fails; yields the places at which one did."""
    seen, failed = count(1), []

    def fail(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if next(seen) == number:
            failed.append(statement[:60])
            raise BoomError(f"{statement} {parameters} zqxcanary@example.com Zqxcanarella 010-0177")

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield failed
    finally:
        event.remove(engine, "before_cursor_execute", fail)


@pytest.fixture
def loud_app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Errors answer as they do in production."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return app


def everything_but_sealed(engine: Engine, settings: Settings, logs: str) -> dict[str, Any]:
    """Where a canary stands outside the sealed fields."""
    found = {
        "tables": canary.in_database(engine),
        "files": canary.in_files(canary.data_directory(engine), Path(settings.stops_ledger).parent),
        "redis": canary.in_redis(settings.limits_url),
        "logs": canary.found_in(logs.encode()),
    }
    return {place: words for place, words in found.items() if words}


def answers(visitor: Visitor) -> None:
    for slug in ANSWERS:
        visitor.answer(slug, **canary.PERSON.get(slug, {}))


def deeds(app: Flask) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Requests that carry a person: a family's, then the desk's about it."""
    visitor = Visitor(app.test_client())
    answers(visitor)
    for slug, said in canary.PERSON.items():
        yield slug, partial(visitor.answer, slug, **said)
    yield "send", lambda: visitor.post(CHECK, {"consent_email": "yes"})
    path = visitor.status_path()
    for name, fields in {
        "phone": {"phone": "(555) 010-0177"},
        "email": {"email": "zqxcanary@example.com"},
        "post": {"recipient": "Zqxcanarella", "line_1": "1 Zqxstreet", "city": "Zqxcity", "zip": "77030"},
        "data": None,
        "delete": {},
    }.items():
        page = f"{path}/{name}" if name in ("post", "delete") else path
        if fields is None:
            yield name, partial(visitor.client.get, f"{path}/{name}")
        else:
            yield name, partial(visitor.post, f"{path}/{name}", fields, page=page)
    yield "proof", lambda: Visitor(app.test_client()).post(path, {"phone": "(555) 010-0177"})
    yield from desk_deeds(app)


def desk_deeds(app: Flask) -> Iterator[tuple[str, Callable[[], Any]]]:
    client = app.test_client()
    signed_in(client, Role.SUPERVISOR, name="Eva")
    with transaction() as session:
        lead_id = session.scalars(select(Lead.id)).first()
    token = token_in(client.get("/console/me").text)

    for words in ("zqxcanary@example.com", "(555) 010-0177", "Zqxcanarsson"):
        fields = {"text": words, "csrf_token": token}
        yield f"find {words}", partial(client.post, "/console/find", data=fields)
    yield "lead", lambda: client.get(f"/console/leads/{lead_id}")
    yield "their data", lambda: client.get(f"/console/leads/{lead_id}/data.json")


def test_nothing_of_a_person_leaks_when_statements_fail_at_a_hundred_points(
    loud_app: Flask, database: Engine, engine: Engine, settings: Settings
) -> None:
    points, wrong = 0, []
    own = loud_app.extensions["advocate_engine"]
    began = time.time()
    with canary.logged() as logs:
        for name, deed in deeds(loud_app):
            for number in count(1):
                with failing_at(engine, number) as failed, failing_at(own, number) as other:
                    answer = deed()
                if canary.found_in(answer.headers.get("Location", "").encode()):
                    wrong.append(f"{name} at {number}: {answer.headers['Location']}")
                if not (failed or other):
                    break
                points += 1
    assert points >= POINTS
    assert wrong == []
    assert everything_but_sealed(engine, settings, logs.getvalue()) == {}
    assert "BoomError" in logs.getvalue()
    temporary = [path for path in canary.new_temporary_files(began) if canary.found_in(path.read_bytes())]
    assert temporary == []
    assert canary.in_sealed(engine)


class Spool:
    """A transport that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def send(self, sender: str, recipient: str, message: bytes) -> str:
        self.sent.append((recipient, message))
        return "250 taken"


def send_all(settings: Settings) -> list[tuple[str, bytes]]:
    """Everything of the series that is planned and due, as it leaves."""
    post, spool = Post(settings), Spool()
    post.outgoing = replace(post.outgoing, transport=cast(SmtpTransport, spool))
    with transaction() as session:
        planned = (Mailing.status == "planned") & (Mailing.due_at <= NOON)
        ids = session.scalars(select(Mailing.id).where(planned)).all()
    for mailing_id in ids:
        with transaction() as session:
            intent = post.prepare(session, mailing_id, NOON)
        if isinstance(intent, Intent):
            answer = post.deliver(intent)
            with transaction() as session:
                settle(session, intent, answer, NOON)
    return spool.sent


def a_thousand() -> UUID:
    """The one with a canary in every field that is typed, among 999 others; mail is planned for her."""
    with transaction() as session:
        wanted = stored_lead(
            session,
            first_name="Zqxcanarella",
            last_name="Zqxcanarsson",
            patient_first_name="Zqxpatientia",
            phone="+15550100177",
            email="zqxcanary@example.com",
            consents=(ConsentAnswer(key="email_guide", given=True, typed="zqxcanary@example.com"),),
        ).lead_id
    for begin in range(0, OTHERS, 111):
        with transaction() as session:
            for number in range(begin, begin + 111):
                stored_lead(session, phone=f"+1555011{number:04}", email=f"family{number}@family.example")
    address = Address(
        recipient="Zqxcanarella Zqxcanarsson", line_1="1 Zqxstreet", line_2="", city="Zqxcity", state="TX",
        zip="77030"
    )  # fmt: skip
    with transaction() as session:
        letters.ask_for_guide(session, wanted, address, large_print=False, now=NOON)
        series.begin(session, wanted, now=NOON)
    ring(wanted)
    return wanted


def ring(lead_id: UUID) -> None:
    """Somebody rang, and wrote down what was said."""
    with transaction() as session:
        schedule_callback(session, lead_id, NOON)
    with transaction() as session:
        staff = account(session)
        call = session.scalars(select(Callback).where(Callback.lead_id == lead_id)).one()
        call.due_at = NOON
        made = CallAttempt(callback_id=call.id, lead_id=lead_id, staff_id=staff.id, basis="asked")
        made.started_at, made.rule_version, made.notes = NOON, "1", "She said zqxnotes, ring 0100177."
        session.add(made)


def test_nothing_is_left_of_one_of_a_thousand_once_erased(
    database: Engine, engine: Engine, settings: Settings
) -> None:
    wanted = a_thousand()
    assert canary.in_sealed(engine).keys() >= {
        "contact", "patient", "call_attempt", "postal_address", "consent_event"
    }  # fmt: skip
    with canary.logged() as logs:
        ((recipient, before),) = [sent for sent in send_all(settings) if canary.found_in(sent[0].encode())]
        assert recipient == "zqxcanary@example.com"
        subject = re.search(rb"^Subject: .*(?:\r\n .*)*", before, re.MULTILINE)
        assert subject
        assert not canary.found_in(subject[0])
        with transaction() as session:
            assert deletions.finish(session, wanted, by="visitor", now=NOON)
        left = send_all(settings)
    assert canary.in_sealed(engine) == {}
    assert everything_but_sealed(engine, settings, logs.getvalue()) == {}
    assert not [sent for sent in left if canary.found_in(sent[0].encode() + sent[1])]
    with transaction() as session:
        names = session.scalars(select(Contact.first_name_sealed)).all()
        assert (len(names), session.scalar(select(func.count()).select_from(Lead))) == (OTHERS, OTHERS)
