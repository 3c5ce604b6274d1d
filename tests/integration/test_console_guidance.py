"""The guidance in the console: read beside its source, signed row by row, marked where it is not."""

from collections.abc import Iterator

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.models import GuidanceSignOff, Match, MatchSet
from intake.rules.guidance import ROWS
from intake.services import guidance
from intake.services.sign_offs import Word
from intake.services.staff import Role
from tests.desk import claim_next, hidden, signed_in, stored_call, token_in
from tests.directory import stored_doctor
from tests.factories import NOON

ROW = "/console/guidance/pleural-2"


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def sign(client: FlaskClient, word: str = "approve", **fields: str) -> tuple[int, str]:
    page = client.get(ROW).text
    kept = {"digest": hidden(page, "digest"), "csrf_token": token_in(page), "clinician": "Dr. Example"}
    answer = client.post(ROW, data={**kept, "word": word, **fields})
    return answer.status_code, answer.text


def test_admin_reads_every_row_beside_its_source(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.ADMIN)
    page = browser_client.get("/console/guidance").text
    for row in ROWS:
        assert f'id="{row.id}"' in page
        assert browser_client.get(f"/console/guidance/{row.id}").status_code == 200
    assert f"0 of {len(ROWS)} rows are signed" in page
    assert browser_client.get("/console/guidance/nonsense").status_code == 404


def test_word_is_kept_with_who_and_when(browser_client: FlaskClient) -> None:
    sue = signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    assert sign(browser_client, comment="As in the guideline.")[0] == 303
    with transaction() as session:
        word = session.scalars(select(GuidanceSignOff)).one()
    assert (word.clinician, word.staff_id, word.approved, word.at) == ("Dr. Example", sue.id, True, NOON)
    assert "Signed by Dr. Example, 2026-11-24" in browser_client.get("/console/guidance").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"clinician": ""}, "Enter the name of the clinician"),
        ({"word": "refuse"}, "Say what is wrong with the row"),
        ({"digest": "old"}, "The row was changed after you opened the page."),
    ],
)
def test_word_is_refused_with_a_sentence(
    browser_client: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    status, page = sign(browser_client, **fields)
    assert status == 400
    assert sentence in page
    with transaction() as session:
        assert session.scalars(select(GuidanceSignOff)).all() == []


def test_advocate_reads_and_does_not_sign(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    assert "Sign the row" not in browser_client.get(ROW).text
    assert browser_client.post(ROW).status_code == 403


def test_call_screen_says_when_the_list_rests_on_unsigned_guidance(browser_client: FlaskClient) -> None:
    ana = signed_in(browser_client)
    callback = stored_call()
    doctor = stored_doctor(expertise=("ttfields",))
    with transaction() as session:
        made = MatchSet(lead_id=callback.lead_id, current=True, created_at=NOON, rule_version="1")
        made.directory_version, made.widened, made.excluded = 1, False, {}
        session.add(made)
        session.flush()
        match = Match(match_set_id=made.id, rank=1, doctor_id=doctor.id, score=1.0)
        match.parts, match.reasons = {}, []
        session.add(match)
    page = f"/console/callbacks/{claim_next(browser_client)}"
    words = "guidance that awaits clinical review"
    assert words in browser_client.get(page).text
    assert words in browser_client.get(f"/console/doctors/{doctor.id}/matches").text
    with transaction() as session:
        for row in ROWS:
            word = Word(staff_id=ana.id, clinician="Dr. Example", approved=True)
            guidance.sign_off(session, row.id, word, now=NOON)
    assert words not in browser_client.get(page).text
