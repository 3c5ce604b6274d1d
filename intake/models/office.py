"""The organisation's own calendar, once somebody has set it in the console."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified

# There is one office; its row stands under this id.
THE_OFFICE = UUID(int=1)


class Office(Identified, Base):
    """When the office is open in an ordinary week, and within how many minutes a call is promised.

    `hours` is the [office] table of organisation.toml: a zone, and windows for each day.
    """

    __tablename__ = "office"

    hours: Mapped[dict[str, Any]]
    promise_minutes: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class OfficeDay(Base):
    """A date with hours of its own: none on a holiday, fewer on a short day."""

    __tablename__ = "office_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    hours: Mapped[list[str]]
    name: Mapped[str]
