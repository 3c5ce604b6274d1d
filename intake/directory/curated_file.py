"""Write the organisation's list: the template to fill in, and what the directory holds."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from intake.directory.curated import COLUMNS, CuratedDoctor, CuratedOffice, guarded

_HEADER = [column["name"] for column in COLUMNS]
_SAID = {True: "yes", False: "no", None: ""}


def template() -> str:
    """The header, a line that explains each column, and a sample row that an import skips."""
    rows = [_HEADER, [column["says"] for column in COLUMNS], [column["example"] for column in COLUMNS]]
    return _csv(rows)


def exported(doctors: Iterable[CuratedDoctor]) -> str:
    """The same list: importing it changes nothing. One line for each address of a doctor."""
    return _csv([_HEADER, *(row for doctor in doctors for row in _rows(doctor))])


def _rows(doctor: CuratedDoctor) -> Iterator[list[str]]:
    own = {
        **{name: getattr(doctor, name) or "" for name in ("key", "npi", "first_name", "last_name")},
        **{name: getattr(doctor, name) or "" for name in ("credential", "source", "verified_by")},
        **{name: ";".join(getattr(doctor, name)) for name in ("specialties", "expertise")},
        **{name: ";".join(getattr(doctor, name)) for name in ("languages", "insurance")},
        "accepts_new": _SAID[doctor.accepts_new],
        "video": _SAID[doctor.video_opinion],
        "volume": doctor.volume_band or "",
        "verified_on": doctor.verified_on.isoformat(),
    }
    for office in doctor.offices or (None,):
        cells = {**own, **(_office(office) if office else {})}
        yield [guarded(cells.get(name, "")) for name in _HEADER]


def _office(office: CuratedOffice) -> dict[str, str]:
    names = ("centre", "line_1", "line_2", "city", "state", "zip")
    lat, lon = office.given or ("", "")
    return {
        **{name: getattr(office, name) or "" for name in names},
        "phone": _phone(office.phone),
        "latitude": str(lat),
        "longitude": str(lon),
    }


def _phone(number: str | None) -> str:
    digits = (number or "").removeprefix("+1")
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else digits


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
