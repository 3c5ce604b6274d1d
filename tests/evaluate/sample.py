"""The sample directory as a snapshot, without a database."""

from datetime import date
from functools import cache

from intake.places import find_place
from intake.sample.seeds import CentreSeed, DoctorSeed, read_seeds
from workers.matching.rows import DoctorRow, LocationRow
from workers.matching.snapshot import Snapshot

TODAY = date(2026, 11, 24)


@cache
def sample_snapshot() -> Snapshot:
    """Every sample doctor, checked today."""
    _, doctors = read_seeds()
    offices = [_office(seed, centre) for seed in doctors for centre in seed.centres]
    return Snapshot.build([_doctor(seed) for seed in doctors], offices, version=1)


def _doctor(seed: DoctorSeed) -> DoctorRow:
    return DoctorRow(
        id=str(seed.id),
        npi=None,
        name=f"{seed.first_name} {seed.last_name}",
        sample=True,
        taxonomy_codes=seed.codes,
        expertise=seed.expertise,
        languages=seed.languages,
        accepts_new=seed.accepts_new,
        video=seed.video_opinion,
        verified_on=TODAY,
        volume_band=seed.volume_band,
    )


def _office(seed: DoctorSeed, centre: CentreSeed) -> LocationRow:
    place = find_place(centre.zip)
    return LocationRow(
        id=str(seed.location_id(centre)),
        doctor_id=str(seed.id),
        centre=centre.name,
        designation=centre.designation,
        city=centre.city,
        state=centre.state,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        centre_id=str(centre.id),
    )
