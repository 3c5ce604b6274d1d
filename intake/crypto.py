"""Identity is encrypted in the row; exact look-ups go through keyed blind indexes.

AES-256-GCM with a key id in every value, so that keys can be rotated while running. The
associated data is table, column and row id: a value copied to another row does not open.
"""

import hashlib
import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from intake.errors import ConfigError, PermanentError

_NONCE = 12


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


def _new_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


_installed: list[Keyring] = []


def install(ring: Keyring) -> None:
    """Make `ring` the keyring of this process; models seal and open with it."""
    _installed[:] = [ring]


def keyring() -> Keyring:
    if not _installed:
        raise ConfigError("No keyring is installed: call intake.db.connect(settings) first.")
    return _installed[0]
