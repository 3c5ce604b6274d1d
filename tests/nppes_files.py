"""Files in the NPPES layout with invented people, for tests."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
_PRACTICE = "Provider Business Practice Location Address"
_OTHER = (
    "Other Provider Identifier",
    "Other Provider Identifier Type Code",
    "Other Provider Identifier State",
    "Other Provider Identifier Issuer",
)
_SLOT = (
    "Healthcare Provider Taxonomy Code_{}",
    "Provider License Number_{}",
    "Provider License Number State Code_{}",
    "Healthcare Provider Primary Taxonomy Switch_{}",
)

HEADER = [
    "NPI",
    "Entity Type Code",
    "Provider Organization Name (Legal Business Name)",
    "Provider Last Name (Legal Name)",
    "Provider First Name",
    "Provider Credential Text",
    "Provider First Line Business Mailing Address",
    "Provider Business Mailing Address State Name",
    "Provider Business Mailing Address Postal Code",
    "Provider First Line Business Practice Location Address",
    "Provider Second Line Business Practice Location Address",
    f"{_PRACTICE} City Name",
    f"{_PRACTICE} State Name",
    f"{_PRACTICE} Postal Code",
    f"{_PRACTICE} Country Code (If outside U.S.)",
    f"{_PRACTICE} Telephone Number",
    "Last Update Date",
    "NPI Deactivation Reason Code",
    "NPI Deactivation Date",
    "NPI Reactivation Date",
    "Provider Sex Code",
    *(name.format(n) for n in range(1, 16) for name in _SLOT),
    *(f"{name}_{n}" for n in range(1, 51) for name in _OTHER),
    *(f"Healthcare Provider Taxonomy Group_{n}" for n in range(1, 16)),
    "Certification Date",
]

LAST, FIRST = "Provider Last Name (Legal Name)", "Provider First Name"
ENTITY, CREDENTIAL = "Entity Type Code", "Provider Credential Text"
LINE_1 = "Provider First Line Business Practice Location Address"
CITY, STATE, ZIP = f"{_PRACTICE} City Name", f"{_PRACTICE} State Name", f"{_PRACTICE} Postal Code"
COUNTRY, PHONE = f"{_PRACTICE} Country Code (If outside U.S.)", f"{_PRACTICE} Telephone Number"
ENDED, REVIVED = "NPI Deactivation Date", "NPI Reactivation Date"
THORACIC, ONCOLOGY, NEUROLOGY = "208G00000X", "207RX0202X", "2084N0400X"


def code(slot: int) -> str:
    return _SLOT[0].format(slot)


def switch(slot: int) -> str:
    return _SLOT[3].format(slot)


def npi(number: int) -> str:
    """The NPI of an invented doctor: nine digits and the check digit of the Luhn rule, the long way."""
    nine = f"1{number:08d}"
    digits = [int(digit) for digit in f"80840{nine}"]
    total = sum(sum(divmod(digit * 2, 10)) for digit in digits[::-1][::2]) + sum(digits[::-1][1::2])
    return f"{nine}{-total % 10}"


def doctor(number: int, **changed: str) -> dict[str, str]:
    """A thoracic surgeon in Houston; give columns by name through `**{NAME: value}`."""
    return {
        "NPI": npi(number),
        ENTITY: "1",
        LAST: f"Example{number}",
        FIRST: "Sample",
        CREDENTIAL: "MD",
        LINE_1: "100 Sample Street",
        CITY: "HOUSTON",
        STATE: "TX",
        ZIP: "770304000",
        COUNTRY: "US",
        PHONE: "7135550100",
        code(1): THORACIC,
        switch(1): "Y",
        **changed,
    }


def write(path: Path, rows: Iterable[Mapping[str, str]], *, header: list[str] = HEADER) -> Path:
    """Every value quoted, as CMS writes it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([row.get(column, "") for column in header] for row in rows)
    return path
