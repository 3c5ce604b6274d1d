"""Nothing is given to a centre without the family's live yes to it, and each giving is kept and shown."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from intake.config import Settings
from intake.db import transaction
from intake.errors import BadInput
from intake.models import (
    AuditEntry,
    Authorisation,
    ConsentEvent,
    ConsentWording,
    DeletionMail,
    Disclosure,
    Lead,
)
from intake.rules.facts import Language
from intake.rules.sharing import SharedField, Terms
from intake.services import deletions, sharing, stops
from intake.services.consents import Trace
from intake.services.staff import Role
from intake.services.stop_links import stop_token
from tests.desk import account, press, signed_in
from tests.directory import stored_centre
from tests.factories import NOON, stored_lead
from tests.integration.test_deletion import post_mails
from tests.visitor import Visitor

FIELDS = [SharedField.NAMES, SharedField.PHONE]
ADDRESS = "intake@centre.example"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def centre(database: object) -> UUID:
    return stored_centre(name="Sample Center").id


def a_lead() -> UUID:
    with transaction() as session:
        return stored_lead(session).lead_id


def allow(lead_id: UUID, centre: UUID, fields: list[SharedField] = FIELDS) -> UUID:
    terms = Terms(centre_id=centre, fields=fields, days=30, language=Language.ENGLISH)
    with transaction() as session:
        lead = session.scalars(select(Lead).where(Lead.id == lead_id).options(joinedload(Lead.contact))).one()
        return sharing.allow(session, lead, terms, Trace(page="/test"), by="visitor", now=NOON).id


def give(authorisation_id: UUID, *, days: int = 0) -> Disclosure:
    with transaction() as session:
        staff = account(session, name=f"Eva{days}")
        allowed = sharing.locked(session, authorisation_id)
        assert allowed
        return sharing.give(session, allowed, ADDRESS, staff_id=staff.id, now=NOON + timedelta(days=days))


def count(kind: type[Any]) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_only_the_fields_that_were_allowed_are_in_what_is_given(centre: UUID) -> None:
    lead_id = a_lead()
    given = give(allow(lead_id, centre))
    content = json.loads(given.content)
    assert content["first name"] == "Ada"
    assert content["phone"] == "+15550100123"
    assert not {"email", "type", "ZIP code"} & set(content)
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "lead.shared")).one()
        assert entry.detail["fields"] == ["names", "phone"]
        raw = session.scalar(select(Disclosure.content_sealed))
    assert b"Ada" not in (raw or b"")


def test_nothing_is_given_after_they_took_it_back(centre: UUID) -> None:
    authorisation_id = allow(a_lead(), centre)
    with transaction() as session:
        allowed = sharing.locked(session, authorisation_id)
        assert allowed
        sharing.take_back(session, allowed, by="visitor", trace=Trace(), now=NOON)
    with pytest.raises(BadInput, match="took it back"):
        give(authorisation_id)
    assert count(Disclosure) == 0


def test_nothing_is_given_after_the_yes_ran_out(centre: UUID) -> None:
    authorisation_id = allow(a_lead(), centre)
    give(authorisation_id, days=29)
    with pytest.raises(BadInput, match="ran out"):
        give(authorisation_id, days=30)


def test_newer_yes_to_the_same_centre_ends_the_older_one(centre: UUID) -> None:
    lead_id = a_lead()
    first = allow(lead_id, centre)
    allow(lead_id, centre, [SharedField.PLACE])
    with pytest.raises(BadInput):
        give(first)


@pytest.mark.parametrize("how", ["page", "mail"])
def test_stop_to_everything_ends_every_yes(centre: UUID, how: str) -> None:
    lead_id = a_lead()
    authorisation_id = allow(lead_id, centre)
    with transaction() as session:
        lead = session.scalars(select(Lead).options(joinedload(Lead.contact))).one()
        if how == "page":
            stops.stop_everything_of(session, lead_id, by="visitor", now=NOON)
        else:
            token = stop_token(lead.contact.email_blind or b"")
            stops.stop_by_link(session, token, everything=True, now=NOON)
    with pytest.raises(BadInput):
        give(authorisation_id)


def test_yes_is_kept_with_the_exact_words_and_what_stood_in_them(centre: UUID) -> None:
    lead_id = a_lead()
    allow(lead_id, centre)
    with transaction() as session:
        event = session.scalars(select(ConsentEvent).where(ConsentEvent.purpose == "share")).one()
        assert event.typed == "Sample Center; the names, the phone number; 12/24/2026"
        allowed = session.scalars(select(Authorisation)).one()
        words = session.get_one(ConsentWording, allowed.wording_sha256)
        assert event.wording_sha256 == allowed.wording_sha256
        assert "{centre}" in words.text


def test_deletion_tells_the_centre_the_same_day_by_mail_and_names_nobody(
    centre: UUID, settings: Settings
) -> None:
    lead_id = a_lead()
    give(allow(lead_id, centre))
    with transaction() as session:
        reference = session.get_one(Lead, lead_id).reference
        receipt = deletions.finish(session, lead_id, by="visitor", now=NOON)
    assert receipt
    assert count(Disclosure) == count(Authorisation) == 0
    with transaction() as session:
        mail = session.scalars(select(DeletionMail)).one()
        assert mail.due_at - NOON < timedelta(days=1)
    ((recipient, said),) = post_mails(settings)
    assert recipient == ADDRESS
    assert f"{reference[:3]}-{reference[3:]}" in said
    assert not any(word in said for word in ("Ada", "mesothelioma", "555010"))
    with transaction() as session:
        told = session.scalars(select(DeletionMail)).one()
        assert (told.settled_at, told.reference) == (NOON, None)


def test_family_allows_sees_and_takes_back_on_its_page(browser_client: FlaskClient, centre: UUID) -> None:
    visitor = Visitor(browser_client)
    visitor.answer_all()
    visitor.send()
    path = f"{visitor.status_path()}/sharing"
    chosen = {"centre": str(centre), "names": "y", "days": "30"}
    asked = visitor.post(path, chosen)
    assert asked.status_code == 200
    assert "You may tell Sample Center" in asked.text
    assert count(Authorisation) == 0
    assert visitor.post(path, {**chosen, "agreed": "yes"}).status_code == 303
    page = visitor.read(path)
    assert "Thursday, December 24" in page
    with transaction() as session:
        authorisation_id = session.scalars(select(Authorisation.id)).one()
    give(authorisation_id)
    assert "Sample Center" in visitor.read(f"{visitor.status_path()}/data")
    stop = re.search(r'action="(/s/[^"]+/stop)"', page)
    assert stop
    visitor.post(stop[1], {}, page=path)
    with pytest.raises(BadInput):
        give(authorisation_id, days=1)


def test_nothing_is_allowed_without_a_field_a_centre_and_a_time(
    browser_client: FlaskClient, centre: UUID
) -> None:
    visitor = Visitor(browser_client)
    visitor.answer_all()
    visitor.send()
    path = f"{visitor.status_path()}/sharing"
    assert visitor.post(path, {"centre": str(centre), "days": "30", "agreed": "yes"}).status_code == 422
    assert visitor.post(path, {"names": "y", "days": "30", "agreed": "yes"}).status_code == 422
    assert visitor.post(path, {"names": "y", "centre": str(centre), "agreed": "yes"}).status_code == 422
    assert count(Authorisation) == 0


def test_other_family_cannot_take_it_back(browser_client: FlaskClient, centre: UUID) -> None:
    authorisation_id = allow(a_lead(), centre)
    visitor = Visitor(browser_client)
    visitor.answer_all()
    visitor.send()
    path = f"{visitor.status_path()}/sharing"
    assert visitor.post(f"{path}/{authorisation_id}/stop", {}, page=path).status_code == 404
    give(authorisation_id)


def test_desk_hears_a_yes_gives_and_makes_the_file(browser_client: FlaskClient, centre: UUID) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    lead_id = a_lead()
    page = f"/console/leads/{lead_id}/sharing"
    chosen = {"centre": str(centre), "phone": "y", "days": "90"}
    assert "Read this to them" in press(browser_client, page, page, **chosen).text
    press(browser_client, page, page, **chosen, agreed="yes")
    with transaction() as session:
        allowed = session.scalars(select(Authorisation)).one()
        assert allowed.given_by.startswith("staff:")
    yes = f"/console/authorisations/{allowed.id}"
    press(browser_client, page, f"{yes}/give", address="not an address")
    assert count(Disclosure) == 0
    press(browser_client, page, f"{yes}/give", address=ADDRESS)
    with transaction() as session:
        given = session.scalars(select(Disclosure)).one()
    file = f"/console/disclosures/{given.id}/file.csv"
    said = browser_client.get(file).text
    assert "+15550100123" in said
    assert "Ada" not in said
    press(browser_client, page, f"{yes}/stop")
    assert browser_client.get(file).status_code == 303
    press(browser_client, page, f"{yes}/give", address=ADDRESS)
    assert count(Disclosure) == 1
