"""After the sign-in: answers cut short, too long, too large, uninvited, contradictory. Nothing half received is ever given."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import SimpleNamespace

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.remote import connection as transport
from teczka.remote.egress import Gate
from teczka.remote.imap import ImapMailbox
from teczka.remote.imap.limits import DEFAULT, Limits
from teczka.remote.types import Credential, FolderStatus
from tests.remote.imap.hostile import CAPABILITIES, HOST, Client, Hostile, Script
from tests.remote.imap.spools import Spools

TIMEOUT = 0.5
SMALL = Limits(literal=4096, spool_above=1024, response=8192, search=8192, uids=1000, answer=8192, responses=100)


def body(uid: int, text: bytes = b"Subject: x\r\n\r\nbody\r\n", size: int | None = None) -> bytes:
    told = len(text) if size is None else size
    head = b'* %d FETCH (UID %d FLAGS (\\Seen) INTERNALDATE " 5-Nov-2026 10:00:00 +0100" RFC822.SIZE %d BODY[] {%d}\r\n'
    return head % (uid, uid, told, told) + text + b")\r\n"


def fetch(answer: bytes, ending: bytes = b"OK done") -> Script:
    """Opened, and then this answer to the first UID FETCH."""

    def script(client: Client) -> None:
        client.opened()
        client.expect("UID FETCH", answer, ending)
        client.wait_for_goodbye()

    return script


@contextmanager
def mailbox(script: Script, limits: Limits = SMALL, spool: Spools | None = None) -> Iterator[ImapMailbox]:
    with Hostile(script) as hostile:
        connected = ImapMailbox.connect(
            hostile.server(),
            Credential("anna", "sekret"),
            Gate.parse(HOST),
            spool=spool or Spools(),
            timeout=TIMEOUT,
            limits=limits,
        )
        yield connected
        connected._drop()


def given(script: Script, spool: Spools | None = None, limits: Limits = SMALL) -> tuple[list[int], Trouble | None]:
    """The UIDs that `messages([1, 2, 3])` gave, and what it ended with."""
    uids = []
    start = time.monotonic()
    with mailbox(script, limits, spool) as remote:
        remote.open(b"INBOX")
        try:
            for message in remote.messages([1, 2, 3]):
                assert isinstance(message.body, bytes | bytearray)
                uids.append(message.uid)
        except Problem as problem:
            return uids, problem.trouble
        finally:
            assert time.monotonic() - start < TIMEOUT * 2 + 1
    return uids, None


def test_whole_messages_are_given() -> None:
    assert given(fetch(body(1) + body(2) + body(3))) == ([1, 2, 3], None)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (body(2)[:-10], Trouble.SERVER_SILENT),
        (body(2, size=5000), Trouble.SERVER_LIMIT),
        (body(2, size=99_999_999_999), Trouble.SERVER_LIMIT),
        (body(2, size=10**30), Trouble.SERVER_LIMIT),
        (body(2, size=60), Trouble.SERVER_SILENT),
        (body(2, size=9), Trouble.SERVER_GARBAGE),
        (b"* 2 FETCH (UID 2 BODY[] {}\r\nxx)\r\n", Trouble.SERVER_GARBAGE),
        (b"* 2 FETCH (UID 2 BODY[] {-1}\r\nxx)\r\n", Trouble.SERVER_GARBAGE),
        (b'* 2 FETCH (UID 2 BODY[] "no end)\r\n', Trouble.SERVER_GARBAGE),
        (b"* 2 FETCH (UID 2 BODY[] {3}\r\nabcX-MORE words)\r\n", Trouble.SERVER_GARBAGE),
        (b"* 2 FETCH (UID 2 BODY[] (1 2))\r\n", Trouble.SERVER_GARBAGE),
        (b"* 2 FETCH (UID two BODY[] {1}\r\nx)\r\n", Trouble.SERVER_GARBAGE),
        (b"* 2 FETCH (UID 2 FLAGS\n", Trouble.SERVER_GARBAGE),
        (b"* 2 FETCH " + b"(" * 100 + b"\r\n", Trouble.SERVER_GARBAGE),
        (b"* 2 FETCH (" + b"x " * 10_000 + b")\r\n", Trouble.SERVER_LIMIT),
        (b"* 2 FETCH (X {9000}\r\n", Trouble.SERVER_LIMIT),
        (b"* 5 EXISTS\r\n" * 200, Trouble.SERVER_LIMIT),
        (b"* BYE shutting down\r\n", Trouble.SERVER_CLOSED),
        (b"* BYE Session expired, please login again\r\n", Trouble.SERVER_BUSY),
        (b"what?\r\n", Trouble.SERVER_GARBAGE),
        (b"\r\n", Trouble.SERVER_GARBAGE),
        (b"\x80\x81\xff\r\n", Trouble.SERVER_GARBAGE),
    ],
)
def test_what_came_whole_before_a_fault_is_given_and_nothing_else(last: bytes, expected: Trouble) -> None:
    script = fetch(body(1) + last) if expected is not Trouble.SERVER_SILENT else waiting(body(1) + last)
    assert given(script) == ([1], expected)


def waiting(answer: bytes) -> Script:
    def script(client: Client) -> None:
        client.opened()
        client.command()
        client.send(answer)
        client.wait_for_goodbye()

    return script


def test_a_literal_cut_short_is_never_yielded() -> None:
    def script(client: Client) -> None:
        client.opened()
        client.command()
        client.send(body(1) + body(2)[:-12])

    assert given(script) == ([1], Trouble.SERVER_CLOSED)


def test_a_trickle_of_bytes_is_not_an_answer() -> None:
    def script(client: Client) -> None:
        client.opened()
        client.command()
        client.sock.settimeout(TIMEOUT / 5)
        for byte in body(1) * 100:
            client.send(bytes([byte]))
            try:
                client.sock.recv(1)
            except TimeoutError:
                continue
            return

    assert given(script) == ([], Trouble.SERVER_SILENT)


def test_the_rest_of_an_answer_gathers_for_a_moment_and_what_comes_whole_waits_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments: list[float] = []
    gathering = Event()

    def sleep(seconds: float) -> None:
        moments.append(seconds)
        gathering.set()

    def script(client: Client) -> None:
        client.opened()
        client.command()
        client.send(body(1)[:-12])
        assert gathering.wait(20)
        client.send(body(1)[-12:])
        client.ok()
        client.wait_for_goodbye()

    monkeypatch.setattr(transport, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    with mailbox(script) as remote:
        remote.open(b"INBOX")
        assert not moments
        assert [message.uid for message in remote.messages([1])] == [1]
    assert moments == [transport.MOMENT]


def test_a_large_message_goes_to_the_spool_and_is_dropped_where_it_breaks() -> None:
    spools = Spools()
    large = b"z" * 3000
    with mailbox(fetch(body(1, large) + body(2, large)[:-700]), spool=spools) as remote:
        remote.open(b"INBOX")
        messages = remote.messages([1, 2, 3])
        assert next(messages).body is spools.made[0]
        with pytest.raises(Problem):
            next(messages)
    assert (bytes(spools.made[0].data), spools.made[0].announced, spools.made[0].discarded) == (large, 3000, False)
    assert spools.made[1].discarded


def test_a_large_message_that_nobody_asked_for_is_dropped() -> None:
    spools = Spools()
    assert given(fetch(body(8, b"z" * 3000) + body(1)), spools) == ([1], None)
    assert [spool.discarded for spool in spools.made] == [True]


def test_a_second_message_in_one_answer_is_not_kept_beside_the_first() -> None:
    answer = b"* 1 FETCH (UID 1 BODY[] {4000}\r\n" + b"z" * 4000 + b" BODY[] {4000}\r\n" + b"z" * 4000
    spools = Spools()
    assert given(fetch(answer + b" BODY[] {4500}\r\n"), spools) == ([], Trouble.SERVER_LIMIT)
    assert [spool.discarded for spool in spools.made] == [True]


@pytest.mark.parametrize(
    "uninvited",
    [
        body(99),
        body(0),
        body(1),
        b"* 2 FETCH (FLAGS (\\Seen))\r\n",
        b"* 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (7))\r\n",
        b"* 17 EXISTS\r\n* 1 RECENT\r\n",
        b"* 3 EXPUNGE\r\n",
        b"* VANISHED 1:2\r\n",
        b'* LIST () "/" Injected\r\n',
        b"* OK Still here {5}\r\n",
        b"* NO [ALERT] disk {3}\r\n",
        b'* 2 FETCH (UID 2 RFC822.SIZE 7 INTERNALDATE "x" BODY[] NIL)\r\n',
        b'* 2 FETCH (UID 2 RFC822.SIZE 7 INTERNALDATE "x" BODY[] "")\r\n',
        b'* 2 FETCH (UID 2 RFC822.SIZE 7 INTERNALDATE "x" BODY[] {0}\r\n)\r\n',
    ],
)
def test_an_uninvited_or_hollow_answer_in_the_middle_is_nobody_s(uninvited: bytes) -> None:
    assert given(fetch(body(1) + uninvited + body(3))) == ([1, 3], None)


def test_an_empty_message_is_a_message() -> None:
    assert given(fetch(body(1, b"") + b'* 2 FETCH (UID 2 RFC822.SIZE 0 INTERNALDATE "x" BODY[] NIL)\r\n')) == (
        [1, 2],
        None,
    )


def test_ok_without_data_gives_nothing() -> None:
    assert given(fetch(b"")) == ([], None)


def test_a_tagged_ok_without_text_is_an_ok() -> None:
    assert given(fetch(body(1), b"OK")) == ([1], None)


def test_expunged_in_the_meantime_is_no_failure() -> None:
    assert given(fetch(body(1), b"NO [EXPUNGEISSUED] some are gone")) == ([1], None)


def test_a_refused_fetch_keeps_the_connection() -> None:
    def script(client: Client) -> None:
        client.opened()
        client.expect("UID FETCH", body(1), b"NO cannot read message 2")
        client.expect("NOOP")
        client.expect("STATUS", b"* STATUS INBOX (UIDVALIDITY 7 UIDNEXT 9 MESSAGES 3)\r\n")
        client.expect("LOGOUT", b"* BYE see you\r\n")

    with mailbox(script) as remote:
        remote.open(b"INBOX")
        with pytest.raises(Problem) as caught:
            list(remote.messages([1, 2]))
        assert caught.value.trouble is Trouble.FOLDER_REFUSED
        assert remote.status(b"INBOX").messages == 3
        remote.close()


def test_messages_left_in_the_middle_are_heard_out_before_the_next_command() -> None:
    def script(client: Client) -> None:
        client.opened()
        client.expect("UID FETCH", body(1) + body(2) + body(3))
        client.expect("UID SEARCH", b"* SEARCH 3 1\r\n")
        client.expect("LOGOUT")

    with mailbox(script) as remote:
        remote.open(b"INBOX")
        assert next(remote.messages([1, 2, 3])).uid == 1
        assert remote.uids() == [1, 3]
        remote.close()


def test_commands_are_in_flight_four_at_a_time() -> None:
    def script(client: Client) -> None:
        client.opened()
        tags = []
        for _ in range(4):
            assert client.command().startswith(b"UID FETCH ")
            tags.append(client.tag)
        client.send(body(1))
        for tag in tags:
            client.send(tag + b" OK done\r\n")
        client.wait_for_goodbye()

    with mailbox(script) as remote:
        remote.open(b"INBOX")
        assert [message.uid for message in remote.messages(list(range(1, 401)))] == [1]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"* SEARCH 2 0 1 1 7\r\n", [1, 2, 7]),
        (b"* SEARCH\r\n", []),
        (b"", []),
        (b"* SEARCH 1 (MODSEQ 9)\r\n", [1]),
        (b'* ESEARCH (TAG "T3") UID ALL 5,1:3\r\n', [1, 2, 3, 5]),
        (b'* ESEARCH (TAG "T3") UID\r\n', []),
        (b"* SEARCH 1 x\r\n", Trouble.SERVER_GARBAGE),
        (b"* SEARCH {3}\r\n1 2\r\n", Trouble.SERVER_GARBAGE),
        (b'* ESEARCH (TAG "T3") UID ALL 1:\r\n', Trouble.SERVER_GARBAGE),
        (b'* ESEARCH (TAG "T3") UID ALL 1:4294967295\r\n', Trouble.SERVER_LIMIT),
        (b"* SEARCH " + b"1 " * 5000 + b"\r\n", Trouble.SERVER_LIMIT),
        (b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 1200)) + b"\r\n", Trouble.SERVER_LIMIT),
        (b"* SEARCH" + b" 7" * 1200 + b"\r\n", Trouble.SERVER_LIMIT),
        (b"* ESEARCH UID ALL 1:1000\r\n", [*range(1, 1001)]),
        (b"* ESEARCH UID ALL 1:600,1:600\r\n", Trouble.SERVER_LIMIT),
        (b"* ESEARCH UID ALL 7" + b",7" * 1200 + b"\r\n", Trouble.SERVER_LIMIT),
        (b"* ESEARCH UID ALL 1:600\r\n* SEARCH" + b" 7" * 600 + b"\r\n", Trouble.SERVER_LIMIT),
        (b"* SEARCH 1 4294967296\r\n", Trouble.SERVER_GARBAGE),
        (b"* ESEARCH UID ALL 1,4294967296\r\n", Trouble.SERVER_GARBAGE),
    ],
)
def test_search_results_of_every_kind(answer: bytes, expected: list[int] | Trouble) -> None:
    def script(client: Client) -> None:
        client.opened(capabilities=CAPABILITIES + " ESEARCH")
        client.expect("UID SEARCH RETURN (ALL) ALL", answer)
        client.wait_for_goodbye()

    with mailbox(script) as remote:
        remote.open(b"INBOX")
        if isinstance(expected, list):
            assert remote.uids() == expected
        else:
            with pytest.raises(Problem) as caught:
                remote.uids()
            assert caught.value.trouble is expected


def test_of_many_folders_what_is_told_is_taken_and_the_others_are_asked_for_by_themselves() -> None:
    item = b"(UIDVALIDITY 5 UIDNEXT 7 MESSAGES 2)"

    def script(client: Client) -> None:
        client.opened()
        told = {
            b'STATUS "a"': (b"* STATUS {1}\r\na " + item + b"\r\n* STATUS foreign " + item + b"\r\n", b"OK done"),
            b'STATUS "b"': (b"", b"NO [NOPERM] yours it is not"),
            b'STATUS "c"': (b"* STATUS c (UIDVALIDITY 0 MESSAGES 2)\r\n", b"OK done"),
            b'STATUS "d"': (b"* STATUS d (UIDVALIDITY 1 UIDNEXT 9 MESSAGES 1001)\r\n", b"OK done"),
        }
        commands = []
        for _ in told:  # they are all there before one is answered
            command = client.command()
            commands.append((client.tag, command.split(b" (")[0]))
        for client.tag, command in reversed(commands):
            client.ok(*told[command])
        client.expect("STATUS", b"* STATUS b " + item + b"\r\n")
        client.wait_for_goodbye()

    with mailbox(script) as remote:
        remote.open(b"INBOX")
        long, eight_bit, unsendable = b"x" * 300, b"\xe9", b"a\r\nX1 EXPUNGE"
        names = [b"a", b"b", b"c", b"d", b"INBOX", long, eight_bit, unsendable]
        assert remote.statuses(names) == {b"a": FolderStatus(5, 7, 2, None)}
        assert remote.status(b"b") == FolderStatus(5, 7, 2, None)


def test_a_server_that_answers_without_end_is_not_heard_out() -> None:
    def asked_for_many(client: Client) -> None:
        client.opened()
        while True:
            client.send(b"* OK Still here\r\n" * 50)

    def left_in_the_middle(client: Client) -> None:
        client.opened()
        client.command()
        client.send(body(1))
        while True:
            client.send(body(2))

    def leave(remote: ImapMailbox) -> None:
        assert next(remote.messages([1, 2])).uid == 1
        remote.uids()

    for script, ask in ((asked_for_many, lambda remote: remote.statuses([b"a", b"b"])), (left_in_the_middle, leave)):
        with mailbox(script) as remote:
            remote.open(b"INBOX")
            with pytest.raises(Problem) as caught:
                ask(remote)
            assert caught.value.trouble is Trouble.SERVER_LIMIT


@pytest.mark.parametrize("name", [b"a\r\nX1 EXPUNGE", b"a\n", b"a\0"])
def test_a_folder_whose_name_could_end_the_line_is_listed_but_never_sent(name: bytes) -> None:
    def script(client: Client) -> None:
        client.signed_in()
        client.expect("LIST", b'* LIST () "/" {%d}\r\n%s\r\n' % (len(name), name))
        client.expect("LOGOUT")

    verbs: list[Callable[[ImapMailbox, bytes], object]] = [ImapMailbox.open, ImapMailbox.status]
    with mailbox(script) as remote:
        (folder,) = remote.folders()
        assert folder.name == name
        assert folder.path.isprintable()
        for verb in verbs:
            with pytest.raises(Problem) as caught:
                verb(remote, folder.name)
            assert caught.value.trouble is Trouble.FOLDER_REFUSED
        remote.close()


def test_the_inbox_is_one_however_its_name_is_written() -> None:
    def script(client: Client) -> None:
        client.signed_in()
        client.expect("LIST", b'* LIST () "/" Inbox\r\n* LIST () "/" inBOX\r\n* LIST () "/" Inbox/Akta\r\n')
        client.expect("LOGOUT")

    with mailbox(script) as remote:
        assert [(one.name, one.path) for one in remote.folders()] == [
            (b"INBOX", "INBOX"),
            (b"Inbox/Akta", "Inbox/Akta"),
        ]
        remote.close()


def test_a_folder_s_name_longer_than_any_is_told_whole_and_shown_by_its_beginning() -> None:
    name, attributes = b"&" * 300_000, b"\\Sent " + b" ".join(b"x%d" % number for number in range(10_000))

    def script(client: Client) -> None:
        client.signed_in()
        client.expect("LIST", b"* LIST (" + attributes + b') "/" ' + name + b"\r\n")
        client.expect("LOGOUT")

    with mailbox(script, DEFAULT) as remote:
        (folder,) = remote.folders()
        remote.close()
    assert folder.name == name
    assert len(folder.path) < 5000
    assert folder.path.startswith("&" * 60)
    assert "\\sent" in folder.attributes
    assert len(folder.attributes) == 100


def test_of_capabilities_without_end_the_first_are_believed() -> None:
    def script(client: Client) -> None:
        told = " ".join(f"X{number}" for number in range(5_000))
        client.signed_in(f"{CAPABILITIES} UIDPLUS {'X' * 1000} {told}")
        client.expect("LOGOUT")

    with mailbox(script, DEFAULT) as remote:
        assert len(remote.capabilities) < 200
        assert {"IDLE", "UIDPLUS", "X1"} < remote.capabilities
        assert max(map(len, remote.capabilities)) < 100
        remote.close()


def test_a_folder_that_keeps_more_flags_than_can_be_is_taken_for_one_that_keeps_all() -> None:
    def script(client: Client) -> None:
        client.signed_in()
        told = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [PERMANENTFLAGS (" + b"x " * 50_000 + b")] .\r\n"
        client.expect("SELECT", told)
        client.expect("LOGOUT")

    with mailbox(script, DEFAULT) as remote:
        assert remote.select(b"INBOX").keeps is None
        remote.close()


def test_a_uidvalidity_of_milliseconds_is_the_same_however_it_is_told() -> None:
    told = 1_790_000_000_123

    def script(client: Client) -> None:
        client.signed_in()
        client.expect("STATUS", b"* STATUS INBOX (UIDVALIDITY %d UIDNEXT 9 MESSAGES 3)\r\n" % told)
        client.expect("SELECT", b"* 3 EXISTS\r\n* OK [UIDVALIDITY %d] .\r\n* OK [UIDNEXT 9] .\r\n" % told)
        client.expect("LOGOUT")

    with mailbox(script) as remote:
        assert remote.status(b"INBOX").uidvalidity == remote.select(b"INBOX").uidvalidity == told % 2**32
        remote.close()


@pytest.mark.parametrize(
    ("verb", "answer", "ending", "expected"),
    [
        ("LIST", b"", b"BAD what", Trouble.SERVER_GARBAGE),
        ("LIST", b"* LIST Sent\r\n", b"OK", Trouble.SERVER_GARBAGE),
        ("LIST", b"* LIST (\\Sent\r\n", b"OK", Trouble.SERVER_GARBAGE),
        ("LIST", b'* LIST () "/" f\r\n' * 200, b"OK", Trouble.SERVER_LIMIT),
        (
            "LIST",
            b'* LIST () "/" ' + b"f" * 7000 + b'\r\n* LIST () "/" ' + b"g" * 7000 + b"\r\n",
            b"OK",
            Trouble.SERVER_LIMIT,
        ),
        ("STATUS", b"", b"OK", Trouble.SERVER_GARBAGE),
        ("STATUS", b"* STATUS INBOX (MESSAGES 1)\r\n", b"OK", Trouble.SERVER_GARBAGE),
        ("STATUS", b"* STATUS INBOX (MESSAGES 1 UIDVALIDITY x)\r\n", b"OK", Trouble.SERVER_GARBAGE),
        ("LIST", b"* LIST " + b"{0}\r\n" * 100 + b"\r\n", b"OK", Trouble.SERVER_LIMIT),
        ("LIST", (b"* X " + b"{0}\r\n" * 10 + b"\r\n") * 10, b"OK", Trouble.SERVER_LIMIT),
        ("STATUS", b"* STATUS INBOX (MESSAGES 1 UIDVALIDITY 4294967296)\r\n", b"OK", Trouble.SERVER_GARBAGE),
        (
            "STATUS",
            b"* STATUS INBOX (MESSAGES 1 UIDVALIDITY 1 UIDNEXT 4294967296)\r\n",
            b"OK",
            Trouble.SERVER_GARBAGE,
        ),
        ("STATUS", b"", b"NO [NONEXISTENT] gone", Trouble.FOLDER_REFUSED),
        ("STATUS", b"", b"NO [THROTTLED] slow down", Trouble.SERVER_BUSY),
        ("STATUS", b"", b"NO [SERVERBUG] Internal error", Trouble.FOLDER_BUSY),
        ("EXAMINE", b"", b"NO [INUSE] locked", Trouble.FOLDER_BUSY),
        ("EXAMINE", b"", b"OK", Trouble.SERVER_GARBAGE),
        ("EXAMINE", b"* 3 EXISTS\r\n", b"OK", Trouble.SERVER_GARBAGE),
        ("EXAMINE", b"* 3 EXISTS\r\n* OK [UIDVALIDITY 4294967296] .\r\n", b"OK", Trouble.SERVER_GARBAGE),
        (
            "EXAMINE",
            b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 9223372036854775807] .\r\n",
            b"OK",
            Trouble.SERVER_GARBAGE,
        ),
        ("EXAMINE", (b"* OK [X " + b"x" * 4000 + b"] .\r\n") * 3, b"OK", Trouble.SERVER_LIMIT),
        ("EXAMINE", b"", b"NO such folder", Trouble.FOLDER_REFUSED),
    ],
)
def test_answers_that_make_no_sense(verb: str, answer: bytes, ending: bytes, expected: Trouble) -> None:
    def script(client: Client) -> None:
        client.signed_in()
        client.expect(verb, answer, ending)
        client.wait_for_goodbye()

    acts: dict[str, Callable[[ImapMailbox], object]] = {
        "LIST": ImapMailbox.folders,
        "STATUS": lambda remote: remote.status(b"INBOX"),
        "EXAMINE": lambda remote: remote.open(b"INBOX"),
    }
    with mailbox(script) as remote, pytest.raises(Problem) as caught:
        acts[verb](remote)
    assert caught.value.trouble is expected


def test_a_closed_connection_says_so_and_closes_twice() -> None:
    with mailbox(Client.signed_in) as remote:
        for _ in range(2):
            with pytest.raises(Problem) as caught:
                remote.folders()
            assert caught.value.trouble is Trouble.SERVER_CLOSED
        remote.close()
        remote.close()
