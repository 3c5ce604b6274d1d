"""Who is there when: weekly shifts, days away, and pauses."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified


class StaffShift(Base):
    """Somebody's ordinary week, in the office's time zone: windows such as "09:00-13:00" for each day."""

    __tablename__ = "staff_shift"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    week: Mapped[dict[str, Any]]


class StaffAbsence(Identified, Base):
    """Days on which somebody is away, first to last. Calls promised in person go to `cover_id`, or to all."""

    __tablename__ = "staff_absence"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    cover_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    noted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime]

    __table_args__ = (Index("ix_staff_absence_last_day", "last_day"),)


class StaffPause(Identified, Base):
    """Somebody takes no calls for a while. One that is open has no end."""

    __tablename__ = "staff_pause"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        Index("uq_staff_pause_open", "staff_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_staff_pause_started_at", "started_at"),
    )
