"""What a supervisor has to be told, until somebody says that it was seen."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified


class SupervisorNotice(Identified, Base):
    """`kind` is a NoticeKind; `staff_id` is whose call or doing it was about."""

    __tablename__ = "supervisor_notice"

    at: Mapped[datetime]
    kind: Mapped[str]
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    callback_id: Mapped[UUID | None] = mapped_column(ForeignKey("callback.id", ondelete="SET NULL"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (Index("ix_supervisor_notice_unseen", "at", postgresql_where=text("seen_at IS NULL")),)
