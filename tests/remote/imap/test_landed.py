"""COPYUID and APPENDUID as servers tell them, and as they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.mail import NOWHERE, Landed
from teczka.remote.imap.landed import appended, copied
from teczka.remote.imap.responses import Status


def told(arguments: bytes, code: str = "COPYUID") -> Status:
    return Status(b"T1", "OK", code, arguments, "done")


def test_the_example_of_the_standard() -> None:
    """RFC 4315 §3."""
    assert copied([told(b"38505 304,319:320 3956:3958")], [304, 319, 320, 333]) == Landed(
        38505, {304: 3956, 319: 3957, 320: 3958}
    )
    assert appended(told(b"38505 3955", "APPENDUID")) == (38505, 3955)


def test_several_pieces_are_one_answer_and_another_uidvalidity_is_none() -> None:
    assert copied([told(b"7 1 10"), told(b"", ""), told(b"7 2:3 14,12")], [1, 2, 3]).uids == {1: 10, 2: 14, 3: 12}
    assert copied([told(b"7 1 10"), told(b"8 2 11")], [1, 2]) == NOWHERE


@pytest.mark.parametrize(
    "arguments",
    [
        b"",
        b"7",
        b"0 1 10",
        b"4294967296 1 10",
        b"7 1 4294967296",
        b"7 1:2 10",
        b"7 1 10:11",
        b"7 1,2 10,10",
        b"7 1 0",
        b"7 3 10",  # nobody asked for it
        b"7 1:4000000000 1:4000000000",
        b"7 1, 10,",
        b"7 1 x",
        b"7 1:2:3 4:5:6",
    ],
)
def test_what_does_not_add_up_is_not_believed(arguments: bytes) -> None:
    assert copied([told(arguments)], [1, 2]) == NOWHERE


@pytest.mark.parametrize("arguments", [b"", b"0 5", b"5 0", b"7 3:4", b"7"])
def test_an_append_without_a_place_has_none(arguments: bytes) -> None:
    assert appended(told(arguments, "APPENDUID")) is None


@given(st.binary(max_size=60))
def test_whatever_a_server_says_nothing_is_raised(arguments: bytes) -> None:
    assert copied([told(arguments)], [1, 2, 3]).uids.keys() <= {1, 2, 3}
    appended(told(arguments, "APPENDUID"))
