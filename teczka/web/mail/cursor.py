"""Where a list goes on, as text that tells nothing: ids count up, so they leave the house only enciphered (P7)."""

import binascii
import struct
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.utils.crypto import salted_hmac

from teczka.store.queries.listing import Place

# Exactly one block of AES: microseconds since 1970, the UID (32 bits: RFC 3501 §2.3.1.1), and the folder's id, of which no installation
# comes to have 4,000,000,000.
_PLACE = struct.Struct(">qII")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write_cursor(place: Place) -> str:
    at, uid, folder = place
    block = _cipher().encryptor()
    return block.update(_PLACE.pack((at - _EPOCH) // _MICROSECOND, uid, folder)).hex()


def read_cursor(text: str) -> Place | None:
    """None where it is none of ours, or a made-up one that names no possible place."""
    try:
        block = _cipher().decryptor()
        microseconds, uid, folder = _PLACE.unpack(block.update(binascii.unhexlify(text)))
        return _EPOCH + microseconds * _MICROSECOND, uid, folder
    except (ValueError, struct.error, OverflowError):
        return None


@cache
def _cipher() -> Cipher[modes.ECB]:
    key = salted_hmac("teczka list cursor", "", settings.SECRET_KEY, algorithm="sha256").digest()
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305  one block, unique by itself: ECB is the bare cipher
