"""A device that keeps passkeys: it signs in earnest, and lies where a test says so."""

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
ORIGIN, NAME = "http://localhost", "localhost"


@dataclass
class Authenticator:
    """With one passkey. `counts`: one more with each signature, from 1; else 0 for good."""

    counts: bool = True
    origin: str = ORIGIN
    name: str = NAME
    flags: int = PRESENT | VERIFIED
    cross_origin: bool = False
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    count: int = 0

    def __post_init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())

    def make(self, asked: dict[str, Any], **lies: Any) -> str:
        """The answer, as JSON. `lies`: of the response."""
        self.handle = websafe_decode(asked["user"]["id"])
        key = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.credential_id, key)
        data = AuthenticatorData.create(self._hash(), self.flags | ATTESTED, self._signed(), credential)
        client = self._client(CollectedClientData.TYPE.CREATE, asked["challenge"])
        attestation = AttestationObject.create("none", data, {})
        told = {"attestationObject": websafe_encode(attestation), "transports": ["internal", "hybrid", "fax"]}
        return self._answer({**told, "clientDataJSON": websafe_encode(client), **lies})

    def use(self, asked: dict[str, Any], **lies: Any) -> str:
        client = self._client(CollectedClientData.TYPE.GET, asked["challenge"])
        data = AuthenticatorData.create(self._hash(), self.flags, self._signed())
        signature = self.private.sign(bytes(data) + sha256(client).digest(), ec.ECDSA(SHA256()))
        told = {"authenticatorData": websafe_encode(data), "signature": websafe_encode(signature)}
        told["userHandle"] = websafe_encode(self.handle)
        return self._answer({**told, "clientDataJSON": websafe_encode(client), **lies})

    def _client(self, kind: str, challenge: str) -> bytes:
        return bytes(CollectedClientData.create(kind, challenge, self.origin, self.cross_origin))

    def _answer(self, response: dict[str, Any]) -> str:
        named = websafe_encode(self.credential_id)
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": response})

    def _hash(self) -> bytes:
        return sha256(self.name.encode()).digest()

    def _signed(self) -> int:
        self.count += self.counts
        return self.count
