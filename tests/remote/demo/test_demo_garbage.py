"""What the demo's IMAP server does with what is no IMAP: a BAD and no harm."""

import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.remote.demo.grammar import Bad, compressed, parse, sequence_set
from teczka.remote.demo.names import from_wire, matches, to_wire
from tests.remote.demo.house import ANNA, House

VERBS = "FETCH,STORE,SEARCH,UID FETCH,UID STORE,UID SEARCH,LIST,STATUS,SELECT,APPEND,COPY,UID MOVE,ID,ENABLE,LSUB,CREATE".split(
    ","
)
WORDS = st.sampled_from([
    "1:*", "0", "*", "1,,2", "INBOX", '"', '"x"', "(", ")", "()", "(FLAGS)", "BODY[]", "BODY[1.2.MIME]", "BODY[HEADER.FIELDS (]",
    "(CHANGEDSINCE -1)", "RETURN", "(ALL)", "NOT", "OR", "{2+}\r\nab", "%" * 9, "\\Seen", "&AB", "99999999999999999999", "ą", "\x00",
])  # fmt: skip


class Wire:
    """A bare connection that says anything and reads up to an answer to its own last tag."""

    def __init__(self, house: House) -> None:
        self._socket = socket.create_connection((house.imap.host, house.imap.port), timeout=10)
        self._file = self._socket.makefile("rb")
        self.line()

    def line(self) -> bytes:
        return self._file.readline()

    def say(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answers(self, probe: bytes = b"probe") -> list[bytes]:
        self.say(probe + b" NOOP\r\n")
        lines = []
        while (line := self.line()) and not line.startswith(probe + b" "):
            lines.append(line)
        assert line == probe + b" OK done\r\n", lines
        return lines

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@pytest.mark.parametrize(
    "line",
    [
        b"a FETCHH 1 FLAGS", b"a FETCH", b"a FETCH 1", b"a FETCH 1 (FLAGS", b"a FETCH 1 FLAGS)", b"a FETCH 1  FLAGS", b"a FETCH x FLAGS",
        b"a FETCH 0 FLAGS", b"a FETCH 7 FLAGS", b"a FETCH 1 BODYSTRUCTURE", b"a UID", b"a UID NOOP", b"a UID FETCH 1 ()", b"a LOGIN x y",
        b"a SEARCH", b"a SEARCH TEXT x", b"a SEARCH (((((", b"a SEARCH NOT", b"a STORE 1 FLAGS", b"a STORE 1 FLAGS (\"x\")", b"a NOOP x",
        b"a STATUS INBOX (KOT)", b"a APPEND INBOX (\\Seen) \"wczoraj\" x", b"a AUTHENTICATE LOGIN", b"a " + b"(" * 50, b"a \xff\xfe", b"a ",
        b"a SELECT \"INBOX", b"a STARTTLS", b"a FETCH 1 (FLAGS) (VANISHED)", b"a SEARCH " + b"NOT " * 50 + b"ALL",
    ],
)  # fmt: skip
def test_nonsense_is_answered_bad_under_its_tag(house: House, line: bytes) -> None:
    house.deliver()
    wire = Wire(house)
    wire.say(b"l LOGIN %s sekret\r\ns SELECT INBOX\r\n" % ANNA.encode())
    wire.answers()
    wire.say(line + b"\r\n")
    assert wire.line().startswith(b"a BAD ")
    wire.answers()
    wire.close()


@pytest.mark.parametrize("line", [b"FETCH 1 FLAGS", b'LIST "" *', b"IDLE", b"ENABLE CONDSTORE", b"CLOSE", b"DELETE x"])
def test_nothing_is_done_before_signing_in(house: House, line: bytes) -> None:
    wire = Wire(house)
    wire.say(b"a " + line + b"\r\n")
    assert wire.line().startswith(b"a BAD ")
    wire.close()


@pytest.mark.parametrize(
    "line", [b"", b"   ", b"a", b"+ x y", b"(a) NOOP", b"\x00\x01 NOOP", b"GET / HTTP/1.1\r\nHost: x"]
)
def test_a_line_without_a_tag_is_answered_untagged(house: House, line: bytes) -> None:
    wire = Wire(house)
    wire.say(line + b"\r\n")
    assert b"BAD" in wire.answers()[0]
    wire.close()


def test_a_literal_beyond_the_limit_is_refused_before_it_is_sent(house: House) -> None:
    wire = Wire(house)
    wire.say(b"a LOGIN {99999999}\r\n")
    assert wire.line() == b"a BAD [TOOBIG] that literal is too large\r\n"
    wire.say(b"b LOGIN {99999999+}\r\n")
    assert wire.line().startswith(b"* BYE")
    assert wire.line() == b""
    wire.close()


def test_a_line_without_end_ends_the_connection(house: House) -> None:
    wire = Wire(house)
    wire.say(b"a LOGIN " + b"x" * 200_000)
    assert wire.line().startswith(b"* BYE")
    wire.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.lists(WORDS, max_size=5)), min_size=1, max_size=6))
def test_no_command_however_odd_breaks_the_server(house: House, commands: list[tuple[str, list[str]]]) -> None:
    wire = Wire(house)
    wire.say(b"l LOGIN %s sekret\r\ns SELECT INBOX\r\n" % ANNA.encode())
    for verb, words in commands:
        wire.say(b"a " + " ".join([verb, *words]).encode() + b"\r\n")
    answers = [line for line in wire.answers() if line.startswith(b"a ")]
    assert len(answers) == len(commands)
    wire.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200).filter(lambda noise: b"{" not in noise))
def test_noise_leaves_the_connection_usable(house: House, noise: bytes) -> None:
    wire = Wire(house)
    wire.say(noise + b"\r\n")
    wire.answers()
    wire.close()


@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.text(alphabet='()"\\ {}[]a1*', max_size=40).map(str.encode)),
        min_size=1,
        max_size=1,
    )
)
def test_the_grammar_raises_nothing_but_bad(pieces: list[bytes]) -> None:
    try:
        parse(pieces)
    except Bad:
        pass


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_name_comes_back_from_the_wire(name: str) -> None:
    assert from_wire(to_wire(name)) == name


@given(st.binary(max_size=30))
def test_a_wire_name_is_read_or_refused(wire: bytes) -> None:
    try:
        from_wire(wire)
    except ValueError:
        pass


@given(st.sets(st.integers(1, 60)))
def test_a_compressed_set_names_the_same_numbers(numbers: set[int]) -> None:
    if numbers:
        values = parse([compressed(sorted(numbers)).encode()])
        assert sequence_set(values[0]).choose(range(1, 61)) == sorted(numbers)


def test_patterns_stop_at_the_delimiter_only_for_the_percent_sign() -> None:
    assert matches("*", "Sprawy.I C 123/24")
    assert not matches("%", "Sprawy.I C 123/24")
    assert matches("Sprawy.%", "Sprawy.I C 123/24")
    assert not matches("Sprawy%x", "Sprawy.x")


def test_a_pattern_of_many_stars_costs_no_more_than_its_length() -> None:
    assert matches("*a" * 30 + "b", "a" * 2000 + "b")
    assert not matches("*a" * 30 + "c", "a" * 2000 + "b")
