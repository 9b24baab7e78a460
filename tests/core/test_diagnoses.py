"""What an owner sends to the administrators tells where it fails, and nothing that lets anybody in."""

import time

import pytest

from teczka.core.diagnoses import redacted


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("anna.lipowska@poczta.example refused", "…@poczta.example refused"),
        ("password: hunter2, then", "password: …, then"),
        ("Hasło=tajne123", "Hasło=…"),
        ("Authorization: Bearer ya29.a0AfH6SMBx_abc", "Authorization: … …"),
        ("sent Bearer ya29.a0 there", "sent Bearer … there"),
        ("AUTH XOAUTH2 dXNlcj1hbm5hQHBvY3p0YS5leGFtcGxlAWF1dGg9QmVhcmVy", "AUTH XOAUTH2 …"),
        ("session 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "session …"),
    ],
)
def test_what_could_let_somebody_in_is_gone(told: str, left: str) -> None:
    assert redacted(told) == left


@pytest.mark.parametrize(
    "told",
    [
        "imap.poczta.kancelaria-lipowska.example:993 (TLS 1.3): connected in 34 ms",
        "[AUTHENTICATIONFAILED] Authentication failed.",
        "The certificate of “mail.poczta.example” has expired.",
        "1. DNS ok\n2. TCP ok\n3. TLS failed",
    ],
)
def test_what_an_administrator_needs_stays(told: str) -> None:
    assert redacted(told) == told


def test_it_grows_no_faster_than_the_text() -> None:
    began = time.thread_time()
    for piece in ("a", "a@", "password:", "a.", "bearer ", "@b."):
        redacted(piece * 100_000)
    assert time.thread_time() - began < 3
