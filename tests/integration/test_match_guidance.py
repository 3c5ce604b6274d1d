"""Who signed which row of the guidance, and what a changed row does to it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.errors import BadInput
from intake.models.consent import AuditEntry
from intake.rules.guidance import ROWS, ROWS_BY_ID
from intake.services import guidance
from intake.services.sign_offs import Word
from tests.desk import account

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def staff_id(database: Engine) -> UUID:
    with transaction() as session:
        return account(session).id


def _sign(staff_id: UUID, row_id: str, *, approved: bool = True, comment: str = "") -> None:
    with transaction() as session:
        word = Word(staff_id=staff_id, clinician="Sample Clinician", approved=approved, comment=comment)
        guidance.sign_off(session, row_id, word, now=NOW)


def test_row_is_signed_with_name_and_day_when_a_clinician_approves(staff_id: UUID) -> None:
    _sign(staff_id, "pleural-1")
    with transaction() as session:
        found = guidance.sign_offs(session)
        assert list(found) == [row.id for row in ROWS]
        assert found["pleural-1"].to_json() == {
            "row": "pleural-1",
            "signed": True,
            "by": "Sample Clinician",
            "on": "2026-11-24",
        }
        assert not found["pleural-2"].signed
        assert "guidance.signed" in session.scalars(select(AuditEntry.action)).all()


def test_row_is_unsigned_when_a_later_word_refuses_it(staff_id: UUID) -> None:
    _sign(staff_id, "pleural-1")
    _sign(staff_id, "pleural-1", approved=False, comment="Cell type matters here.")
    with transaction() as session:
        standing = guidance.sign_offs(session)["pleural-1"]
        assert (standing.signed, standing.refused) == (False, True)
        assert len(guidance.history_of(session, "pleural-1")) == 2


def test_row_is_unsigned_again_when_its_text_changes(staff_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    _sign(staff_id, "pleural-1")
    changed = {**ROWS_BY_ID, "pleural-1": replace(ROWS_BY_ID["pleural-1"], digest="of another text")}
    monkeypatch.setattr(guidance, "ROWS_BY_ID", changed)
    with transaction() as session:
        standing = guidance.sign_offs(session)["pleural-1"]
    assert (standing.signed, standing.changed, standing.by) == (False, True, None)


@pytest.mark.parametrize(
    ("row_id", "approved", "clinician", "said"),
    [
        ("pleural-9", True, "Sample Clinician", "no row pleural-9"),
        ("pleural-1", True, "  ", "Clinician"),
        ("pleural-1", False, "Sample Clinician", "Comment"),
    ],
)
def test_word_is_refused_with_the_field_named_when_it_is_incomplete(
    staff_id: UUID, row_id: str, approved: bool, clinician: str, said: str
) -> None:
    word = Word(staff_id=staff_id, clinician=clinician, approved=approved)
    with transaction() as session, pytest.raises(BadInput, match=said):
        guidance.sign_off(session, row_id, word, now=NOW)
