"""Promises of a call that were broken, or that we saw would be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified, Sealed
from intake.models.callback import Callback
from intake.models.lead import Lead


class Breach(Identified, Base):
    """One promise of one call. `broken_at` is empty while it is only foreseen, and if it was kept after all.

    `likely` is what the desk saw (BreachReason), `reason` what a supervisor says. `told_at`: when the
    family was told. `settled_at`: the call was made, or nothing is owed any more.
    """

    __tablename__ = "breach"

    callback_id: Mapped[UUID] = mapped_column(ForeignKey("callback.id", ondelete="CASCADE"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    due_at: Mapped[datetime]
    promise_by: Mapped[datetime]
    seen_at: Mapped[datetime]
    broken_at: Mapped[datetime | None]
    likely: Mapped[str]
    told_at: Mapped[datetime | None]
    rung_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    explained_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    explained_at: Mapped[datetime | None]
    note_sealed: Mapped[bytes | None]
    note = Sealed()

    lead: Mapped[Lead] = relationship(lazy="raise")
    callback: Mapped[Callback] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("callback_id", "promise_by"),
        Index("ix_breach_open", "promise_by", postgresql_where=text("settled_at IS NULL")),
        Index("ix_breach_seen_at", "seen_at"),
        Index("ix_breach_broken_at", "broken_at"),
        Index(
            "ix_breach_unexplained",
            "broken_at",
            postgresql_where=text("broken_at IS NOT NULL AND reason IS NULL"),
        ),
    )
