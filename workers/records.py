"""Periodic work on what is kept: seal the audit, end what is past its time."""

from intake import nightly
from intake.db import database_now, transaction
from intake.ledger import Ledger
from intake.services import audit_chain
from workers.app import celery, settings

ANCHOR_SECONDS = 30


@celery.task(name="seal_audit")
def seal_audit() -> None:
    """Seal what was noted since, and note outside the database where the chain ends."""
    with transaction() as session:
        now = database_now(session)
        head = audit_chain.seal(session, now=now)
    anchors = Ledger(settings.audit_anchors)
    if head.position and anchors.age() > ANCHOR_SECONDS:
        anchors.append(head.anchor(now))


@celery.task(name="keep_retention")
def keep_retention() -> None:
    """Once a night, remove what was kept long enough."""
    with transaction() as session:
        now = database_now(session)
    nightly.run_if_due(Ledger(settings.audit_anchors), now)
