"""A request for help, who wrote it and who is ill."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified, Sealed


class Lead(Identified, Base):
    """One request for help, from submit to close. `reference` is what is said by phone.

    `created_at` is the clock of the request, `stored_at` the database's. `source` says how it came
    (LeadSource), `came_from` whose link led here: a label such as "hospital", never an address.
    `marked` (LeadMark) is set for what is no request of a family: it counts in no figure.
    """

    __tablename__ = "lead"

    reference: Mapped[str] = mapped_column(unique=True)
    submission_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    source: Mapped[str] = mapped_column(default="web", server_default="web")
    came_from: Mapped[str | None]
    marked: Mapped[str | None]
    family_id: Mapped[UUID | None] = mapped_column(ForeignKey("family.id", ondelete="SET NULL"), index=True)

    relation: Mapped[str]
    diagnosis: Mapped[str]
    cell_type: Mapped[str]
    stage: Mapped[str]
    treatment_status: Mapped[str]

    zip: Mapped[str | None]
    state: Mapped[str | None]
    travel: Mapped[str]
    veteran: Mapped[bool | None]
    insurance: Mapped[str | None]
    time_zones: Mapped[list[str]]
    time_zone_certain: Mapped[bool]

    language: Mapped[str]
    voicemail_may_mention: Mapped[bool]
    wants_call: Mapped[bool]
    call_day: Mapped[str | None]
    call_on: Mapped[date | None]
    call_part: Mapped[str | None]
    wants_guide: Mapped[bool]

    status_token_sealed: Mapped[bytes]
    status_token_blind: Mapped[bytes] = mapped_column(unique=True)
    status_token = Sealed()

    contact: Mapped["Contact"] = relationship(back_populates="lead", lazy="raise")
    patient: Mapped["Patient | None"] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_lead_created_at", "created_at"),
        Index("ix_lead_marked", "id", postgresql_where=text("marked IS NOT NULL")),
    )


class Contact(Identified, Base):
    """Who wrote. Every word of it is sealed; exact look-ups use the blind columns."""

    __tablename__ = "contact"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), unique=True)
    first_name_sealed: Mapped[bytes]
    last_name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    email_sealed: Mapped[bytes | None]
    last_name_blind: Mapped[bytes | None] = mapped_column(index=True)
    phone_blind: Mapped[bytes | None] = mapped_column(index=True)
    email_blind: Mapped[bytes | None] = mapped_column(index=True)

    first_name = Sealed()
    last_name = Sealed()
    phone = Sealed()
    email = Sealed()

    lead: Mapped[Lead] = relationship(back_populates="contact", lazy="raise")


class Patient(Identified, Base):
    """Who is ill, when that is not the person who wrote."""

    __tablename__ = "patient"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), unique=True)
    first_name_sealed: Mapped[bytes | None]
    first_name = Sealed()


class ContactChange(Identified, Base):
    """A phone or email as it was before somebody corrected it. `by` names the actor as the audit does."""

    __tablename__ = "contact_change"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    field: Mapped[str]
    old_sealed: Mapped[bytes | None]
    old = Sealed()


class Draft(Identified, Base):
    """Answers that are not sent yet: sealed, kept seven days, found by a cookie."""

    __tablename__ = "draft"

    token_blind: Mapped[bytes] = mapped_column(unique=True)
    submission_id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    answers_json_sealed: Mapped[bytes]
    answers_json = Sealed()

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered so far, by question name."""
        found: dict[str, Any] = json.loads(self.answers_json)
        return found

    @answers.setter
    def answers(self, new_answers: dict[str, Any]) -> None:
        self.answers_json = json.dumps(new_answers)
