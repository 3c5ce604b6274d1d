"""What a mail writes by one statement each, and which documents know of a clinician's newest word."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from intake.db import transaction
from intake.documents.content import Kind
from intake.documents.data import Reviews
from intake.errors import IllegalTransition
from intake.models import Lead, Mailing
from intake.rules.facts import Language
from intake.services import documents, mailings, series, sign_offs
from intake.services.sign_offs import Word
from tests.desk import account
from tests.factories import NOON, stored_lead


@pytest.fixture
def mailing_id(database: Engine) -> UUID:
    """A guide that waits."""
    with transaction() as session:
        series.begin(session, stored_lead(session).lead_id, now=NOON)
        return session.scalars(select(Mailing.id)).one()


def turn(status: str) -> None:
    with transaction() as session:
        session.execute(update(Mailing).values(status=status))


def take_up(mailing_id: UUID) -> None:
    with transaction() as session:
        mailing = session.get_one(Mailing, mailing_id, with_for_update=True)
        mailings.take_up(session, mailing, rule_version="1", recipient_blind=b"whom", now=NOON)


def test_only_what_waits_is_taken_up(mailing_id: UUID) -> None:
    take_up(mailing_id)
    with transaction() as session:
        row = session.get_one(Mailing, mailing_id)
        assert (row.status, row.sending_at, row.recipient_blind) == ("sending", NOON, b"whom")
    with pytest.raises(IllegalTransition):
        take_up(mailing_id)


@pytest.mark.parametrize("status", ["planned", "unknown", "failed", "suppressed"])
def test_only_what_is_under_way_is_accepted_at_once(mailing_id: UUID, status: str) -> None:
    turn(status)
    with transaction() as session:
        found = mailings.accept(session, mailing_id, answer="250 Ok", provider_id=None, now=NOON)
    with transaction() as session:
        assert (found, session.get_one(Mailing, mailing_id).status) == (False, status)


def test_guide_carries_a_word_that_was_given_after_the_last_mail(mailing_id: UUID) -> None:
    assert not _reviews(mailing_id)
    with transaction() as session:
        staff = account(session)
        session.flush()
        word = Word(clinician="Dr Sample", approved=True, staff_id=staff.id)
        documents.sign(session, Kind.GUIDE, Language.ENGLISH, "", word, now=NOON)
    assert _reviews(mailing_id)


def _reviews(mailing_id: UUID) -> Reviews:
    with transaction() as session:
        lead = session.scalars(select(Lead)).one()
        words = session.scalar(select(sign_offs.WORDS)) or ""
        return documents.for_lead(session, lead, Kind.GUIDE, words=words).reviews
