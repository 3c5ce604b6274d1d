"""What family and staff read about nearer doctors and about a list that changed."""

from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update

from intake.db import transaction
from intake.models.lead import Lead
from intake.models.match import MatchSet
from intake.rules.differences import Place, difference_texts, differences
from intake.sample.load import load_directory
from intake.services.call_screen import call_screen
from intake.services.staff import Role
from intake.views.console import words
from tests.desk import account, waiting_call
from tests.factories import NOON
from tests.visitor import Visitor
from workers.matching.directory import Directory
from workers.matching.match_lead import case_of
from workers.matching.rank import match
from workers.matching.store import NewSet, add_set

NEARER = [{"code": "nearer_no_experience", "params": {"count": 2, "kind": "surgeon", "diagnosis": "pleural"}}]
SENTENCE = "Two nearer surgeons do not treat mesothelioma in the lining of the lung, as far as we know."


def _with_list(lead_id: object) -> None:
    with transaction() as session:
        load_directory(session, now=NOON)
    with transaction() as session:
        lead = session.get_one(Lead, lead_id)
        result = match(case_of(lead), Directory(sample=True).snapshot(session), today=NOON.date())
        add_set(session, NewSet(lead.id, result, NOON))
        session.flush()
        session.execute(update(MatchSet).values(nearer=NEARER))


def test_family_reads_why_nearer_doctors_are_not_listed_when_the_page_opens(
    browser_client: FlaskClient,
) -> None:
    visitor = Visitor(browser_client)
    visitor.answer_all()
    visitor.send(consent_email="y")
    with transaction() as session:
        lead_id = session.scalars(select(Lead.id)).one()
    _with_list(lead_id)
    page = visitor.read(visitor.status_path())
    assert "Why nearer doctors are not here" in page
    assert SENTENCE in page


def test_advocate_reads_it_too_when_the_call_opens(database: Engine) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        callback = waiting_call(session)
        supervisor = account(session, Role.SUPERVISOR)
        session.flush()
        lead_id, callback_id = callback.lead_id, callback.id
    _with_list(lead_id)
    with transaction() as session:
        screen = call_screen(session, callback_id, supervisor, now=now)
        assert screen is not None
        assert screen.requests[0].match_set is not None
        assert words.nearer(screen.requests[0].match_set, screen.lead) == [SENTENCE]


def test_only_differences_that_matter_are_told_when_lists_are_compared() -> None:
    old = [Place(rank, f"d{rank}", f"Sample {rank}") for rank in range(1, 8)]
    new = [
        Place(1, "d1", "Sample 1"),
        Place(2, "x", "Sample x"),
        Place(3, "d7", "Sample 7"),
        Place(4, "d3", "Sample 3"),
        Place(5, "d4", "Sample 4"),
        Place(6, "y", "Sample y"),
        Place(7, "d5", "Sample 5"),
        Place(8, "d6", "Sample 6"),
    ]

    class Stored:
        differences = differences(old, new)

    assert difference_texts(Stored()) == [
        "Sample x is new, at place 2.",
        "Sample 2 is no longer on the list (was at place 2).",
        "Sample 7 moved from place 7 to 3.",
    ]
