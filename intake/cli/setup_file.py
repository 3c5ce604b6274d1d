"""organisation.toml as `advocate setup` writes it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from intake.errors import ConfigError
from intake.organisation import load_organisation

_HEAD = """\
# The organisation that runs this desk. Written by `advocate setup`; edit it and restart to change it.
# office: each day is a list of hours such as ["09:00-12:00", "13:00-17:00"]; a day left out is closed.
# Under [office] you may add: holidays = ["2027-01-01"]
"""


def organisation_toml(answers: Mapping[str, Any]) -> str:
    """The file for checked answers."""
    lines = [
        _entry("name", answers["name"]),
        _entry("phone", answers["phone"]),
        _entry("postal_address", answers["postal_address"]),
        _entry("who_pays", answers["who_pays"]),
        _entry("promise_minutes", answers["promise_minutes"]),
        "",
        "[sender]",
        _entry("name", answers["sender_name"]),
        _entry("address", answers["sender_address"]),
        "",
        "[office]",
        _entry("zone", answers["zone"]),
        *(_entry(name, value) for name, value in answers["hours"].items()),
    ]
    return _HEAD + "\n".join(lines) + "\n"


def write_checked(path: Path, text: str) -> Path:
    """Write the text beside `path`, load it back, and return where it stands: rename it when all is done.

    Raises ConfigError when it cannot be written or read back.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
    except OSError as wrong:
        raise ConfigError(f"ADVOCATE_HOME: {fresh} cannot be written: {wrong.strerror}.") from wrong
    load_organisation(fresh, sample=False)
    return fresh


def _entry(name: str, value: Any) -> str:
    # A JSON string, number, boolean or list of strings is TOML as it stands.
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"
