"""Two people on one family's request see each other."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from intake.models import Lead
from intake.services.staff import Role
from tests.desk import press, signed_in, stored, stored_call
from tests.factories import NOON

SAID = "opened this request at 12:0"


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lead_id() -> UUID:
    return stored_call().lead_id


@pytest.fixture
def sue(app: Flask) -> FlaskClient:
    """A supervisor, who may read every request."""
    client = app.test_client()
    signed_in(client, Role.SUPERVISOR, name="Sue")
    return client


def open_request(client: FlaskClient, lead_id: UUID) -> str:
    press(client, "/console/find", "/console/find", text=stored(Lead, lead_id).reference)
    return client.get(f"/console/leads/{lead_id}").text


def test_who_opens_a_request_is_told_who_else_did_a_moment_ago(
    browser_client: FlaskClient, sue: FlaskClient, lead_id: UUID, noon: time_machine.Traveller
) -> None:
    signed_in(browser_client)
    assert SAID not in open_request(browser_client, lead_id)
    assert SAID not in open_request(browser_client, lead_id)
    noon.shift(timedelta(minutes=2))
    assert f"Ana {SAID}0 pm" in open_request(sue, lead_id)
    news = browser_client.get(f"/console/leads/{lead_id}/viewers").text
    assert f"Sue {SAID}2 pm" in news
    noon.shift(timedelta(minutes=9))
    assert SAID not in sue.get(f"/console/leads/{lead_id}").text


def test_page_that_knows_is_sent_nothing(
    browser_client: FlaskClient, sue: FlaskClient, lead_id: UUID
) -> None:
    signed_in(browser_client)
    open_request(browser_client, lead_id)
    url = f"/console/leads/{lead_id}/viewers"
    assert browser_client.get(url, query_string={"seen": ""}).status_code == 204
    open_request(sue, lead_id)
    told = browser_client.get(url, query_string={"seen": ""})
    assert told.status_code == 200
    mark = told.text.partition('value="')[2].partition('"')[0]
    assert browser_client.get(url, query_string={"seen": mark}).status_code == 204


def test_who_may_not_open_a_request_is_not_told_who_did(browser_client: FlaskClient, lead_id: UUID) -> None:
    signed_in(browser_client)
    assert browser_client.get(f"/console/leads/{lead_id}/viewers").status_code == 404
