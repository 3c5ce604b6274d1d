"""What a log line may say: ids and places, never who, where, with what right or with which illness."""

import json
import logging
from typing import Any

import pytest

from intake.logs import Formatter, scrub

PRIVATE = [
    "maria.o-brien@family.example",
    "(713) 555-0142",
    "713-555-0142",
    "+17135550142",
    "7135550142",
    "203.0.113.77",
    "2001:db8:0:0:8a2e:370:7334:1",
    "k3JxQ0v9s7Yb1Lw2Zr5Tn8Pq4Hd6Fg0a",
    "peritoneal",
    "Epithelioid",
    "mesothelioma",
    "stage 3",
    "Stage IV",
]
KEPT = [
    "outbox task 4711 (send_mailing) failed: MailDelayed",
    "callback 0b5cbb1e-4f5a-4b39-9df0-6a0d1d7a1b11 lapsed",
    "relay: the database is away (OperationalError); trying again",
    "Redis has maxmemory-policy allkeys-lru",
    "Listening at: http://localhost:8000",
    "at 2026-11-26T19:07:47",
]


def line(message: object, *arguments: object, name: str = "advocate.work", **more: Any) -> dict[str, Any]:
    record = logging.LogRecord(name, logging.WARNING, "x.py", 1, message, arguments, more.get("exc_info"))
    record.__dict__.update({key: value for key, value in more.items() if key != "exc_info"})
    read: dict[str, Any] = json.loads(Formatter("web").format(record))
    return read


@pytest.mark.parametrize("private", PRIVATE)
def test_private_text_is_left_out_wherever_it_stands(private: str) -> None:
    for told in (
        line(f"could not read {private}, gave up"),
        line("could not read %s, gave up", private),
        line("could not read %(it)s", {"it": private}),
        line("request", facts={"route": "/s/<token>", "who": private}),
    ):
        assert private.lower() not in json.dumps(told).lower()
        assert told["level"] == "warning"


@pytest.mark.parametrize("kept", KEPT)
def test_ids_and_places_stay(kept: str) -> None:
    assert scrub(kept) == kept


@pytest.mark.parametrize(
    "path", ["/s/abc", "/s/short?x=1", "/u/t-o-k", "/console/link/xyz", "/console/doctors?name=Brien"]
)
def test_right_of_a_link_and_what_was_asked_are_left_out(path: str) -> None:
    said = line("Exception on %s [GET]", path)["said"]
    for secret in ("abc", "short", "t-o-k", "xyz", "Brien"):
        assert secret not in said


def test_error_is_told_by_kind_and_place_and_never_by_its_words() -> None:
    try:
        raise ValueError("Maria O'Brien of 100 Elm Street")
    except ValueError as wrong:
        told = line("it broke: %s", wrong, exc_info=(ValueError, wrong, wrong.__traceback__))
    assert "Maria" not in json.dumps(told)
    assert told["error"].startswith("ValueError in test_error_is_told")
    assert told["said"] == "it broke: ValueError"


def test_object_is_named_by_its_type() -> None:
    assert line("payload %s", {"name": "Maria"}, "x")["said"].startswith("payload")
    assert "Maria" not in json.dumps(line("payload %r of %r", {"name": "Maria"}, ["Maria"]))


def test_line_stays_one_line_whatever_is_logged() -> None:
    record = logging.LogRecord(
        "x", logging.INFO, "x.py", 1, 'a\r\n{"level": "forged"}\u2028 %s', ("b\nc",), None
    )
    written = Formatter("web").format(record)
    assert len(written.splitlines()) == 1
    assert json.loads(written)["level"] == "info"


def test_argument_that_does_not_fit_is_no_error() -> None:
    assert line("count %d of %d", "many")["said"] == "count %d of %d"


def test_long_text_is_cut() -> None:
    assert len(line("x " * 10_000)["said"]) <= 2000
