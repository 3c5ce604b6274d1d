"""What somebody answered to a mail of ours, for a person to read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified, Sealed


class MailReply(Identified, Base):
    """Until it is settled nothing that comes by itself is sent to that family or that address.

    `digest`: keyed hash of its Message-ID, so that one that is delivered twice is one. `lead_id` is None
    for a stop from an address that we do not know; its words go when it is settled.
    """

    __tablename__ = "mail_reply"

    digest: Mapped[bytes] = mapped_column(unique=True)
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    sender_blind: Mapped[bytes]
    sender_sealed: Mapped[bytes | None]
    words_sealed: Mapped[bytes | None]
    says_stop: Mapped[bool]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decision: Mapped[str | None]

    sender = Sealed()
    words = Sealed()

    __table_args__ = (
        Index("ix_mail_reply_sender", "sender_blind", postgresql_where=text("settled_at IS NULL")),
    )
