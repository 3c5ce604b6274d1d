"""How long each stage of a request took: one row a request, kept up to date by a sweep, read by reports."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Double, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base


class RequestTimes(Base):
    """Seconds between the stages of one request; None for a stage that has not come.

    `waited` runs on the wall from the request to the first ring, `workable` only in hours in which staff
    could have rung. `hour` is the office's, `staff_id` who rang first. `counted` is False for spam and
    tests. While not `settled`, the row is looked at again at `look_at`.
    """

    __tablename__ = "request_times"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True)
    submitted_at: Mapped[datetime]
    kind: Mapped[str]
    source: Mapped[str]
    hour: Mapped[int] = mapped_column(SmallInteger)
    wants_call: Mapped[bool]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    stored: Mapped[float | None] = mapped_column(Double)
    matched: Mapped[float | None] = mapped_column(Double)
    queued: Mapped[float | None] = mapped_column(Double)
    claimed: Mapped[float | None] = mapped_column(Double)
    rung: Mapped[float | None] = mapped_column(Double)
    spoken: Mapped[float | None] = mapped_column(Double)
    waited: Mapped[float | None] = mapped_column(Double)
    workable: Mapped[float | None] = mapped_column(Double)
    heard: Mapped[float | None] = mapped_column(Double)
    kept: Mapped[bool | None]
    outcome: Mapped[str | None]
    counted: Mapped[bool]
    settled: Mapped[bool]
    look_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_request_times_submitted_at", "submitted_at"),
        Index("ix_request_times_look_at", "look_at", postgresql_where=text("NOT settled")),
        Index("ix_request_times_left_out", "lead_id", postgresql_where=text("NOT counted")),
    )
