"""The second step of signing in: codes of an app that follow the clock (TOTP, RFC 6238), and backup codes for who lost it.

The app and we share a secret. Both kinds of code are digits alone, so that one field with a phone's number pad takes either.
"""

import hmac
import secrets
from base64 import b32decode, b32encode
from collections.abc import Iterable
from hashlib import scrypt
from urllib.parse import quote, urlencode

STEP = 30  # seconds that a code stands for (RFC 6238 §5.2)
DIGITS = 6
DRIFT = 1  # steps that a phone's clock may be off
BACKUP_CODES = 10
BACKUP_DIGITS = 16
ISSUER = "Teczka"
COST = 2**14  # of a backup code's hash: 16 MB and some 40 ms
_SECRET_BYTES = 20  # as long as SHA-1's digest (RFC 4226 §4, R6)


def new_secret() -> str:
    """In base32, as apps take it."""
    return b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def step_of(seconds: float) -> int:
    """`seconds`: since 1970."""
    return int(seconds) // STEP


def code_of(secret: str, step: int) -> str:
    """RFC 4226 §5.3, of the step (RFC 6238 §4). SHA-1: some apps know no other, and no collision helps to guess a code."""
    digest = hmac.digest(b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0xF
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: str, said: str, seconds: float, used: int) -> int | None:
    """The step whose code was said: one of now, give or take a clock's drift, after the last one `used` (RFC 6238 §5.2: each code
    is taken once). None: a wrong code, or one too late."""
    now = step_of(seconds)
    steps = range(now - DRIFT, now + DRIFT + 1)
    matching = [step for step in steps if hmac.compare_digest(code_of(secret, step), said)]
    last = max(matching, default=None)
    return last if last is not None and last > used else None


def digits_of(said: str) -> str:
    """What somebody typed, without the spaces and dashes between its groups. Empty where it is not of ASCII digits alone."""
    bare = "".join(said.split()).replace("-", "")
    return bare if bare.isascii() and bare.isdigit() else ""


def key_uri(secret: str, address: str) -> str:
    """What a QR code tells an app: whose account it is, and the secret."""
    return f"otpauth://totp/{ISSUER}:{quote(address)}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


def grouped(code: str) -> str:
    """In fours, to be typed."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def new_backup_codes() -> list[str]:
    return [f"{secrets.randbelow(10**BACKUP_DIGITS):0{BACKUP_DIGITS}}" for _ in range(BACKUP_CODES)]


def backup_hash(code: str, salt: bytes) -> str:
    """What is kept of a backup code: 53 bits, so it takes a hash that is slow."""
    return scrypt(code.encode(), salt=salt, n=COST, r=8, p=1, dklen=32).hex()


def matching_hash(hashes: Iterable[str], said: str, salt: bytes) -> str | None:
    """One salt for all of a person's codes: trying one costs as much as making one."""
    found = backup_hash(said, salt)
    return next((one for one in hashes if hmac.compare_digest(one, found)), None)
