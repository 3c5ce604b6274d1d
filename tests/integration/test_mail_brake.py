"""Too many complaints: everything that is sent by itself stands still until a supervisor releases it."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, insert, select

from intake.db import transaction
from intake.errors import BadInput
from intake.models import MailBrake, Mailing, MailReceipt, OutboxTask
from intake.receipts.receipt import Receipt, ReceiptKind
from intake.rules.statuses import MailingStatus
from intake.services import mail_brake, mail_receipts, series
from tests.desk import account
from tests.factories import NOON, stored_lead

DAY = timedelta(days=1)


@pytest.fixture
def lead_id(database: Engine) -> UUID:
    """A family whose guide waits."""
    with transaction() as session:
        lead = stored_lead(session).lead_id
        series.begin(session, lead, now=NOON)
    return lead


def history(lead_id: UUID, *, sent: int, complaints: int) -> None:
    """Mails of yesterday, and complaints about some of them."""
    at = NOON - DAY
    row = {"lead_id": lead_id, "status": MailingStatus.ACCEPTED, "created_at": at, "due_at": at}
    told = {"adapter": "ses", "kind": "complaint", "permanent": False, "detail": "", "at": at}
    with transaction() as session:
        session.execute(
            insert(Mailing),
            [{"id": uuid4(), "step": f"x.{n}", "message_id": str(uuid4()), **row} for n in range(sent)],
        )
        session.execute(
            insert(MailReceipt),
            [{"id": uuid4(), "event_id": f"c{n}", "received_at": at, **told} for n in range(complaints)],
        )


def complain(*, at: datetime = NOON) -> None:
    receipt = Receipt(event_id=str(uuid4()), kind=ReceiptKind.COMPLAINT, at=at, recipient="eve@other.example")
    with transaction() as session:
        mail_receipts.take(session, "ses", [receipt], now=at)


def braked() -> bool:
    with transaction() as session:
        return mail_brake.is_on(session)


@pytest.mark.parametrize(("earlier", "sent", "pulled"), [(2, 2727, True), (2, 3000, False), (1, 100, False)])
def test_everything_stands_still_when_more_than_one_in_a_thousand_complain(
    lead_id: UUID, earlier: int, sent: int, pulled: bool
) -> None:
    history(lead_id, sent=sent, complaints=earlier)
    complain()
    assert braked() == pulled


def test_one_brake_is_pulled_however_many_complain(lead_id: UUID) -> None:
    history(lead_id, sent=10, complaints=2)
    for _ in range(3):
        complain()
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(MailBrake)) == 1


def test_mails_go_on_at_once_when_a_supervisor_releases_them(lead_id: UUID) -> None:
    history(lead_id, sent=10, complaints=2)
    complain()
    with transaction() as session:
        waiting = session.scalars(select(Mailing).where(Mailing.step == "guide")).one()
        waiting.because = "brake"
        work = session.scalars(select(OutboxTask).where(OutboxTask.subject_id == waiting.id)).one()
        work.due_at = NOON + 9 * DAY
        who = account(session).id
        session.flush()
        mail_brake.release(session, who, reason="a form was misused", now=NOON + DAY)
        session.refresh(work)
        assert work.due_at == NOON + DAY
        with pytest.raises(BadInput):
            mail_brake.release(session, who, reason="again", now=NOON + DAY)


def test_complaints_from_before_a_release_are_forgotten(lead_id: UUID) -> None:
    history(lead_id, sent=10, complaints=2)
    complain()
    with transaction() as session:
        who = account(session).id
        session.flush()
        mail_brake.release(session, who, reason="mended", now=NOON + DAY)
    for hours in (1, 2):
        complain(at=NOON + DAY + timedelta(hours=hours))
        assert not braked()
    complain(at=NOON + DAY + timedelta(hours=3))
    assert braked()
