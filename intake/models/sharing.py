"""Who may be given what about a family, and what was given: goes with the request."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Identified, Sealed


class Authorisation(Identified, Base):
    """One centre that a family lets us give some facts to, until then or until it says no.

    `wording_sha256`: the exact words it said yes to; the filled-in sentence is with the consent. `centre` is
    its name then: the directory may lose the row.
    """

    __tablename__ = "authorisation"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    centre_id: Mapped[UUID | None] = mapped_column(ForeignKey("centre.id", ondelete="SET NULL"))
    centre: Mapped[str]
    fields: Mapped[list[str]]
    wording_sha256: Mapped[str] = mapped_column(ForeignKey("consent_wording.sha256"))
    given_at: Mapped[datetime]
    given_by: Mapped[str]
    until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]


class Disclosure(Identified, Base):
    """One handing over: the fields, the content (sealed), by whom, and where word of a deletion goes."""

    __tablename__ = "disclosure"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    authorisation_id: Mapped[UUID] = mapped_column(ForeignKey("authorisation.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    centre: Mapped[str]
    address: Mapped[str]
    fields: Mapped[list[str]]
    content_sealed: Mapped[bytes]
    content = Sealed()
