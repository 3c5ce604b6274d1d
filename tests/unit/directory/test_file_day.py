from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from intake.cli.doctor_imports import file_day


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("npidata_pfile_20050523-20261108.csv", date(2026, 11, 8)),
        ("npidata_pfile_20261102-20261108_weekly.csv", date(2026, 11, 8)),
        ("pl_pfile_20050523-20261108.csv", date(2026, 11, 8)),
        ("NPPES Deactivated NPI Report 20261110.xlsx", date(2026, 11, 10)),
        ("dac-2026-10-31.csv", date(2026, 10, 31)),
    ],
)
def test_day_is_the_last_in_the_name_when_its_publisher_wrote_one(name: str, day: date) -> None:
    assert file_day(Path(name)) == min(day, datetime.now(UTC).date())


@pytest.mark.parametrize("name", ["DAC_NationalDownloadableFile.csv", "npi_12345678.csv", "npi_29991231.csv"])
def test_day_is_today_when_the_name_holds_none(name: str) -> None:
    assert file_day(Path(name)) == datetime.now(UTC).date()
