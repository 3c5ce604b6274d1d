"""The least Flask view that claims a call by the product's own statement: no sign-in, no audit, no law."""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import Flask, Response, redirect
from sqlalchemy import text

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.services import pool

app = Flask(__name__)
db.connect(Settings.from_env(dict(os.environ)))
TAKE = text(
    """UPDATE callback SET status = 'claimed', claimed_by = :staff, claimed_until = :until,
        version = version + 1 WHERE id = :id"""
)


@app.post("/floor/<uuid:staff_id>")
def claim(staff_id: UUID) -> Response:
    now = datetime.now(UTC)
    with transaction() as session:
        found = pool.lock_next(session, staff_id, frozenset(), now=now)
        session.execute(TAKE, {"staff": staff_id, "until": now + timedelta(minutes=15), "id": found})
    answer = redirect(f"/callbacks/{found}", code=303)
    assert isinstance(answer, Response)
    return answer
