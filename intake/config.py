"""Settings: the only reader of the environment. Refuses to start when something is wrong.

A setting comes from the environment or, on one machine, from the file that `advocate up`
writes (`.advocate/services.json`), so that commands typed in the checkout find the services.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from intake.errors import ConfigError
from intake.organisation import Organisation, load_organisation

ROOT = Path(__file__).resolve().parent.parent
SAMPLE_ORGANISATION = Path(__file__).parent / "sample" / "organisation.toml"
MODES = ("sample", "production")
_DEFAULT_SECRET = re.compile(r"change.?me|example|default|insecure|0123456789|abcdef", re.IGNORECASE)
STAFF_KEYS = ("offered", "required")
SMTP_SECURITY = ("none", "starttls", "tls")


@dataclass(frozen=True, kw_only=True)
class Smtp:
    host: str
    port: int
    security: str
    user: str | None
    password: str | None
    dkim_key: Path | None
    dkim_selector: str


@dataclass(frozen=True, kw_only=True)
class Receipts:
    """Who may tell us what became of a mail: topics of Amazon SNS, and whoever holds the secret."""

    sns_topics: tuple[str, ...]
    sns_certificate: Path | None
    secret: str | None


@dataclass(frozen=True, kw_only=True)
class Settings:
    mode: str
    home: Path
    database_url: str
    database_role: str
    broker_url: str
    limits_url: str
    secret_key: str
    keyring_file: Path
    ledger_directory: Path
    organisation: Organisation
    smtp: Smtp
    receipts: Receipts
    public_url: str
    other_hosts: tuple[str, ...]
    trusted_hops: int
    keys_only: bool
    wide_limits: bool
    time_trap_seconds: int
    metrics_token: str | None
    traces_url: str

    @property
    def stops_ledger(self) -> Path:
        """Stops and erasures, outside the database: what a restored backup must not forget."""
        return self.ledger_directory / "stops.log"

    @property
    def audit_anchors(self) -> Path:
        """Where the end of the audit's chain is noted, outside the database."""
        return self.ledger_directory / "audit.log"

    @property
    def sample(self) -> bool:
        return self.mode == "sample"

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """Over https a cookie is bound to this very host, so that no neighbour can set or read it."""
        return f"__Host-{name}" if self.https else name

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read and check every setting. Raises ConfigError naming the first wrong one."""
        return _settings(_Reader(_known(os.environ if environ is None else environ)))

    @classmethod
    def for_setup(cls) -> "Settings":
        """As `from_env`, with the sample organisation standing in until setup has written one."""
        known = _known(os.environ)
        if not Path(known.get("ORGANISATION_FILE") or organisation_file(known)).exists():
            known["ORGANISATION_FILE"] = str(SAMPLE_ORGANISATION)
        return _settings(_Reader(known))


def services_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where `advocate up` says how to reach the services it runs."""
    return _home(environ) / "services.json"


def organisation_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where `advocate setup` writes the organisation."""
    return _home(environ) / "organisation.toml"


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("ADVOCATE_HOME") or ROOT / ".advocate")


def _known(environ: Mapping[str, str]) -> dict[str, str]:
    path = services_file(environ)
    running = json.loads(path.read_text()) if path.exists() else {}
    return {**running, **environ, "ADVOCATE_HOME": str(_home(environ))}


@dataclass(frozen=True)
class _Reader:
    values: dict[str, str]

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name) or default
        if value is None:
            raise ConfigError(
                f"{name} is not set. Start the services with `advocate up`, or set it in the environment."
            )
        return value

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        value = self.text(name, None if default is None else str(default))
        if not (value.isascii() and value.isdigit()):
            raise ConfigError(f"{name} is {value!r}; it must be a whole number.")
        return int(value)

    def path(self, name: str, default: Path | None = None) -> Path:
        path = Path(self.text(name, str(default) if default else None))
        if not path.exists():
            raise ConfigError(f"{name} names {path}, which does not exist.")
        return path

    def directory(self, name: str, default: Path) -> Path:
        """A directory to write in; the default one is made."""
        path = Path(self.text(name, str(default)))
        try:
            if path == default:
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as wrong:
            raise ConfigError(f"{name} is not set, and {path} cannot be made: {wrong.strerror}.") from wrong
        if not (path.is_dir() and os.access(path, os.W_OK)):
            raise ConfigError(f"{name} names {path}, which is no directory that can be written.")
        return path

    def secret(self, name: str) -> str | None:
        """A secret given as itself or, better, as the path of a file in NAME_FILE."""
        if self.values.get(f"{name}_FILE"):
            return self.path(f"{name}_FILE").read_text().strip()
        return self.values.get(name)


def _settings(read: _Reader) -> Settings:
    mode = read.one_of("ADVOCATE_MODE", MODES, "production")
    sample = mode == "sample"
    secret_key = _secret_key(read, sample=sample)
    _refuse_debug(read, sample=sample)
    return Settings(
        mode=mode,
        home=Path(read.text("ADVOCATE_HOME")),
        database_url=_database_url(read, sample=sample),
        database_role=read.text("DATABASE_ROLE", "advocate_app"),
        broker_url=read.text("BROKER_URL"),
        limits_url=read.text("LIMITS_URL", "memory://"),
        secret_key=secret_key,
        keyring_file=read.path("KEYRING_FILE"),
        ledger_directory=read.directory("LEDGER_DIRECTORY", Path(read.text("ADVOCATE_HOME")) / "ledger"),
        organisation=load_organisation(
            read.path("ORGANISATION_FILE", SAMPLE_ORGANISATION if sample else organisation_file(read.values)),
            sample=sample,
        ),
        smtp=_smtp(read),
        receipts=_receipts(read),
        public_url=_public_url(read, sample),
        other_hosts=tuple(read.text("OTHER_HOSTS", " ").split()),
        trusted_hops=read.number("TRUSTED_HOPS", 0 if sample else None),
        keys_only=read.one_of("STAFF_KEYS", STAFF_KEYS, "offered") == "required",
        wide_limits=sample,
        time_trap_seconds=read.number("TIME_TRAP_SECONDS", 0 if sample else 4),
        metrics_token=read.secret("METRICS_TOKEN"),
        traces_url=_traces_url(read),
    )


def _secret_key(read: _Reader, *, sample: bool) -> str:
    key = read.secret("SECRET_KEY")
    if not key or len(key) < 32:
        raise ConfigError("SECRET_KEY (or SECRET_KEY_FILE) must hold at least 32 characters.")
    if not sample and (len(set(key)) < 12 or _DEFAULT_SECRET.search(key)):
        raise ConfigError(
            "SECRET_KEY looks like an example, and whoever guesses it can sign in as anybody. Make one: "
            "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return key


def _refuse_debug(read: _Reader, *, sample: bool) -> None:
    """A debugger on the web runs whatever its visitor types."""
    if not sample and read.values.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no"):
        raise ConfigError("FLASK_DEBUG is set. Take it out: a real organisation never runs in debug mode.")


def _database_url(read: _Reader, *, sample: bool) -> str:
    url = read.secret("DATABASE_URL") or read.text("DATABASE_URL")
    at = urlsplit(url)
    if not sample and at.password and at.password in (at.username, "password", "postgres", "changeme"):
        raise ConfigError("DATABASE_URL holds a password that everybody tries first. Give the role another.")
    return url


def _smtp(read: _Reader) -> Smtp:
    return Smtp(
        host=read.text("SMTP_HOST"),
        port=read.number("SMTP_PORT", 25),
        security=read.one_of("SMTP_SECURITY", SMTP_SECURITY, "starttls"),
        user=read.values.get("SMTP_USER"),
        password=read.secret("SMTP_PASSWORD"),
        dkim_key=read.path("DKIM_KEY_FILE") if read.values.get("DKIM_KEY_FILE") else None,
        dkim_selector=read.text("DKIM_SELECTOR", "advocate"),
    )


def _receipts(read: _Reader) -> Receipts:
    topics = tuple(arn.strip() for arn in read.values.get("SNS_TOPICS", "").split(",") if arn.strip())
    secret = read.secret("RECEIPTS_SECRET")
    if secret is not None and len(secret) < 32:
        raise ConfigError("RECEIPTS_SECRET (or RECEIPTS_SECRET_FILE) must hold at least 32 characters.")
    return Receipts(
        sns_topics=topics,
        sns_certificate=read.path("SNS_CERTIFICATE_FILE") if topics else None,
        secret=secret or None,
    )


def _traces_url(read: _Reader) -> str:
    """Empty for no traces."""
    url = read.values.get("ADVOCATE_TRACES_URL", "")
    if url and not url.startswith(("http://", "https://")):
        raise ConfigError(
            f"ADVOCATE_TRACES_URL is {url!r}; name an OTLP collector, such as http://127.0.0.1:4318/v1/traces."
        )
    return url


def _public_url(read: _Reader, sample: bool) -> str:
    url = read.text("PUBLIC_URL").rstrip("/")
    if not url.startswith("https://") and not (sample or url.startswith("http://127.0.0.1")):
        raise ConfigError(f"PUBLIC_URL is {url!r}; families' links must begin with https://.")
    return url
