"""What outlives a request: stops, erasures, and the records of contact that the law wants kept."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified


class LedgerEntry(Identified, Base):
    """A line of the ledger outside the database that this database has taken in. Keyed hashes only."""

    __tablename__ = "ledger_entry"

    kind: Mapped[str]
    channel: Mapped[str | None]
    blind: Mapped[bytes]
    reason: Mapped[str]
    at: Mapped[datetime]


class KeptContact(Identified, Base):
    """That an erased person was contacted: when, by whom, on which basis. Nothing about their illness.

    `address_blind`: the number or address as a keyed hash, so that "did you ring me?" can be answered.
    """

    __tablename__ = "kept_contact"

    lead_id: Mapped[UUID] = mapped_column(index=True)
    channel: Mapped[str]
    address_blind: Mapped[bytes | None] = mapped_column(index=True)
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    basis: Mapped[str]
    rule_version: Mapped[str | None]
    keep_until: Mapped[date]
