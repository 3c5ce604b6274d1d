"""Append-only files outside the database: what a restored backup must not forget, and what it must match.

One JSON object a line with a keyed MAC after it, on disk (fsync) before `append` returns. Lines hold
keyed hashes, ids and times, never people.
"""

import fcntl
import hmac
import json
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from intake.crypto import keyring
from intake.errors import ConfigError, TransientError

_MAC_HEX = 32
_BLOCK = 4096  # a line is shorter


class LedgerAway(TransientError):
    """The file cannot be written now, so nothing is promised and nothing is committed."""


@dataclass(frozen=True)
class Ledger:
    """One file. Processes of one machine may append at the same time."""

    path: Path

    def append(self, *entries: dict[str, Any]) -> None:
        """Write entries and wait until the disk has them. Raises LedgerAway when it cannot."""
        try:
            self._append(b"".join(self._line(entry) for entry in entries))
        except OSError as wrong:
            raise LedgerAway(f"{self.path.name} cannot be written: {wrong.strerror}.") from wrong

    def _append(self, lines: bytes) -> None:
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(_end_of_last_line(file))
            file.truncate()
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync_directory(self.path.parent)

    def read(self) -> Iterator[dict[str, Any]]:
        """Every entry, oldest first. A last line that was torn by a crash was never promised: it is left out.

        Raises ConfigError naming the first line that was changed.
        """
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                body, _, mac = line[:-1].rpartition(b"\t")
                if not hmac.compare_digest(mac, self._mac(body)):
                    raise ConfigError(
                        f"{self.path.name}, line {number}: it was changed after it was written."
                    )
                yield json.loads(body)

    def age(self) -> float:
        """Seconds since the last entry; endless when there is none."""
        return time.time() - self.path.stat().st_mtime if self.path.exists() else math.inf

    def _line(self, entry: dict[str, Any]) -> bytes:
        body = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
        return body + b"\t" + self._mac(body) + b"\n"

    def _mac(self, body: bytes) -> bytes:
        name = self.path.name.encode()
        return keyring().mac("ledger", name + b"\0" + body).hex()[:_MAC_HEX].encode()


def _end_of_last_line(file: IO[bytes]) -> int:
    """Where the next line begins; what a crash left behind it is overwritten."""
    size = file.seek(0, os.SEEK_END)
    begin = max(0, size - _BLOCK)
    file.seek(begin)
    return begin + file.read().rfind(b"\n") + 1


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_installed: list[Ledger] = []


def install(path: Path) -> None:
    """Make this the file that stops and erasures are written to before they are committed."""
    _installed[:] = [Ledger(path)]


def stops() -> Ledger:
    if not _installed:
        raise ConfigError("No ledger is installed: call intake.db.connect(settings) first.")
    return _installed[0]
