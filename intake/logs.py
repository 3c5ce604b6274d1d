"""JSON logs through one filter: ids, codes and places, never people, addresses or an illness.

Every process of the product calls `configure` once. What libraries say passes the same filter: a text is
scrubbed, an object is named by its type, and of an exception only its kind and its place are told, since
its words may repeat what somebody typed.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from intake.rules.facts import CellType, Diagnosis

_LONGEST = 2000
_GONE = "(left out)"
_TRADE = ("mesothelioma", "asbestos", "cancer", "remission", "recurrence", "hospice", "chemo(?:therapy)?")
_ILLNESS = (*(str(one) for one in (*Diagnosis, *CellType) if len(one) > 6), *_TRADE)
_PRIVATE = re.compile(
    "|".join(
        (
            r"[^\s@<>\"'=]+@[^\s@<>\"']+\.[A-Za-z]{2,}",  # an email address
            r"\(\d{3}\)\s?\d{3}-\d{4}|\+\d{8,15}|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b|\b\d{10,11}\b",  # a phone
            r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\b",  # a machine's address
            r"(?<=/s/)[^\s/?\"']+|(?<=/u/)[^\s/?\"']+|(?<=/link/)[^\s/?\"']+|\?[^\s\"']+",  # a link's right
            r"(?<![\w-])(?![0-9a-f]{8}-[0-9a-f]{4}-)[A-Za-z0-9_-]{24,}(?![\w-])",  # any other token
            rf"\b(?:{'|'.join(_ILLNESS)})\w*|\bstage\s+(?:[1-4]|I{{1,3}}V?|IV)\b",  # what somebody has
        )
    ),
    re.IGNORECASE,
)


def scrub(text: str) -> str:
    """The text without what could be a person, an address, a link's right or an illness."""
    return _PRIVATE.sub(_GONE, text)[:_LONGEST]


def configure(part: str, *, level: int = logging.INFO) -> None:
    """Send everything that this process logs through the filter, one JSON object a line, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter(part))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in ("gunicorn.error", "celery", "kombu", "flask_limiter"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


class Formatter(logging.Formatter):
    """One record as one line of JSON."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self.part = part

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": self.part,
            "logger": record.name,
            "said": message_of(record),
        }
        told.update({name: _plain(value) for name, value in getattr(record, "facts", {}).items()})
        if record.exc_info and record.exc_info[1]:
            told["error"] = place_of(record.exc_info[1])
        return json.dumps(told, ensure_ascii=True)


def message_of(record: logging.LogRecord) -> str:
    """The message with its arguments made plain. An argument that does not fit leaves the template."""
    arguments = record.args
    template = str(record.msg)
    if isinstance(arguments, Mapping):
        plain: Any = {name: _plain(value) for name, value in arguments.items()}
    else:
        plain = tuple(_plain(value) for value in arguments or ())
    try:
        return scrub(template % plain if plain else template)
    except (TypeError, ValueError, KeyError):
        return scrub(template)


def place_of(error: BaseException) -> str:
    """The kind of an error and where it was raised; never its words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = (
        f" in {frames[-1].name}, {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}"
        if frames
        else ""
    )
    return type(error).__name__ + where


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    return scrub(value) if isinstance(value, str) else type(value).__name__
