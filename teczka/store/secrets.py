"""Secrets at rest: each sealed by itself with AES-256-GCM, bound to what it belongs to, under keys that lie beside the data."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D §8.2.2: random, so a key may seal 2**32 secrets; we seal thousands
DJANGO = "django"


class SecretBroken(Exception):
    """A sealed secret cannot be opened: its key is missing, or the row was changed or belongs to something else."""


@dataclass(frozen=True, slots=True)
class Sealed:
    key_id: str  # which key file opens it
    nonce: bytes
    ciphertext: bytes  # with the 16-byte tag at its end


class Keys:
    """The key files of a folder: `<id>.key`, 32 random bytes each, 0600. New secrets are sealed with the newest key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def seal(self, plaintext: bytes, associated: bytes) -> Sealed:
        """`associated`: whose secret it is, the account's public id; only the same opens it again."""
        key_id = self.newest() or self.add()
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Sealed(key_id, nonce, AESGCM(self._key(key_id)).encrypt(nonce, plaintext, associated))

    def unseal(self, sealed: Sealed, associated: bytes) -> bytes:
        """Raises SecretBroken; says nothing about why, and never a part of the secret."""
        try:
            return AESGCM(self._key(sealed.key_id)).decrypt(sealed.nonce, sealed.ciphertext, associated)
        except (InvalidTag, ValueError) as broken:
            raise SecretBroken(sealed.key_id) from broken

    def add(self) -> str:
        """A new key, durable before anything is sealed with it; the old ones stay for what they sealed. Returns its id."""
        number = int((self.newest() or "0").partition("-")[0]) + 1
        key_id = f"{number:04}-{secrets.token_hex(4)}"
        _create(self._folder / f"{key_id}.key", secrets.token_bytes(KEY_BYTES))
        return key_id

    def prepare(self) -> None:
        """The first key, where there is none: the folder may be copied to other machines before there is a secret."""
        if self.newest() is None:
            self.add()

    def remove(self, key_id: str) -> None:
        """What was sealed with it can never be opened again. Nothing where it is not there."""
        (self._folder / f"{key_id}.key").unlink(missing_ok=True)
        _sync(self._folder)

    def ids(self) -> list[str]:
        """Oldest first."""
        return sorted(path.stem for path in self._folder.glob("*.key"))

    def newest(self) -> str | None:
        return max(self.ids(), default=None)

    def _key(self, key_id: str) -> bytes:
        # The id comes from the database: only a name that is a file of ours becomes a path.
        if key_id not in self.ids():
            raise SecretBroken(key_id)
        return (self._folder / f"{key_id}.key").read_bytes()


def django_key(folder: Path) -> str:
    """Django's SECRET_KEY, made the first time."""
    return kept(folder / DJANGO)


def kept(path: Path) -> str:
    """A random token that lies in this file, made the first time. Two processes that make it at once end with the same one."""
    with suppress(FileExistsError):
        _create(path, secrets.token_urlsafe(48).encode())
    return path.read_text(encoding="ascii")


def _create(path: Path, content: bytes) -> None:
    """Whole and durable under its name, or FileExistsError: a link to a finished file cannot be seen half written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        raise FileExistsError(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        path.hardlink_to(temporary)
    finally:
        temporary.unlink()
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
