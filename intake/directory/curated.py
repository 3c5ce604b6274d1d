"""The organisation's own list of doctors: what a row says. Pure."""

import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from intake.directory.columns import Cells, Columns, find_columns
from intake.directory.facts import address_key
from intake.directory.points import Point, read_point
from intake.rules.expertise import Expertise, VolumeBand
from intake.rules.facts import Insurance
from intake.rules.taxonomy import TABLE, short_of

COLUMNS: Sequence[dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("curated_columns.toml").read_text(encoding="utf-8")
)["column"]
_NEEDED = ("key", "npi", "last_name", "specialties", "expertise", "source", "verified_on")
_CODES = {row["short"]: row["codes"][0] for row in TABLE.data["specialty"]}
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_YES_NO = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SAMPLE = "SAMPLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedOffice:
    """`centre`: its name. `given`: the point that the file states, which need not be the one used."""

    line_1: str
    line_2: str | None
    city: str
    state: str
    zip: str
    phone: str | None
    centre: str | None
    given: Point | None

    @property
    def key(self) -> str:
        return address_key(self.line_1, self.zip)


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratedDoctor:
    """A doctor as the organisation's list has her: a list is the same when these are equal."""

    key: str
    npi: str | None
    first_name: str
    last_name: str
    credential: str | None
    specialties: tuple[str, ...]
    expertise: tuple[str, ...]
    languages: tuple[str, ...]
    insurance: tuple[str, ...]
    accepts_new: bool | None
    video_opinion: bool | None
    volume_band: str | None
    source: str
    verified_on: date
    verified_by: str
    offices: tuple[CuratedOffice, ...]

    @property
    def identity(self) -> str:
        """What the rows of one doctor share."""
        return self.npi or self.key


def layout(header: Sequence[str], *, name: str) -> Columns:
    """Find the columns. Raises BadFile naming those that are missing."""
    names = {column["name"]: column["name"] for column in COLUMNS}
    needed = {field: names.pop(field) for field in _NEEDED}
    not_it = f"{name} is not a list made with `advocate doctors template`"
    return find_columns(header, needed=needed, welcome=names, not_it=not_it)


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What stood in the cell before `guarded`."""
    return text[1:] if _GUARDED.match(text) else text


def read_row(
    columns: Columns, values: Sequence[str], *, first: CuratedDoctor | None, by: str, today: date
) -> CuratedDoctor:
    """A doctor with the address of the row. In a further row of `first` empty cells say the same.

    Raises RowRejected naming the column, its value and the mend.
    """
    row = columns.row([unguarded(value) for value in values])
    npi, key = identity(columns, values)
    office = _office(row)
    offices = (office,) if office else ()
    if first is not None:
        _refuse_other(row, first)
        return _with_office(row, first, office)
    return CuratedDoctor(
        key=key,
        npi=npi,
        first_name=row.text("first_name"),
        last_name=row.needed("last_name"),
        credential=row.text("credential") or None,
        **_codes(row),
        accepts_new=_yes_no(row, "accepts_new"),
        video_opinion=_yes_no(row, "video"),
        volume_band=_volume(row),
        source=row.needed("source"),
        verified_on=_verified_on(row, today),
        verified_by=row.text("verified_by") or by,
        offices=offices,
    )


def is_remark(values: Sequence[str]) -> bool:
    """A line for people: an explanation, or the sample of the template."""
    start = values[0].strip() if values else ""
    return start.startswith("#") or start.upper().startswith(_SAMPLE)


def identity(columns: Columns, values: Sequence[str]) -> tuple[str | None, str]:
    """NPI and key. Raises RowRejected without either, and for a wrong NPI."""
    row = columns.row([unguarded(value) for value in values])
    npi = row.npi("npi") if row.text("npi") else None
    key = row.text("key")
    if not npi and not key:
        row.refuse("key", "", "is empty, and so is the NPI; give one of them")
    return npi, key


def _codes(row: Cells) -> dict[str, Any]:
    expertise = tuple(sorted(_known(row, "expertise", list(Expertise))))
    if not expertise:
        row.refuse("expertise", "", "is empty; what can the doctor do for families?")
    return {
        "specialties": _specialties(row),
        "expertise": expertise,
        "languages": tuple(sorted(_languages(row))),
        "insurance": tuple(sorted(_known(row, "insurance", list(Insurance)))),
    }


def _listed(row: Cells, field: str) -> list[str]:
    return [part.strip() for part in re.split("[;,]", row.text(field)) if part.strip()]


def _known(row: Cells, field: str, known: Collection[str]) -> set[str]:
    found = {part.lower() for part in _listed(row, field)}
    for wrong in sorted(found - set(map(str, known))):
        row.refuse(field, wrong, f"is unknown; choose from {', '.join(map(str, known))}")
    return found


def _specialties(row: Cells) -> tuple[str, ...]:
    parts = [part.upper() for part in _listed(row, "specialties")]
    codes = [_CODES.get(part, part) for part in parts]
    for code in codes:
        if short_of(code) is None and not _TAXONOMY.fullmatch(code):
            row.refuse("specialties", code, f"is unknown; choose from {', '.join(_CODES)}")
    return ordered(codes) or row.refuse("specialties", "", "is empty")


def ordered(codes: Sequence[str]) -> tuple[str, ...]:
    """The main code first, the others by their text: the directory keeps no other order."""
    return (*codes[:1], *sorted({*codes[1:]} - {*codes[:1]}))


def _languages(row: Cells) -> Iterable[str]:
    for part in {part.lower() for part in _listed(row, "languages")}:
        if not _LANGUAGE.fullmatch(part):
            row.refuse("languages", part, "is no language code of two or three letters, such as es")
        if part != "en":
            yield part


def _yes_no(row: Cells, field: str) -> bool | None:
    text = row.text(field).lower()
    if text and text not in _YES_NO:
        row.refuse(field, text, "is neither yes nor no; leave it empty where nobody knows")
    return _YES_NO.get(text)


def _volume(row: Cells) -> str | None:
    text = row.text("volume").lower()
    if text and text not in list(VolumeBand):
        row.refuse("volume", text, f"is unknown; choose from {', '.join(VolumeBand)}")
    return text or None


def _verified_on(row: Cells, today: date) -> date:
    day = row.day("verified_on") or row.refuse(
        "verified_on", "", "is empty; on which day did somebody check?"
    )
    if day > today:
        row.refuse("verified_on", str(day), "is in the future")
    return day


def _office(row: Cells) -> CuratedOffice | None:
    if not any(row.text(field) for field in ("line_1", "city", "zip", "state")):
        return None
    state = row.state("state")
    return CuratedOffice(
        line_1=row.text("line_1"),
        line_2=row.text("line_2") or None,
        city=row.needed("city"),
        state=state,
        zip=row.zip("zip", state),
        phone=row.phone("phone"),
        centre=row.text("centre") or None,
        given=read_point(row),
    )


_SAME = ("first_name", "last_name", "credential", "source", "verified_by")


def _with_office(row: Cells, first: CuratedDoctor, office: CuratedOffice | None) -> CuratedDoctor:
    if office is None:
        row.refuse("line_1", "", "is empty: a further line of a doctor is for a further address")
    if office.key in {known.key for known in first.offices}:
        row.refuse("line_1", office.line_1, "stands in an earlier line of this doctor; delete one of the two")
    return replace(first, offices=tuple(sorted((*first.offices, office), key=lambda known: known.key)))


def _refuse_other(row: Cells, first: CuratedDoctor) -> None:
    """A further row may leave the doctor's own cells empty; what it says must be the same."""
    for field in _SAME:
        text = row.text(field)
        if text and text != (getattr(first, field) or ""):
            row.refuse(field, text, f"differs from {getattr(first, field)!r} in this doctor's first line")
