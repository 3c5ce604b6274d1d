"""Staff accounts, what proves who somebody is, each sign-in as a row, and the mails to staff."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified, Sealed
from intake.rules.statuses import MailingStatus


class Staff(Identified, Base):
    """An advocate, supervisor or admin: one role each.

    What Flask-Security asks of an account joins in `intake.views.security`, so that workers
    can load this table without Flask. A new `fs_uniquifier` ends every sign-in at once.
    Without a password nobody has joined yet, or the password was taken away.
    """

    __tablename__ = "staff"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str | None]
    totp_secret_sealed: Mapped[bytes | None]
    totp_last_counter: Mapped[int | None]
    totp_secret = Sealed()
    code_misses: Mapped[int] = mapped_column(default=0)
    code_missed_at: Mapped[datetime | None]
    deputy_until: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    sample: Mapped[bool] = mapped_column(default=False)
    shortcuts: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    # Light or dark, when chosen; else as the machine has it.
    look: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]


class StaffSkill(Base):
    """What somebody can do that some families need; the names are in intake/rules/skills.toml."""

    __tablename__ = "staff_skill"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    skill: Mapped[str] = mapped_column(primary_key=True)


class StaffSession(Identified, Base):
    """One sign-in. The signed cookie carries the id; a closed row signs that browser out.

    `proven_at`: when a code or a key was last shown in it; what exports or deletes asks for a fresh one.
    """

    __tablename__ = "staff_session"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class StaffKey(Identified, Base):
    """A security key or passkey (WebAuthn). `last_stamp`: when the newest challenge it answered was made."""

    __tablename__ = "staff_key"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    last_stamp: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Identified, Base):
    """One of ten codes on paper, each good for one sign-in. Only a keyed hash is kept."""

    __tablename__ = "recovery_code"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    blind: Mapped[bytes]
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("staff_id", "blind"),)


class StaffMail(Identified, Base):
    """A mail to a member of staff. Some carry a link that is good once and for a short time.

    `staff_id` is None when somebody asked for an address that has no account: the same rows are
    written then, and nothing is sent. `totp_secret` is the one that the link's page sets up.
    """

    __tablename__ = "staff_mail"

    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(default=MailingStatus.PLANNED)
    answer: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    token_blind: Mapped[bytes | None] = mapped_column(unique=True)
    token_sealed: Mapped[bytes | None]
    totp_secret_sealed: Mapped[bytes | None]
    token = Sealed()
    totp_secret = Sealed()
