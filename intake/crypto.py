"""Identity is encrypted in the row; exact look-ups go through keyed blind indexes.

AES-256-GCM with a key id in every value, so that keys can be rotated while running. The
associated data is table, column and row id: a value copied to another row does not open.
"""

import hashlib
import hmac
import json
import os
import secrets
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from intake.errors import ConfigError, PermanentError

_NONCE = 12
_MOST_KEYS = 255  # the id is one byte
# How soon every process seals with a new key.
RELOAD_SECONDS = 5.0


@dataclass(frozen=True)
class Keyring:
    """Data keys by id (0 to 255), the id that new values use, and the key of the blind indexes."""

    keys: dict[int, bytes]
    current: int
    index_key: bytes

    def seal(self, text: str, *, bound_to: str) -> bytes:
        """Encrypt; the result is key id (1 byte), nonce (12), ciphertext and tag."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, text.encode(), bound_to.encode())
        return bytes([self.current]) + nonce + sealed

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """Decrypt. Raises PermanentError when the key is gone or the value is not this row's."""
        key = self.keys.get(sealed[0])
        if key is None:
            raise PermanentError(f"{bound_to} is sealed with key {sealed[0]}, which the keyring lacks.")
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return AESGCM(key).decrypt(nonce, body, bound_to.encode()).decode()
        except InvalidTag as wrong:
            raise PermanentError(f"{bound_to} does not open: the value was changed or moved.") from wrong

    def blind(self, kind: str, value: str) -> bytes:
        """A keyed hash for exact look-ups; `kind` keeps a phone from matching an email."""
        return hmac.new(self.index_key, f"{kind}\0{value}".encode(), hashlib.sha256).digest()

    def mac(self, purpose: str, content: bytes) -> bytes:
        """A keyed seal on content that is not secret; each purpose has a key of its own."""
        key = hmac.new(self.index_key, f"mac\0{purpose}".encode(), hashlib.sha256).digest()
        return hmac.new(key, content, hashlib.sha256).digest()


def create_keyring(path: Path) -> None:
    """Write a new keyring, readable by its owner only. Refuses to overwrite one."""
    raw = {"current": 1, "keys": {"1": _new_key()}, "index_key": _new_key()}
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(raw, file)
        file.flush()
        os.fsync(file.fileno())


def load_keyring(path: Path) -> Keyring:
    """Read a keyring. Raises ConfigError when it is damaged."""
    try:
        raw = json.loads(path.read_text())
        keys = {int(name): b64decode(key) for name, key in raw["keys"].items()}
        ring = Keyring(keys=keys, current=int(raw["current"]), index_key=b64decode(raw["index_key"]))
    except (ValueError, KeyError, TypeError) as wrong:
        raise ConfigError(f"KEYRING_FILE {path.name} cannot be read: {wrong!r}.") from wrong
    if ring.current not in ring.keys or any(len(key) != 32 for key in ring.keys.values()):
        raise ConfigError(f"KEYRING_FILE {path.name} lacks its current key or holds a short one.")
    return ring


def add_key(path: Path) -> int:
    """Add a data key that nothing is sealed with yet; return its id. Raises ConfigError when full."""
    raw = json.loads(path.read_text())
    number = max(int(name) for name in raw["keys"]) + 1
    if number > _MOST_KEYS:
        raise ConfigError(f"The keyring is full: {_MOST_KEYS} is the last key there can be.")
    _rewrite(path, {**raw, "keys": {**raw["keys"], str(number): _new_key()}})
    return number


def use_key(path: Path, number: int) -> None:
    """From now on new values are sealed with this key, in every process within RELOAD_SECONDS."""
    _rewrite(path, {**json.loads(path.read_text()), "current": number})


def drop_key(path: Path, number: int) -> None:
    """Take a key out: what it sealed can never be read again. Raises ConfigError for the current one."""
    raw = json.loads(path.read_text())
    if number == raw["current"] or str(number) not in raw["keys"]:
        raise ConfigError(f"Key {number} is the current one, or there is none.")
    _rewrite(path, {**raw, "keys": {name: key for name, key in raw["keys"].items() if name != str(number)}})


def _rewrite(path: Path, raw: dict[str, object]) -> None:
    """A reader sees the old keyring or the new one, never half, and a crash loses neither."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(raw, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _new_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


class _Installed:
    """The keyring of this process, read again when its file has changed: keys rotate while it runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read()

    def ring(self, needs: int | None) -> Keyring:
        due = time.monotonic() - self.looked_at > RELOAD_SECONDS
        if (due or (needs is not None and needs not in self.current.keys)) and self._changed():
            self._read()
        return self.current

    def _changed(self) -> bool:
        self.looked_at = time.monotonic()
        return self._stamp() != self.stamp

    def _read(self) -> None:
        self.stamp, self.looked_at = self._stamp(), time.monotonic()
        self.current = load_keyring(self.path)

    def _stamp(self) -> tuple[int, int]:
        """Without the file the keys that were read serve on."""
        try:
            found = self.path.stat()
        except OSError:
            return self.stamp
        return found.st_ino, found.st_mtime_ns


_installed: list[_Installed] = []


def install(path: Path) -> None:
    """Make the keyring in this file the one of this process; models seal and open with it."""
    _installed[:] = [_Installed(path)]


def keyring(*, needs: int | None = None) -> Keyring:
    """The keyring of this process; `needs` is the id of a key that must be in it, if any is."""
    if not _installed:
        raise ConfigError("No keyring is installed: call intake.db.connect(settings) first.")
    return _installed[0].ring(needs)
