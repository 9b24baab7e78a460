"""What a server says costs its length and no more: a person's check of an account runs in a thread of the web's process, where one
expression that takes minutes holds up everybody. As tests/mime/test_growth.py does for letters."""

from collections.abc import Callable

import pytest

from teczka.core.errors import Problem
from teczka.core.refusals import recognise
from teczka.remote.imap import conversation as imap
from teczka.remote.imap.examine import examine
from teczka.remote.imap.fetch import Flags
from teczka.remote.imap.folders import list_, status
from teczka.remote.imap.refusals import at_folder, at_signin
from teczka.remote.imap.responses import Status, Untagged
from teczka.remote.imap.search import search
from teczka.remote.imap.tokens import NotImap
from teczka.remote.pop3 import conversation as pop3
from teczka.remote.pop3 import drop, signin
from teczka.remote.pop3.commands import Want
from teczka.remote.pop3.reader import Reader
from teczka.remote.types import Credential, Security, Server
from tests.mime.test_growth import grows_gently

SERVER = Server("play.example", 993, Security.TLS)
ANNA = Credential("anna", "sekret")


def said_imap(talk: Callable[[imap.Conversation], imap.Talk[object]], answer: bytes) -> object:
    """What came of the answer to the talk's first command."""
    conversation = imap.Conversation(SERVER)
    conversation.greeted = True
    conversation.capabilities = frozenset({"ESEARCH", "CONDSTORE"})
    play = conversation.play(talk(conversation))
    try:
        next(play)
        conversation.reader.feed(answer + b"\r\nT1 OK done\r\n")
        return next(play)
    except StopIteration as done:
        return done.value
    except Problem as problem:
        return problem


def said_pop3(talk: Callable[[pop3.Conversation], pop3.Talk[object]], *answers: bytes) -> object:
    conversation = pop3.Conversation(SERVER)
    conversation.greeted = True
    play = conversation.play(talk(conversation))
    try:
        for answer in answers:
            next(play)
            conversation.reader.feed(answer)
        return next(play)
    except StopIteration as done:
        return done.value
    except Problem as problem:
        return problem


def refused(code: bytes, text: bytes) -> object:
    conversation = imap.Conversation(SERVER)
    conversation.greeted = True
    conversation.reader.feed(b"T1 NO [" + code + b"] " + text + b"\r\n")
    event = conversation.event()
    assert isinstance(event, Status)
    return at_signin(event, "h", ANNA, event.text), at_folder(event, "h", "f", event.text)


def flags(told: bytes) -> object:
    conversation = imap.Conversation(SERVER)
    conversation.greeted = True
    conversation.reader.feed(b"* 1 FETCH (UID 1 FLAGS (" + told + b"))\r\n")
    try:
        event = conversation.event()
        return Flags(conversation, [1], None).read(event) if isinstance(event, Untagged) else event
    except (NotImap, Problem) as nonsense:
        return nonsense


def listing(line: bytes) -> object:
    def talk(conversation: pop3.Conversation) -> pop3.Talk[object]:
        told = yield from drop.listing(conversation)
        return drop.entries(told, conversation)

    return said_pop3(talk, b"+OK 1\r\n", b"+OK\r\n" + line + b"\r\n.\r\n", b"+OK\r\n" + line + b"\r\n.\r\n")


def message(told: bytes) -> object:
    reader = Reader("h")
    reader.expect(Want.MESSAGE, 100_000_000)
    reader.feed(b"+OK\r\n" + told)
    return reader.next()


def opened(conversation: imap.Conversation) -> imap.Talk[object]:
    return examine(conversation, b"INBOX")


def searched(conversation: imap.Conversation) -> imap.Talk[object]:
    return search(conversation, b"INBOX")


SAID: dict[str, Callable[[bytes], object]] = {
    "a folder's name": lambda told: said_imap(list_, b'* LIST () "/" {%d}\r\n' % len(told) + told),
    "a folder's attributes": lambda told: said_imap(list_, b"* LIST (" + told + b') "/" x'),
    "a folder's values": lambda told: said_imap(lambda of: status(of, b"x"), b"* STATUS x (" + told + b")"),
    "UIDs": lambda told: said_imap(searched, b"* SEARCH " + told),
    "ranges": lambda told: said_imap(searched, b"* ESEARCH UID ALL " + told),
    "a code": lambda told: refused(told, b"no"),
    "a refusal": lambda told: refused(b"X", told),
    "a refusal of any protocol": lambda told: recognise(told.decode("latin-1")),
    "words in an EXAMINE": lambda told: said_imap(opened, b"* OK [PERMANENTFLAGS (" + told + b")] x"),
    "capabilities": lambda told: said_imap(opened, b"* CAPABILITY " + told),
    "a message's flags": flags,
    "POP3: a refusal": lambda told: said_pop3(drop.stat, b"-ERR [" + told[:90] + b"] " + told + b"\r\n"),
    "POP3: capabilities": lambda told: said_pop3(signin.capa, b"+OK\r\n" + told + b"\r\n.\r\n"),
    "POP3: a listing": listing,
    "POP3: a message": message,
}
PIECES = [
    b"&", b"&A", b"&-", b"-", b"\xff", b"a", b" ", b"(", b"()", b'"', b'""', b"\\", b"1 ", b"1,", b"1:2,", b"UIDNEXT 1 ", b"5.7.139",
    b"too many ", b"[", b"]", b"app ", b"{0}", b".", b".\r\n", b"\r\n..\r\n", b"\r\n", b"1 2\r\n", b"\r",
]  # fmt: skip


@pytest.mark.parametrize("say", SAID.values(), ids=SAID.keys())
@pytest.mark.parametrize("piece", PIECES)
def test_what_a_hostile_server_says_costs_its_length(say: Callable[[bytes], object], piece: bytes) -> None:
    grows_gently(lambda size: say(piece * (size // len(piece))), 64_000)
