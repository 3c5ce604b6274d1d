"""The NPPES monthly and weekly file (npidata_pfile): one clinician or organisation a row. Pure.

Columns are found by name: layout V2 has 330 of them, older files 329 with other names for
columns that are not read here. Source: NPPES Data Dissemination, readme and file header.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from intake.directory.columns import Cells, Columns, find_columns
from intake.directory.facts import Deactivation, DoctorFacts, Fact, Office
from intake.directory.table_file import heading

_SLOTS = range(1, 16)
_CODE, _SWITCH = "Healthcare Provider Taxonomy Code_{}", "Healthcare Provider Primary Taxonomy Switch_{}"
_PERSON, _ORGANISATION = "1", "2"
_PRACTICE = "Provider Business Practice Location Address"
_NEEDED = {
    "npi": "NPI",
    "entity": "Entity Type Code",
    "last_name": "Provider Last Name (Legal Name)",
    "first_name": "Provider First Name",
    "line_1": "Provider First Line Business Practice Location Address",
    "city": f"{_PRACTICE} City Name",
    "state": f"{_PRACTICE} State Name",
    "zip": f"{_PRACTICE} Postal Code",
    "deactivated": "NPI Deactivation Date",
    "reactivated": "NPI Reactivation Date",
    "code_1": _CODE.format(1),
    "switch_1": _SWITCH.format(1),
}
_WELCOME = {
    "credential": "Provider Credential Text",
    "line_2": "Provider Second Line Business Practice Location Address",
    "country": f"{_PRACTICE} Country Code (If outside U.S.)",
    "phone": f"{_PRACTICE} Telephone Number",
}


@dataclass(frozen=True)
class Layout:
    """Where the columns of one file stand; `slots` are those of each taxonomy code and its switch."""

    columns: Columns
    slots: tuple[tuple[int, int], ...]


def layout(header: Sequence[str], *, name: str) -> Layout:
    """Find the columns in the header of the file `name`. Raises BadFile naming those that are missing."""
    columns = find_columns(header, needed=_NEEDED, welcome=_WELCOME, not_it=f"{name} is not an NPPES file")
    places = {heading(column): place for place, column in enumerate(header)}
    pairs = [(places.get(heading(_CODE.format(n))), places.get(heading(_SWITCH.format(n)))) for n in _SLOTS]
    slots = ((code, switch) for code, switch in pairs if code is not None and switch is not None)
    return Layout(columns, tuple(slots))


def read_row(layout: Layout, values: Sequence[str], used: frozenset[str]) -> Fact | None:
    """What a row says: a doctor whose primary taxonomy is in `used`, a deactivation, or None for neither.

    Raises RowRejected naming the column, its value and the mend.
    """
    row = layout.columns.row(values)
    npi = row.npi("npi")
    gone = _deactivated(row)
    if gone is not None:
        return Deactivation(npi, gone)
    entity = row.number("entity")
    if entity == _ORGANISATION:
        return None
    if entity != _PERSON:
        row.refuse("entity", entity, "is neither 1 (a person) nor 2 (an organisation)")
    slots = [
        (values[code].strip().upper(), values[switch].strip().upper())
        for code, switch in layout.slots
        if values[code] or values[switch]
    ]
    codes = _used_codes(row, slots, used)
    if not codes or row.text("country").upper() not in ("", "US"):
        return None
    return _doctor(row, npi, codes)


def _deactivated(row: Cells) -> date | None:
    """The day an NPI ended, None while it is active: reactivated that day or later."""
    gone, back = row.day("deactivated"), row.day("reactivated")
    return None if gone is None or (back is not None and back >= gone) else gone


def _used_codes(row: Cells, slots: Sequence[tuple[str, str]], used: frozenset[str]) -> tuple[str, ...]:
    """The codes of the row that are used, the primary one first; none when its primary is not used.

    The primary slot is the one with the switch Y, which need not be the first. Without any Y
    all slots count and the first that is used leads.
    """
    codes = [code for code, _ in slots if code in used]
    primary = [code for code, switch in slots if switch == "Y"]
    leading = next((code for code in primary if code in used), None)
    if not codes or (primary and leading is None):
        return ()
    if leading is None:
        row.notes.append("no taxonomy is marked as primary; the first was taken")
    return tuple(dict.fromkeys([leading or codes[0], *codes]))


def _doctor(row: Cells, npi: str, codes: tuple[str, ...]) -> DoctorFacts:
    first, last, office = row.text("first_name"), row.needed("last_name"), _office(row)
    return DoctorFacts(
        npi=npi,
        first_name=first,
        last_name=last,
        credential=row.text("credential") or None,
        taxonomy_codes=codes,
        offices=(office,),
        notes=tuple(row.notes),
    )


def _office(row: Cells) -> Office:
    state = row.state("state")
    return Office(
        line_1=row.text("line_1"),
        line_2=row.text("line_2") or None,
        city=row.needed("city"),
        state=state,
        zip=row.zip("zip", state),
        phone=row.phone("phone"),
    )
