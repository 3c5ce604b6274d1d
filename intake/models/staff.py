"""Staff accounts, their roles, and each sign-in as a row that can be closed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Table, Uuid
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified

staff_roles = Table(
    "staff_roles",
    Base.metadata,
    Column("staff_id", Uuid(), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", Uuid(), ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class StaffSession(Identified, Base):
    """One sign-in. The signed cookie carries the id; a closed row signs that browser out."""

    __tablename__ = "staff_session"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
