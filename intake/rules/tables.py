"""Read the rule tables (TOML beside the rules) with a digest of what was read."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from tomllib import TOMLDecodeError, loads
from typing import Any

from intake.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Table:
    """One rule file: its name, its parsed text and the SHA-256 of its bytes in hex."""

    name: str
    data: dict[str, Any]
    digest: str

    @property
    def version(self) -> str:
        return str(self.data["version"])


def read_table(name: str) -> Table:
    """Read `name` from intake/rules; raise ConfigError when it is absent or not TOML."""
    try:
        raw = files("intake.rules").joinpath(name).read_bytes()
        return Table(name, loads(raw.decode("utf-8")), sha256(raw).hexdigest())
    except FileNotFoundError:
        raise ConfigError(f"The rule table {name} is missing: install the package again.") from None
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The rule table {name} cannot be read: {error}. Mend that line.") from error
