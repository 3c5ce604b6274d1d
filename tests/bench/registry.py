"""A registry as big as one likes, in the shape of the real one, with invented people."""

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests import nppes_files as files
from tests.nppes_files import HEADER, doctor, npi

# Shares of the real file: one row in twelve ended, one in six an organisation, one in fifty of use.
_ENDED, _ORGANISATION, _USED = 0.08, 0.17, 0.02
_IN_USE = ("208G00000X", "207RX0202X", "207RH0003X", "208600000X", "207RC0000X", "208800000X")
_OTHERS = ("101YM0800X", "163W00000X", "207Q00000X", "225100000X", "363LF0000X", "2084N0400X", "183500000X")
_PLACES = (
    ("HOUSTON", "TX", "770304000"),
    ("NEW YORK", "NY", "10029"),
    ("CHICAGO", "IL", "606371234"),
    ("BOSTON", "MA", "021151234"),
)
_AT_ONCE = 5_000


def write_registry(path: Path, rows: int) -> Path:
    """About 1 kB a row, every value quoted, all columns: the same bytes for the same number of rows."""
    with path.open("w", encoding="ascii") as file:
        lines = _lines(rows)
        while chunk := list(islice(lines, _AT_ONCE)):
            file.write("".join(chunk))
    return path


def _lines(rows: int) -> Iterator[str]:
    yield _line(HEADER)
    chance = random.Random(1)
    for number in range(rows):
        row = _row(number, chance)
        yield _line([row.get(column, "") for column in HEADER])


def _line(values: list[str]) -> str:
    return '"' + '","'.join(values) + '"\n'


def _row(number: int, chance: random.Random) -> dict[str, str]:
    kind = chance.random()
    if kind < _ENDED:
        return {"NPI": npi(number), files.ENDED: "03/01/2020"}
    city, state, zip_code = chance.choice(_PLACES)
    code = chance.choice(_IN_USE if kind > 1 - _USED else _OTHERS)
    second = {files.code(2): chance.choice(_OTHERS), files.switch(2): "N"} if number % 4 == 0 else {}
    entity = "2" if kind < _ENDED + _ORGANISATION else "1"
    place = {files.CITY: city, files.STATE: state, files.ZIP: zip_code}
    mail = {
        "Provider First Line Business Mailing Address": f"{number % 999} EXAMPLE ROAD, SUITE {number % 77}"
    }
    return doctor(number, **place, **mail, **{files.ENTITY: entity, files.code(1): code}, **second)
