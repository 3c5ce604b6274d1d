"""The console in tests: accounts, calls in the queue, a browser that is signed in."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import Callback, Lead, Staff
from intake.services import passwords, staff
from intake.services.staff import NewStaff, Role
from tests.factories import NOON, stored_lead
from workers.callbacks.schedule import schedule_callback

OPEN_AT = re.compile(r"/console/callbacks/([0-9a-f-]{36})$")
PASSWORD = "four unrelated words here"
# RFC 4648 base32 of twenty known bytes.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def code_at(now: datetime, secret: str = SECRET) -> str:
    """The six digits that the app on the phone shows."""
    return passwords.totp_code(secret, int(now.timestamp()) // 30)


def account(session: Session, role: Role = Role.ADVOCATE, *, name: str = "Ana", **changes: Any) -> Staff:
    usual: dict[str, Any] = {
        "email": f"{name.lower()}@desk.example",
        "name": name,
        "role": role,
        "password": PASSWORD,
        "totp_secret": SECRET,
    }
    return staff.create(session, NewStaff(**{**usual, **changes}), now=NOON)


def waiting_call(session: Session, *, due_at: datetime = NOON, urgency: int = 0, **changes: Any) -> Callback:
    """A call of a new lead, in the queue and due."""
    sent = stored_lead(session, now=due_at - timedelta(minutes=5), **changes)
    callback = Callback(
        lead_id=sent.lead_id,
        status="waiting",
        created_at=due_at - timedelta(minutes=5),
        due_at=due_at,
        promise_by=due_at + timedelta(minutes=30),
        due_because="as_asked",
        requested=True,
        urgency=urgency,
        version=1,
    )
    session.add(callback)
    session.flush()
    return callback


def scheduled_lead(**changes: Any) -> UUID:
    """A request that was stored at noon, linked to its family and put into the queue."""
    with transaction() as session:
        lead_id = stored_lead(session, **changes).lead_id
    with transaction() as session:
        schedule_callback(session, lead_id, NOON)
    return lead_id


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no token"
    return found.group(1)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return found.group(1) if found else ""


def sign_in(client: FlaskClient, email: str, **changes: str) -> TestResponse:
    """Post the sign-in form as a browser does."""
    page = client.get("/console/sign-in").text
    fields = {"email": email, "password": PASSWORD, "code": code_at(datetime.now(UTC)), **changes}
    return client.post("/console/sign-in", data={**fields, "csrf_token": token_in(page)})


def signed_in(client: FlaskClient, role: Role = Role.ADVOCATE, *, name: str = "Ana") -> Staff:
    """An account with this browser signed in to it."""
    with transaction() as session:
        found = account(session, role, name=name)
    answer = sign_in(client, found.email)
    assert answer.status_code == 303, answer.text
    return found


def press(client: FlaskClient, page_url: str, url: str, **fields: Any) -> TestResponse:
    """Open a page and press one of its buttons, with the page's own hidden fields."""
    page = client.get(page_url).text
    kept = {name: hidden(page, name) for name in ("version", "attempt")}
    return client.post(url, data={**kept, **fields, "csrf_token": token_in(page)})


def stored(kind: type[Any], row_id: UUID | int) -> Any:
    """A row as it is in the database now."""
    with transaction() as session:
        return session.get(kind, row_id)


def reference_of(callback: Callback) -> str:
    return str(stored(Lead, callback.lead_id).reference)


def stored_call(**changes: Any) -> Callback:
    with transaction() as session:
        return waiting_call(session, **changes)


def claim_next(client: FlaskClient) -> UUID:
    answer = press(client, "/console/", "/console/claim-next")
    found = OPEN_AT.search(answer.headers["Location"])
    assert found, answer.headers["Location"]
    return UUID(found.group(1))


def act(client: FlaskClient, callback_id: UUID, verb: str, **fields: str) -> TestResponse:
    url = f"/console/callbacks/{callback_id}"
    return press(client, url, f"{url}/{verb}", **fields)


def said(client: FlaskClient) -> str:
    found = re.search(r'<p class="said" role="status">(.*?)</p>', client.get("/console/").text)
    return found.group(1) if found else ""
