"""The NPPES monthly and weekly file (npidata_pfile): one clinician or organisation a row. Pure.

Columns are found by name: layout V2 has 330 of them, older files 329 with other names for
columns that are not read here. Source: NPPES Data Dissemination, readme and file header.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from intake.directory import repair
from intake.directory.facts import Deactivation, DoctorFacts, Fact
from intake.directory.npi import check_npi
from intake.directory.rejects import RowRejected
from intake.directory.table_file import BadFile, heading, readable
from intake.errors import BadInput

SLOTS = 15
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
}
_WELCOME = {
    "credential": "Provider Credential Text",
    "line_2": "Provider Second Line Business Practice Location Address",
    "country": f"{_PRACTICE} Country Code (If outside U.S.)",
    "phone": f"{_PRACTICE} Telephone Number",
}
_CODE, _SWITCH = "Healthcare Provider Taxonomy Code_{}", "Healthcare Provider Primary Taxonomy Switch_{}"
_DATES = ("%m/%d/%Y", "%Y-%m-%d")
_MEND = "Give npidata_pfile_....csv out of the monthly or weekly zip, with its header."


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where each column stands; -1 for one that this file does not have."""

    width: int
    npi: int
    entity: int
    last_name: int
    first_name: int
    credential: int
    line_1: int
    line_2: int
    city: int
    state: int
    zip: int
    country: int
    phone: int
    deactivated: int
    reactivated: int
    slots: tuple[tuple[int, int], ...]


def layout(header: Sequence[str], *, name: str) -> Layout:
    """Find the columns in the header of the file `name`. Raises BadFile naming those that are missing."""
    places = {heading(column): place for place, column in enumerate(header)}
    slots = tuple(
        (places[heading(_CODE.format(n))], places[heading(_SWITCH.format(n))])
        for n in range(1, SLOTS + 1)
        if heading(_CODE.format(n)) in places and heading(_SWITCH.format(n)) in places
    )
    missing = [column for column in _NEEDED.values() if heading(column) not in places]
    if not slots:
        missing += [_CODE.format(1), _SWITCH.format(1)]
    if missing:
        raise BadFile(f"{name} is not an NPPES file: {_listed(missing)} not in its first line. {_MEND}")
    found = {field: places.get(heading(column), -1) for field, column in {**_NEEDED, **_WELCOME}.items()}
    return Layout(width=len(header), slots=slots, **found)


def _listed(columns: Sequence[str]) -> str:
    first = ", ".join(f'"{column}"' for column in columns[:3])
    more = f" and {len(columns) - 3} more" if len(columns) > 3 else ""
    return f"{first}{more} {'is' if len(columns) == 1 else 'are'}"


class NppesRow:
    """One row being read: cleaned values, and what had to be mended in them."""

    def __init__(self, layout: Layout, values: Sequence[str]) -> None:
        self._layout, self._values = layout, values
        self.notes: list[str] = []

    def text(self, field: str) -> str:
        """The value with single blanks. Raises RowRejected for characters that no text holds."""
        place = getattr(self._layout, field)
        if place < 0:
            return ""
        found, mended = readable(" ".join(self._values[place].split()))
        if mended:
            self.notes.append(f"{_label(field)} was not UTF-8; read as Windows-1252")
        if "\0" in found:
            raise RowRejected(_label(field), found, "a NUL character; fetch the file again")
        return found

    def needed(self, field: str) -> str:
        return self.text(field) or refuse(field, "", "is empty")

    def mended(self, mended: repair.Mended) -> str:
        if mended.note:
            self.notes.append(mended.note)
        return mended.value

    def number(self, field: str) -> repair.Mended:
        text = self.text(field)
        try:
            return repair.whole_number(text)
        except BadInput as wrong:
            refuse(field, text, str(wrong))

    def day(self, field: str) -> date | None:
        text = self.text(field)
        if not text:
            return None
        for shape in _DATES:
            with suppress(ValueError):
                return datetime.strptime(text, shape).date()
        refuse(field, text, "is no date; NPPES writes month/day/year")


def refuse(field: str, value: str, reason: str) -> NoReturn:
    """Raise RowRejected with the column's own name."""
    raise RowRejected(_label(field), value, reason)


def _label(field: str) -> str:
    return {**_NEEDED, **_WELCOME}[field]


def read_row(layout: Layout, values: Sequence[str], used: frozenset[str]) -> Fact | None:
    """What a row says: a doctor with a primary taxonomy in `used`, a deactivation, or None for neither.

    Raises RowRejected naming the column, its value and the mend.
    """
    if len(values) != layout.width:
        raise RowRejected("row", "", f"has {len(values)} values where the header has {layout.width}")
    row = NppesRow(layout, values)
    npi = _npi(row)
    gone = _deactivated(row)
    if gone is not None:
        return Deactivation(npi, gone)
    entity = row.number("entity").value
    if entity == _ORGANISATION:
        return None
    if entity != _PERSON:
        refuse("entity", entity, "is neither 1 (a person) nor 2 (an organisation)")
    codes = _taxonomies(row, layout, values, used)
    if not codes or row.text("country").upper() not in ("", "US"):
        return None
    return _doctor(row, npi, codes)


def _npi(row: NppesRow) -> str:
    mended = row.number("npi")
    try:
        return check_npi(row.mended(mended))
    except BadInput as wrong:
        refuse("npi", row.text("npi"), str(wrong))


def _deactivated(row: NppesRow) -> date | None:
    """The day an NPI ended, None while it is active: reactivated that day or later."""
    gone, back = row.day("deactivated"), row.day("reactivated")
    return None if gone is None or (back is not None and back >= gone) else gone


def _taxonomies(
    row: NppesRow, layout: Layout, values: Sequence[str], used: frozenset[str]
) -> tuple[str, ...]:
    """The codes of the row that are used, the primary one first; none when its primary is not used.

    The primary slot is the one with the switch Y, which need not be the first. Without any Y
    all slots count and the first that is used leads.
    """
    filled = [(values[code].strip().upper(), values[switch].strip().upper()) for code, switch in layout.slots]
    codes = [code for code, _ in filled if code in used]
    primary = [code for code, switch in filled if switch == "Y"]
    leading = next((code for code in primary if code in used), None)
    if not codes or (primary and leading is None):
        return ()
    if leading is None:
        row.notes.append("no taxonomy is marked as primary; the first was taken")
    return tuple(dict.fromkeys([leading or codes[0], *codes]))


def _doctor(row: NppesRow, npi: str, codes: tuple[str, ...]) -> DoctorFacts:
    state = row.needed("state").upper()
    if not (len(state) == 2 and state.isascii() and state.isalpha()):
        refuse("state", state, "is not a state's two-letter code")
    return DoctorFacts(
        npi=npi,
        first_name=row.text("first_name"),
        last_name=row.needed("last_name"),
        credential=row.text("credential") or None,
        taxonomy_codes=codes,
        line_1=row.text("line_1"),
        line_2=row.text("line_2") or None,
        city=row.needed("city"),
        state=state,
        zip=_zip(row, state),
        phone=row.mended(repair.phone(row.text("phone"))) or None,
        notes=tuple(row.notes),
    )


def _zip(row: NppesRow, state: str) -> str:
    text = row.needed("zip")
    try:
        return row.mended(repair.zip_code(text, state))
    except BadInput as wrong:
        refuse("zip", text, str(wrong))
