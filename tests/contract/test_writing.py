"""What `remote.types.RemoteMailbox` promises of changing a mailbox, kept against a real Dovecot, the demo's server and one in memory."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import NOWHERE
from teczka.remote.demo.servers import HOST
from teczka.remote.egress import Gate
from teczka.remote.imap import ImapMailbox
from teczka.remote.types import RemoteMailbox, Security
from tests.contract.worlds import DemoWorld, DovecotWorld, PlayWorld, World, demo_servers, wire
from tests.dovecot.server import Dovecot
from tests.remote.imap.spools import MemorySpool

NOON = datetime(2026, 3, 2, 12, 0, 5, tzinfo=timezone(timedelta(hours=1)))
Connect = Callable[[], RemoteMailbox]


def letter(number: int = 1, body: bytes = b"Dzie\xc5\x84 dobry\r\n") -> bytes:
    return b"Message-ID: <%d@klient.example>\r\nSubject: Nr %d\r\n\r\n" % (number, number) + body


@pytest.fixture(params=["dovecot", "demo", "memory"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "dovecot":
        server: Dovecot = request.getfixturevalue("dovecot")
        yield DovecotWorld(server, Security.PLAIN)
    elif request.param == "memory":
        yield PlayWorld()
    else:
        servers, place = demo_servers(Security.PLAIN, None, "")
        yield DemoWorld(servers, place, "anna@kancelaria.example")
        servers.stop()


@pytest.fixture
def connect(world: World) -> Iterator[Connect]:
    opened: list[RemoteMailbox] = []

    def make() -> RemoteMailbox:
        if isinstance(world, PlayWorld):
            opened.append(world.connect())
        else:
            gate = Gate.parse(f"{HOST}:{world.server.port}")
            opened.append(ImapMailbox.connect(world.server, world.credential, gate, spool=MemorySpool, timeout=20))
        return opened[-1]

    yield make
    for mailbox in opened:
        mailbox.close()


def there(mailbox: RemoteMailbox, folder: bytes = b"INBOX") -> dict[int, tuple[bytes, frozenset[str]]]:
    """What somebody who comes just now finds: (bytes, flags) by UID."""
    mailbox.open(folder)
    return {
        one.uid: (bytes(one.body), one.flags)
        for one in mailbox.messages(mailbox.uids())
        if isinstance(one.body, bytes | bytearray)
    }


def test_flags_are_added_and_taken_away_and_others_stay(world: World, connect: Connect) -> None:
    for number in range(3):
        world.deliver(letter(number), NOON, flags="\\Flagged $Pilne")
    mailbox = connect()
    mailbox.select(b"INBOX")
    assert mailbox.keeps("$Pilne")
    assert mailbox.keeps("Za&AUI-atwione")
    mailbox.store_flags([1, 3, 9], ["\\Seen", "\\Answered"], add=True)
    mailbox.store_flags([3], ["\\Flagged"], add=False)
    flags = {uid: told for uid, (_, told) in there(connect()).items()}
    assert flags == {
        1: {"\\Flagged", "$Pilne", "\\Seen", "\\Answered"},
        2: {"\\Flagged", "$Pilne"},
        3: {"$Pilne", "\\Seen", "\\Answered"},
    }


def test_a_copy_keeps_bytes_flags_and_date_and_tells_where_it_lies(world: World, connect: Connect) -> None:
    world.create("Sprawy")
    world.deliver(letter(7), NOON, "Sprawy")
    for number in range(3):
        world.deliver(letter(number), NOON, flags="\\Seen")
    mailbox = connect()
    mailbox.select(b"INBOX")
    landed = mailbox.copy([1, 3], b"Sprawy")
    assert (landed.uidvalidity, landed.uids) == (connect().open(b"Sprawy").uidvalidity, {1: 2, 3: 3})
    again = connect()
    assert there(again, b"Sprawy") == {
        1: (letter(7), frozenset()),
        2: (letter(0), {"\\Seen"}),
        3: (letter(2), {"\\Seen"}),
    }
    assert {told.internaldate for told in again.summaries([2, 3])} == {NOON.astimezone(UTC)}
    assert list(there(again)) == [1, 2, 3]


def test_a_move_takes_what_is_there_and_no_other(world: World, connect: Connect) -> None:
    world.create("Sprawy")
    for number in range(4):
        world.deliver(letter(number), NOON)
    mailbox = connect()
    mailbox.select(b"INBOX")
    assert mailbox.moves
    landed = mailbox.move([4, 2, 77], b"Sprawy")
    assert landed.uids == {2: 1, 4: 2}
    assert list(there(connect())) == [1, 3]
    assert [raw for raw, _ in there(connect(), b"Sprawy").values()] == [letter(1), letter(3)]


def test_what_is_not_there_any_more_is_nobodys_trouble(world: World, connect: Connect) -> None:
    world.create("Sprawy")
    world.deliver(letter(), NOON)
    mailbox = connect()
    mailbox.select(b"INBOX")
    assert mailbox.copy([5, 6], b"Sprawy") == mailbox.move([5], b"Sprawy") == NOWHERE
    mailbox.store_flags([5], ["\\Deleted"], add=True)
    mailbox.expunge([5])
    assert list(there(connect())) == [1]


def test_an_expunge_removes_only_what_it_names_and_only_what_is_marked(world: World, connect: Connect) -> None:
    """Another program's mark stays a mark, also when this connection ends (P3)."""
    for number in range(4):
        world.deliver(letter(number), NOON, flags="\\Deleted" if number == 0 else "")
    mailbox = connect()
    mailbox.select(b"INBOX")
    mailbox.store_flags([2], ["\\Deleted"], add=True)
    mailbox.expunge([2, 3])
    mailbox.close()
    left = there(connect())
    assert list(left) == [1, 3, 4]
    assert left[1][1] == {"\\Deleted"}


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x80\r\n", b") OK\r\nT1 LOGOUT\r\n{5}\r\n", "zażółć".encode() * 20_000],
    ids=["empty", "eight bit", "looks like IMAP", "large"],
)
def test_an_appended_message_is_our_bytes_and_no_others(world: World, connect: Connect, body: bytes) -> None:
    mailbox = connect()
    raw = letter(1, body)
    landed = mailbox.append(
        b"INBOX", len(raw), (raw[at : at + 1000] for at in range(0, len(raw), 1000)), ["\\Seen"], NOON
    )
    status = connect().open(b"INBOX")
    assert landed == (status.uidvalidity, 1)
    again = connect()
    assert there(again) == {1: (raw, {"\\Seen"})}
    (told,) = again.summaries([1])
    assert told.internaldate == NOON.astimezone(UTC)
    assert mailbox.status(b"INBOX").messages == 1  # and the connection goes on


def test_folders_are_made_renamed_and_removed_whatever_their_names(world: World, connect: Connect) -> None:
    first = wire("Sprawy", "Żak & syn", delimiter=world.delimiter).encode()
    second = wire('Zakończone "2026"', delimiter=world.delimiter).encode()
    mailbox = connect()
    mailbox.create(first)
    mailbox.append(first, len(letter()), [letter()], [], NOON)
    mailbox.rename(first, second)
    named = {folder.name for folder in connect().folders()}
    assert second in named
    assert first not in named
    assert [raw for raw, _ in there(connect(), second).values()] == [letter()]
    mailbox.remove(second)
    assert second not in {folder.name for folder in connect().folders()}


def test_a_refusal_names_its_folder_and_the_connection_goes_on(world: World, connect: Connect) -> None:
    world.deliver(letter(), NOON)
    mailbox = connect()
    mailbox.select(b"INBOX")
    refused: list[Callable[[], object]] = [
        lambda: mailbox.copy([1], b"Nie ma"),
        lambda: mailbox.move([1], b"Nie ma"),
        lambda: mailbox.append(b"Nie ma", 3, [b"abc"], [], NOON),
        lambda: mailbox.rename(b"Nie ma", b"Tym bardziej"),
        lambda: mailbox.remove(b"Nie ma"),
        lambda: mailbox.create(b"INBOX"),
    ]
    for act in refused:
        with pytest.raises(Problem) as caught:
            act()
        assert caught.value.trouble.step == "folder"
        assert caught.value.trouble is not Trouble.FOLDER_BUSY
    assert mailbox.select(b"INBOX").messages == 1


def test_a_paused_stream_ends_early_and_the_connection_goes_on(world: World, connect: Connect) -> None:
    mailbox = connect()
    for number in range(600):
        mailbox.append(b"INBOX", len(letter(number)), [letter(number)], [], NOON)
    mailbox.open(b"INBOX")
    got = [message.uid for message in mailbox.messages(list(range(600, 0, -1)), pause=lambda: True)]
    assert 0 < len(got) < 600
    assert sorted(got) == list(range(601 - len(got), 601))
    rest = [message.uid for message in mailbox.messages([uid for uid in range(600, 0, -1) if uid not in set(got)])]
    assert sorted([*got, *rest]) == list(range(1, 601))
