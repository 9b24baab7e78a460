"""The promises of `remote.types.RemoteDrop`, kept by both transports against a real server: checked by the standard library's IMAP client
and by the files on its disk."""

import hashlib
import random
from pathlib import Path
from typing import Protocol

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import DropEntry, RemoteMessage
from teczka.remote.types import Credential, RemoteDrop, Security, Server
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.processes import until
from tests.remote.imap.spools import MemorySpool, Spools
from tests.remote.pop3.transports import TRANSPORTS, looked

pytestmark = pytest.mark.dovecot

RAW = (
    b"Received: from a by b; Thu, 05 Nov 2026 10:00:%02d +0100\r\nFrom: Anna <anna@example.pl>\r\nTo: b@example.pl\r\n"
    b"Subject: =?utf-8?q?Pozew_%d?=\r\nMessage-ID: <%d@x>\r\n\r\nTre\xc5\x9b\xc4\x87\r\n"
)


def raw(number: int, rest: bytes = b"") -> bytes:
    return RAW % (number % 60, number, number) + rest


def server(dovecot: Dovecot, security: Security = Security.TLS) -> Server:
    port = dovecot.pop3s_port if security is Security.TLS else dovecot.pop3_port
    return Server(dovecot.host, port, security, "" if security is Security.PLAIN else dovecot.ca_pem)


class Connect(Protocol):
    def __call__(self, mailbox: Mailbox, security: Security = ..., password: str = ...) -> RemoteDrop: ...


@pytest.fixture(params=TRANSPORTS)
def connect(dovecot: Dovecot, request: pytest.FixtureRequest) -> Connect:
    def made(mailbox: Mailbox, security: Security = Security.TLS, password: str = "") -> RemoteDrop:
        credential = Credential(mailbox.username, password or mailbox.password)
        return TRANSPORTS[request.param](server(dovecot, security), credential, 20, spool=Spools())

    return made


def numbered(entries: list[DropEntry]) -> list[tuple[int, DropEntry]]:
    return [(entry.number, entry) for entry in entries]


def bytes_of(message: RemoteMessage) -> bytes:
    return bytes(message.body.data if isinstance(message.body, MemorySpool) else message.body)  # type: ignore[arg-type]


def on_disk(mailbox: Mailbox) -> list[tuple[str, bytes]]:
    """Every file of mail, by its name without its flags: Dovecot marks as read what RETR fetched."""
    files = (path for folder in ("new", "cur") for path in Path(mailbox.maildir / folder).iterdir())
    return sorted((path.name.partition(":")[0], path.read_bytes()) for path in files)


@pytest.mark.parametrize("security", Security)
def test_every_message_comes_byte_for_byte_and_nothing_changes_there(
    connect: Connect, mailbox: Mailbox, security: Security
) -> None:
    random_ = random.Random(7)
    mailbox.deliver_many(
        raw(n, random_.randbytes(random_.randrange(90_000)).translate(None, b"\r\0").replace(b"\n", b"\r\n.")) + b"\r\n"
        for n in range(110)  # without NUL, which Dovecot's IMAP, the oracle, cannot say
    )
    mailbox.append(b"Subject: large\r\n\r\n" + (b"y" * 76 + b"\r\n") * 40_000)
    before, listed = on_disk(mailbox), mailbox.listing(["INBOX"])
    drop = connect(mailbox, security)
    entries = drop.listing()
    got = {message.uid: bytes_of(message) for message in drop.messages(numbered(entries))}
    drop.close()
    assert [hashlib.sha256(got[number]).hexdigest() for number in sorted(got)] == [held.sha256 for held in listed]
    assert [entry.size for entry in entries] == [len(got[entry.number]) for entry in entries]
    assert len({entry.uidl for entry in entries}) == 111
    assert on_disk(mailbox) == before


@pytest.mark.parametrize(
    "rest",
    [b"", b"no line end", b".\r\n", b"..\r\n.", b"\r\n.\r\n", b"\r\n\r\n.\r\n\r\n", b"x" * 300_000, b"a\nb\n.\nc\r\n"],
    ids=["none", "no line end", "dot", "dots", "end", "ends", "one long line", "bare LF"],
)
def test_a_body_is_the_servers_bytes_and_no_others(connect: Connect, mailbox: Mailbox, rest: bytes) -> None:
    mailbox.deliver_many([raw(1, rest), raw(2)])
    drop = connect(mailbox)
    got = [hashlib.sha256(bytes_of(message)).hexdigest() for message in drop.messages(numbered(drop.listing()))]
    drop.close()
    assert got == [held.sha256 for held in mailbox.listing(["INBOX"])]


def test_a_wrong_password_is_refused_as_such(connect: Connect, mailbox: Mailbox) -> None:
    with pytest.raises(Problem) as refused:
        connect(mailbox, password="not this one")
    assert refused.value.trouble is Trouble.SIGNIN_REFUSED


def test_heads_know_their_messages_again(connect: Connect, mailbox: Mailbox) -> None:
    mailbox.deliver_many([*(raw(n) for n in range(150)), b"Subject: nameless\r\n\r\nx\r\n"])
    drop = connect(mailbox)
    entries = drop.listing()
    heads = {entry.number: head for entry, head in drop.heads(entries)}
    got = {message.uid: message.hint.head for message in drop.messages(numbered(entries)) if message.hint}
    assert heads == got
    assert len(set(heads.values())) == 151
    assert heads[151] == b""
    drop.close()


def test_an_empty_mailbox_has_nothing(connect: Connect, mailbox: Mailbox) -> None:
    drop = connect(mailbox)
    assert (drop.listing(), list(drop.messages([])), list(drop.heads([]))) == ([], [], [])
    drop.close()


def test_the_time_is_the_last_servers_and_the_list_headers_come_along(connect: Connect, mailbox: Mailbox) -> None:
    mailbox.deliver_many([raw(7)])
    drop = connect(mailbox)
    (message,) = drop.messages(numbered(drop.listing()), envelopes=True)
    drop.close()
    assert message.internaldate.isoformat() == "2026-11-05T09:00:07+00:00"
    assert message.envelope is not None
    assert (message.envelope.subject, message.envelope.from_) == (
        b"=?utf-8?q?Pozew_7?=",
        ((b"Anna", b"anna@example.pl"),),
    )


def test_the_digest_is_of_what_is_listed(connect: Connect, mailbox: Mailbox) -> None:
    """And names the same listing over either transport."""
    told = []
    for arrive in (b"", b"", raw(1), b"", raw(2)):
        if arrive:
            mailbox.deliver(arrive)
        drop = connect(mailbox)
        drop.listing()
        told.append(drop.digest)
        drop.close()
    assert told[0] == told[1]
    assert told[2] == told[3]
    assert len(set(told)) == 3


def farewells(dovecot: Dovecot, mailbox: Mailbox) -> list[str]:
    lines = (line for line in dovecot.log().splitlines() if f"pop3({mailbox.username})" in line)
    return [line for line in lines if "Disconnected: Logged out" in line]


@pytest.mark.parametrize("security", Security)
def test_a_look_that_finds_nothing_new_leaves_in_order(dovecot: Dovecot, mailbox: Mailbox, security: Security) -> None:
    where, credential = server(dovecot, security), Credential(mailbox.username, mailbox.password)
    mailbox.deliver(raw(1))
    first = TRANSPORTS["blocking"](where, credential, 20)
    first.listing()
    first.close()
    before = first.digest
    assert looked(where, credential, 20, before) is None
    until(lambda: len(farewells(dovecot, mailbox)) == 2, 10, "a session that was ended by QUIT")
    mailbox.deliver(raw(2))
    found = looked(where, credential, 20, before)
    assert found is not None
    assert [bytes_of(message) for message in found.messages(numbered(found.listing()))] == [raw(1), raw(2)]
    found.close()
    assert (
        len(farewells(dovecot, mailbox)) == 2
    )  # where something was fetched, the server is not asked to change anything
