"""Two rows that are one doctor: suggested, compared, merged, nothing lost."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import Doctor, DoctorFact, Location, Match, MatchSet
from intake.models.directory import DoctorExpertise
from intake.services.staff import Role
from tests.desk import hidden, press, signed_in, stored, token_in
from tests.directory import stored_doctor
from tests.factories import NOON, stored_lead
from tests.nppes_files import npi

ELSEWHERE = {"line_1": "5 Other Road", "city": "Dallas", "zip": "75201"}


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(browser_client: FlaskClient) -> FlaskClient:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    return browser_client


def page_of(kept: Doctor, gone: Doctor) -> str:
    return f"/console/doctors/{kept.id}/merge/{gone.id}"


def merge(desk: FlaskClient, kept: Doctor, gone: Doctor, **choices: str) -> TestResponse:
    url = page_of(kept, gone)
    page = desk.get(url).text
    versions = {name: hidden(page, name) for name in ("version", "other_version")}
    return desk.post(url, data={**versions, **choices, "csrf_token": token_in(page)})


def proposed(*doctors: Doctor) -> list[Match]:
    """A family's list with these doctors."""
    with transaction() as session:
        sent = stored_lead(session)
        made = MatchSet(lead_id=sent.lead_id, current=True, created_at=NOON, rule_version="1")
        made.directory_version, made.widened, made.excluded = 1, False, {}
        session.add(made)
        session.flush()
        places = {row.doctor_id: row.id for row in session.scalars(select(Location))}
        matches = [
            Match(match_set_id=made.id, rank=rank, doctor_id=doctor.id, location_id=places[doctor.id])
            for rank, doctor in enumerate(doctors, 1)
        ]
        for match in matches:
            match.score, match.parts, match.reasons = 1.0, {"base": 1.0}, [{"code": "nearest"}]
        session.add_all(matches)
    return matches


def places_of(doctor: Doctor) -> set[str]:
    with transaction() as session:
        return set(session.scalars(select(Location.line_1).where(Location.doctor_id == doctor.id)))


def skills_of(doctor_id: UUID) -> dict[str, date]:
    with transaction() as session:
        rows = session.scalars(select(DoctorExpertise).where(DoctorExpertise.doctor_id == doctor_id))
        return {row.code: row.verified_on for row in rows}


def test_same_name_in_one_state_is_suggested_and_samples_never_with_people(desk: FlaskClient) -> None:
    kept, gone = stored_doctor(), stored_doctor(place=ELSEWHERE)
    stored_doctor(sample=True)
    page = desk.get("/console/doctors/duplicates").text
    assert page_of(kept, gone) in page or page_of(gone, kept) in page
    assert page.count("data-doctor") == 0
    assert page.count("<section") == 1
    assert page_of(kept, gone) in desk.get(f"/console/doctors/{kept.id}").text


def test_merge_loses_nothing_and_old_lists_point_right(desk: FlaskClient) -> None:
    kept = stored_doctor(npi=npi(1), languages=["en"])
    gone = stored_doctor(
        npi=npi(2),
        expertise=("ttfields",),
        languages=["es"],
        accepts_new=False,
        volume_band="high",
        place=ELSEWHERE,
    )
    (match,) = proposed(gone)
    answer = merge(desk, kept, gone, languages="both", accepts_new="gone", volume_band="kept")
    assert answer.status_code == 303
    after, left = stored(Doctor, kept.id), stored(Doctor, gone.id)
    assert (after.status, after.languages, after.accepts_new, after.volume_band) == (
        "verified",
        ["en", "es"],
        False,
        None,
    )
    assert (left.status, left.deactivated_because) == ("deactivated", f"merged into {npi(1)}")
    assert places_of(kept) == {"1 Example Street", "5 Other Road"}
    assert skills_of(kept.id) == skills_of(gone.id) == {"ttfields": date(2026, 11, 1)}
    assert stored(Match, match.id).doctor_id == kept.id
    page = desk.get(f"/console/doctors/{kept.id}").text
    assert "Merged with another row" in page
    assert "of the row merged in" in page
    way = f"/console/doctors?name={npi(1)}"
    assert way in desk.get(f"/console/doctors/{gone.id}").text
    assert f"/console/doctors/{kept.id}" in desk.get(way).text
    assert f"/console/doctors/{kept.id}" in desk.get(f"/console/doctors?name={kept.id}").text
    assert "Place 1" in desk.get(f"/console/doctors/{kept.id}/matches").text


def test_number_moves_and_one_address_stays_when_both_had_it(desk: FlaskClient) -> None:
    kept, gone = stored_doctor(), stored_doctor(npi=npi(2))
    (match,) = proposed(gone)
    assert merge(desk, kept, gone).status_code == 303
    assert (stored(Doctor, kept.id).npi, stored(Doctor, gone.id).npi) == (npi(2), None)
    assert places_of(kept) == {"1 Example Street"}
    with transaction() as session:
        location = session.scalars(select(Location)).one()
    assert stored(Match, match.id).location_id == location.id


def test_list_that_proposed_both_keeps_both(desk: FlaskClient) -> None:
    kept, gone = stored_doctor(), stored_doctor(place=ELSEWHERE)
    first, second = proposed(kept, gone)
    assert merge(desk, kept, gone).status_code == 303
    assert stored(Match, first.id).doctor_id == kept.id
    assert stored(Match, second.id).doctor_id == gone.id


def test_nothing_is_merged_when_a_row_changed_meanwhile(desk: FlaskClient) -> None:
    kept, gone = stored_doctor(), stored_doctor(place=ELSEWHERE)
    url = page_of(kept, gone)
    stale = {"version": "old", "other_version": "old", "csrf_token": token_in(desk.get(url).text)}
    answer = desk.post(url, data=stale)
    assert answer.status_code == 409
    assert "was changed after you opened the page" in answer.text
    assert stored(Doctor, gone.id).status == "candidate"


def test_refusal_says_why_when_the_two_cannot_be_one(desk: FlaskClient) -> None:
    kept, sample = stored_doctor(), stored_doctor(sample=True)
    for other, words in ((kept, "one and the same"), (sample, "One of the two is a sample")):
        answer = merge(desk, kept, other)
        assert (answer.status_code, words in answer.text) == (400, True)
    found = press(desk, f"/console/doctors/{kept.id}", f"/console/doctors/{kept.id}/reactivate", reason="x")
    assert "not deactivated" in found.text


def test_other_row_is_found_by_its_number(desk: FlaskClient) -> None:
    kept, gone = stored_doctor(), stored_doctor(npi=npi(2))
    chosen = desk.get(f"/console/doctors/{kept.id}/merge?with={npi(2)}")
    assert chosen.headers["Location"] == page_of(kept, gone)
    missing = desk.get(f"/console/doctors/{kept.id}/merge?with=nobody", follow_redirects=True)
    assert "No doctor has that NPI or id." in missing.text
    with transaction() as session:
        assert session.scalars(select(DoctorFact)).all() == []
