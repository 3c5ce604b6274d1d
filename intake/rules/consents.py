"""The wordings of consent: what was shown is stored with its SHA-256, so it can be shown again."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("consents.toml")


@dataclass(frozen=True)
class Wording:
    """One consent sentence in one language. `template` may name {phone}, {email} or what else was typed."""

    key: str
    channel: str
    purpose: str
    version: str
    language: str
    template: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.template.encode()).hexdigest()

    def shown(self, **typed: str) -> str:
        """The sentence as the visitor saw it, with what she typed inside."""
        return self.template.format(**typed)


@cache
def wording(key: str, language: str = "en") -> Wording:
    """The current wording of a key of consents.toml, such as `email_guide`; KeyError otherwise."""
    table = tomllib.loads(_TABLE.read_text())
    row = table[key]
    return Wording(key, row["channel"], row["purpose"], table["version"], language, row[language])
