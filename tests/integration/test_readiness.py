"""Families can send with everything but PostgreSQL away, and `/readyz` says exactly what is."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, text

from intake import create_app
from intake.config import Settings
from intake.db import transaction
from intake.limits import limiter
from intake.models import Lead
from intake.services import heartbeats
from intake.views import breaker
from tests.visitor import Visitor


def test_answer_is_degraded_when_relay_and_workers_are_silent(browser_client: FlaskClient) -> None:
    answer = browser_client.get("/readyz")
    assert answer.status_code == 200
    silent = dict.fromkeys(heartbeats.EXPECTED, "never seen")
    expected = {"status": "degraded", "database": "ok", **silent}
    assert expected.items() <= (answer.json or {}).items()


def test_answer_is_ready_when_every_part_has_beaten(browser_client: FlaskClient) -> None:
    with transaction() as session:
        for name in heartbeats.EXPECTED:
            heartbeats.beat(session, name)
    assert browser_client.get("/readyz").json == {
        "status": "ready",
        "database": "ok",
        **dict.fromkeys((*heartbeats.EXPECTED, "work", "canary"), "ok"),
    }


def test_answer_is_503_when_a_migration_is_missing(browser_client: FlaskClient, database: Engine) -> None:
    with database.begin() as connection:
        newest = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        answer = browser_client.get("/readyz")
        assert answer.status_code == 503
        assert "at 0001" in str(answer.json)
    finally:
        with database.begin() as connection:
            connection.execute(text("SET LOCAL ROLE NONE"))
            connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": newest})


def test_code_of_before_stays_ready_when_the_migration_of_newer_code_has_run(
    browser_client: FlaskClient, database: Engine
) -> None:
    with database.begin() as connection:
        newest = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        assert browser_client.get("/readyz").status_code == 200
    finally:
        with database.begin() as connection:
            connection.execute(text("SET LOCAL ROLE NONE"))
            connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": newest})


def test_answer_is_503_when_postgresql_is_away(settings: Settings, tmp_path: Path, database: Engine) -> None:
    away = replace(settings, database_url=f"postgresql+psycopg://postgres@/advocate?host={tmp_path}")
    app = create_app(away)
    try:
        assert app.test_client().get("/healthz").status_code == 200
        assert app.test_client().get("/readyz").status_code == 503
        client = app.test_client()
        client.set_cookie("draft", "any-token")
        page = client.get("/doctor-match/check")
        assert (page.status_code, page.headers["Retry-After"].isdigit()) == (503, True)
        assert settings.organisation.phone in page.text
    finally:
        app.extensions["advocate_engine"].dispose()


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_request_is_stored_when_redis_is_away(settings: Settings, tmp_path: Path, database: Engine) -> None:
    app = create_app(replace(settings, limits_url=f"unix://{tmp_path}/nobody.sock"))
    visitor = Visitor(app.test_client())
    try:
        visitor.answer_all()
        assert visitor.send().status_code == 303
    finally:
        app.extensions["advocate_engine"].dispose()
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Lead)) == 1


def test_page_is_shown_when_another_request_noticed_first_that_redis_is_gone(
    browser_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> bool:
        limiter._storage_dead = True
        raise ConnectionError

    monkeypatch.setattr(limiter, "_storage_dead", False)
    monkeypatch.setattr(limiter.limiter, "hit", lost)
    answer = browser_client.post("/doctor-match/check")
    assert (answer.status_code, limiter._storage_dead) == (303, True)


def test_page_answers_at_once_after_one_that_waited_in_vain(
    app: Flask, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "FAILURES", 1)
    client = app.test_client()
    client.set_cookie("draft", "any-token")
    with database.begin() as holder:
        holder.execute(text("LOCK TABLE draft IN ACCESS EXCLUSIVE MODE"))
        assert client.get("/doctor-match/check").status_code == 503
    refused = client.get("/doctor-match/check")
    assert (refused.status_code, refused.headers["Retry-After"].isdigit()) == (503, True)
    later = time.monotonic() + breaker.LOOK_SECONDS
    monkeypatch.setattr(app.extensions["advocate_breaker"], "clock", lambda: later)
    assert client.get("/doctor-match/check").status_code < 500
