"""A small directory for tests of the console: doctors as registries and people leave them."""

from datetime import date
from typing import Any

from intake.db import transaction
from intake.models.directory import Centre, Doctor, DoctorExpertise, DoctorSpecialty, Location
from tests.factories import NOON

SEEN = date(2026, 11, 1)
ADDRESS = {"line_1": "1 Example Street", "city": "Houston", "state": "TX", "zip": "77030"}
PHONE = "+15550100155"


def stored_doctor(*, last_name: str = "Example", expertise: tuple[str, ...] = (), **changes: Any) -> Doctor:
    """A candidate of a registry in Houston, or with expertise a verified doctor."""
    place = {**ADDRESS, "phone": PHONE, **changes.pop("place", {})}
    usual: dict[str, Any] = {
        "first_name": "Sample",
        "status": "verified" if expertise else "candidate",
        "sample": False,
        "languages": [],
        "insurance": [],
        "source": "nppes",
        "seen_on": SEEN,
        "updated_at": NOON,
    }
    if expertise:
        usual |= {"verified_on": SEEN, "verified_by": "Example Editor"}
    doctor = Doctor(last_name=last_name, **{**usual, **changes})
    with transaction() as session:
        session.add(doctor)
        session.flush()
        session.add(Location(doctor_id=doctor.id, source="nppes", seen_on=SEEN, **place))
        session.add(DoctorSpecialty(doctor_id=doctor.id, taxonomy_code="208G00000X", is_primary=True))
        dated = {"source": "her page", "verified_on": SEEN, "verified_by": "Example Editor"}
        session.add_all(DoctorExpertise(doctor_id=doctor.id, code=code, **dated) for code in expertise)
    return doctor


def stored_centre(**changes: Any) -> Centre:
    usual: dict[str, Any] = {"name": "Sample centre A", "city": "Houston", "state": "TX", "zip": "77030"}
    centre = Centre(**{**usual, "source": "sample", "seen_on": SEEN, "sample": True, **changes})
    with transaction() as session:
        session.add(centre)
    return centre
