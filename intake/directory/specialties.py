"""A doctor's taxonomy codes: what every registry says, that of the most believed leading."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from intake.directory.bulk import insert, upsert
from intake.directory.sources import Origin, rank
from intake.directory.written import Written
from intake.models.directory import DoctorSpecialty

_REPLACED = text("DELETE FROM doctor_specialty WHERE doctor_id = ANY(:ids)")
_NO_PRIMARY = text("UPDATE doctor_specialty SET is_primary = false WHERE doctor_id = ANY(:ids)")


def write(session: Session, written: Sequence[Written], origin: Origin) -> None:
    """Replace the codes of candidates; for a verified doctor only add, as an editor may have added some."""
    speaking = [one for one in written if one.fact.taxonomy_codes]
    rows = [row for one in speaking for row in _rows(one, origin.source)]
    known = [one for one in speaking if not one.new]
    if not known:
        insert(session, DoctorSpecialty, rows)
        return
    session.execute(_REPLACED, {"ids": [one.id for one in known if not one.verified]})
    session.execute(_NO_PRIMARY, {"ids": [one.id for one in known if one.verified]})
    upsert(
        session,
        DoctorSpecialty,
        rows,
        keys=["doctor_id", "taxonomy_code"],
        taken_over=["is_primary"],
    )


def _rows(one: Written, source: str) -> list[dict[str, Any]]:
    return [
        {"doctor_id": one.id, "taxonomy_code": code, "is_primary": place == 0}
        for place, code in enumerate(_codes(one, source))
    ]


def _codes(one: Written, source: str) -> tuple[str, ...]:
    said = dict(one.decided.known.said) if one.decided.known else {}
    by_source = {**{name: word.codes for name, word in said.items()}, source: one.fact.taxonomy_codes}
    return tuple(dict.fromkeys(code for name in sorted(by_source, key=rank) for code in by_source[name]))
