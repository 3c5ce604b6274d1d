"""The short list of doctors whose checked facts have grown old."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from intake.models.directory import Doctor, DoctorFact
from intake.rules.freshness import LIMITS, StaleFact, stale_facts
from intake.rules.statuses import DoctorStatus

_ASKED_ONCE = ("accepts_new", "insurance", "video_opinion", "volume_band", "languages")


@dataclass(frozen=True, kw_only=True)
class ToVerify:
    """A verified doctor with what should be checked again, the longest overdue first."""

    doctor: Doctor
    stale: tuple[StaleFact, ...]

    @property
    def overdue(self) -> int:
        return self.stale[0].overdue


def to_verify(session: Session, *, now: datetime) -> list[ToVerify]:
    """Verified doctors with a fact past the limits of freshness.toml, the longest overdue first.

    A fact that nobody has stated is not stale: it is not known. Locations and expertise come loaded.
    """
    days = _last_checks(session)
    found = (
        ToVerify(doctor=doctor, stale=stale_of(doctor, days.get(doctor.id, {}), now=now))
        for doctor in session.scalars(_verified())
    )
    return sorted(
        (one for one in found if one.stale),
        key=lambda one: (-one.overdue, one.doctor.last_name, one.doctor.first_name, str(one.doctor.id)),
    )


def stale_of(doctor: Doctor, checked: Mapping[str, date], *, now: datetime) -> tuple[StaleFact, ...]:
    """What is stale of one doctor, given the days on which single facts were checked last.

    Locations and expertise must be loaded.
    """
    since = {
        name: checked.get(name) or doctor.verified_on
        for name in _ASKED_ONCE
        if getattr(doctor, name) not in (None, [])
    }
    since["expertise"] = min((skill.verified_on for skill in doctor.expertise), default=None)
    since["locations"] = min((place.seen_on for place in doctor.locations), default=None)
    return stale_facts({name: day for name, day in since.items() if day is not None}, now.date())


def _verified() -> Select[Doctor]:
    return (
        select(Doctor)
        .where(Doctor.status == DoctorStatus.VERIFIED)
        .options(selectinload(Doctor.locations), selectinload(Doctor.expertise))
    )


def _last_checks(session: Session) -> dict[UUID, dict[str, date]]:
    """The day of the newest word about each fact, by doctor."""
    day = func.max(func.coalesce(DoctorFact.verified_on, DoctorFact.seen_on))
    rows = session.execute(
        select(DoctorFact.doctor_id, DoctorFact.name, day)
        .where(DoctorFact.name.in_(list(LIMITS)))
        .group_by(DoctorFact.doctor_id, DoctorFact.name)
    )
    days: dict[UUID, dict[str, date]] = {}
    for doctor_id, name, last in rows:
        days.setdefault(doctor_id, {})[name] = last
    return days
