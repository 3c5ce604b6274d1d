"""The directory in the console: search, one doctor, edit, verify, standing, addresses."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import AuditEntry, Doctor, DoctorFact, Location
from intake.models.directory import DirectoryVersion
from intake.services.staff import Role
from tests.desk import press, signed_in, stored
from tests.directory import ADDRESS, stored_centre, stored_doctor
from tests.factories import NOON
from tests.nppes_files import npi

SOURCED = {"source": "her page", "seen_on": "2026-11-20"}
FACTS = {"first_name": "Sample", "last_name": "Example", "specialties": "208G00000X", **SOURCED}


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(browser_client: FlaskClient) -> FlaskClient:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    return browser_client


def url(doctor: Doctor, *rest: object) -> str:
    return "/".join(["/console/doctors", str(doctor.id), *map(str, rest)])


def save(desk: FlaskClient, doctor: Doctor, verb: str, **fields: object) -> TestResponse:
    return press(desk, url(doctor, verb), url(doctor, verb), **fields)


def facts_of(doctor: Doctor) -> dict[str, DoctorFact]:
    with transaction() as session:
        rows = session.scalars(
            select(DoctorFact).where(DoctorFact.doctor_id == doctor.id).order_by(DoctorFact.id)
        )
        return {row.name: row for row in rows}


def version() -> int:
    with transaction() as session:
        return session.scalar(select(DirectoryVersion.number)) or 0


def place_of(doctor: Doctor) -> Location:
    with transaction() as session:
        return session.scalars(select(Location).where(Location.doctor_id == doctor.id)).one()


def named(page: str) -> set[str]:
    return set(re.findall(r">(\w+), Sample</a>", page))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"Example", "Other"}),
        ("name=exam", {"Example"}),
        ("name=Sample+Oth", {"Other"}),
        (f"name={npi(1)}", {"Example"}),
        ("city=hous", {"Example"}),
        ("state=OH", {"Other"}),
        ("specialty=TS", {"Example", "Other"}),
        ("specialty=RO", set()),
        ("expertise=ttfields", {"Other"}),
        ("status=candidate", {"Example"}),
        ("status=to_verify", set()),
        ("status=nonsense&centre=x&page=99999999", {"Example", "Other"}),
        ("name=%25&city=%00_", set()),
    ],
)
def test_search_finds_by_each_question(desk: FlaskClient, asked: str, found: set[str]) -> None:
    stored_doctor(npi=npi(1))
    stored_doctor(
        last_name="Other", expertise=("ttfields",), place={"city": "Akron", "state": "OH", "zip": "44301"}
    )
    answer = desk.get(f"/console/doctors?{asked}")
    assert answer.status_code == 200
    assert named(answer.text) == found


def test_search_pages_and_marks_candidates(desk: FlaskClient) -> None:
    for number in range(51):
        stored_doctor(last_name=f"Example{number:02d}")
    page = desk.get("/console/doctors?name=example").text
    assert "51 doctors" in page
    assert "never shown to families by itself" in page
    assert named(page) == {f"Example{number:02d}" for number in range(50)}
    assert named(desk.get("/console/doctors?name=example&page=2").text) == {"Example50"}


def test_every_fact_shows_where_it_comes_from(desk: FlaskClient) -> None:
    doctor = stored_doctor(
        expertise=("ttfields",), accepts_new=True, place={"latitude": 40.0, "longitude": -74.0}
    )
    page = desk.get(url(doctor)).text
    for words in ("nppes", "Nov 1, 2026", "her page", "Nov 1, 2026, Example Editor", "The points disagree"):
        assert words in page, words


def test_advocate_reads_and_finds_nothing_to_change(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    doctor = stored_doctor()
    page = browser_client.get(url(doctor)).text
    assert "Candidate: never shown to families by itself" in page
    for act in ("/edit", "/verify", "/deactivate", "/locations/add"):
        assert act not in page
    assert browser_client.get(url(doctor, "edit")).status_code == 403


def test_added_doctor_is_a_candidate_with_sourced_facts(desk: FlaskClient) -> None:
    page = "/console/doctors/add"
    answer = press(desk, page, page, **{**FACTS, "npi": npi(1), "insurance": ["va"]})
    found = re.search(r"/console/doctors/([0-9a-f-]{36})$", answer.headers["Location"])
    assert found
    with transaction() as session:
        doctor = session.scalars(select(Doctor)).one()
    assert (doctor.status, doctor.npi, doctor.insurance) == ("candidate", npi(1), ["va"])
    facts = facts_of(doctor)
    assert facts["insurance"].value == {"value": ["va"]}
    assert (facts["npi"].source, facts["npi"].verified_by) == ("her page", "Sue")
    assert version() == 1
    again = press(desk, page, page, **{**FACTS, "npi": npi(1)})
    assert again.status_code == 400
    assert "in the directory already" in again.text
    assert 'value="her page"' in again.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_name": ""}, "Enter the last name."),
        ({"source": ""}, "Say where you read this"),
        ({"seen_on": "soon"}, "Write the day as year-month-day"),
        ({"seen_on": "2027-01-01"}, "The day is yet to come."),
        ({"npi": "123"}, "an NPI has ten digits"),
        ({"specialties": "nonsense"}, "Choose from the list for the specialties."),
        ({"accepts_new": "perhaps"}, "Choose one of the answers for new patients."),
    ],
)
def test_wrong_answer_is_named_and_the_rest_kept(
    desk: FlaskClient, changes: dict[str, str], sentence: str
) -> None:
    doctor = stored_doctor()
    answer = save(desk, doctor, "edit", **{**FACTS, "first_name": "Sample kept", **changes})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'value="Sample kept"' in answer.text
    assert version() == 0


def test_edit_keeps_the_changed_facts_and_raises_the_version(desk: FlaskClient) -> None:
    doctor = stored_doctor()
    answer = save(desk, doctor, "edit", **FACTS, languages=["es"], accepts_new="no")
    assert answer.status_code == 303
    after = stored(Doctor, doctor.id)
    assert (after.languages, after.accepts_new) == (["es"], False)
    assert set(facts_of(doctor)) == {"languages", "accepts_new"}
    assert version() == 1
    page = desk.get(url(doctor)).text
    assert "Edited" in page
    assert "Languages, Takes new patients" in page or "Takes new patients, Languages" in page


def test_second_editor_loses_nothing_when_the_first_has_saved(desk: FlaskClient) -> None:
    doctor = stored_doctor()
    opened = stored(Doctor, doctor.id).updated_at.isoformat()
    save(desk, doctor, "edit", **FACTS, accepts_new="yes")
    late = {**FACTS, "note": "typed at length", "accepts_new": "no", "version": opened}
    answer = save(desk, doctor, "edit", **late)
    assert answer.status_code == 409
    assert "Somebody saved this doctor after you opened the page" in answer.text
    assert "typed at length" in answer.text
    assert "<td>Yes</td><td>No</td>" in answer.text
    assert stored(Doctor, doctor.id).accepts_new is True
    renewed = re.search(r'name="version"[^>]*value="([^"]+)"', answer.text)
    assert renewed
    assert save(desk, doctor, "edit", **{**late, "version": renewed.group(1)}).status_code == 303
    assert stored(Doctor, doctor.id).note == "typed at length"


def test_verified_doctor_has_dated_expertise(desk: FlaskClient) -> None:
    doctor = stored_doctor()
    refused = save(desk, doctor, "verify", **SOURCED)
    assert refused.status_code == 400
    assert "Tick at least one thing" in refused.text
    answer = save(desk, doctor, "verify", **SOURCED, expertise=["ttfields"], addresses="y", insurance=["va"])
    assert answer.status_code == 303
    after = stored(Doctor, doctor.id)
    assert (after.status, after.verified_by, after.insurance) == ("verified", "Sue", ["va"])
    assert str(place_of(doctor).seen_on) == "2026-11-20"
    assert facts_of(doctor)["expertise"].value == {"value": ["ttfields"]}
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "doctor.verified")).one()
    assert entry.actor.startswith("staff:")


def test_deactivation_needs_a_reason_and_can_be_undone(desk: FlaskClient) -> None:
    doctor = stored_doctor(expertise=("ttfields",))
    refused = press(desk, url(doctor), url(doctor, "deactivate"), reason="")
    assert (refused.status_code, "Say why" in refused.text) == (400, True)
    assert press(desk, url(doctor), url(doctor, "deactivate"), reason="Retired").status_code == 303
    assert "Retired" in desk.get(url(doctor)).text
    twice = press(desk, url(doctor), url(doctor, "deactivate"), reason="Retired")
    assert twice.status_code == 409
    assert press(desk, url(doctor), url(doctor, "reactivate"), reason="Back").status_code == 303
    assert stored(Doctor, doctor.id).status == "candidate"


def test_addresses_are_added_changed_and_removed_with_their_history(desk: FlaskClient) -> None:
    doctor, centre = stored_doctor(), stored_centre(street="9 Centre Road")
    add = url(doctor, "locations", "add")
    empty = press(desk, add, add, **SOURCED)
    assert empty.status_code == 400
    assert "Enter the street." in empty.text
    assert press(desk, add, add, **SOURCED, centre=str(centre.id)).status_code == 303
    with transaction() as session:
        added = session.scalars(select(Location).where(Location.centre_id == centre.id)).one()
    assert (added.line_1, added.zip, added.latitude is not None) == ("9 Centre Road", "77030", True)
    change = url(doctor, "locations", added.id)
    moved = {**SOURCED, **ADDRESS, "line_1": "2 New Street", "zip": "44301", "state": "OH", "city": "Akron"}
    assert press(desk, change, change, **moved).status_code == 303
    assert stored(Location, added.id).latitude > 40
    wrong = press(desk, change, change, **{**moved, "latitude": "north"})
    assert (wrong.status_code, "The latitude is a number" in wrong.text) == (400, True)
    gone = press(desk, url(doctor), f"{change}/remove", reason="Moved away")
    assert gone.status_code == 303
    assert stored(Location, added.id) is None
    assert facts_of(doctor)[f"location:{added.id}"].value is None
    assert "2 New Street, Akron, OH, 44301" in desk.get(url(doctor)).text


def test_absent_doctor_is_not_found(desk: FlaskClient) -> None:
    for rest in ("", "/edit", "/verify", "/matches", "/locations/add", f"/merge/{uuid4()}"):
        assert desk.get(f"/console/doctors/{uuid4()}{rest}").status_code == 404, rest


def test_old_facts_stand_on_the_list_with_a_way_in(desk: FlaskClient) -> None:
    doctor = stored_doctor(
        expertise=("ttfields",), accepts_new=True, verified_on=NOON.date().replace(year=2024)
    )
    page = desk.get("/console/to-verify").text
    assert url(doctor, "verify") in page
    assert "Takes new patients (Nov 24, 2024)" in page
    assert named(desk.get("/console/doctors?status=to_verify").text) == {"Example"}


def test_typed_facts_come_back_when_the_sign_in_ended(browser_client: FlaskClient) -> None:
    doctor = stored_doctor()
    answer = browser_client.post(url(doctor, "edit"), data={**FACTS, "note": "typed at length"})
    assert answer.status_code == 401
    assert "note: typed at length" in answer.text
    assert version() == 0
