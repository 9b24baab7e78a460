"""The connection itself, whatever is said over it."""

import threading

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.remote.pop3 import Pop3Drop
from teczka.remote.wire import Wire
from tests.remote.imap.hostile import Client, Hostile, cut_once
from tests.remote.pop3.server import CREDENTIAL
from tests.remote.pop3.transports import GATE


def test_a_connection_that_is_cut_ends_for_whoever_waits_for_it() -> None:
    asked = threading.Event()

    def script(client: Client) -> None:
        client.send(b"+OK\r\n")
        while not client.line().startswith(b"STAT"):
            client.send(b"-ERR\r\n" if client.lines[-1].startswith(b"CAPA") else b"+OK\r\n")
        asked.set()
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        drop = Pop3Drop.connect(hostile.server(), CREDENTIAL, GATE, timeout=60)
        with pytest.raises(Problem) as caught, cut_once(asked, drop.cut):
            drop.stat()
    assert caught.value.trouble is Trouble.SERVER_CLOSED


def test_who_fell_silent_before_the_last_dot_is_not_waited_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def script(client: Client) -> None:
        client.send(b"+OK\r\n")
        answers = {
            b"CAPA": b"-ERR\r\n",
            b"STAT": b"+OK 2 12\r\n",
            b"LIST": b"+OK\r\n1 6\r\n2 6\r\n.\r\n",
            b"UIDL": b"-ERR\r\n",
        }
        while (verb := client.line()[:4]) != b"RETR":
            client.send(answers.get(verb, b"+OK\r\n"))
        client.send(b"+OK\r\nletter.\r\n")
        client.wait_for_goodbye()

    with Hostile(script) as hostile:
        drop = Pop3Drop.connect(hostile.server(), CREDENTIAL, GATE, timeout=0.4)
        messages = drop.messages(list(enumerate(drop.listing(), 1)))
        assert next(messages).body == b"letter"
        monkeypatch.setattr(Wire, "receive", None)
        with pytest.raises(Problem) as caught:
            next(messages)
    assert caught.value.trouble is Trouble.SERVER_SILENT
