"""The pieces of an archive: each sealed by itself with AES-256-GCM, bound to what it is, so that none can stand in for another.

object: magic 4s, nonce 12s, ciphertext with its 16-byte tag. Associated data: kind, whose, and the piece's number. Its name is a keyed
hash of the same, so that whoever sees an archive sees neither packs' ids nor which are new.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from teczka.store.packs.durable import Buffer

MAGIC = b"TBK1"
NONCE_BYTES = 12  # NIST SP 800-38D §8.2.2: random, so a key may seal 2**32 pieces; at 16 MB each that is 64 petabytes
TAG_BYTES = 16
OVERHEAD = len(MAGIC) + NONCE_BYTES + TAG_BYTES
PIECE_BYTES = 16_000_000  # of plaintext: what is held in memory, and what is sent to a bucket at a time


class Broken(Exception):
    """What lies under this name is not what was sealed: changed, cut short, or another piece. It does not tell which."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a sealed object holds."""

    kind: str  # "pack", "database", "snapshot"
    whose: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.kind} {self.whose} {self.number}"


@dataclass(frozen=True, slots=True)
class Sealer:
    """Both keys come from the archive's one data key (RFC 5869)."""

    sealing: bytes = field(repr=False)
    naming: bytes = field(repr=False)

    @classmethod
    def of(cls, data_key: bytes) -> Self:
        return cls(_derived(data_key, b"seal"), _derived(data_key, b"name"))

    def name(self, piece: Piece) -> str:
        """As a key of Blobs: the first two digits spread them over folders."""
        told = hmac.new(self.naming, str(piece).encode(), sha256).hexdigest()[:40]
        return f"{told[:2]}/{told}"

    def seal(self, piece: Piece, plaintext: Buffer) -> tuple[bytes, bytes]:
        """The object, in two parts that nobody has to join."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return MAGIC + nonce, AESGCM(self.sealing).encrypt(nonce, plaintext, str(piece).encode())

    def unseal(self, piece: Piece, stored: bytes) -> bytes:
        """Raises Broken."""
        if stored[: len(MAGIC)] != MAGIC:
            raise Broken
        nonce, ciphertext = stored[len(MAGIC) : len(MAGIC) + NONCE_BYTES], stored[len(MAGIC) + NONCE_BYTES :]
        try:
            return AESGCM(self.sealing).decrypt(nonce, ciphertext, str(piece).encode())
        except (InvalidTag, ValueError) as wrong:
            raise Broken from wrong


def lengths(size: int) -> list[int]:
    """Of the pieces that so many bytes are cut into, before sealing."""
    whole, rest = divmod(size, PIECE_BYTES)
    return [PIECE_BYTES] * whole + ([rest] if rest else [])


def _derived(data_key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"teczka backup 1 " + purpose).derive(data_key)
