"""Rate limits: who is stopped, who never is, and whose count cannot be dodged."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine, func, select

from intake import create_app, db
from intake.config import Settings
from intake.db import transaction
from intake.limits import limiter
from intake.models import Lead, StaffMail
from intake.services.staff import Role
from tests.desk import account, press, sign_in, signed_in, token_in
from tests.routes import routes
from tests.visitor import CHECK, Visitor

# A mail provider proves itself by a signature; signing out ends what the others are walked with.
UNCOUNTED = {"receipts.take", "receipts.take_mail", "console.sign_out"}
HOSPITAL = "203.0.113.7"


@pytest.fixture
def strict(settings: Settings, database: Engine) -> Iterator[Flask]:
    """The limits as in production, behind one proxy of ours."""
    yield from _app(replace(settings, wide_limits=False, limits_url="memory://", trusted_hops=1), database)


@pytest.fixture
def counted_in_redis(settings: Settings, database: Engine) -> Iterator[Flask]:
    """The one limiter of a process counts where the app that was made last says."""
    yield from _app(settings, database)


def _app(settings: Settings, database: Engine) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    yield app
    app.extensions["advocate_engine"].dispose()
    db._sessions.configure(bind=database)


def from_address(app: Flask, address: str, *, forged: str = "") -> FlaskClient:
    """A browser there; what it forges comes before what our proxy adds."""
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = f"{forged}, {address}" if forged else address
    return client


def ask_for_guide(client: FlaskClient, email: str) -> int:
    page = client.get("/guide").text
    submission = page.split('name="submission_id"')[1].split('value="')[1].split('"')[0]
    fields = {"first_name": "Ada", "email": email, "consent_email": "yes", "csrf_token": token_in(page)}
    return client.post("/guide", data={**fields, "submission_id": submission}).status_code


def stored() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Lead)) or 0


def test_hospital_behind_one_address_gets_fifty_requests_an_hour_through(strict: Flask) -> None:
    statuses = [ask_for_guide(from_address(strict, HOSPITAL), f"family{n}@example.com") for n in range(50)]
    assert statuses == [303] * 50
    assert stored() == 50


def test_whole_journeys_from_one_address_are_not_counted_as_many(strict: Flask) -> None:
    for number in range(6):
        visitor = Visitor(from_address(strict, HOSPITAL))
        visitor.answer_all(reach={"phone": f"(555) 010-01{number:02d}", "email": f"f{number}@example.com"})
        assert visitor.send().status_code == 303
    assert stored() == 6


def test_corrections_of_a_family_do_not_use_up_the_hospitals_count(strict: Flask) -> None:
    for _ in range(70):
        assert ask_for_guide(from_address(strict, HOSPITAL), "no address") == 422
    assert ask_for_guide(from_address(strict, HOSPITAL), "right@example.com") == 303


def test_address_is_stopped_after_sixty_whatever_it_writes_into_the_header(strict: Flask) -> None:
    forged = [from_address(strict, HOSPITAL, forged=f"198.51.100.{n}") for n in range(64)]
    statuses = [ask_for_guide(client, f"family{n}@example.com") for n, client in enumerate(forged)]
    assert statuses == [303] * 60 + [429] * 4
    assert ask_for_guide(from_address(strict, "203.0.113.8"), "other@example.com") == 303


def test_header_is_ignored_when_no_proxy_stands_in_front(settings: Settings, database: Engine) -> None:
    app = create_app(replace(settings, wide_limits=False, limits_url="memory://", trusted_hops=0))
    try:
        statuses = [
            ask_for_guide(from_address(app, f"198.51.100.{n}"), f"family{n}@example.com") for n in range(62)
        ]
        assert statuses == [303] * 60 + [429] * 2
    finally:
        app.extensions["advocate_engine"].dispose()
        db._sessions.configure(bind=database)


def test_one_mailbox_is_not_flooded_from_many_addresses(strict: Flask) -> None:
    statuses = [
        ask_for_guide(
            from_address(strict, f"198.51.100.{n}"), "Victim@Example.com" if n % 2 else "victim@example.com"
        )
        for n in range(9)
    ]
    assert statuses == [303] * 5 + [429] * 4
    assert stored() == 5


def test_one_person_is_not_signed_up_again_and_again_from_many_addresses(strict: Flask) -> None:
    statuses = []
    for number in range(22):
        visitor = Visitor(from_address(strict, f"198.51.100.{number}"))
        visitor.answer_all()
        statuses.append(visitor.send().status_code)
    assert statuses == [303] * 20 + [429] * 2


def test_staff_mailbox_is_not_flooded_and_other_addresses_still_work(strict: Flask) -> None:
    with transaction() as session:
        account(session)
    statuses = []
    for number in range(7):
        client = from_address(strict, f"198.51.100.{number}")
        answer = press(client, "/console/forgot", "/console/forgot", email="ana@desk.example")
        statuses.append(answer.status_code)
    assert statuses == [303] * 5 + [429] * 2
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(StaffMail)) == 5


def test_colleague_in_the_same_office_signs_in_while_another_is_stopped(strict: Flask) -> None:
    with transaction() as session:
        account(session)
        account(session, name="Ben")
    for _ in range(10):
        assert (
            sign_in(from_address(strict, HOSPITAL), "ana@desk.example", password="wrong").status_code == 400
        )
    assert sign_in(from_address(strict, HOSPITAL), "ana@desk.example").status_code == 429
    assert sign_in(from_address(strict, HOSPITAL), "ben@desk.example").status_code == 303
    assert sign_in(from_address(strict, "203.0.113.8"), "ana@desk.example").status_code == 303


def test_every_post_counts_against_something(strict: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own limit or the default one; the console's by the person."""
    unlimited, counted = [], []

    def noted(name: str) -> Callable[..., bool]:
        asked: Callable[..., bool] = getattr(type(limiter.limiter), name)

        def count(*args: Any, **more: Any) -> bool:
            counted.append(name)
            return asked(*args, **more)

        return count

    # A limit that counts only some answers is looked at before and counted after.
    for name in ("hit", "test"):
        monkeypatch.setattr(type(limiter.limiter), name, noted(name))
    client = strict.test_client()
    signed_in(client, Role.ADMIN)
    for route in routes(strict):
        if route.method == "POST" and route.endpoint not in UNCOUNTED:
            counted.clear()
            client.post(route.path(strict))
            if not counted:
                unlimited.append(route.endpoint)
    assert unlimited == []


def test_redis_holds_no_address_and_no_email(settings: Settings, counted_in_redis: Flask) -> None:
    with transaction() as session:
        account(session)
    client = from_address(counted_in_redis, HOSPITAL)
    sign_in(client, "ana@desk.example", password="wrong")
    signed_in(client, name="Ben")
    ask_for_guide(client, "canary@example.com")
    Visitor(client).post(CHECK, {})
    with Redis.from_url(settings.limits_url) as redis:
        keys = b" ".join(redis.scan_iter("*"))
    assert keys.count(b"LIMITS") > 3
    for person in (b"ana@", b"canary", b"127.0.0.1", HOSPITAL.encode()):
        assert person not in keys
