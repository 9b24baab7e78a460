"""What a browser answers about a passkey, checked (WebAuthn Level 2 §7.1 and §7.2). Nothing is read or written here: challenge, place and
keys are handed in.

Whoever has not signed in sends such answers: whatever is wrong with one, the answer is refused and no more is said.
"""

import json
from dataclasses import dataclass
from typing import Any

from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    RegistrationResponse,
)

from teczka.core.errors import NotAllowed
from teczka.core.passkeys import ALGORITHMS, CHALLENGE_BYTES, LONGEST_ANSWER, LONGEST_ID, TRANSPORTS, Place, as_text


@dataclass(frozen=True, slots=True)
class Made:
    credential_id: bytes
    key: bytes  # what fido2 calls attested credential data: the id and the public key
    count: int  # how often it has signed; 0 for good where its device does not count
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are, and by which passkey: nothing of it is checked yet."""

    handle: bytes  # b"": not said
    credential_id: bytes
    answer: dict[str, Any]


def made(answer: str, challenge: bytes, place: Place) -> Made:
    """Of a new passkey. Who built its device is not asked. Raises NotAllowed."""
    try:
        told = _read(answer)
        response = RegistrationResponse.from_dict(told)
        _look_at(response.response.client_data, response.response.attestation_object.auth_data)
        data = _server(place).register_complete(_state(challenge), response)
        credential = data.credential_data
        if credential is None or len(credential.credential_id) > LONGEST_ID:
            raise NotAllowed
        if response.raw_id != credential.credential_id or credential.public_key.get(3) not in ALGORITHMS:
            raise NotAllowed
        told_ways = told["response"].get("transports") or ()
        ways = tuple(one for one in TRANSPORTS if one in told_ways)
    except Exception as wrong:  # a stranger's bytes, and another's reader of them
        raise NotAllowed from wrong
    return Made(credential.credential_id, bytes(credential), data.counter, ways)


def claim(answer: str) -> Claim:
    """Raises NotAllowed."""
    try:
        told = _read(answer)
        handle = websafe_decode(told["response"].get("userHandle") or "")
        return Claim(handle, websafe_decode(told["rawId"]), told)
    except Exception as wrong:
        raise NotAllowed from wrong


def check(claimed: Claim, key: bytes, challenge: bytes, place: Place) -> int:
    """That this passkey signed this challenge here, and its device knew its person. How often it has signed. Raises NotAllowed."""
    try:
        response = AuthenticationResponse.from_dict(claimed.answer)
        data = response.response.authenticator_data
        _look_at(response.response.client_data, data)
        _server(place).authenticate_complete(_state(challenge), [AttestedCredentialData(key)], response)
    except Exception as wrong:
        raise NotAllowed from wrong
    return int(data.counter)


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise NotAllowed
    told = json.loads(answer)
    if not isinstance(told, dict):
        raise NotAllowed
    return told


def _look_at(client: CollectedClientData, data: AuthenticatorData) -> None:
    """What fido2 does not: nobody uses it within another's page, and what was copied elsewhere is of a kind that may be (Level 3 §7.2)."""
    if client.cross_origin or (data.is_backed_up() and not data.is_backup_eligible()):
        raise NotAllowed


def _server(place: Place) -> Fido2Server:
    """The origin is ours to the letter: fido2 by itself takes any other beneath the name, and other ports."""
    ours = PublicKeyCredentialRpEntity(name="Teczka", id=place.name)
    return Fido2Server(ours, verify_origin=lambda origin: origin == place.origin)


def _state(challenge: bytes) -> dict[str, str]:
    if len(challenge) < CHALLENGE_BYTES:  # nothing was asked, or too long ago
        raise NotAllowed
    return {"challenge": as_text(challenge), "user_verification": "required"}
