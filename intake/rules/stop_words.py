"""Whether somebody's own words may mean "no more mail". Pure; the words stand in stop_words.toml."""

import re
import tomllib
from pathlib import Path

_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_SAID = re.compile(r"\b(?:" + "|".join(map(re.escape, [*_TABLE["en"], *_TABLE["es"]])) + r")\b")


def says_stop(words: str) -> bool:
    """Rather once too often than once too little: a person reads what it finds."""
    return _SAID.search(" ".join(words.casefold().replace("’", "'").split())) is not None
