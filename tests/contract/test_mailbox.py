"""The promises of `remote.types.RemoteMailbox`, kept against a real Dovecot and against the demo's server alike."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import trustme

from teczka.core.errors import Problem, Trouble
from teczka.remote.demo.servers import HOST
from teczka.remote.egress import Gate
from teczka.remote.imap import Change, ImapMailbox, watch
from teczka.remote.types import Credential, Envelope, RemoteMailbox, RemoteMessage, Security
from tests.contract.worlds import DemoWorld, DovecotWorld, World, demo_servers, wire
from tests.dovecot.server import Dovecot
from tests.remote.imap.spools import MemorySpool

NOON = datetime(2026, 3, 2, 12, 0, 5, tzinfo=timezone(timedelta(hours=1)))
Connect = Callable[..., RemoteMailbox]


def letter(number: int = 1, body: bytes = b"Dzie\xc5\x84 dobry\r\n") -> bytes:
    lines = [
        f"Message-ID: <{number}@klient.example>",
        "Date: Mon, 2 Mar 2026 12:00:00 +0100",
        'From: "Nowak, Jan" <jan@klient.example>',
        "To: Anna <anna@kancelaria.example>, ola@kancelaria.example",
        "Cc: =?utf-8?q?=C5=BBaneta?= <zaneta@sad.example>",
        f"Subject: =?utf-8?q?Za=C5=BCalenie?= {number}",
    ]
    return "".join(line + "\r\n" for line in lines).encode("ascii") + b"\r\n" + body


def demo_world(security: Security) -> tuple[DemoWorld, Callable[[], None]]:
    context, pem = None, ""
    if security is not Security.PLAIN:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST).configure_cert(context)
        pem = authority.cert_pem.bytes().decode("ascii")
    servers, server = demo_servers(security, context, pem)
    return DemoWorld(servers, server, "anna@kancelaria.example"), servers.stop


@pytest.fixture(params=["dovecot", "demo"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[Security.PLAIN])
def world(kind: str, request: pytest.FixtureRequest) -> Iterator[World]:
    if kind == "dovecot":
        server: Dovecot = request.getfixturevalue("dovecot")
        yield DovecotWorld(server, request.param)
        return
    made, stop = demo_world(request.param)
    yield made
    stop()


@pytest.fixture
def connect(world: World) -> Iterator[Connect]:
    opened: list[RemoteMailbox] = []

    def make(credential: Credential | None = None) -> RemoteMailbox:
        gate = Gate.parse(f"{HOST}:{world.server.port}")
        opened.append(
            ImapMailbox.connect(world.server, credential or world.credential, gate, spool=MemorySpool, timeout=20)
        )
        return opened[-1]

    yield make
    for mailbox in opened:
        mailbox.close()


def bodies(messages: Iterator[RemoteMessage]) -> dict[int, bytes]:
    return {message.uid: bytes(message.body) for message in messages if isinstance(message.body, (bytes, bytearray))}


@pytest.mark.parametrize("world", [Security.TLS, Security.STARTTLS, Security.PLAIN], indirect=True)
def test_mail_comes_through_whatever_the_security(world: World, connect: Connect) -> None:
    world.deliver(letter(), NOON)
    mailbox = connect()
    mailbox.open(b"INBOX")
    assert bodies(mailbox.messages([1])) == {1: letter()}


def test_a_wrong_password_is_refused_as_such(world: World, connect: Connect) -> None:
    with pytest.raises(Problem) as refused:
        connect(Credential(world.credential.username, "nie to hasło"))
    assert refused.value.trouble is Trouble.SIGNIN_REFUSED


def test_folders_are_told_by_wire_name_path_and_use(world: World, connect: Connect) -> None:
    nested = wire("Sprawy", "Żak & syn", delimiter=world.delimiter)
    world.create(nested)
    folders = {folder.name: folder for folder in connect().folders()}
    assert folders[nested.encode()].path == f"Sprawy{world.delimiter}Żak & syn"
    assert folders[nested.encode()].delimiter == world.delimiter
    assert folders[b"INBOX"].selectable
    assert sum("\\sent" in folder.attributes for folder in folders.values()) == 1


def test_status_tells_of_change_without_opening(world: World, connect: Connect) -> None:
    mailbox = connect()
    before = mailbox.status(b"INBOX")
    world.deliver(letter(), NOON)
    after = mailbox.status(b"INBOX")
    assert (before.messages, after.messages) == (0, 1)
    assert after.uidvalidity == before.uidvalidity
    assert (before.uidnext, after.uidnext) == (1, 2)
    assert (after.highestmodseq or 0) > (before.highestmodseq or 0)
    assert mailbox.open(b"INBOX") == after


def test_a_folder_that_is_not_there_leaves_the_connection_usable(world: World, connect: Connect) -> None:
    mailbox = connect()
    for ask in (mailbox.open, mailbox.status):
        with pytest.raises(Problem) as missing:
            ask(b"Nie ma")
        assert missing.value.trouble.step == "folder"
    assert mailbox.open(b"INBOX").messages == 0


def test_uids_ascend_and_start_where_asked(world: World, connect: Connect) -> None:
    for number in range(5):
        world.deliver(letter(number), NOON)
    world.expunge(3)
    mailbox = connect()
    mailbox.open(b"INBOX")
    assert mailbox.uids() == [1, 2, 4, 5]
    assert mailbox.uids(lowest=4) == [4, 5]
    assert mailbox.uids(lowest=6) == []


def test_an_empty_folder_has_nothing_and_says_so(world: World, connect: Connect) -> None:
    mailbox = connect()
    mailbox.open(b"INBOX")
    assert mailbox.uids() == []
    assert list(mailbox.flags()) == []
    assert list(mailbox.messages([1, 2])) == []
    assert list(mailbox.summaries([])) == []


def test_flags_of_all_of_some_and_of_the_changed(world: World, connect: Connect) -> None:
    for number in range(3):
        world.deliver(letter(number), NOON, flags="\\Seen" if number else "")
    mailbox = connect()
    opened = mailbox.open(b"INBOX")
    assert {told.uid: told.flags - {"\\Recent"} for told in mailbox.flags()} == {
        1: frozenset(),
        2: {"\\Seen"},
        3: {"\\Seen"},
    }
    assert [told.uid for told in mailbox.flags([2, 9])] == [2]
    world.set_flags(3, "\\Flagged $Pilne")
    mailbox.open(b"INBOX")  # a server may tell what others did only to those who open or ask anew
    changed = list(mailbox.flags(changed_since=opened.highestmodseq))
    assert [(told.uid, told.flags - {"\\Recent"}) for told in changed] == [(3, frozenset({"\\Flagged", "$Pilne"}))]
    assert (changed[0].modseq or 0) > (opened.highestmodseq or 0)


def test_a_summary_identifies_a_message_without_its_bytes(world: World, connect: Connect) -> None:
    world.deliver(letter(7), NOON, flags="\\Answered")
    mailbox = connect()
    mailbox.open(b"INBOX")
    (told,) = mailbox.summaries([1])
    assert (told.uid, told.size, told.internaldate) == (1, len(letter(7)), NOON)
    assert told.flags - {"\\Recent"} == {"\\Answered"}
    assert told.envelope == Envelope(
        date=b"Mon, 2 Mar 2026 12:00:00 +0100",
        subject=b"=?utf-8?q?Za=C5=BCalenie?= 7",
        from_=((b"Nowak, Jan", b"jan@klient.example"),),
        to=((b"Anna", b"anna@kancelaria.example"), (b"", b"ola@kancelaria.example")),
        cc=((b"=?utf-8?q?=C5=BBaneta?=", b"zaneta@sad.example"),),
        in_reply_to=b"",
        message_id=b"<7@klient.example>",
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x80\r\n", b") OK\r\n* 1 FETCH (UID 9)\r\n{5}\r\n", b"bez konca linii", b"x" * 300_000 + b"\r\n"],
    ids=["empty", "eight bit", "looks like IMAP", "no last line end", "one long line"],
)
def test_a_body_is_the_servers_bytes_and_no_others(world: World, connect: Connect, body: bytes) -> None:
    world.deliver(letter(1, body), NOON)
    mailbox = connect()
    mailbox.open(b"INBOX")
    (message,) = mailbox.messages([1])
    assert bytes(message.body) == letter(1, body)  # type: ignore[arg-type]
    assert (message.size, message.internaldate) == (len(letter(1, body)), NOON.astimezone(UTC))


def test_many_messages_come_in_pipelined_chunks_each_once(world: World, connect: Connect) -> None:
    for number in range(130):
        world.deliver(letter(number), NOON)
    mailbox = connect()
    mailbox.open(b"INBOX")
    wanted = list(range(130, 0, -1))
    got = list(mailbox.messages(wanted, envelopes=True))
    assert sorted(message.uid for message in got) == sorted(wanted)
    assert got[0].uid > 30  # newest first, chunk by chunk
    assert all(
        message.envelope and message.envelope.message_id == b"<%d@klient.example>" % (message.uid - 1)
        for message in got
    )


def test_a_message_that_is_gone_is_left_out(world: World, connect: Connect) -> None:
    for number in range(3):
        world.deliver(letter(number), NOON)
    mailbox = connect()
    mailbox.open(b"INBOX")
    world.expunge(2)
    assert sorted(bodies(mailbox.messages([1, 2, 3, 77]))) in (
        [1, 3],
        [1, 2, 3],
    )  # RFC 2180 §4.1 lets a server keep it a while
    assert sorted(bodies(connect_again(mailbox, connect).messages([1, 2, 3, 77]))) == [1, 3]


def connect_again(mailbox: RemoteMailbox, connect: Connect) -> RemoteMailbox:
    mailbox.close()
    again = connect()
    again.open(b"INBOX")
    return again


def test_reading_changes_nothing_on_the_server(world: World, connect: Connect) -> None:
    world.deliver(letter(), NOON)
    mailbox = connect()
    before = mailbox.open(b"INBOX")
    list(mailbox.messages([1]))
    list(mailbox.summaries([1]))
    mailbox.close()
    again = connect()
    assert again.open(b"INBOX") == before
    assert [told.flags - {"\\Recent"} for told in again.flags()] == [frozenset()]


def test_a_rebuilt_folder_has_another_uidvalidity(world: World, connect: Connect) -> None:
    world.deliver(letter(), NOON)
    mailbox = connect()
    before = mailbox.open(b"INBOX")
    mailbox.close()
    world.renumber()
    after = connect().open(b"INBOX")
    assert after.uidvalidity != before.uidvalidity
    assert after.messages == 1


def test_a_message_beyond_the_spool_limit_goes_through_the_spool(
    world: World, connect: Connect, tmp_path: Path
) -> None:
    raw = letter(1, b"0123456789abcde\r\n" * 550_000)
    world.deliver(raw, NOON)
    mailbox = connect()
    mailbox.open(b"INBOX")
    (message,) = mailbox.messages([1])
    assert isinstance(message.body, MemorySpool)
    assert (message.body.size, bytes(message.body.data)) == (len(raw), raw)


def test_a_watcher_is_told_at_the_start_and_of_new_mail(world: World) -> None:
    async def watched() -> list[Change]:
        changes = watch(world.server, world.credential, Gate.parse(f"{HOST}:{world.server.port}"), b"INBOX")
        assert isinstance(changes, AsyncGenerator)
        told = [await anext(changes)]
        await asyncio.to_thread(world.deliver, letter(), NOON)
        told.append(await anext(changes))
        await changes.aclose()
        return told

    assert len(asyncio.run(asyncio.wait_for(watched(), 20))) == 2
