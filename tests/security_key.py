"""A security key made of software: what a browser and a key answer together, as JSON."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _ATTESTED = 1, 4, 64


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftKey:
    """One credential of one site. `count` rises with each use, as on a key that counts."""

    host: str = "localhost"
    origin: str = "http://localhost:8765"
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: str) -> str:
        """The answer to `navigator.credentials.create`."""
        told = self._client_data("webauthn.create", options)
        made = {"fmt": "none", "attStmt": {}, "authData": self._authenticator_data(with_key=True)}
        return self._answer(clientDataJSON=b64(told), attestationObject=b64(cbor2.dumps(made)))

    def get(self, options: str) -> str:
        """The answer to `navigator.credentials.get`."""
        self.count += 1
        told, data = self._client_data("webauthn.get", options), self._authenticator_data()
        signature = self.private.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=b64(told), authenticatorData=b64(data), signature=b64(signature), userHandle=None
        )

    def _answer(self, **response: str | None) -> str:
        named = {"id": b64(self.credential_id), "rawId": b64(self.credential_id), "type": "public-key"}
        return json.dumps({**named, "response": response, "clientExtensionResults": {}})

    def _client_data(self, kind: str, options: str) -> bytes:
        asked: dict[str, Any] = json.loads(options)
        told = {"type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _authenticator_data(self, *, with_key: bool = False) -> bytes:
        flags = _PRESENT | _VERIFIED | (_ATTESTED if with_key else 0)
        head = hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)
        if not with_key:
            return head
        at = self.private.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: at.x.to_bytes(32), -3: at.y.to_bytes(32)})
        return head + bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + public
