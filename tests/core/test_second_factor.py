"""Codes that follow the clock, by the RFCs' own numbers and beside another's reading of them; and backup codes."""

import time
from base64 import b32decode, b32encode
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from teczka.core.second_factor import (
    BACKUP_CODES,
    STEP,
    backup_hash,
    code_of,
    digits_of,
    grouped,
    key_uri,
    matching_hash,
    matching_step,
    new_backup_codes,
    new_secret,
    step_of,
)

RFC = b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("step", "code"),
    list(
        enumerate("755224 287082 359152 969429 338314 254676 287922 162583 399871 520489".split())
    ),  # RFC 4226, appendix D
)
def test_codes_of_rfc_4226(step: int, code: str) -> None:
    assert code_of(RFC, step) == code


@pytest.mark.parametrize(  # RFC 6238, appendix B, of which apps show the last six digits
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_of(RFC, step_of(seconds)) == code
    assert matching_step(RFC, code, seconds, 0) == step_of(seconds)


def test_another_implementation_makes_the_same_codes() -> None:
    for _ in range(50):
        secret = new_secret()
        other = TOTP(b32decode(secret), 6, SHA1(), STEP)
        now = int(time.time())
        assert other.generate(now).decode() == code_of(secret, step_of(now))


def test_a_code_fits_a_step_before_and_after_and_never_twice() -> None:
    seconds = 1_800_000_000.9
    now = step_of(seconds)
    fitting = [off for off in range(-4, 5) if matching_step(RFC, code_of(RFC, now + off), seconds, 0)]
    assert fitting == [-1, 0, 1]
    assert matching_step(RFC, code_of(RFC, now), seconds, now - 1) == now
    assert matching_step(RFC, code_of(RFC, now), seconds, now) is None
    assert matching_step(RFC, code_of(RFC, now - 1), seconds, now) is None
    assert matching_step(RFC, "", seconds, 0) is None


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        (" 123 456\n", "123456"),
        ("1234-5678 9012–3456", ""),
        ("1234-5678", "12345678"),
        ("٣٤٥", ""),
        ("12a", ""),
        ("", ""),
    ],
)
def test_digits_are_read_without_what_stands_between_them(said: str, digits: str) -> None:
    assert digits_of(said) == digits


def test_what_a_qr_code_tells_an_app() -> None:
    uri = urlsplit(key_uri(RFC, "anna+kasia@lipowa.example"))
    assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", "/Teczka:anna+kasia@lipowa.example")
    assert parse_qs(uri.query) == {"secret": [RFC], "issuer": ["Teczka"]}


def test_a_backup_code_is_known_by_its_hash_alone_and_under_its_own_salt() -> None:
    codes = new_backup_codes()
    assert len(set(codes)) == BACKUP_CODES
    assert {len(code) for code in codes} == {16}
    hashes = [backup_hash(code, b"hers") for code in codes[:2]]
    assert matching_hash(hashes, codes[1], b"hers") == hashes[1]
    assert matching_hash(hashes, codes[1], b"his") is None
    assert matching_hash(hashes, codes[2], b"hers") is None
    assert grouped(codes[0]).replace(" ", "") == codes[0]
