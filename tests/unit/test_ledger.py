"""A file that forgets nothing it promised, and notices what was changed."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from intake import crypto
from intake.crypto import create_keyring
from intake.errors import ConfigError
from intake.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    create_keyring(tmp_path / "keyring.json")
    monkeypatch.setattr(crypto, "_installed", [])
    crypto.install(tmp_path / "keyring.json")
    return Ledger(tmp_path / "contacts.log")


def test_entries_come_back_in_their_order(ledger: Ledger) -> None:
    assert list(ledger.read()) == []
    ledger.append({"n": 1}, {"n": 2, "said": "ñ\t\n"})
    ledger.append({"n": 3})
    assert [entry["n"] for entry in ledger.read()] == [1, 2, 3]
    assert ledger.path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_lost_or_torn_when_many_write_at_once(ledger: Ledger) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: ledger.append({"n": n, "pad": "x" * (n % 90)}), range(400)))
    assert sorted(entry["n"] for entry in ledger.read()) == list(range(400))


@pytest.mark.parametrize("kept", [1, 20, 60])
def test_line_torn_by_a_crash_is_left_out_and_overwritten(ledger: Ledger, kept: int) -> None:
    ledger.append({"n": 1})
    whole = ledger.path.stat().st_size
    ledger.append({"n": 2, "pad": "x" * 80})
    os.truncate(ledger.path, whole + kept)
    assert [entry["n"] for entry in ledger.read()] == [1]
    ledger.append({"n": 3})
    assert [entry["n"] for entry in ledger.read()] == [1, 3]


def test_changed_line_is_named(ledger: Ledger) -> None:
    ledger.append({"n": 1}, {"n": 2}, {"n": 3})
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b'"n":2', b'"n":7'))
    with pytest.raises(ConfigError, match=r"contacts\.log, line 2"):
        list(ledger.read())


def test_line_of_another_file_does_not_pass(ledger: Ledger) -> None:
    ledger.append({"n": 1})
    other = ledger.path.rename(ledger.path.with_name("audit.log"))
    with pytest.raises(ConfigError, match="line 1"):
        list(Ledger(other).read())
