"""The guide on paper, asked for by anybody and by a family on its own page."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intake.db import transaction
from intake.models import ConsentEvent, ConsentWording, Lead, Letter, PostalAddress
from intake.services import postal_addresses
from tests.factories import stored_lead
from tests.visitor import Visitor, problems, text_of

FORM = "/guide/by-post"
ASKED = {
    "first_name": "Ann",
    "last_name": "O’Brien",
    "line_1": "12 Example Street",
    "line_2": "Apt 4",
    "city": "Houston",
    "state": "TX",
    "zip_code": "77030-1234",
    "print_size": "large",
    "diagnosis": "peritoneal",
    "consent_post": "y",
}


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    return Visitor(browser_client)


def count(model: type[Any]) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_guide_by_post_is_one_request_one_address_one_series_and_its_consent(visitor: Visitor) -> None:
    fields = {**visitor.hidden(FORM), **ASKED}
    for _ in range(2):
        response = visitor.client.post(FORM, data=fields)
        assert (response.status_code, response.location) == (303, f"{FORM}/sent")
    assert "in about a week" in visitor.read(f"{FORM}/sent")
    with transaction() as session:
        lead = session.scalars(select(Lead)).one()
        kept = session.scalars(select(PostalAddress)).one()
        consent = session.scalars(select(ConsentEvent).where(ConsentEvent.channel == "post")).one()
        letters = session.scalars(select(Letter).order_by(Letter.due_at)).all()
        lines = postal_addresses.read(kept).lines
        assert lines == ("Ann O’Brien", "12 Example Street", "Apt 4", "Houston, TX 77030")
        assert (kept.large_print, consent.given, consent.typed) == (True, True, ", ".join(lines))
        assert (lead.kind, lead.wants_guide, lead.state) == ("guide", False, "TX")
        assert letters[0].step == "guide"
        assert {letter.status for letter in letters} == {"planned"}
        assert len({letter.step for letter in letters}) == len(letters)


def test_page_of_a_posted_guide_shows_the_letter(visitor: Visitor) -> None:
    visitor.post(FORM, ASKED)
    with transaction() as session:
        path = f"/s/{session.scalars(select(Lead)).one().status_token}"
    assert "Your guide, by post.</strong> We will post it" in visitor.read(path)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"line_1": ""}, "Type the street and the number, or the PO box."),
        ({"line_1": "x" * 41}, "The street is too long. Use 40 letters or fewer."),
        ({"line_1": "\n".join(f"line {at}" for at in range(40))}, "The street had a hidden character in it."),
        ({"line_1": "测试路 12"}, "Write the street in the letters A to Z."),
        ({"first_name": "Ада"}, "Write the first name in the letters A to Z."),
        ({"line_2": "Mesothelioma Ward"}, "Leave out every word of the illness."),
        ({"line_1": "Example Street"}, "The street has no number."),
        ({"zip_code": "77"}, "Enter the ZIP code as five numbers"),
        ({"zip_code": "00000"}, "We do not know the ZIP code 00000."),
        ({"state": "CA"}, "The ZIP code 77030 is in Texas."),
        ({"city": "Dallas"}, "The ZIP code 77030 belongs to Houston."),
        ({"state": ""}, "Choose the state."),
        ({"print_size": ""}, "Choose the size of print."),
        ({"consent_post": ""}, "Tick the box so that we may write to you."),
        ({"phone": "12"}, "10 digits"),
        ({"state": "ZZ"}, "Choose one of the answers for the state."),
    ],
)
def test_wrong_answer_is_named_and_what_was_typed_stays(
    visitor: Visitor, wrong: dict[str, str], sentence: str
) -> None:
    fields = {name: value for name, value in {**ASKED, **wrong}.items() if value or name != "consent_post"}
    response = visitor.post(FORM, fields)
    assert response.status_code == 422
    assert sentence in problems(response)
    assert 'value="O’Brien"' in text_of(response)
    assert count(Letter) == count(Lead) == 0


def test_problems_stand_in_the_order_of_the_page(visitor: Visitor) -> None:
    page = text_of(visitor.post(FORM, {})).partition('class="govuk-error-summary"')[2]
    summary, _, below = page.partition("</ul>")
    named = re.findall(r'<a href="#([\w-]+)"', summary)
    assert len(named) > 6
    places = [below.index(f'id="{name}"') for name in named]
    assert places == sorted(places)


def test_consent_is_kept_in_the_words_that_were_read(browser_client: FlaskClient) -> None:
    visitor = Visitor(browser_client, language="/es")
    assert visitor.post(FORM, ASKED).status_code == 303
    with transaction() as session:
        read = select(ConsentEvent, ConsentWording).join(ConsentWording).where(ConsentEvent.channel == "post")
        event, wording = session.execute(read).one()
        assert (wording.language, event.given) == ("es", True)


@pytest.mark.parametrize("odd", [{"city": "Dallas"}, {"zip_code": "00000"}, {"line_1": "General Delivery"}])
def test_family_that_insists_is_believed(visitor: Visitor, odd: dict[str, str]) -> None:
    page = text_of(visitor.post(FORM, {**ASKED, **odd}))
    assert "The address is right as I typed it" in page
    assert visitor.post(FORM, {**ASKED, **odd, "sure": "y"}).status_code == 303


def test_other_names_of_a_town_are_taken(visitor: Visitor) -> None:
    assert visitor.post(FORM, {**ASKED, "city": "VA HOSPITAL"}).status_code == 303


def test_box_that_people_cannot_see_makes_no_letter(visitor: Visitor) -> None:
    assert visitor.post(FORM, {**ASKED, "website": "x"}).status_code == 422
    assert count(Letter) == 0


@pytest.fixture
def family(visitor: Visitor) -> str:
    with transaction() as session:
        token = stored_lead(session).status_token
    return f"/s/{token}"


OWN = {name: ASKED[name] for name in ("line_1", "city", "state", "zip_code", "consent_post")}


def test_family_asks_on_its_own_page_after_proof(visitor: Visitor, family: str) -> None:
    assert visitor.client.get(f"{family}/post").location == family
    assert visitor.client.post(f"{family}/post").location == family
    visitor.post(family, {"phone": "(555) 010-0123"})
    page = visitor.read(f"{family}/post")
    assert 'value="Ada Example"' in page
    assert 'value="77030"' in page
    fields = {**OWN, "recipient": "Ada Example", "print_size": "normal"}
    response = visitor.post(f"{family}/post", fields)
    assert response.location == f"{family}?saved=post"
    assert "We will post the guide to you." in visitor.read(response.location)
    with transaction() as session:
        assert session.scalars(select(ConsentEvent.given).where(ConsentEvent.channel == "post")).one()
        assert session.scalars(select(Letter.step)).one() == "guide"
    assert "12 Example Street" in visitor.read(f"{family}/post")


def test_envelope_name_that_tells_the_illness_is_refused(visitor: Visitor, family: str) -> None:
    visitor.post(family, {"phone": "(555) 010-0123"})
    fields = {**OWN, "recipient": "Cancer patient Ada", "print_size": "normal"}
    response = visitor.post(f"{family}/post", fields)
    assert "Leave out every word of the illness." in problems(response)
