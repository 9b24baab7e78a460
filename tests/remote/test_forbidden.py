"""No spelling of a forbidden host is ever connected to, whatever speaks; and nobody can tell it from a server that does not answer."""

import asyncio
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.core.problems import in_words
from teczka.remote import egress
from teczka.remote.addresses import Reach
from teczka.remote.egress import Gate, Place
from teczka.remote.http import Https
from teczka.remote.imap import ImapMailbox, watch
from teczka.remote.pop3 import Pop3Drop
from teczka.remote.smtp import SmtpSession
from teczka.remote.types import Credential, Security, Server
from tests.remote.spellings import LITERALS, NAMES, getaddrinfo

ANNA = Credential("anna", "sekret")
HOSTS = [*LITERALS, *NAMES]
TOLD = {Trouble.CONNECT_FAILED, Trouble.ADDRESS_UNKNOWN}

Speaker = Callable[[Gate, str, int], object]


def url(host: str, port: int) -> str:
    return f"https://[{host}]:{port}/" if ":" in host else f"https://{host}:{port}/"


async def watching(gate: Gate, host: str, port: int) -> None:
    async for _ in watch(Server(host, port, Security.TLS), ANNA, gate, b"INBOX", timeout=2):
        return


# Who speaks to hosts that a stranger named. Autoconfig reads, OAuth posts.
SPEAKERS: dict[str, Speaker] = {
    "imap": lambda gate, host, port: ImapMailbox.connect(Server(host, port, Security.TLS), ANNA, gate, timeout=2),
    "idle": lambda gate, host, port: asyncio.run(watching(gate, host, port)),
    "pop3": lambda gate, host, port: Pop3Drop.connect(Server(host, port, Security.TLS), ANNA, gate, timeout=2),
    "smtp": lambda gate, host, port: SmtpSession.connect(Server(host, port, Security.TLS), ANNA, gate, timeout=2),
    "plain": lambda gate, host, port: ImapMailbox.connect(Server(host, port, Security.PLAIN), ANNA, gate, timeout=2),
    "autoconfig": lambda gate, host, port: Https(gate).get(url(host, port), seconds=2),
    "oauth": lambda gate, host, port: Https(gate).post(url(host, port), {"code": "x"}, seconds=2),
}
speakers = pytest.mark.parametrize("speak", SPEAKERS.values(), ids=SPEAKERS)

_connects: list[Any] | None = None


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    """Every connect() of this process by whatever way, asyncio's too."""
    if event == "socket.connect" and _connects is not None and arguments[0].family != socket.AF_UNIX:
        _connects.append(arguments[1])


sys.addaudithook(_hear)


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    global _connects
    _connects = []
    yield _connects
    _connects = None


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name is looked up in peace, and a failure told at once."""
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(Place, "rest", 0.0)


@contextmanager
def listeners() -> Iterator[tuple[int, list[socket.socket]]]:
    """On one port of 127.0.0.1 and of ::1, as far as this machine has that."""
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = int(first.getsockname()[1])
        both = [first]
        if socket.has_ipv6:
            both.append(stack.enter_context(socket.create_server(("::1", port), family=socket.AF_INET6)))
        for listener in both:
            listener.setblocking(False)
        yield port, both


def visited(both: list[socket.socket]) -> bool:
    for listener in both:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            continue
        return True
    return False


@pytest.fixture
def any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate takes every port for one of ours, so that the address alone decides."""

    def place(gate: Gate, host: str, port: int, found: Any, end: float, named_only: bool, ports: Any) -> Place:
        return judge(gate, host, port, found, end, named_only, ports | {port})

    judge = Gate._place
    monkeypatch.setattr(Gate, "_place", place)


def test_there_are_more_than_120_spellings() -> None:
    assert len(set(HOSTS)) >= 120


@speakers
def test_no_spelling_of_a_forbidden_host_is_connected_to(
    speak: Speaker, connects: list[Any], world: None, any_port: None, caplog: pytest.LogCaptureFixture
) -> None:
    with listeners() as (port, both):
        for host in HOSTS:
            with pytest.raises(Problem) as caught:
                speak(Gate(), host, port)
            assert caught.value.trouble in TOLD, host
            assert not connects, host
        assert not visited(both)
    refused = {record.args[0] for record in caplog.records if isinstance(record.args, tuple)}
    assert len(refused) > 115, "most are understood by the resolver: it was the gate that refused them"


@speakers
def test_no_neighbour_is_connected_to(
    speak: Speaker, connects: list[Any], any_port: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loopback takes the place of an office's network with public addresses: there, too, this machine speaks from the same one."""
    monkeypatch.setattr(egress, "reach", lambda _: Reach.PUBLIC)
    monkeypatch.setattr(egress, "PATIENCE", 0.1)
    with listeners() as (port, both):
        for host in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
            with pytest.raises(Problem) as caught:
                speak(Gate(), host, port)
            assert caught.value.trouble is Trouble.CONNECT_FAILED
        assert port not in {target[1] for target in connects}
        assert not visited(both)


@speakers
def test_the_listeners_hear_whoever_is_allowed(
    speak: Speaker, connects: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above would notice."""
    with listeners() as (port, both):
        monkeypatch.setattr(egress, "PATIENCE", 1)
        end = threading.Timer(0.2, lambda: [listener.close() for listener in both])
        end.start()
        with pytest.raises(Problem):
            speak(Gate.parse("127.0.0.1"), "127.0.0.1", port)
        assert connects == [("127.0.0.1", port)]
        end.join()


@speakers
def test_a_name_that_answers_otherwise_the_second_time_is_not_asked_twice(
    speak: Speaker, connects: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is what the gate judged, and what is dialled."""
    answers = iter(["127.0.0.2", "127.0.0.1"])

    def rebinding(host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(egress, "PATIENCE", 0.1)
    with listeners() as (port, both):
        with pytest.raises(Problem):
            speak(Gate.parse("127.0.0.2"), "mail.zlodziej.example", port)
        assert connects == [("127.0.0.2", port)]
        assert not visited(both)
    assert next(answers) == "127.0.0.1"


# --- and nobody can tell -------------------------------------------------------------------------------------------------------------


def hanging(host: str, port: int, **_: object) -> list[Any]:
    time.sleep(1)
    return []


@contextmanager
def nobody() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    yield port


@contextmanager
def never_answering() -> Iterator[int]:
    """A port whose queue of connections is full: further ones are not answered at all."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = int(full.getsockname()[1])
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port


@speakers
def test_forbidden_refused_and_never_answered_are_one_sentence_after_one_time(
    speak: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = 0.2
    monkeypatch.setattr(egress, "PATIENCE", wait)

    def told(gate: Gate, host: str, port: int) -> tuple[str, float]:
        began = time.monotonic()
        with pytest.raises(Problem) as caught:
            speak(gate, host, port)
        return in_words(caught.value).replace(host, "HOST").replace(str(port), "PORT"), time.monotonic() - began

    allowed = Gate.parse("127.0.0.1")
    with nobody() as closed, never_answering() as deaf:
        answers = [
            told(Gate(), "127.0.0.1", closed),
            told(Gate(), "10.0.0.1", 993),
            told(Gate(), "169.254.169.254", 443),
            told(allowed, "127.0.0.1", closed),
            told(allowed, "127.0.0.1", deaf),
            told(Gate(), "intranet-nieznany.lan", 993),  # such names exist or not: nobody is told
        ]
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        answers.append(told(Gate(), "poczta.kancelaria.pl", 993))
        monkeypatch.setattr(socket, "getaddrinfo", hanging)
        answers.append(told(Gate(), "wolny.example", 993))
    assert len({sentence for sentence, _ in answers}) == 1, answers
    assert all(wait <= seconds < 3 * wait for _, seconds in answers), answers


def test_the_machine_s_keeper_reads_the_reason_in_the_log(world: None, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Problem):
        Gate().connect("poczta.kancelaria.pl", 993, 1)
    assert "'poczta.kancelaria.pl' port 993 is refused: 10.20.30.40" in caplog.text
