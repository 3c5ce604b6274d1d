"""The NPPES file of further practice locations (pl_pfile): one address a row. Pure."""

from collections.abc import Container, Sequence

from intake.directory.columns import Columns, find_columns
from intake.directory.facts import Office, OfficeFacts, address_key

# Comparing names takes runs of blanks for one: CMS writes one of these with two.
_PLACE = "Provider Secondary Practice Location Address"
_NEEDED = {
    "npi": "NPI",
    "line_1": f"{_PLACE}- Address Line 1",
    "city": f"{_PLACE} - City Name",
    "state": f"{_PLACE} - State Name",
    "zip": f"{_PLACE} - Postal Code",
}
_WELCOME = {
    "line_2": f"{_PLACE}- Address Line 2",
    "country": f"{_PLACE} - Country Code (If outside U.S.)",
    "phone": f"{_PLACE} - Telephone Number",
}


def layout(header: Sequence[str], *, name: str) -> Columns:
    """Find the columns. Raises BadFile naming those that are missing."""
    not_it = f"{name} is not an NPPES file of further locations (pl_pfile)"
    return find_columns(header, needed=_NEEDED, welcome=_WELCOME, not_it=not_it)


def read_row(columns: Columns, values: Sequence[str], known: Container[str]) -> OfficeFacts | None:
    """A further office of a doctor in `known`; None for anybody else. Raises RowRejected."""
    row = columns.row(values)
    npi = row.npi("npi")
    if npi not in known or row.text("country").upper() not in ("", "US"):
        return None
    state = row.state("state")
    line_1, zip_code = row.text("line_1"), row.zip("zip", state)
    office = Office(
        line_1=line_1,
        line_2=row.text("line_2") or None,
        city=row.needed("city"),
        state=state,
        zip=zip_code,
        phone=row.phone("phone"),
        key=address_key(line_1, zip_code),
    )
    return OfficeFacts(npi=npi, offices=(office,), notes=tuple(row.notes))
