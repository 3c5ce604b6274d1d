"""A phone call owed to a family, and each try at making it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified, Sealed
from intake.models.lead import Lead

_OPEN = text("status IN ('waiting', 'claimed')")


class Callback(Identified, Base):
    """One call owed. A lead has at most one that is open."""

    __tablename__ = "callback"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    status: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    promise_by: Mapped[datetime]
    due_because: Mapped[str]
    requested: Mapped[bool]
    urgency: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    claimed_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    notes_sealed: Mapped[bytes | None]
    notes = Sealed()

    lead: Mapped[Lead] = relationship(lazy="raise")
    attempts: Mapped[list["CallAttempt"]] = relationship(lazy="raise", order_by="CallAttempt.started_at")

    __table_args__ = (
        Index("uq_callback_open", "lead_id", unique=True, postgresql_where=_OPEN),
        Index(
            "ix_callback_queue", text("urgency DESC"), "due_at", postgresql_where=text("status = 'waiting'")
        ),
        Index("ix_callback_claimed", "claimed_until", postgresql_where=text("status = 'claimed'")),
        Index("ix_callback_lead", "lead_id"),
    )


class CallAttempt(Identified, Base):
    """One try: on which basis, under which rule, with what outcome."""

    __tablename__ = "call_attempt"

    callback_id: Mapped[UUID] = mapped_column(ForeignKey("callback.id", ondelete="CASCADE"), index=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime]
    basis: Mapped[str]
    rule_version: Mapped[str]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    notes_sealed: Mapped[bytes | None]
    notes = Sealed()
