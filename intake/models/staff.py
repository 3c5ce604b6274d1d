"""Staff accounts, and each sign-in as a row that can be closed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified, Sealed


class Staff(Identified, Base):
    """An advocate, supervisor or admin: one role each.

    What Flask-Security asks of an account joins in `intake.views.security`, so that workers
    can load this table without Flask. A new `fs_uniquifier` ends every sign-in at once.
    """

    __tablename__ = "staff"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    password_temporary: Mapped[bool] = mapped_column(default=False)
    totp_secret_sealed: Mapped[bytes]
    totp_last_counter: Mapped[int | None]
    totp_secret = Sealed()
    sample: Mapped[bool] = mapped_column(default=False)
    shortcuts: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[datetime]


class StaffSkill(Base):
    """What somebody can do that some families need; the names are in intake/rules/skills.toml."""

    __tablename__ = "staff_skill"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    skill: Mapped[str] = mapped_column(primary_key=True)


class StaffSession(Identified, Base):
    """One sign-in. The signed cookie carries the id; a closed row signs that browser out."""

    __tablename__ = "staff_session"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
