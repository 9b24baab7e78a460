import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.errors import Problem
from teczka.remote.imap.arguments import Argument, Stream, Uids, encode
from teczka.remote.imap.tokens import values


def test_a_command_in_one_segment() -> None:
    arguments: list[Argument] = ["UID", "FETCH", Uids([5, 1, 2, 3, 9]), ("FLAGS", "BODY.PEEK[]"), ("CHANGEDSINCE", 12)]
    assert encode(arguments) == [b"UID FETCH 1:3,5,9 (FLAGS BODY.PEEK[]) (CHANGEDSINCE 12)"]


def test_quoting_escapes_and_8_bit_becomes_a_literal() -> None:
    assert encode(["LOGIN", b'a"b\\c', b""]) == [b'LOGIN "a\\"b\\\\c" ""']
    assert encode(["EXAMINE", "ż".encode(), ("CONDSTORE",)]) == [b"EXAMINE {2}\r\n", "ż".encode() + b" (CONDSTORE)"]
    assert encode(["EXAMINE", "ż".encode()], literal_plus=True) == [b"EXAMINE {2+}\r\n" + "ż".encode()]
    assert len(encode([b"x" * 5000], literal_plus=True)) == 2  # LITERAL- stops at 4096


@given(st.binary(max_size=60))
def test_data_is_refused_or_ends_no_line(data: bytes) -> None:
    """Without its literals the command is one line, and what it says is the data."""
    try:
        segments = encode(["X", data])
    except Problem:
        assert re.search(rb"[\r\n\0]", data)
        return
    assert not re.search(rb"[\r\n\0]", data)
    line = b"".join(segment for segment in segments if isinstance(segment, bytes))
    told = line.partition(b"X ")[2]
    if told.startswith(b"{"):
        size, _, literal = told.partition(b"\r\n")
        assert (size, literal) == (b"{%d}" % len(data), data)
    else:
        assert b"\r" not in line
        assert values([told]) == [data]


@pytest.mark.parametrize("syntax", ["A\r\nB", "A\n", "A\0", "", "ż", "A\tB", "A  B"])
def test_our_own_syntax_is_checked_too(syntax: str) -> None:
    with pytest.raises(Problem):
        encode([syntax])


@pytest.mark.parametrize("uids", [[], [0], [-1, 2]])
def test_a_set_of_uids_is_never_empty_nor_below_one(uids: list[int]) -> None:
    with pytest.raises(Problem):
        encode([Uids(uids)])


@given(st.sets(st.integers(1, 300), min_size=1))
def test_a_set_of_uids_says_each_uid_once(uids: set[int]) -> None:
    (text,) = encode([Uids(list(uids))])
    said: list[int] = []
    assert isinstance(text, bytes)
    for part in text.split(b","):
        low, _, high = part.partition(b":")
        said += range(int(low), int(high or low) + 1)
    assert said == sorted(uids)


@pytest.mark.parametrize(
    "command",
    [
        ["CLOSE"],
        ["close"],
        ["EXPUNGE"],
        ["Expunge"],
        ["UID", "EXPUNGE"],
        ["UID", "EXPUNGE", "1:*"],
        ["UID", "EXPUNGE", b"1"],
        ["UID EXPUNGE", "1:*"],
        ["UID EXPUNGE", 1],
        ["NOOP EXPUNGE"],
        ["STORE", "1:*", "+FLAGS", ("\\Deleted",)],
        ["UID", "STORE", "1:*", "+FLAGS.SILENT", ("\\Deleted",)],
        ["UID", "MOVE", "1:*", b"Kosz"],
        ["MOVE", 1, b"Kosz"],
    ],
    ids=str,
)
def test_what_would_remove_more_than_was_asked_for_cannot_be_said(command: list[Argument]) -> None:
    """P3: CLOSE, EXPUNGE without UIDs, and marks on a whole folder."""
    with pytest.raises(Problem) as refused:
        encode(command)
    assert refused.value.params == {"argument": "forbidden"}


def test_what_names_its_messages_can_be_said() -> None:
    assert encode(["UID", "EXPUNGE", Uids([3, 4])]) == [b"UID EXPUNGE 3:4"]
    assert encode(["UID", "STORE", Uids([3]), "+FLAGS.SILENT", ("\\Deleted",)]) == [
        b"UID STORE 3 +FLAGS.SILENT (\\Deleted)"
    ]
    assert encode(["EXAMINE", b"EXPUNGE"]) == [b'EXAMINE "EXPUNGE"']  # a folder of that name
    assert encode(["DELETE", b"CLOSE"]) == [b'DELETE "CLOSE"']


def test_a_message_is_announced_and_comes_last_in_pieces() -> None:
    stream = Stream(5, [b"ab", b"\r\nc"])
    assert encode(["APPEND", b"INBOX", stream], literal_plus=True) == [b'APPEND "INBOX" {5}\r\n', stream]
    assert list(stream.pieces()) == [b"ab", b"\r\nc"]
    with pytest.raises(Problem):
        encode(["APPEND", stream, b"INBOX"])


@pytest.mark.parametrize("chunks", [[b"ab"], [b"abc", b"def"], [b"a\0bcd"], []], ids=["short", "long", "nul", "none"])
def test_a_message_that_is_not_what_was_announced_breaks_off(chunks: list[bytes]) -> None:
    """Before a byte too many: whatever comes after would be read as a command."""
    sent: list[bytes] = []
    with pytest.raises(Problem):
        sent.extend(Stream(5, chunks).pieces())
    assert sum(map(len, sent)) < 5
