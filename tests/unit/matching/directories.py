"""Invented directories: few cities, few centres and coarse facts, so that ties are common."""

from datetime import date, timedelta
from random import Random

from intake.rules.expertise import Designation, Expertise, VolumeBand
from intake.rules.facts import CellType, Diagnosis, Insurance, Language, Stage, Travel, TreatmentStatus
from intake.rules.taxonomy import SPECIALTIES
from workers.matching.case import MatchCase
from workers.matching.snapshot import DoctorRow, LocationRow, Snapshot

TODAY = date(2026, 11, 23)

# Real city points, among them the far corners: Alaska, Hawaii, Puerto Rico, Guam.
CITIES: tuple[tuple[str, str, float, float], ...] = (
    ("Houston", "TX", 29.7604, -95.3698),
    ("Austin", "TX", 30.2672, -97.7431),
    ("Boston", "MA", 42.3601, -71.0589),
    ("Worcester", "MA", 42.2626, -71.8023),
    ("New York", "NY", 40.7128, -74.0060),
    ("Chicago", "IL", 41.8781, -87.6298),
    ("Los Angeles", "CA", 34.0522, -118.2437),
    ("Anchorage", "AK", 61.2181, -149.9003),
    ("Honolulu", "HI", 21.3069, -157.8583),
    ("San Juan", "PR", 18.4655, -66.1057),
    ("Hagatna", "GU", 13.4745, 144.7504),
)

CODES = [code for specialty in SPECIALTIES.values() for code in sorted(specialty.codes)]
ODD_CODES = ["2080P0207X", "2088P0231X", "390200000X", "163W00000X", "2084N0400X"]


def surgeon(id: str, **facts: object) -> DoctorRow:
    """A chest surgeon known for pleural mesothelioma; any field may be given."""
    row: dict[str, object] = {
        "id": id,
        "npi": None,
        "name": f"Sample {id}",
        "taxonomy_codes": ("208G00000X",),
        "expertise": ("pleural_mesothelioma", "pleurectomy_decortication"),
        "accepts_new": True,
        "verified_on": TODAY,
        **facts,
    }
    return DoctorRow(**row)  # type: ignore[arg-type]


def oncologist(id: str, **facts: object) -> DoctorRow:
    """A medical oncologist who gives immunotherapy for pleural mesothelioma."""
    return surgeon(
        id,
        **{
            "taxonomy_codes": ("207RX0202X",),
            "expertise": ("pleural_mesothelioma", "immunotherapy"),
            **facts,
        },
    )


def office(doctor_id: str, city: str = "Houston", **facts: object) -> LocationRow:
    """An office of the doctor in one of CITIES, not at a centre unless told."""
    name, state, lat, lon = next(row for row in CITIES if row[0] == city)
    row: dict[str, object] = {
        "id": f"{doctor_id}-{city}",
        "doctor_id": doctor_id,
        "city": name,
        "state": state,
        "lat": lat,
        "lon": lon,
        **facts,
    }
    return LocationRow(**row)  # type: ignore[arg-type]


def case(**facts: object) -> MatchCase:
    """A newly diagnosed pleural stage 1 family in Houston; any field may be given."""
    row: dict[str, object] = {
        "diagnosis": Diagnosis.PLEURAL,
        "cell_type": CellType.UNKNOWN,
        "stage": Stage.ONE,
        "status": TreatmentStatus.NEW,
        "lat": 29.7604,
        "lon": -95.3698,
        "state": "TX",
        **facts,
    }
    return MatchCase(**row)  # type: ignore[arg-type]


def snapshot(*rows: DoctorRow | LocationRow, version: int = 1) -> Snapshot:
    """A directory of just these rows."""
    doctors = [row for row in rows if isinstance(row, DoctorRow)]
    locations = [row for row in rows if isinstance(row, LocationRow)]
    return Snapshot.build(doctors, locations, version=version)


def random_rows(chance: Random, size: int) -> tuple[list[DoctorRow], list[LocationRow]]:
    """`size` doctors with up to three locations each, in no order."""
    doctors = [_random_doctor(chance, number) for number in range(size)]
    locations = [
        _random_location(chance, doctor.id, place)
        for doctor in doctors
        for place in range(chance.choice([0, 1, 1, 1, 2, 3]))
    ]
    chance.shuffle(doctors)
    chance.shuffle(locations)
    return doctors, locations


def _random_doctor(chance: Random, number: int) -> DoctorRow:
    npi = str(1_000_000_000 + chance.randrange(900_000_000)) if chance.random() < 0.8 else None
    return DoctorRow(
        id=f"d{chance.randrange(10**6):06}-{number}",
        npi=npi,
        name=f"Sample doctor {number}",
        taxonomy_codes=tuple(chance.sample(CODES + ODD_CODES, chance.choice([0, 1, 1, 2, 3]))),
        expertise=tuple(chance.sample([*Expertise], chance.choice([0, 1, 3, 5, 8]))),
        languages=chance.choice([(), ("en",), ("es",), ("en", "es"), ("fr",)]),
        accepts_new=chance.choice([True, True, None, False]),
        video=chance.random() < 0.4,
        verified_on=chance.choice([None, *(TODAY - timedelta(days=d) for d in (0, 180, 181, 366, 900))]),
        volume_band=chance.choice([None, *VolumeBand]),
        insurance=tuple(chance.sample([*Insurance], chance.choice([0, 0, 1, 3]))),
    )


def _random_location(chance: Random, doctor_id: str, place: int) -> LocationRow:
    city, state, lat, lon = chance.choice(CITIES)
    known = chance.random() < 0.9
    jitter = chance.choice([0.0, 0.0, 0.3, 2.5])
    return LocationRow(
        id=f"{doctor_id}/{place}",
        doctor_id=doctor_id,
        centre=chance.choice([None, "Sample centre A", "Sample centre B", "Sample centre C"]),
        designation=chance.choice([None, *Designation, "Comprehensive Cancer Center"]),
        city=city,
        state=state,
        lat=lat + jitter if known else None,
        lon=lon if known else None,
    )


def random_case(chance: Random) -> MatchCase:
    """Any type, stage and status; a place in one of CITIES, or none."""
    _city, state, lat, lon = chance.choice(CITIES)
    known = chance.random() < 0.8
    return MatchCase(
        diagnosis=chance.choice([*Diagnosis]),
        cell_type=chance.choice([*CellType]),
        stage=chance.choice([*Stage]),
        status=chance.choice([*TreatmentStatus]),
        lat=lat if known else None,
        lon=lon if known else None,
        state=chance.choice([state, state, None]),
        travel=chance.choice([*Travel]),
        language=chance.choice([*Language]),
        veteran=chance.random() < 0.3,
        insurance=chance.choice([None, *Insurance]),
    )
