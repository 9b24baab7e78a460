"""The head of an archive: its data key, wrapped by a passphrase or by a key file. The one object that is not sealed itself."""

import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from teczka.store.backup.sealing import NONCE_BYTES

KEY = "00/teczka.head"
FORMAT = 1
COST = 2**17  # of scrypt (RFC 7914 §2), with r = 8: 128 MB and a third of a second for each guess
HIGHEST_COST = 2**22
KEY_FILE_BYTES = 32
SHORTEST = 12  # characters of a passphrase


class Way(StrEnum):
    PASSPHRASE = "passphrase"  # noqa: S105  a word for it
    KEY_FILE = "key file"


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens an archive."""

    way: Way
    content: bytes = field(repr=False)


class HeadDamaged(Exception):
    """The head is none of ours, or not as it was written."""


class HeadNewer(Exception):
    """An archive of a form that only a newer Teczka knows. Its number."""


class WrongSecret(Exception):
    """Another passphrase or key file opens this archive."""


@dataclass(frozen=True, slots=True)
class Head:
    installation: str  # of whose backups this is a set, and nobody else's
    way: Way
    salt: bytes
    cost: int
    nonce: bytes
    wrapped: bytes

    def unwrap(self, secret: Secret) -> bytes:
        """The data key. Raises WrongSecret."""
        try:
            if secret.way is not self.way:
                raise WrongSecret
            return _wrapping(secret, self.salt, self.cost).decrypt(self.nonce, self.wrapped, self._bound())
        except InvalidTag as wrong:
            raise WrongSecret from wrong

    def to_bytes(self) -> bytes:
        told = self._told() | {"nonce": _text(self.nonce), "wrapped": _text(self.wrapped)}
        return _written(told | {"check": _check(told)})

    def _told(self) -> dict[str, Any]:
        told = {"installation": self.installation, "way": self.way, "salt": _text(self.salt), "cost": self.cost}
        return {"teczka": "backup", "format": FORMAT} | told

    def _bound(self) -> bytes:
        return _written(self._told())


def new(installation: str, secret: Secret) -> tuple[Head, bytes]:
    """A head, and the data key that it wraps."""
    data_key, salt, nonce = (secrets.token_bytes(size) for size in (32, 16, NONCE_BYTES))
    cost = COST if secret.way is Way.PASSPHRASE else 0
    bare = Head(installation, secret.way, salt, cost, nonce, b"")
    wrapped = _wrapping(secret, salt, cost).encrypt(nonce, data_key, bare._bound())
    return Head(installation, secret.way, salt, cost, nonce, wrapped), data_key


def parse(data: bytes) -> Head:
    """Raises HeadDamaged, HeadNewer."""
    try:
        told = json.loads(data)
        check = told.pop("check")
        if told["teczka"] != "backup" or check != _check(told) or data != _written(told | {"check": check}):
            raise HeadDamaged
        if told["format"] > FORMAT:
            raise HeadNewer(told["format"])
        salt, nonce, wrapped = (b64decode(told[name]) for name in ("salt", "nonce", "wrapped"))
        head = Head(told["installation"], Way(told["way"]), salt, told["cost"], nonce, wrapped)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise HeadDamaged from wrong
    if not 0 <= head.cost <= HIGHEST_COST:
        raise HeadDamaged
    return head


def _wrapping(secret: Secret, salt: bytes, cost: int) -> AESGCM:
    if secret.way is Way.KEY_FILE:  # random already: nothing to slow down
        return AESGCM(sha256(salt + secret.content).digest())
    return AESGCM(Scrypt(salt, 32, n=cost, r=8, p=1).derive(secret.content))


def _check(told: dict[str, Any]) -> str:
    return sha256(_written(told)).hexdigest()


def _written(told: dict[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, indent=1).encode() + b"\n"


def _text(data: bytes) -> str:
    return b64encode(data).decode()
