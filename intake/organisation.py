"""The organisation that runs the desk: one TOML file, written by `advocate setup`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import phonenumbers

from intake.brand import Brand, read_brand
from intake.errors import ConfigError
from intake.rules.calling_hours import OfficeHours
from intake.rules.facts import Language


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """What families read about the organisation, and when its office is open."""

    name: str
    phone_e164: str
    sender_name: str
    sender_address: str
    reply_to: str
    # Mail to it reaches `advocate mail take` or /replies: only then a mail may name it. Empty for none.
    stop_address: str
    postal_address: str
    # By language; English is always there.
    who_pays: Mapping[Language, str]
    brand: Brand
    office: OfficeHours
    promise_minutes: int
    sample: bool

    def who_pays_in(self, language: Language) -> str:
        return self.who_pays.get(language, self.who_pays[Language.ENGLISH])

    @property
    def phone(self) -> str:
        """The number as it is read aloud: (555) 010-0199."""
        national = phonenumbers.parse(self.phone_e164).national_number
        digits = str(national)
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def load_organisation(path: Path, *, sample: bool) -> Organisation:
    """Read the file. Raises ConfigError naming the entry that is missing or wrong."""
    try:
        return _organisation(tomllib.loads(path.read_text()), path.parent, sample=sample)
    except KeyError as missing:
        raise ConfigError(
            f"{path.name}: the entry {missing} is missing. `advocate setup` writes it."
        ) from missing
    except (tomllib.TOMLDecodeError, ValueError, TypeError) as wrong:
        raise ConfigError(f"{path.name}: {wrong}") from wrong


def _organisation(raw: dict[str, Any], folder: Path, *, sample: bool) -> Organisation:
    return Organisation(
        name=raw["name"],
        phone_e164=_phone(raw["phone"]),
        sender_name=raw["sender"]["name"],
        sender_address=raw["sender"]["address"],
        reply_to=raw["sender"].get("reply_to", raw["sender"]["address"]),
        stop_address=raw["sender"].get("stop_address", ""),
        postal_address=raw["postal_address"].strip(),
        who_pays=_who_pays(raw["who_pays"]),
        brand=read_brand(raw.get("brand", {}), folder),
        office=_office(raw["office"]),
        promise_minutes=raw["promise_minutes"],
        sample=sample,
    )


def _phone(text: str) -> str:
    if not (text.startswith("+1") and text[1:].isdigit() and len(text) == 12):
        raise ConfigError(f"phone is {text!r}; write it as +1 and ten digits.")
    return text


def _who_pays(raw: Any) -> dict[Language, str]:
    """One text, or a table with one for each language."""
    texts = raw if isinstance(raw, dict) else {Language.ENGLISH: raw}
    if set(texts) - set(Language) or not all(isinstance(text, str) and text for text in texts.values()):
        raise ConfigError('who_pays is a text, or a table of texts: en = "...", es = "...".')
    return {Language.ENGLISH: texts["en"], **{Language(code): text for code, text in texts.items()}}


def _office(raw: dict[str, Any]) -> OfficeHours:
    return OfficeHours.from_table(raw, {date.fromisoformat(day): () for day in raw.get("holidays", ())})
