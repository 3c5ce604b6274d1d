"""Letters to a family: where they go, one row a step, and the batches they are printed in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified, Sealed
from intake.models.lead import Lead


class PostalAddress(Identified, Base):
    """Where a family's letters go; who and where is sealed, state and ZIP code can be asked for.

    `returned_at`: the post office gave a letter back; nothing more is printed until it is corrected.
    """

    __tablename__ = "postal_address"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), unique=True)
    recipient_sealed: Mapped[bytes]
    line_1_sealed: Mapped[bytes]
    line_2_sealed: Mapped[bytes | None]
    city_sealed: Mapped[bytes]
    state: Mapped[str]
    zip: Mapped[str]
    address_blind: Mapped[bytes] = mapped_column(index=True)
    large_print: Mapped[bool]
    given_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]

    recipient = Sealed()
    line_1 = Sealed()
    line_2 = Sealed()
    city = Sealed()


class LetterBatch(Identified, Base):
    """Letters printed together. `number` is said aloud; `sha256` and `pages` are of the file last made."""

    __tablename__ = "letter_batch"

    number: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    created_at: Mapped[datetime]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    letters: Mapped[int]
    pages: Mapped[int | None]
    sha256: Mapped[str | None]
    printed_at: Mapped[datetime | None]
    posted_at: Mapped[datetime | None]
    manifest: Mapped[list[Any]]


class Letter(Identified, Base):
    """One step of a series on paper. `answer` says why it was not printed, or why it came back."""

    __tablename__ = "letter"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    step: Mapped[str]
    status: Mapped[str]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("letter_batch.id"))
    position: Mapped[int | None]
    posted_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    tracking_sealed: Mapped[bytes | None]
    tracking = Sealed()

    lead: Mapped[Lead] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("lead_id", "step", name="uq_letter_step"),
        UniqueConstraint("batch_id", "position", name="uq_letter_position"),
        Index("ix_letter_status", "status", "due_at"),
    )
