"""That a family asked to be deleted, how far it is, and the mails about it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified, Sealed
from intake.rules.statuses import MailingStatus


class Deletion(Identified, Base):
    """One wish to be deleted. It outlives the request and holds ids, times and a number, no person.

    `receipt` is what the family may say by phone; there is one as soon as it is done. `closed_at`: they did
    not want it after all. The link was mailed to them and opens until `link_until`.
    """

    __tablename__ = "deletion"

    lead_id: Mapped[UUID] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    receipt: Mapped[str | None] = mapped_column(unique=True)
    link_until: Mapped[datetime | None]
    link_blind: Mapped[bytes | None] = mapped_column(unique=True)
    link_sealed: Mapped[bytes | None]
    link = Sealed()

    __table_args__ = (
        # One open wish a request, however often the button is pressed.
        Index(
            "uq_deletion_open",
            "lead_id",
            unique=True,
            postgresql_where=text("done_at IS NULL AND closed_at IS NULL"),
        ),
    )


class DeletionMail(Identified, Base):
    """A mail about a deletion: the link to the family, or word to a centre that was given something.

    Of a centre: its name, where word reaches it, and our reference of the request, until it is told
    (`settled_at`). Nothing of the family stands here: the link's mail looks its address up when it is sent.
    """

    __tablename__ = "deletion_mail"

    deletion_id: Mapped[UUID] = mapped_column(ForeignKey("deletion.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(default=MailingStatus.PLANNED)
    answer: Mapped[str | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    centre: Mapped[str | None]
    address: Mapped[str | None]
    reference: Mapped[str | None]
