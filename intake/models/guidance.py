"""Who signed which row of the guidance. A row that changes since is unsigned again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base


class GuidanceSignOff(Base):
    """A clinician's word on one row, bound to that row's text by its digest. Appended, never changed."""

    __tablename__ = "guidance_sign_off"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    row_id: Mapped[str]
    digest: Mapped[str]
    approved: Mapped[bool]
    clinician: Mapped[str]
    comment: Mapped[str]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]

    __table_args__ = (Index("ix_guidance_sign_off_row", "row_id", "digest"),)
