"""The reader of responses: the same ones come out however the stream is cut, and a message is what was put in."""

import time
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.errors import Problem, Trouble
from teczka.remote.pop3.commands import Want
from teczka.remote.pop3.conversation import Conversation
from teczka.remote.pop3.drop import Listing, entries
from teczka.remote.pop3.limits import Limits
from teczka.remote.pop3.reader import Reader, Response
from teczka.remote.types import Security, Server
from tests.remote.imap.spools import MemorySpool, Spools

HOST = "pop3.example"
LINES = st.lists(
    st.one_of(st.sampled_from([b"", b".", b"..", b".\r", b"+OK", b"-ERR no", b". x", b"..."]), st.binary(max_size=12)),
    max_size=8,
)
BODIES = LINES.map(lambda lines: b"\r\n".join(lines).replace(b"\0", b"0"))
SMALL = Limits(spool_above=20, head=16)


def sent(body: bytes) -> bytes:
    """RFC 1939 §3, by a server that knows a line by its LF."""
    whole = body if not body or body.endswith(b"\r\n") else body + b"\r\n"
    return b"+OK here\r\n" + (b"\n" + whole).replace(b"\n.", b"\n..")[1:] + b".\r\n"


def heard(stream: bytes, cuts: list[int], asked: list[tuple[Want, int]], limits: Limits = SMALL) -> list[Response]:
    reader = Reader(HOST, Spools(), limits)
    for want, size in asked:
        reader.expect(want, size)
    found = []
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    for start, stop in pairwise(edges):
        reader.feed(stream[start:stop])
        while reader.ready:
            response = reader.next()
            assert response is not None
            found.append(response)
    return found


def bytes_of(response: Response) -> bytes:
    return bytes(response.body.data if isinstance(response.body, MemorySpool) else response.body)  # type: ignore[arg-type]


@given(st.lists(BODIES, min_size=1, max_size=4), st.lists(st.integers(0, 10_000), max_size=12), st.data())
def test_messages_come_out_as_they_went_in_however_the_stream_is_cut(
    bodies: list[bytes], cuts: list[int], data: st.DataObject
) -> None:
    told = [data.draw(st.sampled_from([0, len(body), len(body) + 40])) for body in bodies]
    stream = b"".join(map(sent, bodies)) + b"+OK\r\n"
    asked = [*((Want.MESSAGE, size) for size in told), (Want.STATUS, 0)]
    responses = heard(stream, cuts, asked)
    assert len(responses) == len(bodies) + 1
    for body, size, response in zip(bodies, told, responses, strict=False):
        ended = body if not body or body.endswith(b"\r\n") or size == len(body) else body + b"\r\n"
        assert bytes_of(response) == ended
        assert response.content is not None
        assert response.content.length == len(ended)
        assert response.content.digest() in {b"", sha256(ended).digest()}


@given(st.lists(st.integers(0, 400_000), max_size=40), st.sampled_from([b"\r\n", b".\r\n", b"..\r\n", b"x" * 1000]))
def test_large_messages_are_given_on_before_their_end(cuts: list[int], line: bytes) -> None:
    body = line * (300_000 // len(line)) + b"\r\n"
    (response,) = heard(sent(body), cuts, [(Want.MESSAGE, len(body))], Limits(spool_above=10_000))
    assert isinstance(response.body, MemorySpool)
    assert sha256(response.body.data).digest() == sha256(body).digest()


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=6))
def test_anything_is_a_response_or_a_problem(stream: bytes, cuts: list[int]) -> None:
    trouble = Trouble.SERVER_GARBAGE
    try:
        heard(b"+OK\r\n" + stream, cuts, [(Want.MESSAGE, 30), (Want.LINES, 0), (Want.HEAD, 0), (Want.STATUS, 0)])
    except Problem as problem:
        trouble = problem.trouble
    assert trouble in {Trouble.SERVER_GARBAGE, Trouble.SERVER_LIMIT}


def test_the_time_grows_with_the_length_and_not_faster() -> None:
    def seconds(count: int) -> float:
        reader, stream = Reader(HOST), sent(b"..\r\n\r\n" * count)
        reader.expect(Want.MESSAGE, 0)
        began = time.thread_time()
        for start in range(0, len(stream), 1000):
            reader.feed(stream[start : start + 1000])
        assert reader.next() is not None
        return time.thread_time() - began

    seconds(10_000)
    assert seconds(400_000) < 12 * seconds(100_000)


@pytest.mark.parametrize("lines", [100, 200_000], ids=["in memory", "given on before its end"])
@pytest.mark.parametrize("dot", [b".\r\n", b""])
@pytest.mark.parametrize("step", [997, 1 << 18])
def test_a_message_is_whole_whose_lone_line_ends_were_counted_as_two_bytes(lines: int, dot: bytes, step: int) -> None:
    """Each of the dots in it looks like its end."""
    body = (b"x" * 30 + b"\n" + dot) * lines
    reader = Reader(HOST)
    reader.expect(Want.MESSAGE, len(body) + lines)
    stream = b"+OK\r\n" + body + b".\r\n"
    for start in range(0, len(stream), step):
        assert reader.next() is None
        reader.feed(stream[start : start + step])
    response = reader.next()
    assert response is not None
    assert bytes_of(response) == body


def test_a_listing_of_more_lines_than_messages_can_be_is_refused() -> None:
    conversation = Conversation(Server(HOST, 995, Security.TLS), limits=Limits(entries=1000))
    assert len(entries(Listing(1, b"1 7\r\n" + b"?\r\n" * 999, b""), conversation)) == 1
    for end in (b"\n", b"\r", b"\r\n"):
        for told in (Listing(1, (b"?" + end) * 1001, b""), Listing(1, b"", (b"?" + end) * 1001)):
            with pytest.raises(Problem) as refused:
                entries(told, conversation)
            assert refused.value.trouble is Trouble.SERVER_LIMIT


def test_a_message_beyond_the_limit_is_refused_and_its_spool_goes() -> None:
    spools = Spools()
    reader = Reader(HOST, spools, Limits(message=3_000_000, spool_above=100))
    reader.expect(Want.MESSAGE)
    reader.feed(b"+OK\r\n" + b"x" * 4_000_000)
    with pytest.raises(Problem) as refused:
        reader.next()
    assert refused.value.trouble is Trouble.SERVER_LIMIT
    reader.close()
    assert [spool.discarded for spool in spools.made] in ([True], [])


@pytest.mark.parametrize(
    ("want", "stream", "trouble"),
    [
        (Want.STATUS, b"+OK" + b"x" * 9000, Trouble.SERVER_LIMIT),
        (Want.STATUS, b"hello\r\n", Trouble.SERVER_GARBAGE),
        (Want.STATUS, b"* OK IMAP4rev1\r\n", Trouble.SERVER_GARBAGE),
        (Want.STATUS, b"\r\n", Trouble.SERVER_GARBAGE),
        (Want.LINES, b"+OK\r\n" + b"1 x\r\n" * 500_000, Trouble.SERVER_LIMIT),
    ],
)
def test_what_is_no_pop3_or_too_much_is_a_problem(want: Want, stream: bytes, trouble: Trouble) -> None:
    reader = Reader(HOST, limits=Limits(listing=1_000_000))
    reader.expect(want)
    reader.feed(stream)
    with pytest.raises(Problem) as refused:
        reader.next()
    assert refused.value.trouble is trouble


@pytest.mark.parametrize(("stream", "closing"), [(b"-ERR idle too long\r\n", True), (b"+OK surprise\r\n", False)])
def test_an_answer_before_the_question_is_nobody_s(stream: bytes, closing: bool) -> None:
    reader = Reader(HOST)
    reader.feed(stream)
    with pytest.raises(Problem) as refused:
        reader.expect(Want.STATUS)
    assert refused.value.trouble is (Trouble.SERVER_CLOSED if closing else Trouble.SERVER_GARBAGE)


@pytest.mark.parametrize(
    ("end", "whole"),
    [(b"\r\n.\n", True), (b"\r\n.", True), (b".\r\n", True), (b"\r\n", False), (b"", False), (b"..\r\n", False)],
)
def test_a_silent_server_has_given_a_message_only_when_it_is_as_long_as_it_was_told(end: bytes, whole: bool) -> None:
    reader = Reader(HOST)
    body = b"Subject: x\r\n\r\nlast letter"
    reader.expect(Want.MESSAGE, len(body) + (2 if end.startswith(b"\r\n") else 0))
    reader.feed(b"+OK\r\n" + body + end)
    assert reader.settle() is whole
    if whole:
        response = reader.next()
        assert response is not None
        assert bytes_of(response).rstrip(b"\r\n") == body
