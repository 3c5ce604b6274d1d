"""Mails to a family, step by step, and the addresses that must never be mailed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified, Sealed
from intake.models.lead import Lead


class Mailing(Identified, Base):
    """One step of a series for one lead. Intent is committed before SMTP, the answer after."""

    __tablename__ = "mailing"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    step: Mapped[str]
    status: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    unsubscribe_token_sealed: Mapped[bytes]
    unsubscribe_token_blind: Mapped[bytes] = mapped_column(unique=True)
    unsubscribe_token = Sealed()

    lead: Mapped[Lead] = relationship(lazy="raise")

    __table_args__ = (UniqueConstraint("lead_id", "step"), Index("ix_mailing_status", "status", "due_at"))


class Suppression(Identified, Base):
    """Never contact this address over this channel again. Keyed hashes only, so it outlives erasure."""

    __tablename__ = "suppression"

    channel: Mapped[str]
    address_blind: Mapped[bytes]
    reason: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("channel", "address_blind"),)
