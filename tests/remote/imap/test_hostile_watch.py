"""Listening to servers that have no IDLE, refuse it, end it, or go away."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.remote.async_wire import RECORD, AsyncWire
from teczka.remote.egress import Gate
from teczka.remote.imap import Change, watch
from teczka.remote.types import Credential, Security, Server
from tests.remote.imap.hostile import HOST, Client, Hostile, Script

WITHOUT_IDLE = "IMAP4rev1 AUTH=PLAIN SASL-IR"
INBOX = Change(b"INBOX")


def watching(
    hostile: Hostile, security: Security = Security.PLAIN, poll: float = 0.05, refresh: float = 5
) -> AsyncIterator[Change]:
    credential = Credential("anna", "sekret")
    return watch(
        hostile.server(security), credential, Gate.parse(HOST), b"INBOX", poll=poll, refresh=refresh, timeout=0.5
    )


def heard(script: Script, refresh: float = 5) -> tuple[list[Change], Trouble]:
    """All changes until the end, and what it was."""
    changes: list[Change] = []

    async def listen(hostile: Hostile) -> None:
        async for change in watching(hostile, refresh=refresh):
            changes.append(change)  # noqa: PERF401  they come before it fails

    with Hostile(script) as hostile, pytest.raises(Problem) as caught:
        asyncio.run(asyncio.wait_for(listen(hostile), 30))
    return changes, caught.value.trouble


def idling(client: Client) -> None:
    client.opened()
    assert client.command() == b"IDLE"
    client.send(b"+ idling\r\n")


def test_changes_that_come_together_are_told_once() -> None:
    def script(client: Client) -> None:
        idling(client)
        client.send(b"* 4 EXISTS\r\n* 1 RECENT\r\n* 5 EXISTS\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* OK Still here\r\n")

    assert heard(script) == ([INBOX, INBOX], Trouble.SERVER_CLOSED)


@pytest.mark.parametrize(
    "change", [b"* 4 EXISTS\r\n", b"* 1 EXPUNGE\r\n", b"* 1 FETCH (FLAGS ())\r\n", b"* VANISHED 3\r\n"]
)
def test_each_kind_of_change_is_told(change: bytes) -> None:
    def script(client: Client) -> None:
        idling(client)
        client.send(change)

    assert heard(script) == ([INBOX, INBOX], Trouble.SERVER_CLOSED)


def test_small_talk_is_no_change() -> None:
    def script(client: Client) -> None:
        idling(client)
        client.send(b"* OK Still here\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n")

    assert heard(script) == ([INBOX], Trouble.SERVER_CLOSED)


def test_idle_is_ended_properly_and_begun_anew() -> None:
    def script(client: Client) -> None:
        idling(client)
        for _ in range(2):
            assert client.line() == b"DONE"
            client.ok(b"* 4 EXISTS\r\n")
            assert client.command() == b"IDLE"
            client.send(b"+ idling\r\n")

    assert heard(script, refresh=0.05) == ([INBOX] * 3, Trouble.SERVER_CLOSED)


def test_without_idle_the_server_is_asked() -> None:
    def script(client: Client) -> None:
        client.opened(capabilities=WITHOUT_IDLE)
        for untagged in (b"", b"* 4 EXISTS\r\n", b"", b"* 1 EXPUNGE\r\n"):
            client.expect("NOOP", untagged)

    assert heard(script) == ([INBOX] * 3, Trouble.SERVER_CLOSED)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"BAD no", Trouble.SERVER_GARBAGE),
        (b"NO [UNAVAILABLE] later", Trouble.SERVER_BUSY),
        (b"OK at once", Trouble.SERVER_GARBAGE),
    ],
)
def test_idle_that_is_offered_and_refused(answer: bytes, expected: Trouble) -> None:
    def script(client: Client) -> None:
        client.opened()
        client.expect("IDLE", text=answer)
        client.wait_for_goodbye()

    assert heard(script) == ([INBOX], expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"* BYE shutting down\r\n", Trouble.SERVER_CLOSED),
        (b"T3 OK enough\r\n", Trouble.SERVER_CLOSED),
        (b"* 4 EXISTS\n", Trouble.SERVER_GARBAGE),
        (b"* X" + b"x" * 5_000_000, Trouble.SERVER_LIMIT),
    ],
)
def test_the_end_of_idle_by_the_server(data: bytes, expected: Trouble) -> None:
    def script(client: Client) -> None:
        idling(client)
        client.send(data)
        client.wait_for_goodbye()

    assert heard(script) == ([INBOX], expected)


def test_a_server_that_never_stops_talking_is_left() -> None:
    def script(client: Client) -> None:
        idling(client)
        while True:
            client.send(b"* OK Still here\r\n" * 1000)

    assert heard(script) == ([INBOX], Trouble.SERVER_LIMIT)


def test_what_has_come_already_is_read_while_others_have_their_turn() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    turns = []

    async def others() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    async def read() -> None:
        wire = AsyncWire(ours, Server(HOST, 143, Security.PLAIN), 5)
        beside = asyncio.create_task(others())
        for piece in range(1, 4):
            await wire.receive(5)
            assert len(turns) >= piece
        beside.cancel()

    with ours, theirs:
        theirs.sendall(bytes(4 * RECORD))
        asyncio.run(read())


def test_a_server_that_never_answers_done_is_silent() -> None:
    def script(client: Client) -> None:
        idling(client)
        client.wait_for_goodbye()

    assert heard(script, refresh=0.05) == ([INBOX], Trouble.SERVER_SILENT)


def test_an_answer_without_end_is_silence() -> None:
    def script(client: Client) -> None:
        client.send(b"* OK ")
        client.sock.settimeout(0.1)
        while True:
            client.send(b"x" * 1000)
            try:
                client.sock.recv(1)
            except TimeoutError:
                continue
            return

    assert heard(script) == ([], Trouble.GREETING_SILENT)


@pytest.mark.parametrize("security", Security)
def test_a_server_that_says_nothing_is_silent_within_the_time_out(security: Security) -> None:
    async def listen(hostile: Hostile) -> None:
        async for _ in watching(hostile, security):
            pass

    with Hostile(Client.wait_for_goodbye) as hostile, pytest.raises(Problem) as caught:
        asyncio.run(asyncio.wait_for(listen(hostile), 5))
    assert caught.value.trouble is Trouble.GREETING_SILENT


def test_a_certificate_for_another_name_is_refused() -> None:
    async def listen(hostile: Hostile) -> None:
        async for _ in watching(hostile, Security.TLS):
            pass

    with Hostile(Client.opened, tls=True, name="imap.example.org") as hostile, pytest.raises(Problem) as caught:
        asyncio.run(listen(hostile))
    assert caught.value.trouble is Trouble.TLS_NAME
