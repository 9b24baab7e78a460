"""What servers answer to changes that they do not make, and what servers lack that others have."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.remote.egress import Gate
from teczka.remote.imap import ImapMailbox
from teczka.remote.types import Credential
from tests.remote.imap.hostile import CAPABILITIES, HOST, Client, Hostile

ANNA = Credential("anna", "sekret")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def connect(server: Hostile) -> ImapMailbox:
    place = server.server()
    return ImapMailbox.connect(place, ANNA, Gate.parse(f"{HOST}:{place.port}"), timeout=5)


def opened(client: Client, capabilities: str = CAPABILITIES, code: bytes = b"[READ-WRITE]") -> None:
    client.signed_in(capabilities)
    client.expect("SELECT", b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 9] x\r\n", b"OK " + code + b" open")


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (b"NO [OVERQUOTA] Quota exceeded", Trouble.FOLDER_QUOTA),
        (b"NO Mailbox is full", Trouble.FOLDER_QUOTA),
        (b"NO [TRYCREATE] no such folder", Trouble.FOLDER_REFUSED),
        (b"NO [NOPERM] not yours", Trouble.FOLDER_READ_ONLY),
        (b"NO [INUSE] another session", Trouble.FOLDER_BUSY),
        (b"NO [EXPUNGEISSUED] some are gone", Trouble.FOLDER_BUSY),
        (b"NO Please try again later", Trouble.FOLDER_BUSY),
        (b"NO [LIMIT] too many flags", Trouble.FOLDER_DENIED),
        (b"NO [TOOBIG] too big", Trouble.FOLDER_TOO_LARGE),
        (b"BAD what?", Trouble.FOLDER_DENIED),
    ],
)
def test_each_refusal_has_its_name_and_ends_no_connection(answer: bytes, trouble: Trouble) -> None:
    def script(client: Client) -> None:
        opened(client)
        client.expect("UID COPY 1 ", text=answer)
        client.expect("NOOP")
        client.expect("LOGOUT")

    with Hostile(script) as server:
        mailbox = connect(server)
        mailbox.select(b"INBOX")
        with pytest.raises(Problem) as caught:
            mailbox.copy([1], b"Sprawy")
        assert caught.value.trouble is trouble
        mailbox.noop()
        mailbox.close()


def test_a_folder_that_is_put_off_leaves_the_others() -> None:
    def script(client: Client) -> None:
        client.signed_in()
        client.expect("SELECT", text=b"NO Server Unavailable. 15")
        client.expect("SELECT", b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n", b"OK [READ-WRITE] open")
        client.expect("LOGOUT")

    with Hostile(script) as server:
        mailbox = connect(server)
        with pytest.raises(Problem) as caught:
            mailbox.select(b"Sprawy")
        assert caught.value.trouble is Trouble.FOLDER_BUSY
        assert mailbox.select(b"INBOX").messages == 3
        mailbox.close()


def test_a_folder_that_may_only_be_read_says_so_when_it_is_selected() -> None:
    def script(client: Client) -> None:
        opened(client, code=b"[READ-ONLY]")
        client.expect("LOGOUT")

    with Hostile(script) as server:
        mailbox = connect(server)
        with pytest.raises(Problem) as caught:
            mailbox.select(b"Wsp&APM-lny")
        assert caught.value.trouble is Trouble.FOLDER_READ_ONLY
        assert caught.value.params["folder"] == "Wspólny"
        mailbox.close()


@pytest.mark.parametrize(
    ("told", "kept", "forgotten"),
    [
        (b"", ["Pilne", "\\Seen"], []),
        (b"* OK [PERMANENTFLAGS (\\Answered \\Seen \\*)] any\r\n", ["Pilne", "$label1"], []),
        (b"* OK [PERMANENTFLAGS (\\Seen PILNE)] some\r\n", ["Pilne"], ["Akta", "$label1"]),
        (b"* OK [PERMANENTFLAGS ()] none\r\n", [], ["Pilne"]),
    ],
)
def test_a_server_tells_which_keywords_outlast_the_session(told: bytes, kept: list[str], forgotten: list[str]) -> None:
    def script(client: Client) -> None:
        client.signed_in()
        client.expect("SELECT", b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" + told, b"OK [READ-WRITE] open")
        client.expect("LOGOUT")

    with Hostile(script) as server:
        mailbox = connect(server)
        mailbox.select(b"INBOX")
        assert [flag for flag in (*kept, *forgotten) if mailbox.keeps(flag)] == kept
        mailbox.close()


def test_without_uidplus_nothing_is_expunged() -> None:
    def script(client: Client) -> None:
        opened(client)
        client.expect("LOGOUT")

    with Hostile(script) as server:
        mailbox = connect(server)
        mailbox.select(b"INBOX")
        assert not mailbox.expunges
        with pytest.raises(Problem):
            mailbox.expunge([1])
    assert not any(b"EXPUNGE" in line for client in server.clients for line in client.lines)


@pytest.mark.parametrize(
    ("capabilities", "status"),
    [("APPENDLIMIT=10", b""), ("APPENDLIMIT", b'* STATUS "INBOX" (APPENDLIMIT 10)\r\n')],
)
def test_a_message_above_the_servers_limit_is_not_even_announced(capabilities: str, status: bytes) -> None:
    """RFC 7889."""

    def script(client: Client) -> None:
        client.signed_in(f"{CAPABILITIES} {capabilities}")
        if status:
            client.expect("STATUS", status)
        client.expect("LOGOUT")

    with Hostile(script) as server:
        mailbox = connect(server)
        with pytest.raises(Problem) as caught:
            mailbox.append(b"INBOX", 11, [b"x" * 11], [], NOON)
        assert (caught.value.trouble, caught.value.params["bytes"]) == (Trouble.FOLDER_TOO_LARGE, 10)
        mailbox.close()


def test_a_server_without_room_says_so_before_the_message_is_sent() -> None:
    def script(client: Client) -> None:
        client.signed_in(f"{CAPABILITIES} LITERAL+")
        client.expect("APPEND", text=b"NO [OVERQUOTA] full")
        client.expect("NOOP")
        client.expect("LOGOUT")

    with Hostile(script) as server:
        mailbox = connect(server)
        with pytest.raises(Problem) as caught:
            mailbox.append(b"INBOX", 5, [b"hello"], [], NOON)
        assert caught.value.trouble is Trouble.FOLDER_QUOTA
        mailbox.noop()
        mailbox.close()
    assert not any(b"hello" in line for client in server.clients for line in client.lines)


def test_an_append_waits_to_be_asked_and_goes_out_whole() -> None:
    heard: list[bytes] = []

    def script(client: Client) -> None:
        client.signed_in()
        heard.append(client.command())
        client.send(b"+ go on\r\n")
        heard.append(client.rest(7))
        client.ok(text=b"OK [APPENDUID 7 99] kept")
        client.expect("LOGOUT")

    with Hostile(script) as server:
        mailbox = connect(server)
        assert mailbox.append(b"INBOX", 5, [b"he", b"llo"], ["\\Seen", "$Wa"], NOON) == (7, 99)
        mailbox.close()
    assert heard == [b'APPEND "INBOX" (\\Seen $Wa) " 2-Mar-2026 12:00:00 +0000" {5}', b"hello\r\n"]


@pytest.mark.parametrize("flag", ["Seen Deleted", "a)b", "", "ż", "x\r\n"])
def test_a_flag_that_is_none_is_not_sent(flag: str) -> None:
    def script(client: Client) -> None:
        opened(client)

    with Hostile(script) as server:
        mailbox = connect(server)
        mailbox.select(b"INBOX")
        with pytest.raises(Problem):
            mailbox.store_flags([1], [flag], add=True)


REFUSED: dict[str, Callable[[ImapMailbox], object]] = {
    "CREATE": lambda mailbox: mailbox.create(b"Nowy"),
    "RENAME": lambda mailbox: mailbox.rename(b"Stary", b"Nowy"),
}


@pytest.mark.parametrize("verb", REFUSED)
def test_a_name_that_is_taken_is_told_as_such(verb: str) -> None:
    def script(client: Client) -> None:
        client.signed_in()
        client.expect(verb, text=b"NO [ALREADYEXISTS] there is one")
        client.expect("LOGOUT")

    with Hostile(script) as server:
        mailbox = connect(server)
        with pytest.raises(Problem) as caught:
            REFUSED[verb](mailbox)
        assert (caught.value.trouble, caught.value.params["folder"]) == (Trouble.FOLDER_EXISTS, "Nowy")
        mailbox.close()
