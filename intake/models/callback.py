"""A phone call owed to a family, and each try at making it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified, Sealed
from intake.models.lead import Lead

_OPEN = text("status IN ('waiting', 'claimed')")
# What anyone may take, apart from calls that one advocate promised to make in person.
_POOL = text("status = 'waiting' AND owner_id IS NULL")
_OWNED = text("status = 'waiting' AND owner_id IS NOT NULL")


class Callback(Identified, Base):
    """One call owed. A lead has at most one that is open, and so has a family.

    `needs`: skills that the call asks for. `owner_id`: who promised to make it in person, until
    `owner_until`, when anyone may. `family_id` is empty until the call is the family's one call;
    `merged_into` is the call that took this one in. `written_by` names the open page that wrote the notes
    last: that page is not old because of its own writing.
    """

    __tablename__ = "callback"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    status: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    promise_by: Mapped[datetime]
    due_because: Mapped[str]
    requested: Mapped[bool]
    family_id: Mapped[UUID | None] = mapped_column(ForeignKey("family.id", ondelete="SET NULL"))
    needs: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    owner_until: Mapped[datetime | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("callback.id", ondelete="SET NULL"))
    urgency: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    claimed_until: Mapped[datetime | None]
    first_claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    written_by: Mapped[str | None]
    notes_sealed: Mapped[bytes | None]
    notes = Sealed()

    lead: Mapped[Lead] = relationship(lazy="raise")
    attempts: Mapped[list["CallAttempt"]] = relationship(lazy="raise", order_by="CallAttempt.started_at")

    __table_args__ = (
        Index("uq_callback_open", "lead_id", unique=True, postgresql_where=_OPEN),
        Index("uq_callback_open_family", "family_id", unique=True, postgresql_where=_OPEN),
        Index("ix_callback_pool_promise", "urgency", "promise_by", postgresql_where=_POOL),
        Index("ix_callback_pool_due", "urgency", "due_at", postgresql_where=_POOL),
        Index("ix_callback_owner", "owner_id", "due_at", postgresql_where=_OWNED),
        Index("ix_callback_owner_until", "owner_until", postgresql_where=_OWNED),
        Index("ix_callback_open_due", "due_at", "id", postgresql_where=_OPEN),
        Index("ix_callback_open_promise", "promise_by", postgresql_where=_OPEN),
        Index("ix_callback_claimed", "claimed_until", postgresql_where=text("status = 'claimed'")),
        Index("ix_callback_closed_at", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index("ix_callback_lead", "lead_id"),
    )


def in_status(*statuses: str) -> ColumnElement[bool]:
    """True for calls in one of these, written out so that a prepared query still finds its partial index."""
    return Callback.status.in_(bindparam(None, list(statuses), expanding=True, literal_execute=True))


# The basis of a call when the family rang us: no attempt of ours, so no cap and no ladder counts it.
THEY_RANG = "family_rang"


class CallAttempt(Identified, Base):
    """One try: on which basis, under which rule, with what outcome.

    `due_at` and `promise_by` are what was owed when it rang; the call itself moves on with the outcome.
    `grounds`: what the permission rested on, row by row, so that it can be explained years later.
    `changed`: what the outcome changed, row by row, so that it can be taken back.
    """

    __tablename__ = "call_attempt"

    callback_id: Mapped[UUID] = mapped_column(ForeignKey("callback.id", ondelete="CASCADE"), index=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    promise_by: Mapped[datetime | None]
    basis: Mapped[str]
    rule_version: Mapped[str]
    grounds: Mapped[dict[str, Any] | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    changed: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    notes_sealed: Mapped[bytes | None]
    notes = Sealed()

    __table_args__ = (Index("ix_call_attempt_started_at", "started_at"),)


class OutcomeUndo(Identified, Base):
    """An outcome that was taken back: which, by whom, when. Appended, never changed."""

    __tablename__ = "outcome_undo"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("call_attempt.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    outcome: Mapped[str]
    recorded_at: Mapped[datetime]


class CallNote(Identified, Base):
    """Words of somebody who had lost the call when she saved them: kept in the family's record."""

    __tablename__ = "call_note"

    callback_id: Mapped[UUID] = mapped_column(ForeignKey("callback.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    text_sealed: Mapped[bytes]
    text = Sealed()
