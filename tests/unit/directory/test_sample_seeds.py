from collections import Counter
from datetime import date
from itertools import product

import pytest

from intake.places import find_place
from intake.rules.expertise import Designation, Expertise, VolumeBand
from intake.rules.facts import CellType, Diagnosis, Language, Stage, TreatmentStatus
from intake.rules.taxonomy import short_of
from intake.sample.seeds import read_seeds
from workers.matching.case import MatchCase
from workers.matching.rank import match
from workers.matching.snapshot import DoctorRow, LocationRow, Snapshot

CENTRES, DOCTORS = read_seeds()
TODAY = date(2026, 11, 24)
PLACES = ["77030", "10001", "99501", "96799", "00901", "59715", "04101"]


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    doctors = [
        DoctorRow(
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
        for seed in DOCTORS
    ]
    locations = [
        LocationRow(
            id=str(seed.location_id(centre)),
            doctor_id=str(seed.id),
            centre=centre.name,
            centre_id=str(centre.id),
            designation=centre.designation,
            state=centre.state,
            lat=place.lat,
            lon=place.lon,
        )
        for seed in DOCTORS
        for centre in seed.centres
        if (place := find_place(centre.zip))
    ]
    return Snapshot.build(doctors, locations, version=1)


@pytest.mark.parametrize("zip_code", PLACES)
@pytest.mark.parametrize("diagnosis", Diagnosis)
def test_five_samples_are_found_when_any_type_stage_and_status_is_told(
    snapshot: Snapshot, diagnosis: Diagnosis, zip_code: str
) -> None:
    place = find_place(zip_code)
    assert place is not None
    for cells, stage, status in product(CellType, Stage, TreatmentStatus):
        case = MatchCase(diagnosis, cells, stage, status, lat=place.lat, lon=place.lon, state=place.state)
        assert len(match(case, snapshot, today=TODAY).matches) >= 5, (cells, stage, status)


def test_names_say_sample_and_telephones_belong_to_nobody_when_seeds_are_read() -> None:
    assert all(seed.first_name.startswith("Sample ") for seed in DOCTORS)
    assert all(centre.name.startswith("Sample centre ") for centre in CENTRES)
    phones = [seed.phone_at(centre) for seed in DOCTORS for centre in seed.centres]
    assert all(phone[5:10] == "55501" and len(phone) == 12 for phone in phones)
    assert f"{DOCTORS[0].first_name} {DOCTORS[0].last_name}" == "Sample surgeon 01"


def test_ids_are_unique_when_seeds_are_read() -> None:
    ids = [centre.id for centre in CENTRES] + [seed.id for seed in DOCTORS]
    ids += [seed.location_id(centre) for seed in DOCTORS for centre in seed.centres]
    assert Counter(ids).most_common(1)[0][1] == 1


def test_seeds_are_the_same_when_read_again() -> None:
    assert read_seeds() == (CENTRES, DOCTORS)


def test_every_code_is_known_when_seeds_are_read() -> None:
    assert {code for seed in DOCTORS for code in seed.expertise} <= set(Expertise)
    assert {language for seed in DOCTORS for language in seed.languages} <= set(Language)
    assert {seed.volume_band for seed in DOCTORS} <= {None, *VolumeBand}
    assert {centre.designation for centre in CENTRES} <= {None, *Designation}
    assert all(short_of(code) for seed in DOCTORS for code in seed.codes)


def test_zip_of_every_centre_lies_in_its_state_when_looked_up() -> None:
    for centre in CENTRES:
        place = find_place(centre.zip)
        assert place is not None
        assert (place.state, place.lat is not None) == (centre.state, True), centre.name


def test_samples_spread_over_the_country_when_counted() -> None:
    assert len(DOCTORS) == 80
    assert {"AK", "HI", "PR"} <= {centre.state for centre in CENTRES}
