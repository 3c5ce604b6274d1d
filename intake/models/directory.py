"""The directory: doctors, where they work, what they do, and how we know."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Identified


class Centre(Identified, Base):
    """A hospital or cancer centre, with its designation as a dated fact.

    latitude and longitude are the point that is used; given_* is the source's own.
    """

    __tablename__ = "centre"

    name: Mapped[str]
    street: Mapped[str | None]
    city: Mapped[str]
    state: Mapped[str]
    zip: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    given_latitude: Mapped[float | None]
    given_longitude: Mapped[float | None]
    designation: Mapped[str | None]
    url: Mapped[str | None]
    source: Mapped[str]
    seen_on: Mapped[date]
    note: Mapped[str | None]
    sample: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("name", "city", "state"),)


class Doctor(Identified, Base):
    """A doctor. Candidates come from registries; only verified ones are shown to families."""

    __tablename__ = "doctor"

    npi: Mapped[str | None] = mapped_column(unique=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    credential: Mapped[str | None]
    status: Mapped[str]
    sample: Mapped[bool] = mapped_column(default=False)
    languages: Mapped[list[str]] = mapped_column(default=list)
    insurance: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    accepts_new: Mapped[bool | None]
    video_opinion: Mapped[bool | None]
    volume_band: Mapped[str | None]
    source: Mapped[str]
    seen_on: Mapped[date]
    source_digest: Mapped[str | None]
    verified_on: Mapped[date | None]
    verified_by: Mapped[str | None]
    deactivated_on: Mapped[date | None]
    deactivated_because: Mapped[str | None]
    note: Mapped[str | None]
    updated_at: Mapped[datetime]

    locations: Mapped[list["Location"]] = relationship(
        back_populates="doctor", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    specialties: Mapped[list["DoctorSpecialty"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    expertise: Mapped[list["DoctorExpertise"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (Index("ix_doctor_status", "status"),)

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)


class Location(Identified, Base):
    """An address where a doctor sees patients. No coordinates means the place is not known."""

    __tablename__ = "location"

    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("doctor.id", ondelete="CASCADE"), index=True)
    centre_id: Mapped[UUID | None] = mapped_column(ForeignKey("centre.id"))
    line_1: Mapped[str]
    line_2: Mapped[str | None]
    city: Mapped[str]
    state: Mapped[str]
    zip: Mapped[str]
    phone: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    source: Mapped[str]
    seen_on: Mapped[date]

    doctor: Mapped[Doctor] = relationship(back_populates="locations", lazy="raise")
    centre: Mapped[Centre | None] = relationship(lazy="raise")


class DoctorSpecialty(Base):
    """A taxonomy code that a registry or an editor gives a doctor."""

    __tablename__ = "doctor_specialty"

    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("doctor.id", ondelete="CASCADE"), primary_key=True)
    taxonomy_code: Mapped[str] = mapped_column(primary_key=True)
    is_primary: Mapped[bool] = mapped_column(default=False)


class DoctorExpertise(Base):
    """A procedure, treatment or type that a person checked the doctor does."""

    __tablename__ = "doctor_expertise"

    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("doctor.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    verified_on: Mapped[date]
    verified_by: Mapped[str]


class DoctorFact(Base):
    """Where one fact about a doctor comes from. Appended for every change: the newest row counts.

    `name` is the column or collection it speaks of (accepts_new, languages, location:<id>, ...);
    `value` is what was said, None when it was taken back.
    """

    __tablename__ = "doctor_fact"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("doctor.id", ondelete="CASCADE"))
    name: Mapped[str]
    value: Mapped[dict[str, Any] | None]
    source: Mapped[str]
    seen_on: Mapped[date]
    verified_on: Mapped[date | None]
    verified_by: Mapped[str | None]
    recorded_at: Mapped[datetime]

    __table_args__ = (Index("ix_doctor_fact_doctor", "doctor_id", "name", "id"),)


class ZipPoint(Base):
    """A ZIP code's point from a gazetteer; it serves before the built-in table."""

    __tablename__ = "zip_point"

    zip: Mapped[str] = mapped_column(primary_key=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    source: Mapped[str]
    seen_on: Mapped[date]


class DirectoryVersion(Base):
    """One row whose number rises with every change that a match could notice."""

    __tablename__ = "directory_version"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    number: Mapped[int] = mapped_column(server_default=text("0"))
