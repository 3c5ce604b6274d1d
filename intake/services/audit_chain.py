"""Seal the audit and verify it. The sweep seals within seconds of the commit, never inside it.

Each seal is an HMAC over the entry and the seal before it, under a key that is not in the database:
whoever may write every table still cannot make a chain that fits. The newest seal is written to a
file beside the database (an anchor), so that the end of the chain cannot be cut off unseen.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from intake.crypto import keyring
from intake.models.audit import AuditSeal
from intake.models.consent import AuditEntry

BATCH = 5000
SEALED_WITHIN = timedelta(minutes=2)
# A commit can come this much later than the id it took; what comes later still the nightly sweep finds.
_STRAGGLER = timedelta(minutes=10)
_LOCK = 7022  # any fixed number: two sweeps take turns


@dataclass(frozen=True)
class Head:
    """A seal: where the chain ends. Position 0 is the chain that has none."""

    position: int = 0
    mac: bytes = b""

    def anchor(self, now: datetime, kind: str = "anchor") -> dict[str, Any]:
        """The line for the file beside the database."""
        return {"kind": kind, "at": now.isoformat(), "position": self.position, "mac": self.mac.hex()}


@dataclass
class Anchors:
    """What the file says must be: where the chain begins, and seals that it must have."""

    start: Head = Head()
    sealed: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[dict[str, Any]]) -> "Anchors":
        """`restored`: a backup that ended there was put back. `forgotten`: what came before was due to go."""
        found = cls()
        for line in lines:
            head = Head(line["position"], bytes.fromhex(line["mac"]))
            if line["kind"] == "restored":
                found.sealed = {at: mac for at, mac in found.sealed.items() if at <= head.position}
            if line["kind"] == "forgotten":
                found.start = head
            found.sealed[head.position] = head.mac
        return found

    def contradicts(self, head: Head) -> bool:
        return self.sealed.get(head.position, head.mac) != head.mac


@dataclass(frozen=True)
class Verdict:
    """`fault` is one sentence that names the first wrong row, None when there is none."""

    sealed: int
    fault: str | None


def seal(session: Session, *, now: datetime, everything: bool = False) -> Head:
    """Seal what was committed since, at most BATCH entries, and say where the chain ends.

    `everything` looks at all entries, however old, for one that the sweeps have missed.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    head = current_head(session)
    for entry in session.scalars(_unsealed(0 if everything else _floor(session, now))).all():
        head = _next(head, entry)
        session.add(AuditSeal(position=head.position, entry_id=entry.id, mac=head.mac, sealed_at=now))
    return head


def current_head(session: Session) -> Head:
    newest = session.scalars(select(AuditSeal).order_by(AuditSeal.position.desc()).limit(1)).one_or_none()
    return Head(newest.position, newest.mac) if newest else Head()


def verify(session: Session, anchors: Anchors, *, now: datetime) -> Verdict:
    """Walk the whole chain and find the first row that was changed, removed or moved."""
    head = anchors.start
    for mark, entry in _chain(session, head.position):
        fault = _fault(head, mark, entry) or _rebuilt(anchors, mark)
        if fault:
            return Verdict(head.position, fault)
        head = Head(mark.position, mark.mac)
    end = max(anchors.sealed, default=0)
    if end > head.position:
        fault = (
            f"The chain ends at position {head.position}, and {end} was sealed: the rows between are gone."
        )
        return Verdict(head.position, fault)
    return Verdict(head.position, _forgotten(session, now))


def _next(head: Head, entry: AuditEntry) -> Head:
    position = head.position + 1
    content = [
        position, entry.id, entry.at.astimezone(UTC).isoformat(), entry.actor, entry.action,
        entry.subject_kind, entry.subject_id, entry.detail,
    ]  # fmt: skip
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return Head(position, keyring().mac("audit", head.mac + text.encode()))


def _fault(head: Head, mark: AuditSeal, entry: AuditEntry | None) -> str | None:
    if mark.position != head.position + 1:
        return f"Position {head.position + 1} is gone: an audit entry and its seal were removed."
    if entry is None:
        return f"Audit entry {mark.entry_id} (position {mark.position}) was removed."
    if _next(head, entry).mac != mark.mac:
        return f"Audit entry {entry.id} (position {mark.position}) was changed or moved."
    return None


def _rebuilt(anchors: Anchors, mark: AuditSeal) -> str | None:
    if anchors.contradicts(Head(mark.position, mark.mac)):
        return (
            f"Position {mark.position} had another seal before: a backup was restored or the chain rebuilt."
        )
    return None


def _forgotten(session: Session, now: datetime) -> str | None:
    """An entry that no sweep sealed in time."""
    late = _unsealed(0).where(AuditEntry.at < now - SEALED_WITHIN).limit(1)
    entry = session.scalars(late).one_or_none()
    return f"Audit entry {entry.id} is not sealed: does the worker run?" if entry else None


def _unsealed(floor: int) -> Select[AuditEntry]:
    has_seal = select(AuditSeal.position).where(AuditSeal.entry_id == AuditEntry.id).exists()
    wanted = select(AuditEntry).where(AuditEntry.id > floor, ~has_seal)
    return wanted.order_by(AuditEntry.id).limit(BATCH)


def _floor(session: Session, now: datetime) -> int:
    """An entry id below which everything has long been decided: the sweep starts there."""
    old = select(AuditSeal.entry_id).where(AuditSeal.sealed_at < now - _STRAGGLER)
    return session.scalars(old.order_by(AuditSeal.position.desc()).limit(1)).first() or 0


def _chain(session: Session, start: int) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    """Every seal with its entry, a bounded number at a time."""
    while True:
        page = select(AuditSeal).where(AuditSeal.position > start).order_by(AuditSeal.position).limit(BATCH)
        marks = session.scalars(page).all()
        if not marks:
            return
        ids = [mark.entry_id for mark in marks]
        entries = {row.id: row for row in session.scalars(select(AuditEntry).where(AuditEntry.id.in_(ids)))}
        yield from ((mark, entries.get(mark.entry_id)) for mark in marks)
        start = marks[-1].position
        session.expunge_all()
