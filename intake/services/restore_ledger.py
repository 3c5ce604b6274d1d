"""What a restored backup must not forget: stops and erasures, kept outside the database as well.

Each is a row here and a line in the file, written to the disk before the commit. A process that finds
lines in the file that its database lacks has been given an older database: it takes them in before
anything else runs.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake import ledger
from intake.crypto import keyring
from intake.db import insert_new, outlasting
from intake.models.privacy import LedgerEntry
from intake.services import audit

_LOCK = 7023  # any fixed number: processes that start together take turns
_INSERT = insert_new(LedgerEntry)


class Kind(StrEnum):
    STOPPED = "stopped"
    LIFTED = "lifted"
    ERASED = "erased"
    RECEIPT = "receipt"  # `reason` is its number


Apply = Callable[[Session, dict[str, Any]], None]


def remember(
    session: Session, kind: Kind, blind: bytes, *, reason: str, channel: str | None = None, now: datetime
) -> None:
    """Keep this beyond the database, in the commit of the deed itself."""
    entry = LedgerEntry(id=uuid4(), kind=kind, channel=channel, blind=blind, reason=reason, at=now)
    session.add(entry)
    outlasting(session, _line(entry))


def lead_blind(lead_id: UUID) -> bytes:
    """How the ledger knows a request: by a keyed hash of its id."""
    return keyring().blind("lead", str(lead_id))


def take_in(session: Session, apply: Apply, *, now: datetime) -> int:
    """Do again whatever the file remembers and the database does not; return how much that was.

    Rows that the file lacks (it was lost) are written to it. Raises ConfigError for a changed file.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    lines = {UUID(line["id"]): line for line in ledger.stops().read()}
    known = set(session.scalars(select(LedgerEntry.id)))
    missing = [line for key, line in lines.items() if key not in known]
    for line in missing:
        apply(session, line)
    if missing:
        session.execute(_INSERT, [_row(line) for line in missing])
        audit.note(session, "desk", "ledger.taken_in", "ledger", "-", now=now, lines=len(missing))
    _write_lost(session, known - lines.keys(), now=now)
    return len(missing)


def _write_lost(session: Session, ids: Iterable[UUID], *, now: datetime) -> None:
    wanted = list(ids)
    if not wanted:
        return
    lost = session.scalars(select(LedgerEntry).where(LedgerEntry.id.in_(wanted)).order_by(LedgerEntry.at))
    for entry in lost:
        outlasting(session, _line(entry))
    audit.note(session, "desk", "ledger.rewritten", "ledger", "-", now=now, lines=len(wanted))


def _line(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "kind": entry.kind,
        "channel": entry.channel,
        "blind": entry.blind.hex(),
        "reason": entry.reason,
        "at": entry.at.isoformat(),
    }


def _row(line: dict[str, Any]) -> dict[str, Any]:
    return {
        **line,
        "id": UUID(line["id"]),
        "blind": bytes.fromhex(line["blind"]),
        "at": datetime.fromisoformat(line["at"]),
    }
