"""What a real organisation does not start with, and the sentence that says so."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import Engine

from intake import create_app
from intake.config import SAMPLE_ORGANISATION, Settings
from intake.db import transaction
from intake.errors import ConfigError
from intake.services import staff
from tests.desk import account
from tests.directory import stored_doctor
from tests.factories import NOON

GOOD_SECRET = "kR7v-2Qm9xZt4LwYb8Ns1Hd6PfGj3Ue0Ac5Vi"


@pytest.fixture
def real(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a real organisation on this run's services."""
    return {
        **environment,
        "ADVOCATE_MODE": "production",
        "ORGANISATION_FILE": str(SAMPLE_ORGANISATION),
        "SECRET_KEY": GOOD_SECRET,
        "TRUSTED_HOPS": "1",
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SECRET_KEY": ""}, "at least 32 characters"),
        ({"SECRET_KEY": "x" * 40}, "looks like an example"),
        ({"SECRET_KEY": "change-me-change-me-please-now-or-never"}, "looks like an example"),
        ({"SECRET_KEY": "your-default-secret-key-goes-in-here-xyz"}, "looks like an example"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
        ({"FLASK_DEBUG": "true"}, "FLASK_DEBUG"),
        ({"DATABASE_URL": "postgresql+psycopg://advocate:advocate@db/advocate"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+psycopg://advocate:postgres@db/advocate"}, "DATABASE_URL"),
        ({"TRUSTED_HOPS": ""}, "TRUSTED_HOPS"),
        ({"TRUSTED_HOPS": "many"}, "TRUSTED_HOPS"),
        ({"PUBLIC_URL": "http://desk.example"}, "https"),
        ({"STAFF_KEYS": "perhaps"}, "STAFF_KEYS"),
    ],
)
def test_setting_is_refused_by_name_in_production(
    real: dict[str, str], changed: dict[str, str], said: str
) -> None:
    assert Settings.from_env(real).mode == "production"
    with pytest.raises(ConfigError, match=said):
        Settings.from_env({**real, **changed})


def production_app(real: dict[str, str]) -> Flask:
    app = create_app(Settings.from_env(real))
    app.extensions["advocate_engine"].dispose()
    return app


def test_web_starts_when_nothing_invented_is_left(database: Engine, real: dict[str, str]) -> None:
    stored_doctor(expertise=("surgery",))
    stored_doctor(expertise=("surgery",), sample=True, status="deactivated")
    app = production_app(real)
    assert app.debug is False


@pytest.mark.parametrize("what", ["doctor", "account"])
def test_web_does_not_start_with_samples(database: Engine, real: dict[str, str], what: str) -> None:
    if what == "doctor":
        stored_doctor(expertise=("surgery",), sample=True)
    else:
        with transaction() as session:
            account(session, sample=True)
    with pytest.raises(ConfigError, match=r"advocate setup"):
        production_app(real)
    with transaction() as session:
        for row in staff.everyone(session):
            staff.disable(session, row, now=NOON)
    if what == "account":
        production_app(real)


@pytest.fixture
def evicting(settings: Settings) -> Iterator[None]:
    with Redis.from_url(settings.limits_url) as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")
        yield
        redis.config_set("maxmemory-policy", "noeviction")


PARTS = {
    "relay": ["-m", "workers.relay"],
    "worker": [
        "-m",
        "celery",
        "-A",
        "workers.app",
        "worker",
        "-P",
        "solo",
        "-Q",
        "quarantine",
        "-n",
        "refused@%h",
    ],
    "beat": ["-m", "celery", "-A", "workers.app", "beat", "-s", "{folder}/beat.db", "--pidfile="],
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.usefixtures("evicting", "database")
def test_part_ends_with_a_sentence_when_redis_may_evict(
    environment: dict[str, str], tmp_path: Path, part: str
) -> None:
    command = [sys.executable, *(word.format(folder=tmp_path) for word in PARTS[part])]
    done = subprocess.run(
        command,
        env=environment | {"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "advocate: Redis has maxmemory-policy allkeys-lru" in done.stderr
    assert "Traceback" not in done.stderr
