"""Remove what has been kept long enough, a bounded number of rows at a time."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from intake.db import Base
from intake.models.audit import AuditSeal
from intake.models.consent import AuditEntry
from intake.models.deletion import Deletion, DeletionMail
from intake.models.lead import Lead
from intake.models.privacy import LedgerEntry
from intake.rules.retention import RETENTION, Keep, KeepRule
from intake.services import audit, erasure, heartbeats
from intake.services.audit_chain import Head
from intake.services.erasure import AGED
from intake.services.restore_ledger import Kind

BATCH = 1000
EVERY = timedelta(hours=20)
NAME = "retention"


def remove_some(session: Session, rule: KeepRule, *, now: datetime) -> int:
    """Remove at most BATCH rows of a table that are past their time; return how many went."""
    if rule.keep is not Keep.DAYS:
        return 0
    if rule.table == "lead":
        return _erase_old(session, rule, now)
    if rule.table == "consent_event":
        return session.scalar(select(func.forget_consents(now - rule.age, BATCH))) or 0
    if rule.table in ("audit_entry", "audit_seal"):
        return 0  # the two go together: see forget_audit
    table = Base.metadata.tables[rule.table]
    key = next(iter(table.primary_key))
    old = select(key).where(_is_old(table, rule, now)).limit(BATCH)
    gone = session.execute(delete(table).where(key.in_(old)).returning(key))
    return len(gone.all())


def forget_audit(session: Session, rule: KeepRule, *, now: datetime) -> Head | None:
    """Remove the oldest part of the audit with its seals; return the last seal that went, None when none did.

    The file beside the database must hear of it before the commit, or the chain would look cut.
    """
    old = (
        select(AuditSeal.position, AuditSeal.mac)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .where(AuditSeal.sealed_at < now - rule.age, AuditEntry.at < now - rule.age)
        .order_by(AuditSeal.position)
        .limit(BATCH)
    )
    heads = [Head(*row) for row in session.execute(old)]
    if not heads:
        return None
    session.execute(select(func.forget_audit(heads[-1].position)))
    return heads[-1]


def is_due(session: Session, *, now: datetime) -> bool:
    last = heartbeats.last(session, NAME)
    return last is None or now - last >= EVERY


def note_run(session: Session, done: dict[str, int], *, now: datetime) -> None:
    """What a night removed, table by table."""
    heartbeats.beat(session, NAME)
    audit.note(session, NAME, "retention.run", "retention", "-", now=now, removed=done)


def report(session: Session, *, now: datetime) -> dict[str, object]:
    """Deletions by reason, the last run, and how many rows are past their time, by table."""
    counted = select(LedgerEntry.reason, func.count()).where(LedgerEntry.kind == Kind.ERASED)
    erased = {reason: count for reason, count in session.execute(counted.group_by(LedgerEntry.reason))}
    last = heartbeats.last(session, NAME)
    waiting = Deletion.done_at.is_(None) & Deletion.closed_at.is_(None)
    return {
        "erased": erased,
        "wishes_open": _number(session, Deletion.id, waiting),
        "wishes_late": _number(session, Deletion.id, waiting & (Deletion.due_at < now)),
        "centres_to_tell": _number(
            session, DeletionMail.id, DeletionMail.centre.is_not(None) & DeletionMail.settled_at.is_(None)
        ),
        "last_run": last.isoformat() if last else None,
        "past_their_time": _past(session, now),
        "rules": RETENTION.version,
        "backup_days": RETENTION.backup_days,
    }


def _number(session: Session, column: InstrumentedAttribute[UUID], where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(column)).where(where)) or 0


def _past(session: Session, now: datetime) -> dict[str, int]:
    rules = [rule for rule in RETENTION.rules.values() if rule.keep is Keep.DAYS]
    tables = {rule.table: Base.metadata.tables[rule.table] for rule in rules}
    counts = {
        rule.table: session.scalar(
            select(func.count()).select_from(tables[rule.table]).where(_is_old(tables[rule.table], rule, now))
        )
        for rule in rules
    }
    return {table: count for table, count in counts.items() if count}


def _erase_old(session: Session, rule: KeepRule, now: datetime) -> int:
    """Old requests end as if the family had asked; only their silence is not asked for."""
    old = select(Lead.id).where(Lead.created_at < now - rule.age).order_by(Lead.created_at).limit(50)
    ids = session.scalars(old).all()
    for lead_id in ids:
        erasure.erase(session, lead_id, by=NAME, now=now, reason=AGED)
    return len(ids)


def _is_old(table: Table, rule: KeepRule, now: datetime) -> ColumnElement[bool]:
    only: list[Any] = [table.c[column].in_(values) for column, values in rule.only.items()]
    if rule.without:
        only.append(table.c[rule.without].is_(None))
    return and_(table.c[rule.since] < now - rule.age, *only)
