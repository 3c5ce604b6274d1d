"""Files in the layouts of Medicare's Doctors and Clinicians, with invented people, for tests."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.nppes_files import npi

# Field by field the name in the current layout, that of 2021 (with its leading blanks) and of 2017.
NAMES = {
    "npi": ("NPI", "NPI", "NPI"),
    "pac": ("Ind_PAC_ID", " Ind_PAC_ID", "PAC ID"),
    "last": ("Provider Last Name", " lst_nm", "Last Name"),
    "first": ("Provider First Name", " frst_nm", "First Name"),
    "credential": ("Cred", " Cred", "Credential"),
    "specialty": ("pri_spec", " pri_spec", "Primary specialty"),
    "second": ("sec_spec_1", " sec_spec_1", "Secondary specialty 1"),
    "line_1": ("adr_ln_1", " adr_ln_1", "Line 1 Street Address"),
    "line_2": ("adr_ln_2", " adr_ln_2", "Line 2 Street Address"),
    "city": ("City/Town", " cty", "City"),
    "state": ("State", " st", "State"),
    "zip": ("ZIP Code", " zip", "Zip Code"),
    "phone": ("Telephone Number", " phn_numbr", "Phone Number"),
}
CURRENT, OF_2021, OF_2017 = range(3)


def row(number: int, **changed: str) -> dict[str, str]:
    """A thoracic surgeon at one address in Houston."""
    return {
        "npi": npi(number),
        "last": f"Example{number}",
        "first": "Sample",
        "credential": "MD",
        "specialty": "THORACIC SURGERY",
        "line_1": "100 Sample Street",
        "city": "HOUSTON",
        "state": "TX",
        "zip": "770304000",
        "phone": "7135550100",
        **changed,
    }


def header(layout: int = CURRENT) -> list[str]:
    names = [names[layout] for names in NAMES.values()]
    return [*names, "Telehlth"] if layout == CURRENT else names


def write(path: Path, rows: Iterable[Mapping[str, str]], *, layout: int = CURRENT) -> Path:
    fields: Sequence[str] = [*NAMES, "telehealth"] if layout == CURRENT else list(NAMES)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header(layout))
        writer.writerows([given.get(field, "") for field in fields] for given in rows)
    return path
