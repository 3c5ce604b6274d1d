"""The night's work on what has been kept long enough, a batch a transaction."""

from datetime import datetime

from intake.db import transaction
from intake.ledger import Ledger
from intake.rules.retention import RETENTION
from intake.services import audit_chain, retention

_MOST_BATCHES = 200


def run_if_due(anchors: Ledger, now: datetime) -> dict[str, int] | None:
    """None when the last run is less than twenty hours old."""
    with transaction() as session:
        if not retention.is_due(session, now=now):
            return None
    return run(anchors, now)


def run(anchors: Ledger, now: datetime) -> dict[str, int]:
    """Keep every rule of retention.toml, seal what a sweep missed; return how many rows went, by table."""
    done = {table: _remove(table, now) for table in RETENTION.rules}
    done["audit_entry"] = _forget_audit(anchors, now)
    done = {table: count for table, count in done.items() if count}
    with transaction() as session:
        retention.note_run(session, done, now=now)
    with transaction() as session:
        audit_chain.seal(session, now=now, everything=True)
    return done


def _remove(table: str, now: datetime) -> int:
    gone = 0
    for _ in range(_MOST_BATCHES):
        with transaction() as session:
            count = retention.remove_some(session, RETENTION.rules[table], now=now)
        gone += count
        if not count:
            break
    return gone


def _forget_audit(anchors: Ledger, now: datetime) -> int:
    first = last = 0
    for _ in range(_MOST_BATCHES):
        with transaction() as session:
            head = retention.forget_audit(session, RETENTION.rules["audit_entry"], now=now)
            if head is None:
                break
            anchors.append(head.anchor(now, "forgotten"))
        first, last = first or head.position, head.position
    return last and last - first + retention.BATCH
