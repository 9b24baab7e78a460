"""mbox in all its dialects, and our own both ways."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from teczka.mime.boxes import found, marks, mbox, ours
from teczka.mime.boxes.mbox import content, is_mbox, pieces, written

BEGIN = b"From jan@a.example Thu Nov  5 10:00:00 2026\n"
FIRST, SECOND = b"Subject: a\n\none\n", b"Subject: b\n\ntwo\n"


def bodies(box: bytes) -> list[bytes]:
    return [joined(content(box, piece)) for piece in pieces(box)]


def joined(body: bytes | Iterator[bytes]) -> bytes:
    return body if isinstance(body, bytes) else b"".join(body)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_messages_come_apart_and_the_blank_line_between_them_is_none_of_theirs(end: bytes) -> None:
    box = (BEGIN + FIRST + b"\n" + BEGIN + SECOND + b"\n").replace(b"\n", end)
    assert bodies(box) == [FIRST.replace(b"\n", end), SECOND.replace(b"\n", end)]


def test_quoted_lines_of_mboxo_and_mboxrd_are_as_they_were() -> None:
    body = b"Subject: a\n\n>From me\n>>From you\n> From afar\nx >From y\n"
    assert bodies(BEGIN + body + b"\n" + BEGIN + SECOND) == [
        b"Subject: a\n\nFrom me\n>From you\n> From afar\nx >From y\n",
        SECOND,
    ]


def test_a_body_whose_length_is_told_may_hold_whatever_looks_like_a_beginning() -> None:
    body = b"one\n\n" + BEGIN + b"Subject: inner\n\n>From me\n"
    cl2 = BEGIN + b"Subject: a\nContent-Length: %d\n\n" % len(body) + body + b"\n" + BEGIN + SECOND
    assert bodies(cl2) == [b"Subject: a\nContent-Length: %d\n\n" % len(body) + body, SECOND]


def test_mboxcl_quotes_and_tells() -> None:
    body = b"one\n>From me\n"
    box = BEGIN + b"Subject: a\nContent-Length: %d\n\n" % len(body) + body + b"\n" + BEGIN + SECOND
    assert bodies(box)[0].endswith(b"one\nFrom me\n")


@pytest.mark.parametrize("wrong", [b"0", b"2", b"99999", b"999999999999999", b"-1", b"x"])
def test_a_length_that_is_wrong_is_not_believed(wrong: bytes) -> None:
    first = b"Subject: a\nContent-Length: " + wrong + b"\n\none\n"
    assert bodies(BEGIN + first + b"\n" + BEGIN + SECOND) == [first, SECOND]


@pytest.mark.parametrize(
    "line",
    [
        b"From here on everything is different.",
        b"From jan@a.example, who wrote on Thu Nov  5 10:00:00 2026",
        b"From Thu on",
        b"From",
    ],
)
def test_a_sentence_that_begins_so_begins_no_message(line: bytes) -> None:
    first = b"Subject: a\n\nI go.\n\n" + line + b"\n\nBye\n"
    assert bodies(BEGIN + first + b"\n" + BEGIN + SECOND) == [first, SECOND]


@pytest.mark.parametrize(
    ("line", "at"),
    [
        (b"From - Thu Nov 05 10:00:00 2026", None),
        (b"From ", None),
        (b"From ???@??? Thu Nov 05 10:00:00 2026", datetime(2026, 11, 5, 10, tzinfo=UTC)),
        (b"From 1699@xxx Thu Nov 05 10:00:00 +0000 2026", datetime(2026, 11, 5, 10, tzinfo=UTC)),
        (b"From a@b Thu Nov  5 11:00:00 +0100 2026", datetime(2026, 11, 5, 10, tzinfo=UTC)),
        (b"From a@b Thu Nov  5 10:00 2026", datetime(2026, 11, 5, 10, tzinfo=UTC)),
        (b"From a@b", None),
    ],
)
def test_programs_begin_messages_in_their_own_ways(line: bytes, at: datetime | None) -> None:
    box = BEGIN + FIRST + b"\n" + line + b"\n" + SECOND
    assert bodies(box) == [FIRST, SECOND]
    assert list(pieces(box))[1].at == at


def test_what_begins_otherwise_is_no_mbox() -> None:
    assert is_mbox(BEGIN + FIRST)
    assert not is_mbox(b"From: jan@a.example\nSubject: x\n\n")
    assert not is_mbox(b"\0\1From ")
    assert list(pieces(b"")) == []


def test_what_programs_note_become_flags() -> None:
    def flags(headers: bytes) -> frozenset[str]:
        return marks.flags(marks.notes(headers + b"Subject: x\n\nStatus: RO\n"))

    assert flags(b"") == {"\\Seen"}
    assert flags(b"Status: O\n") == frozenset()
    assert flags(b"Status: RO\nX-Status: AF\nX-Keywords: pilne $Forwarded\n") == {
        "\\Seen", "\\Answered", "\\Flagged", "pilne", "$Forwarded",
    }  # fmt: skip
    assert flags(b"X-Mozilla-Status: 1005\nX-Mozilla-Keys: $label1\n") == {
        "\\Seen",
        "\\Flagged",
        "$Forwarded",
        "$label1",
    }
    assert flags(b"X-Mozilla-Status: 0000\n") == frozenset()
    assert flags(b"X-Gmail-Labels: =?UTF-8?Q?Odebrane,Nieprzeczytane,Kancelaria,Oznaczone_gwiazdk=C4=85?=\n") == {
        "\\Flagged", "Kancelaria",
    }  # fmt: skip
    assert marks.is_expunged(marks.notes(b"X-Mozilla-Status: 0009\n\n"))
    assert marks.arrived(
        marks.notes(b"Received: by x;\n\tThu, 5 Nov 2026 10:00:00 +0000\nDate: Fri, 1 Jan 1999 00:00:00 +0000\n\n")
    ) == (datetime(2026, 11, 5, 10, tzinfo=UTC))


FLAGS = st.frozensets(st.sampled_from(["\\Seen", "\\Flagged", "\\Answered", "\\Draft", "pilne", "$Forwarded", "&AQU-"]))
LINES = st.sampled_from(
    [
        b"From a@b Thu Nov  5 10:00:00 2026\n",
        b">From x\n",
        b"\n",
        b"\r\n",
        b"Subject: x\n",
        b"Content-Length: 3\n",
        b"\0",
        b"\r",
    ]
)
RAW = st.lists(st.one_of(LINES, st.binary(max_size=30)), max_size=12).map(b"".join)
LONG = st.tuples(RAW, st.sampled_from([1, 30])).map(lambda one: one[0] * one[1])


@given(st.lists(st.tuples(LONG, FLAGS), max_size=5), st.integers(400, 800), st.booleans())
@example([(b"", frozenset()), (b"\n", frozenset({"\\Seen"})), (b"From ", frozenset())], 400, False)
def test_what_we_write_is_read_again_byte_for_byte_with_its_flags(
    messages: list[tuple[bytes, frozenset[str]]], stride: int, long: bool
) -> None:
    """Whatever its bytes, and however they are cut; also where each is too long to be held."""
    at = datetime(2026, 11, 5, 10, tzinfo=UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "STRIDE", stride)
        patch.setattr(mbox, "HELD_BYTES", 0 if long else found.HELD_BYTES)
        box = b""
        for raw, flags in messages:
            lines = ours.lines(len(raw), sha256(raw).digest(), flags)
            cut = [raw[start : start + stride] for start in range(0, len(raw), stride)]
            box += b"".join(written(b"\n", cut, "a@b.example", at, lines))
        read = []
        for piece in pieces(box):
            body = content(box, piece)
            again = () if isinstance(body, bytes) else content(box, piece)
            told, original = ours.original(body, again)  # type: ignore[arg-type]
            assert piece.at == at
            read.append((joined(original), marks.flags(marks.notes(told + b"\n"))))
    assert read == messages


def test_lines_of_ours_that_a_stranger_wrote_are_not_believed() -> None:
    raw = ours.lines(5, sha256(b"other").digest(), ["\\Seen"]) + b"Subject: x\n\nbody\n"
    assert ours.original(raw) == (b"", raw)


@given(st.binary(max_size=300))
def test_whatever_lies_in_a_file_it_comes_to_an_end(raw: bytes) -> None:
    bodies(raw)
    bodies(BEGIN + raw)
