import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.remote.imap import utf7


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("INBOX", b"INBOX"),
        ("Wysłane", b"Wys&AUI-ane"),
        ("Kosz/Żółć & spółka", b"Kosz/&AXsA8wFCAQc- &- sp&APMBQg-ka"),
        ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # RFC 3501 §5.1.3
        ("📁", b"&2D3cwQ-"),
    ],
)
def test_names_both_ways(path: str, name: bytes) -> None:
    assert utf7.encode(path) == name
    assert utf7.decode(name) == path


@given(st.text())
def test_every_path_comes_back(path: str) -> None:
    assert utf7.decode(utf7.encode(path)) == path


@given(st.binary(max_size=40))
def test_a_name_decodes_to_what_encodes_to_it_or_not_at_all(name: bytes) -> None:
    try:
        path = utf7.decode(name)
    except ValueError:
        return
    assert utf7.encode(path) == name


@pytest.mark.parametrize("name", [b"&", b"a&b", b"&AGE-", b"&AUI", b"&!!-", b"&2D0-", b"\xff", b"&AU/-"])
def test_invalid_names_are_shown_escaped(name: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  of several kinds
        utf7.decode(name)
    assert utf7.path_of(name) == name.decode("ascii", "backslashreplace")


@given(st.binary(max_size=40))
def test_every_name_can_be_shown(name: bytes) -> None:
    assert utf7.path_of(name).isprintable()


def test_names_in_bare_utf_8_are_read_as_meant() -> None:
    assert utf7.path_of("Wysłane".encode()) == "Wysłane"


def test_a_nul_in_a_name_does_not_come_through() -> None:
    """Neither text nor jsonb takes one."""
    assert utf7.path_of(b"a&AAA-b") == "a\\x00b"


def test_a_line_break_or_a_change_of_direction_in_a_name_does_not_come_through() -> None:
    assert utf7.path_of(utf7.encode("a\nb")) == "a\\nb"
    assert utf7.path_of(utf7.encode("a\u202eb")) == "a\\u202eb"
