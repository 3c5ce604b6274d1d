"""The keyed hash chain over the audit: what shows that a row was changed, removed or moved."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base


class AuditSeal(Base):
    """The seal of one audit entry over its content and the seal before it. Appended, never changed.

    Positions are without gaps; entries are sealed in the order in which they were seen.
    """

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)
    mac: Mapped[bytes]
    sealed_at: Mapped[datetime]
