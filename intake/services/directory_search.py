"""Find doctors the way staff ask for them: fifty a page, by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, selectinload

from intake.models.directory import Doctor, DoctorExpertise, DoctorSpecialty, Location
from intake.rules.taxonomy import SPECIALTIES

PAGE = 50
_FARTHEST = 10_000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a doctor must be; what is empty is left open.

    `name` is the beginning of any of the doctor's names, or of the NPI; `among` are ids to choose from.
    """

    name: str = ""
    city: str = ""
    state: str = ""
    centre_id: UUID | None = None
    specialty: str = ""
    expertise: str = ""
    status: str = ""
    among: Sequence[UUID] | None = field(default=None)


@dataclass(frozen=True)
class Page:
    """`number` counts from 1; `count` is how many fit on all pages together."""

    doctors: Sequence[Doctor]
    count: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, ceil(self.count / PAGE))


def search(session: Session, wanted: Wanted, *, page: int = 1) -> Page:
    """One page of those who fit, by last name; the last page when there are fewer."""
    fits = and_(True, *_conditions(wanted))
    count = session.scalar(select(func.count()).select_from(Doctor).where(fits)) or 0
    number = max(1, min(page, ceil(count / PAGE), _FARTHEST))
    found = session.scalars(_listed(fits).limit(PAGE).offset((number - 1) * PAGE)).all()
    return Page(found, count, number)


def _listed(fits: ColumnElement[bool]) -> Select[Doctor]:
    by_name = (Doctor.last_name, Doctor.first_name, Doctor.id)
    return (
        select(Doctor)
        .where(fits)
        .order_by(*by_name)
        .options(
            selectinload(Doctor.locations).joinedload(Location.centre),
            selectinload(Doctor.specialties),
            selectinload(Doctor.expertise),
        )
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = _who(wanted.name.lower())
    if places := _place_conditions(wanted):
        found.append(exists().where(Location.doctor_id == Doctor.id, *places))
    if wanted.specialty:
        codes = SPECIALTIES[wanted.specialty].codes
        found.append(
            exists().where(DoctorSpecialty.doctor_id == Doctor.id, DoctorSpecialty.taxonomy_code.in_(codes))
        )
    if wanted.expertise:
        skill = DoctorExpertise.code == wanted.expertise
        found.append(exists().where(DoctorExpertise.doctor_id == Doctor.id, skill))
    if wanted.status:
        found.append(Doctor.status == wanted.status)
    if wanted.among is not None:
        found.append(Doctor.id.in_(wanted.among))
    return found


def _who(name: str) -> list[ColumnElement[bool]]:
    """Every word of a name, or the id that a row without an NPI is known by."""
    try:
        return [Doctor.id == UUID(name)]
    except ValueError:
        return [_named(word) for word in re.split(r"[\s,]+", name) if word]


def _named(word: str) -> ColumnElement[bool]:
    """A word of the name begins so; digits begin an NPI as well: samples have numbers for names."""
    names = func.lower(" " + Doctor.first_name + " " + Doctor.last_name)
    named: ColumnElement[bool] = names.contains(f" {word}", autoescape=True)
    return named | Doctor.npi.startswith(word, autoescape=True) if word.isdigit() else named


def _place_conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.city:
        found.append(func.lower(Location.city).startswith(wanted.city.lower(), autoescape=True))
    if wanted.state:
        found.append(Location.state == wanted.state)
    if wanted.centre_id:
        found.append(Location.centre_id == wanted.centre_id)
    return found
