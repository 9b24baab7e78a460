"""Where passkeys work, and how places and bytes are written."""

import pytest

from teczka.core.passkeys import as_text, device_of, place_of


@pytest.mark.parametrize(
    ("address", "origin", "name", "works"),
    [
        ("https://Teczka.Lipowa.example", "https://teczka.lipowa.example", "teczka.lipowa.example", True),
        ("https://teczka.example:443/under", "https://teczka.example", "teczka.example", True),
        ("https://teczka.example:8443", "https://teczka.example:8443", "teczka.example", True),
        ("http://localhost:8000", "http://localhost:8000", "localhost", True),
        ("http://teczka.localhost:80", "http://teczka.localhost", "teczka.localhost", True),
        ("http://teczka.lan", "http://teczka.lan", "teczka.lan", False),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "127.0.0.1", False),
        ("https://192.168.1.5", "https://192.168.1.5", "192.168.1.5", False),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443", "2001:db8::1", False),
        ("http://evillocalhost", "http://evillocalhost", "evillocalhost", False),
        ("http://localhost:99999", "http://localhost:99999", "localhost", True),
        ("", "://", "", False),
    ],
)
def test_a_place_is_written_as_browsers_do_and_works_at_a_name(
    address: str, origin: str, name: str, works: bool
) -> None:
    place = place_of(address)
    assert (place.origin, place.name, place.works) == (origin, name, works)


def test_a_device_is_told_by_the_first_word_that_fits() -> None:
    told = {
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)": "iPhone",
        "Mozilla/5.0 (Linux; Android 15; Pixel 9)": "Android",
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)": "Chromebook",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64)": "Windows",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)": "Mac",
        "Mozilla/5.0 (X11; Linux x86_64)": "Linux",
        "curl/8": "",
    }
    assert {agent: device_of(agent) for agent in told} == told


def test_bytes_are_written_without_what_an_address_would_break_at() -> None:
    assert as_text(b"\xfb\xff\xfe") == "-__-"
    assert as_text(b"a") == "YQ"
