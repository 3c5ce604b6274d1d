"""The scan passes over what does not matter and finds everything else, as plain CSV reading does."""

import csv
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from intake.directory import nppes_scan
from intake.directory.facts import Deactivation, Fact
from intake.directory.nppes import Layout, layout, read_row
from intake.directory.nppes_scan import Scan, can_scan
from intake.directory.rejects import RowRejected
from intake.directory.table_file import open_table
from intake.rules.taxonomy import SPECIALTIES
from tests import nppes_files as files
from tests.nppes_files import HEADER, NEUROLOGY, THORACIC, doctor, npi

USED = frozenset(code for specialty in SPECIALTIES.values() for code in specialty.codes)
Found = dict[int, Fact | str]


def mixed(rows: int) -> list[dict[str, str]]:
    """Every kind of row that real files hold, and some that they should not."""
    chance = random.Random(7)
    kinds: tuple[dict[str, str], ...] = (
        {},
        {files.ENTITY: "2"},
        {files.ENTITY: "1.0"},
        {files.code(1): NEUROLOGY},
        {files.code(1): NEUROLOGY, files.code(15): THORACIC, files.switch(1): "N", files.switch(15): "Y"},
        {files.LAST: 'Example, of "Nowhere"'},
        {files.LINE_1: "100 Sample\nStreet"},
        {files.CITY: "SAINT-ÉXAMPLE"},
        {files.CREDENTIAL: "X,X"},
        {"NPI": "1.23457E+09"},
        {files.ENTITY: "7"},
    )
    found = [doctor(number, **chance.choice(kinds)) for number in range(rows)]
    found[::9] = [{"NPI": row["NPI"], files.ENDED: "03/01/2026"} for row in found[::9]]
    return found


def write(path: Path, rows: Sequence[dict[str, str]], *, quoting: int, end: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
        writer.writerow(HEADER)
        writer.writerows([row.get(column, "") for column in HEADER] for row in rows)
    return path


def plainly(path: Path) -> tuple[Found, int]:
    found: Found = {}
    count = 0
    with open_table(path) as table:
        columns = layout(table.header, name=path.name)
        for row in table.rows:
            count += 1
            fact = _read(columns, row.values)
            if fact is not None:
                found[row.line] = fact
    return found, count


def scanned(path: Path, known: frozenset[str]) -> tuple[Found, int]:
    with open_table(path) as table:
        columns = layout(table.header, name=path.name)
    assert can_scan(columns, USED)
    passed: list[int] = []
    found: Found = {}
    for row in Scan(columns, USED, known, passed.append).rows(path):
        fact = _read(columns, row.values)
        if fact is None:
            passed.append(1)
        else:
            found[row.line] = fact
    return found, len(found) + sum(passed)


def _read(columns: Layout, values: Sequence[str]) -> Fact | str | None:
    try:
        return read_row(columns, values, USED)
    except RowRejected as wrong:
        return str(wrong)


@pytest.mark.parametrize("block", [1 << 13, 1 << 19])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_scan_finds_what_plain_reading_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, quoting: int, end: str, block: int
) -> None:
    monkeypatch.setattr(nppes_scan, "_BLOCK", block)
    rows = mixed(400)
    path = write(tmp_path / "npi.csv", rows, quoting=quoting, end=end)
    everybody = frozenset(row["NPI"] for row in rows)
    wanted, count = plainly(path)
    assert len(wanted) > 200
    assert scanned(path, everybody) == (wanted, count)


def test_only_ends_of_known_doctors_are_found(tmp_path: Path) -> None:
    rows = [{"NPI": npi(number), files.ENDED: "03/01/2026"} for number in range(3)]
    path = write(tmp_path / "npi.csv", rows, quoting=csv.QUOTE_ALL, end="\n")
    found, count = scanned(path, frozenset({npi(1)}))
    assert [fact.npi for fact in found.values() if isinstance(fact, Deactivation)] == [npi(1)]
    assert count == 3


def test_last_row_counts_when_no_line_break_follows_it(tmp_path: Path) -> None:
    path = write(tmp_path / "npi.csv", [doctor(1), doctor(2)], quoting=csv.QUOTE_ALL, end="\n")
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert sorted(scanned(path, frozenset())[0]) == [2, 3]


def test_file_is_read_plainly_when_its_first_columns_or_codes_are_others() -> None:
    columns = layout([*HEADER[1:], "NPI"], name="npi.csv")
    assert not can_scan(columns, USED)
    assert not can_scan(layout(HEADER, name="npi.csv"), frozenset({"1234567890"}))
    assert can_scan(layout(HEADER, name="npi.csv"), USED)
