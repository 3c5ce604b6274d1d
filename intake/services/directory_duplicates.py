"""Two rows that may be one doctor: same name in the same state, or same phone and a name in common."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from intake.models.directory import Doctor, Location
from intake.rules.statuses import DoctorStatus
from intake.services.directory import with_facts

_LISTED = 30
_FIRST_NAME, _LAST_NAME = func.lower(Doctor.first_name), func.lower(Doctor.last_name)
_STANDS = Doctor.status != DoctorStatus.DEACTIVATED


def like(session: Session, doctor: Doctor) -> Sequence[Doctor]:
    """Others who may be this doctor. A phone alone says little: a hospital has one for everybody."""
    first = _FIRST_NAME.in_([doctor.first_name.lower()])
    last = _LAST_NAME.in_([doctor.last_name.lower()])
    states = {place.state for place in doctor.locations}
    phones = {place.phone for place in doctor.locations if place.phone}
    same_name = first & last & Location.state.in_(states)
    same_phone = (first | last) & Location.phone.in_(phones)
    ids = select(Location.doctor_id).join(Doctor, Doctor.id == Location.doctor_id)
    others = ids.where(
        same_name | same_phone, Doctor.id != doctor.id, _STANDS, Doctor.sample == doctor.sample
    )
    return session.scalars(with_facts().where(Doctor.id.in_(others)).limit(_LISTED)).all()


def suggested(session: Session) -> list[Sequence[Doctor]]:
    """Groups in the whole directory, at most 30 by each rule, each doctor in one group only."""
    groups = [
        *_groups(session, _FIRST_NAME, _LAST_NAME, Location.state),
        *_groups(session, _LAST_NAME, Location.phone),
    ]
    fresh: list[Sequence[UUID]] = []
    seen: set[UUID] = set()
    for group in groups:
        if not seen & set(group):
            fresh.append(group)
            seen |= set(group)
    found = {row.id: row for row in session.scalars(with_facts().where(Doctor.id.in_(seen)))}
    return [[found[one] for one in group] for group in fresh]


def _groups(session: Session, *same: SQLColumnExpression[Any]) -> list[Sequence[UUID]]:
    everybody = func.array_agg(Doctor.id.distinct())
    rows: Select[Sequence[UUID]] = (
        select(everybody)
        .join(Location, Location.doctor_id == Doctor.id)
        .where(_STANDS, *(column.is_not(None) for column in same))
        .group_by(*same, Doctor.sample)
        .having(func.count(Doctor.id.distinct()) > 1)
        .order_by(*same)
        .limit(_LISTED)
    )
    return list(session.scalars(rows))
