"""Ready-made facts for tests: an ordinary request with what a test wants changed."""

import socket
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from intake.rules.facts import CallDay, DayPart, Diagnosis, RequestKind, Stage, TreatmentStatus
from intake.services.leads import ConsentAnswer, NewLead, Submitted, submit_lead

NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)


def new_lead(**changes: Any) -> NewLead:
    """A pleural stage 2 request from Houston with a call and the guide asked for."""
    usual: dict[str, Any] = {
        "submission_id": str(uuid4()),
        "kind": RequestKind.MATCH,
        "first_name": "Ada",
        "last_name": "Example",
        "phone": "+15550100123",
        "email": "ada@family.example",
        "diagnosis": Diagnosis.PLEURAL,
        "stage": Stage.TWO,
        "treatment_status": TreatmentStatus.NEW,
        "zip": "77030",
        "call_day": CallDay.NEXT_FREE,
        "call_part": DayPart.ANY,
        "consents": (
            ConsentAnswer(key="collect", given=True, typed=""),
            ConsentAnswer(key="email_guide", given=True, typed="ada@family.example"),
        ),
        "page": "/doctor-match/check",
    }
    return NewLead(**{**usual, **changes})


def stored_lead(session: Session, *, now: datetime = NOON, **changes: Any) -> Submitted:
    """The same, submitted."""
    return submit_lead(session, new_lead(**changes), now=now)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
