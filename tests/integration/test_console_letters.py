"""The print queue in the console: for supervisors, safe in a spreadsheet, honest about what was held back."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import Letter, LetterBatch
from intake.rules.outcomes import OUTCOMES, OutcomeCode
from intake.rules.post import names_illness
from intake.services import call_effects
from intake.services.leads import get_lead
from intake.services.staff import Role
from tests.desk import press, signed_in, stored, token_in
from tests.factories import NOON
from tests.letters import address, posted_to

QUEUE = "/console/letters"


@pytest.fixture
def supervisor(browser_client: FlaskClient) -> FlaskClient:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    return browser_client


def two_families() -> None:
    with transaction() as session:
        posted_to(session, to=address(recipient="=cmd|calc"))
        posted_to(session, to=address(line_1="77 Other Street", recipient="Bea Other"))


def batch(client: FlaskClient) -> str:
    answer = press(client, QUEUE, QUEUE)
    assert answer.status_code == 303
    return answer.headers["Location"]


def rows(answer: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_letters_are_claimed_printed_and_posted_by_buttons(supervisor: FlaskClient) -> None:
    two_families()
    assert "Make a batch of 2" in supervisor.get(QUEUE).text
    page = batch(supervisor)
    file = press(supervisor, page, f"{page}/letters.pdf")
    assert file.mimetype == "application/pdf"
    first = PdfReader(io.BytesIO(file.data)).pages[0].extract_text()
    assert "Houston, TX" in first
    assert not names_illness(first)
    assert press(supervisor, page, f"{page}/posted").status_code == 303
    assert "2 letters are marked as posted." in supervisor.get(QUEUE).text
    with transaction() as session:
        assert {letter.status for letter in session.query(Letter)} == {"posted"}


def test_labels_hold_no_formula_and_nothing_of_the_illness(supervisor: FlaskClient) -> None:
    two_families()
    page = batch(supervisor)
    head, *found = rows(supervisor.get(f"{page}/labels.csv"))
    assert head == ["no", "name", "line_1", "line_2", "city", "state", "zip"]
    assert {row[1] for row in found} == {"'=cmd|calc", "Bea Other"}
    assert not any(names_illness(cell) for row in found for cell in row)


def test_manifest_counts_and_names_the_file(supervisor: FlaskClient) -> None:
    two_families()
    page = batch(supervisor)
    press(supervisor, page, f"{page}/letters.pdf")
    head, *found, whole = rows(supervisor.get(f"{page}/manifest.csv"))
    with transaction() as session:
        kept = session.query(LetterBatch).one()
    assert head == ["position", "reference", "step", "print", "pages"]
    assert [row[0] for row in found] == ["1", "2"]
    assert whole == ["all", "2 letters", f"batch {kept.number}", kept.sha256, str(kept.pages)]


def test_letter_whose_family_stops_after_printing_is_to_be_taken_out(supervisor: FlaskClient) -> None:
    two_families()
    page = batch(supervisor)
    press(supervisor, page, f"{page}/letters.pdf")
    with transaction() as session:
        letter = session.query(Letter).filter_by(position=1).one()
        lead = get_lead(session, letter.lead_id)
        call_effects.apply(session, lead, OUTCOMES[OutcomeCode.ASKED_TO_STOP], now=NOON)
    assert "Take these out before you post, and destroy them:</strong> no. 1." in supervisor.get(page).text
    press(supervisor, page, f"{page}/posted")
    assert "1 letters are marked as posted." in supervisor.get(QUEUE).text
    assert stored(Letter, letter.id).status == "suppressed"


def test_letter_that_stops_the_file_is_named_and_can_be_taken_out(supervisor: FlaskClient) -> None:
    with transaction() as session:
        posted_to(session, to=address(recipient="李明"))
    page = batch(supervisor)
    press(supervisor, page, f"{page}/letters.pdf")
    assert "Letter 1 stops the file" in supervisor.get(QUEUE).text
    with transaction() as session:
        letter_id = session.query(Letter).one().id
    press(supervisor, page, f"{QUEUE}/{letter_id}/take-out", reason="cannot be printed")
    assert stored(Letter, letter_id).answer == "cannot be printed"


def test_letter_that_came_back_gets_a_better_address(supervisor: FlaskClient) -> None:
    two_families()
    page = batch(supervisor)
    press(supervisor, page, f"{page}/letters.pdf")
    press(supervisor, page, f"{page}/posted")
    with transaction() as session:
        letter_id = session.query(Letter).filter_by(position=2).one().id
    own = f"{QUEUE}/{letter_id}"
    press(supervisor, QUEUE, f"{own}/tracking", tracking="9400 1000")
    assert 'value="9400 1000"' in supervisor.get(QUEUE).text
    press(supervisor, QUEUE, f"{own}/returned")
    assert "Say why" in supervisor.get(QUEUE).text
    press(supervisor, QUEUE, f"{own}/returned", reason="moved")
    assert "Correct the address" in supervisor.get(QUEUE).text
    fields = {
        "recipient": "Bea Other",
        "line_1": "9 New Road",
        "city": "Houston",
        "state": "TX",
        "zip_code": "77030",
        "print_size": "normal",
    }
    wrong = press(supervisor, f"{own}/address", f"{own}/address", **{**fields, "zip_code": "9"})
    assert (wrong.status_code, 'value="9 New Road"' in wrong.text) == (400, True)
    assert press(supervisor, f"{own}/address", f"{own}/address", **fields).status_code == 303
    assert "Make a batch of 1" in supervisor.get(QUEUE).text


def test_spoilt_batch_goes_back(supervisor: FlaskClient) -> None:
    two_families()
    page = batch(supervisor)
    press(supervisor, page, f"{page}/give-back")
    assert "2 letters are in the queue again." in supervisor.get(QUEUE).text
    assert "Make a batch of 2" in supervisor.get(QUEUE).text


def test_what_is_not_there_and_what_is_done_are_answered_with_sentences(supervisor: FlaskClient) -> None:
    for path in (
        "/999",
        "/999/labels.csv",
        "/999/manifest.csv",
        f"/{'0' * 8}-0000-0000-0000-{'0' * 12}/address",
    ):
        assert supervisor.get(f"{QUEUE}{path}").status_code == 404
    page = supervisor.get(QUEUE).text
    for verb in ("letters.pdf", "posted", "give-back"):
        supervisor.post(f"{QUEUE}/999/{verb}", data={"csrf_token": token_in(page)})
        assert "There is no batch 999." in supervisor.get(QUEUE).text
    supervisor.post(QUEUE, data={"csrf_token": token_in(page)})
    assert "No letter is ready to be printed." in supervisor.get(QUEUE).text
    supervisor.post(QUEUE)
    assert "The page was open for a long time." in supervisor.get(QUEUE).text


@pytest.mark.parametrize("role", [Role.ADVOCATE, Role.ADMIN])
def test_only_a_supervisor_sees_the_post(browser_client: FlaskClient, role: Role) -> None:
    signed_in(browser_client, role)
    for path in (QUEUE, f"{QUEUE}/1", f"{QUEUE}/1/labels.csv", f"{QUEUE}/1/manifest.csv"):
        assert browser_client.get(path).status_code == 403
    assert browser_client.post(f"{QUEUE}/1/letters.pdf").status_code == 403
