"""Requests by the same people: a family has one open call, whatever it sent and however often."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified


class Family(Identified, Base):
    """What links leads that share a phone or an email. It holds nothing of them itself."""

    __tablename__ = "family"

    created_at: Mapped[datetime]


class FamilyApart(Base):
    """Two families that staff parted: a shared number never links them again. `family_id` is the lower id."""

    __tablename__ = "family_apart"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(
        ForeignKey("family.id", ondelete="CASCADE"), primary_key=True, index=True
    )
