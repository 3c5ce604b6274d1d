"""What was proposed to a family, why, and under which rules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified
from intake.models.directory import Doctor, Location


class MatchSet(Identified, Base):
    """One run of the matching for a lead; at most one is current.

    `nearer`: reasons why nearer doctors are not on the list. `differences`: what matters and is
    new against the set before this one; empty for the first.
    """

    __tablename__ = "match_set"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    current: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    rule_version: Mapped[str]
    directory_version: Mapped[int]
    widened: Mapped[bool]
    excluded: Mapped[dict[str, Any]]
    nearer: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    differences: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))

    matches: Mapped[list["Match"]] = relationship(lazy="raise", order_by="Match.rank")

    __table_args__ = (
        Index("uq_match_set_current", "lead_id", unique=True, postgresql_where=text("current")),
        Index("ix_match_set_lead_id", "lead_id"),
    )


class Match(Identified, Base):
    """A doctor proposed: `parts` sum to `score`; `reasons` are codes with their figures.

    `chosen_at`: when an advocate who spoke about her with the family sent her.
    """

    __tablename__ = "match"

    match_set_id: Mapped[UUID] = mapped_column(ForeignKey("match_set.id", ondelete="CASCADE"))
    rank: Mapped[int]
    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("doctor.id"))
    location_id: Mapped[UUID | None] = mapped_column(ForeignKey("location.id", ondelete="SET NULL"))
    score: Mapped[float]
    parts: Mapped[dict[str, Any]]
    reasons: Mapped[list[Any]]
    distance_miles: Mapped[float | None]
    chosen_at: Mapped[datetime | None]

    doctor: Mapped[Doctor] = relationship(lazy="raise")
    location: Mapped[Location | None] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("match_set_id", "rank"),
        UniqueConstraint("match_set_id", "doctor_id", name="uq_match_doctor"),
    )
