"""Find the columns of a table by name and read one row of it. Pure."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NoReturn

from intake.directory import repair
from intake.directory.npi import check_npi
from intake.directory.rejects import RowRejected
from intake.directory.table_file import BadFile, heading, readable
from intake.errors import BadInput

_DATES = ("%m/%d/%Y", "%Y-%m-%d")


@dataclass(frozen=True)
class Columns:
    """Where each field stands; a field that the file does not have is left out."""

    width: int
    names: Mapping[str, str]
    places: Mapping[str, int]

    def row(self, values: Sequence[str]) -> "Cells":
        """Raises RowRejected when the row has more or fewer values than the header."""
        if len(values) != self.width:
            raise RowRejected("row", "", f"has {len(values)} values where the header has {self.width}")
        return Cells(self, values)


def find_columns(
    header: Sequence[str], *, needed: Mapping[str, str], welcome: Mapping[str, str], not_it: str
) -> Columns:
    """Map fields to columns. Raises BadFile, beginning with `not_it`, naming the needed ones not there."""
    places = {heading(column): place for place, column in enumerate(header)}
    missing = [column for column in needed.values() if heading(column) not in places]
    if missing:
        raise BadFile(f"{not_it}: {_listed(missing)} not in its first line.")
    names = {**needed, **welcome}
    found = {field: places[heading(name)] for field, name in names.items() if heading(name) in places}
    return Columns(len(header), names, found)


def find_aliases(
    header: Sequence[str], wanted: Mapping[str, Sequence[str]], needed: Sequence[str], *, not_it: str
) -> Columns:
    """As `find_columns`, where a field has a name in each generation of a file; the first found counts."""
    there = {heading(column) for column in header}
    names = {
        field: next((name for name in aliases if heading(name) in there), aliases[0])
        for field, aliases in wanted.items()
    }
    must = {field: names.pop(field) for field in needed}
    return find_columns(header, needed=must, welcome=names, not_it=not_it)


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    for shape in _DATES:
        with suppress(ValueError):
            return datetime.strptime(text, shape).date()
    return None


def _listed(columns: Sequence[str]) -> str:
    first = ", ".join(f'"{column}"' for column in columns[:3])
    more = f" and {len(columns) - 3} more" if len(columns) > 3 else ""
    return f"{first}{more} {'is' if len(columns) == 1 else 'are'}"


class Cells:
    """One row being read: cleaned values, and what had to be mended in them."""

    def __init__(self, columns: Columns, values: Sequence[str]) -> None:
        self._columns, self._values = columns, values
        self.notes: list[str] = []

    def text(self, field: str) -> str:
        """The value with single blanks, "" when the file lacks the column. Raises RowRejected for a NUL."""
        place = self._columns.places.get(field)
        if place is None:
            return ""
        raw = self._values[place]
        if not raw:
            return ""
        found, mended = readable(" ".join(raw.split()))
        if mended:
            self.notes.append(f"{self._columns.names[field]} was not UTF-8; read as Windows-1252")
        if "\0" in found:
            self.refuse(field, found, "holds a NUL character; fetch the file again")
        return found

    def needed(self, field: str) -> str:
        """Raises RowRejected when there is nothing."""
        return self.text(field) or self.refuse(field, "", "is empty")

    def npi(self, field: str) -> str:
        """Ten digits that are an NPI. Raises RowRejected saying which rule they break."""
        try:
            return check_npi(self.number(field))
        except RowRejected:
            raise
        except BadInput as wrong:
            self.refuse(field, self.text(field), str(wrong))

    def number(self, field: str) -> str:
        """A whole number, without the ".0" of a spreadsheet. Raises RowRejected when digits are lost."""
        text = self.text(field)
        try:
            return repair.whole_number(text)
        except BadInput as wrong:
            self.refuse(field, text, str(wrong))

    def day(self, field: str) -> date | None:
        """Raises RowRejected for what is neither empty nor a date."""
        text = self.text(field)
        if not text:
            return None
        found = _day(text)
        if found is not None:
            return found
        self.refuse(field, text, "is no date; write month/day/year")

    def zip(self, field: str, state: str) -> str:
        """Five digits. Raises RowRejected when they are not certain."""
        text = self.needed(field)
        try:
            return self._mended(repair.zip_code(text, state))
        except BadInput as wrong:
            self.refuse(field, text, str(wrong))

    def state(self, field: str) -> str:
        """Two capital letters."""
        state = self.needed(field).upper()
        if not (len(state) == 2 and state.isascii() and state.isalpha()):
            self.refuse(field, state, "is not a state's two-letter code")
        return state

    def phone(self, field: str) -> str | None:
        """+1 and ten digits, or None with a note."""
        return self._mended(repair.phone(self.text(field))) or None

    def refuse(self, field: str, value: str, reason: str) -> NoReturn:
        """Raise RowRejected with the column's own name."""
        raise RowRejected(self._columns.names[field], value, reason)

    def _mended(self, mended: repair.Mended) -> str:
        if mended.note:
            self.notes.append(mended.note)
        return mended.value
