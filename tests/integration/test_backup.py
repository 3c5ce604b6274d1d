"""A dump holds every row, can be read again, and the oldest make room."""

import subprocess
from pathlib import Path

from sqlalchemy import Engine, text

from intake import embedded
from intake.db import transaction
from intake.services import vitals
from tests.commands import advocate
from tests.factories import stored_lead


def test_leads_are_back_when_a_dump_is_restored(
    database: Engine, environment: dict[str, str], tmp_path: Path
) -> None:
    with transaction() as session:
        reference = stored_lead(session).reference
    done = advocate(environment, "backup", "--to", tmp_path)
    assert done.returncode == 0, done.stderr
    [dump] = tmp_path.glob("*.dump")
    assert dump.stat().st_mode & 0o077 == 0
    program = embedded.postgres_program("pg_restore")
    assert program
    command = [program, "--data-only", "--table=lead", "-f", "-", str(dump)]
    assert reference in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    with transaction() as session:
        assert vitals.read(session).backup is not None


def test_oldest_dump_goes_when_there_are_enough(
    database: Engine, environment: dict[str, str], tmp_path: Path
) -> None:
    for year in (2024, 2025):
        (tmp_path / f"advocate-{year}0101T000000Z.dump").touch()
    assert advocate(environment, "backup", "--to", tmp_path, "--keep", 2).returncode == 0
    names = sorted(path.name for path in tmp_path.glob("*"))
    assert (names[0], len(names)) == ("advocate-20250101T000000Z.dump", 2)


def test_no_dump_is_left_and_the_reason_is_told_when_the_database_is_away(
    database: Engine, environment: dict[str, str], tmp_path: Path
) -> None:
    away = {**environment, "DATABASE_URL": f"postgresql+psycopg://postgres@/advocate?host={tmp_path}"}
    done = advocate(away, "backup", "--to", tmp_path / "kept")
    assert done.returncode == 1
    assert "pg_dump failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "kept").glob("*")) == []
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM heartbeat")) == 0
