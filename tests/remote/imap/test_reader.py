"""However the stream is cut, the same responses come out; and no bytes at all can make anything but a Problem."""

import gc
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.limits import DEFAULT, Limits
from teczka.remote.imap.reader import Reader
from teczka.remote.imap.responses import Untagged, read
from teczka.remote.imap.tokens import NotImap
from tests.remote.imap.spools import MemorySpool, Spools

SMALL = Limits(literal=400, spool_above=60, response=300, search=500)

literals = st.binary(max_size=120).map(lambda data: b"{%d}\r\n%s" % (len(data), data))
words = st.sampled_from(
    [b"UID 7", b"FLAGS (\\Seen)", b'"a \\" b"', b"NIL", b"(((", b"))", b"{}", b"{5}", b"* ", b"BODY[] ", b"\\"]
)
fragments = st.one_of(
    literals,
    literals.map(lambda literal: b"BODY[] " + literal),
    words,
    st.sampled_from(
        [b"\r\n", b"\r\n", b"\n", b"\r", b" ", b")\r\n* 5 FETCH (", b"* OK {3}\r\n", b"* SEARCH 1 2\r\n", b"+ \r\n"]
    ),
    st.binary(max_size=20),
)
streams = st.lists(fragments, max_size=40).map(lambda parts: b"* 1 FETCH (" + b"".join(parts))


def responses(parts: list[bytes], limits: Limits = SMALL, through_room: bool = False) -> list[object]:
    """Everything that comes out, spools by their content, and the trouble at the end if any."""
    reader = Reader("host", Spools(), limits)
    for part in parts:
        rest = part
        while rest:
            room = reader.room() if through_room else None
            if room is None:
                reader.feed(rest)
                break
            count = min(len(room), len(rest))
            room[:count] = rest[:count]
            reader.filled(count)
            rest = rest[count:]
    out: list[object] = []
    try:
        while (response := reader.next()) is not None:
            out.append([bytes(piece.data) if isinstance(piece, MemorySpool) else bytes(piece) for piece in response])  # type: ignore[arg-type]
    except Problem as problem:
        out.append(problem.trouble)
    return out


@given(streams, st.lists(st.integers(0, 2000), max_size=30), st.booleans())
@example(b"* 1 FETCH (BODY[] {3}\r\nabc)\r\n* OK\r\n", [12, 22, 23, 25], True)
def test_any_cut_of_the_stream_gives_the_same_responses(stream: bytes, cuts: list[int], through_room: bool) -> None:
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    parts = [stream[low:high] for low, high in pairwise(edges)]
    assert responses(parts, through_room=through_room) == responses([stream])


@given(st.one_of(st.binary(max_size=500), streams))
def test_no_bytes_raise_anything_but_a_problem(stream: bytes) -> None:
    reader = Reader("host", Spools(), SMALL)
    reader.feed(stream + b"\r\n")
    try:
        while (response := reader.next()) is not None:
            try:
                event = read(response)
                if isinstance(event, Untagged):
                    event.values()
            except NotImap:
                pass
    except Problem:
        pass


def test_bytes_one_by_one_are_the_same_as_all_at_once() -> None:
    stream = (
        b"* 1 FETCH (UID 1 X {2}\r\n\r\n BODY[] {100}\r\n"
        + b"m" * 100
        + b")\r\n* OK [X] text {9}\r\nT1 OK done {1}\r\n"
    )
    alone = responses([stream[i : i + 1] for i in range(len(stream))])
    assert alone == responses([stream])
    assert alone[0] == [b"* 1 FETCH (UID 1 X {2}", b"\r\n", b" BODY[] {100}", b"m" * 100, b")"]
    assert alone[1:] == [[b"* OK [X] text {9}"], [b"T1 OK done {1}"]]


def test_a_literal_announced_is_not_memory_taken_beyond_the_limit() -> None:
    reader = Reader("host", Spools(), DEFAULT)
    reader.feed(b"* 1 FETCH (BODY[] {%d}\r\n" % (DEFAULT.literal + 1))
    with pytest.raises(Problem) as caught:
        reader.next()
    assert caught.value.trouble is Trouble.SERVER_LIMIT


def test_literals_of_nothing_count_too() -> None:
    reader = Reader("host", Spools(), DEFAULT)
    reader.feed(b"* 1 FETCH (" + b"{0}\r\n" * 100_000)
    with pytest.raises(Problem) as caught:
        reader.next()
    assert caught.value.trouble is Trouble.SERVER_LIMIT


def seconds(stream: bytes, step: int) -> float:
    """Of this thread alone and without the collector, whose work grows with what the other tests left behind."""
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    gc.disable()
    try:
        start = time.thread_time()
        responses(pieces, replace(DEFAULT, response=1 << 26))
        return time.thread_time() - start
    finally:
        gc.enable()


def test_hostile_input_costs_time_in_proportion_to_its_length() -> None:
    """Four times the bytes may cost eight times the time, not sixteen: quadratic work would."""
    for unit in (b"x" * 64, b"(" * 64, b'"' * 63 + b" ", b"{1}\r\nx", b"* 1 EXISTS\r\n", b'"\\'):
        stream = b"* 1 X " + unit * (400_000 // len(unit))
        assert seconds(stream * 4, 100) < 8 * max(seconds(stream, 100), 0.02), unit[:10]
