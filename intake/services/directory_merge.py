"""Make one doctor of two rows. What was known of either stays, and old matches go on pointing right."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from intake.errors import BadInput
from intake.models.directory import Doctor, DoctorExpertise, DoctorSpecialty, Location
from intake.models.match import Match
from intake.rules.statuses import DoctorStatus, change
from intake.services import directory
from intake.services.directory import noted
from intake.services.directory_edit import touch
from intake.services.directory_facts import Word, carry, newest, provenance, record
from intake.services.directory_places import ADDRESS, told

KEPT, GONE, BOTH = "kept", "gone", "both"
# What the editor chooses between, and the columns that each choice takes along.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name", "credential"),
    "languages": ("languages",),
    "insurance": ("insurance",),
    "accepts_new": ("accepts_new",),
    "video_opinion": ("video_opinion",),
    "volume_band": ("volume_band",),
    "note": ("note",),
}
LISTS = frozenset({"languages", "insurance"})


def differing(kept: Doctor, gone: Doctor) -> list[str]:
    """The choices that have to be made."""
    return [name for name, columns in CHOICES.items() if _values(kept, columns) != _values(gone, columns)]


def usual(kept: Doctor, gone: Doctor, name: str) -> str:
    """What is chosen before anybody chose: all of a list, and what is known before what is not."""
    if name in LISTS:
        return BOTH
    is_empty = all(value is None for value in _values(kept, CHOICES[name]))
    return GONE if is_empty else KEPT


def merge(
    session: Session, kept: Doctor, gone: Doctor, choices: Mapping[str, str], word: Word, *, now: datetime
) -> None:
    """Bring all that is known of `gone` to `kept`, and deactivate `gone` as merged.

    `choices`: kept, gone or both for each name of `differing`; what is not chosen is as `usual` says.
    Both rows must come out of `open_for_change`. Raises BadInput when they cannot be one doctor.
    """
    _check(kept, gone)
    _take_npi(session, kept, gone, word, now=now)
    _take_facts(session, kept, gone, choices, now=now)
    _take_skills(session, kept, gone)
    _take_places(session, kept, gone, word, now=now)
    _take_matches(session, kept, gone)
    _take_standing(kept, gone)
    because = f"merged into {kept.npi or kept.id}"
    directory.deactivate(session, gone, because, now=now, actor=word.actor)
    record(session, gone.id, {"status": {"value": gone.status, "because": because}}, word, now=now)
    record(session, kept.id, {"merged": {"id": str(gone.id), "npi": gone.npi}}, word, now=now)
    touch(kept, now=now)
    noted(session, kept, "doctor.merged", now=now, actor=word.actor, gone=str(gone.id), choices=dict(choices))


def _check(kept: Doctor, gone: Doctor) -> None:
    if kept.id == gone.id:
        raise BadInput("This is one and the same doctor. Choose another to merge with.")
    if kept.sample != gone.sample:
        raise BadInput("One of the two is a sample. A sample and a person are never one doctor.")
    for doctor in (kept, gone):
        if doctor.status == DoctorStatus.DEACTIVATED:
            key = doctor.npi or doctor.id
            raise BadInput(f"{key} is deactivated. Reactivate that doctor first, then merge.")


def _values(doctor: Doctor, columns: tuple[str, ...]) -> list[Any]:
    values = [getattr(doctor, column) for column in columns]
    return [sorted(value) if isinstance(value, list) else value for value in values]


def _take_npi(session: Session, kept: Doctor, gone: Doctor, word: Word, *, now: datetime) -> None:
    """A number stands in one row only: it moves when the kept row has none."""
    if kept.npi is None and gone.npi is not None:
        npi, gone.npi = gone.npi, None
        session.flush()
        kept.npi = npi
        record(session, kept.id, {"npi": npi}, word, now=now)
        record(session, gone.id, {"npi": None}, word, now=now)


def _take_facts(
    session: Session, kept: Doctor, gone: Doctor, choices: Mapping[str, str], *, now: datetime
) -> None:
    said = newest(session, gone.id)
    for name in differing(kept, gone):
        choice = choices.get(name) or usual(kept, gone, name)
        for column in CHOICES[name] if choice != KEPT else ():
            mine, theirs = getattr(kept, column), getattr(gone, column)
            value = sorted({*(mine or []), *(theirs or [])}) if choice == BOTH else theirs
            origin = provenance(gone, column, theirs, said)
            if value != mine and origin is not None:
                carry(session, kept.id, column, value, origin, now=now)
            setattr(kept, column, value)


def _take_skills(session: Session, kept: Doctor, gone: Doctor) -> None:
    """Expertise and specialties of both; of a skill that both have, the later check counts."""
    mine = {skill.code: skill for skill in kept.expertise}
    for skill in gone.expertise:
        known = mine.get(skill.code)
        if known is None or known.verified_on < skill.verified_on:
            dated = {name: getattr(skill, name) for name in ("source", "verified_on", "verified_by")}
            row = insert(DoctorExpertise).values(doctor_id=kept.id, code=skill.code, **dated)
            session.execute(row.on_conflict_do_update(index_elements=["doctor_id", "code"], set_=dated))
    codes = [
        {"doctor_id": kept.id, "taxonomy_code": row.taxonomy_code, "is_primary": False}
        for row in gone.specialties
    ]
    if codes:
        session.execute(insert(DoctorSpecialty).on_conflict_do_nothing(), codes)


def _take_places(session: Session, kept: Doctor, gone: Doctor, word: Word, *, now: datetime) -> None:
    """Addresses move with their ids; one that both have becomes one, and keeps what either knew of it."""
    mine = {_key(place): place for place in kept.locations}
    for place in gone.locations:
        twin = mine.get(_key(place))
        record(session, gone.id, {f"location:{place.id}": told(place)}, word, now=now)
        if twin is None:
            session.execute(update(Location).where(Location.id == place.id).values(doctor_id=kept.id))
            continue
        for name in ADDRESS:
            if getattr(twin, name) is None:
                setattr(twin, name, getattr(place, name))
        session.execute(update(Match).where(Match.location_id == place.id).values(location_id=twin.id))
        session.delete(place)
    session.flush()


def _key(place: Location) -> tuple[str, str]:
    return " ".join(place.line_1.lower().split()), place.zip


def _take_matches(session: Session, kept: Doctor, gone: Doctor) -> None:
    """A set that proposed both keeps both: its second row goes on naming the row that is gone."""
    other = aliased(Match)
    has_both = exists().where(other.match_set_id == Match.match_set_id, other.doctor_id == kept.id)
    moved = update(Match).where(Match.doctor_id == gone.id, ~has_both)
    session.execute(moved.values(doctor_id=kept.id).execution_options(synchronize_session=False))


def _take_standing(kept: Doctor, gone: Doctor) -> None:
    """Verified when either was, by the later check."""
    if gone.status != DoctorStatus.VERIFIED:
        return
    if kept.status != DoctorStatus.VERIFIED:
        kept.status = change(DoctorStatus(kept.status), DoctorStatus.VERIFIED)
        kept.verified_on, kept.verified_by = gone.verified_on, gone.verified_by
    elif gone.verified_on and (kept.verified_on is None or kept.verified_on < gone.verified_on):
        kept.verified_on, kept.verified_by = gone.verified_on, gone.verified_by
