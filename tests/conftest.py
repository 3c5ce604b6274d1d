"""One real PostgreSQL and one real Valkey for the whole run; each test starts with empty tables."""

from collections.abc import Iterator

import hypothesis
import pytest
from alembic import command as alembic
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from intake import create_app, db, embedded, ledger
from intake.cli.db import alembic_config
from intake.config import Settings
from intake.crypto import create_keyring
from intake.embedded import Services
from intake.services import passwords
from tests.empty import empty_all, keep_still

# Speed is the benchmarks' business: a machine that is busy with other things is no failure.
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.load_profile("desk")


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with embedded.services(tmp_path_factory.mktemp("services")) as running:
        yield running


@pytest.fixture(scope="session")
def environment(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What this process and its children need to find this run's services."""
    home = tmp_path_factory.mktemp("home")
    create_keyring(home / "keyring.json")
    alembic.upgrade(alembic_config(services.database_url), "head")
    keep_still(services.database_url)
    found = {
        "ADVOCATE_MODE": "sample",
        "ADVOCATE_HOME": str(home),
        "DATABASE_URL": services.database_url,
        "BROKER_URL": services.broker_url,
        "LIMITS_URL": services.limits_url,
        "SECRET_KEY": "a secret for the tests, forty characters",
        "KEYRING_FILE": str(home / "keyring.json"),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "1",
        "SMTP_SECURITY": "none",
        "PUBLIC_URL": "http://127.0.0.1:8765",
        "TRUSTED_HOPS": "0",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in found.items():
            patch.setenv(name, value)
        yield found


@pytest.fixture(autouse=True, scope="session")
def cheap_hashes() -> Iterator[None]:
    """Passwords cost a tenth of a second each on purpose; hundreds of sign-ins need not."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "_NOBODY", cheap.hash("nobody"))
        yield


@pytest.fixture(scope="session")
def settings(environment: dict[str, str]) -> Settings:
    return Settings.from_env(environment)


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    engine = db.connect(settings)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def closed_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands end with their process; run inside a test, what they opened is closed after it."""
    opened: list[Engine] = []
    connect = db.connect

    def remembered(settings: Settings, **wanted: int) -> Engine:
        opened.append(connect(settings, **wanted))
        return opened[-1]

    monkeypatch.setattr(db, "connect", remembered)
    yield
    for engine in opened:
        engine.dispose()


@pytest.fixture
def database(engine: Engine) -> Engine:
    """A migrated database with every table empty, and no ledger beside it. `transaction()` reaches it."""
    with engine.begin() as connection:
        empty_all(connection)
    ledger.stops().path.unlink(missing_ok=True)
    db._sessions.configure(bind=engine)
    return engine


@pytest.fixture(scope="session")
def session_app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    yield app
    app.extensions["advocate_engine"].dispose()


@pytest.fixture
def app(session_app: Flask, database: Engine) -> Flask:
    """The web application on the empty database."""
    return session_app


@pytest.fixture
def browser_client(app: Flask) -> FlaskClient:
    return app.test_client()
