"""Medicare's Doctors and Clinicians file: one clinician, enrolment, group and address a row. Pure.

Columns are found by the names in cms_columns.toml, specialties by the texts in cms_specialties.toml.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from intake.directory.columns import Cells, Columns, find_aliases
from intake.directory.facts import DoctorFacts, Office, address_key

_SECOND = ("second_1", "second_2", "second_3", "second_4")
_YES_NO = {"Y": True, "N": False}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


_LAYOUTS = _read("cms_columns.toml")


def _specialties() -> Mapping[str, tuple[str, ...]]:
    rows = _read("cms_specialties.toml")["specialty"]
    return {text: tuple(row["taxonomy"]) for row in rows for text in (*row["texts"], row["code"])}


SPECIALTIES = _specialties()


def layout(header: Sequence[str], *, name: str) -> Columns:
    """Find the columns of any generation. Raises BadFile naming those that are missing."""
    wanted, needed = _LAYOUTS["columns"], _LAYOUTS["needed"]
    return find_aliases(header, wanted, needed, not_it=f"{name} is not a Doctors and Clinicians file")


def read_row(columns: Columns, values: Sequence[str]) -> DoctorFacts | None:
    """A doctor with one office, None where the primary specialty is not used. Raises RowRejected."""
    row = columns.row(values)
    codes = SPECIALTIES.get(row.text("specialty").upper())
    if codes is None:
        return None
    more = [code for field in _SECOND for code in SPECIALTIES.get(row.text(field).upper(), ())]
    npi, last, office = row.npi("npi"), row.needed("last_name"), _office(row)
    return DoctorFacts(
        npi=npi,
        first_name=row.text("first_name"),
        last_name=last,
        credential=row.text("credential") or None,
        taxonomy_codes=tuple(dict.fromkeys([*codes, *more])),
        offices=(office,),
        telehealth=_YES_NO.get(row.text("telehealth").upper()),
        notes=tuple(row.notes),
    )


def _office(row: Cells) -> Office:
    state = row.state("state")
    line_1, zip_code = row.text("line_1"), row.zip("zip", state)
    return Office(
        line_1=line_1,
        line_2=row.text("line_2") or None,
        city=row.needed("city"),
        state=state,
        zip=zip_code,
        phone=row.phone("phone"),
        key=address_key(line_1, zip_code),
    )
