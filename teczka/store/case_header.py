"""The header that a letter written in a case bears: which case, for this installation alone.

AES-SIV (RFC 5297) under a key derived (RFC 5869) from Django's, which all machines of an installation have, and bound to the letter's
Message-ID. It says nothing to others, not even that two letters are of one case; it cannot be made without the key, nor be used under
another Message-ID; and a letter that is built twice is the same bytes.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from teczka.store.secrets import django_key

PURPOSE = b"teczka-case-1"
TAG_BYTES = 16
CASE_BYTES = 16
NAME_BYTES = 8  # of a person's address: to know it again, not to tell it
MOST_PEOPLE = 60
MOST_LETTERS = 50  # ids that are tried


@dataclass(frozen=True, slots=True)
class WrittenIn:
    case: UUID
    people: frozenset[bytes]

    def names(self, address: str) -> bool:
        """Whether they wrote the letter, or stood in it openly."""
        return _short(address) in self.people


def seal(folder: Path, message_id: str, case: UUID, people: Iterable[str]) -> str:
    """What the header says. `people`: addresses that whoever has the letter reads in it; of those in secret not even the number."""
    known = dict.fromkeys(map(_short, people))
    told = case.bytes + b"".join(list(known)[:MOST_PEOPLE])
    return urlsafe_b64encode(_cipher(folder).encrypt(told, _bound(message_id))).rstrip(b"=").decode()


def unseal(folder: Path, header: str, message_ids: Iterable[str]) -> WrittenIn | None:
    """What it says, if it is ours and was made for one of these letters."""
    try:
        sealed = urlsafe_b64decode(header + "=" * (-len(header) % 4))
    except (Error, ValueError):
        return None
    if not CASE_BYTES + TAG_BYTES <= len(sealed) <= CASE_BYTES + TAG_BYTES + MOST_PEOPLE * NAME_BYTES:
        return None
    for message_id in list(message_ids)[:MOST_LETTERS]:
        try:
            told = _cipher(folder).decrypt(sealed, _bound(message_id))
        except InvalidTag:
            continue
        people = frozenset(told[at : at + NAME_BYTES] for at in range(CASE_BYTES, len(told), NAME_BYTES))
        return WrittenIn(UUID(bytes=told[:CASE_BYTES]), people)
    return None


@cache
def _cipher(folder: Path) -> AESSIV:
    return AESSIV(HKDF(SHA512(), 64, salt=None, info=PURPOSE).derive(django_key(folder).encode()))


def _bound(message_id: str) -> list[bytes]:
    return [PURPOSE, message_id.encode("utf-8", "surrogatepass")]


def _short(address: str) -> bytes:
    return sha256(address.lower().encode("utf-8", "surrogatepass")).digest()[:NAME_BYTES]
