"""A mailbox on an erring server, and what we have of it after each pass: nothing lost, nothing twice, nothing changed there."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from teczka.core.folders import DROP
from teczka.remote.pop3 import Pop3Drop
from teczka.remote.pop3.limits import DEFAULT, Limits
from teczka.sync import Report, collect
from tests.remote.pop3.server import CREDENTIAL, Erring, Held
from tests.remote.pop3.transports import blocking, looked
from tests.sync.memory import MemoryAccount

TIMEOUT = 0.4  # seconds; only a server that falls silent is waited for so long
FORBIDDEN = {b"DELE", b"RSET", b"LAST"}


class Play:
    def __init__(self, server: Erring, seed: int) -> None:
        self.server = server
        self.quirks = server.quirks
        self.random = Random(seed)
        self.local = MemoryAccount()
        self.limits: Limits = DEFAULT
        self._serial = 0
        self._settled = b""
        self._most: Counter[bytes] = Counter()  # of each message, how often the server held it at once

    @property
    def messages(self) -> list[Held]:
        return self.server.drop.messages

    def deliver(self, count: int = 5, **made: bytes) -> None:
        for _ in range(count):
            self.put(self.letter(**made))

    def put(self, raw: bytes) -> Held:
        self._serial += 1
        held = Held(self._serial, raw)
        self.messages.append(held)
        return held

    def letter(self, body: bytes | None = None, head: bytes = b"") -> bytes:
        """Another one each time, unless both are given."""
        self._serial += 1
        noise = b"\r\n".join(self._line() for _ in range(self.random.randrange(1, 12)))
        named = b"Message-ID: <%d.%d@x>\r\nSubject: Sprawa %d\r\n" % (
            self._serial,
            self.random.getrandbits(32),
            self._serial,
        )
        return (head or named) + b"\r\n" + (noise + b"\r\n" if body is None else body)

    def _line(self) -> bytes:
        letters = bytes(self.random.choices(b"abc .\xc4\x85", k=self.random.randrange(30)))
        return self.random.choice([b"", b"", b".", b".."]) + letters

    def remove(self, count: int = 1) -> list[Held]:
        gone = self.random.sample(self.messages, count)
        for held in gone:
            self.messages.remove(held)
        return gone

    def session(self, report: Report | None = None) -> Report:
        """One pass, whatever comes of it; what it brought is looked at. By turns over the one transport and the other, which does nothing
        where it finds nothing new."""
        self._most |= Counter(one.raw for one in self.messages)
        drop, report = self._enter(), report or Report()
        if drop is None:
            return report
        self._settled = b""
        try:
            collect(drop, self.local, report)
        finally:
            drop.close()
        if report.stopped is None:
            self._settled = report.settled
        self.nothing_twice()
        return report

    def _enter(self) -> Pop3Drop | None:
        server, spool = self.server.server, self.local.spool
        if self.server.sessions % 2:
            return looked(server, CREDENTIAL, TIMEOUT, self._settled, spool=spool, limits=self.limits)
        return blocking(server, CREDENTIAL, TIMEOUT, spool=spool, limits=self.limits)

    def whole(self, passes: int = 4) -> Report:
        """As many passes as it takes until one has nothing to do, and then all is here."""
        for _ in range(passes):
            report = self.session()
            if report.stopped is None and not report.messages:
                break
        self.all_here()
        return report

    def all_here(self) -> None:
        """Every message of the server is here as often as there; what left is in sight and marked."""
        assert self.here() == Counter(one.raw for one in self.messages)
        assert self.shown() == self._most
        assert set(self.local.messages.values()) == set(self._most)

    def nothing_twice(self) -> None:
        shown, known = self.shown(), self._most | Counter(one.raw for one in self.messages)
        assert not shown - known
        assert len(set(self.local.messages.values())) == len(self.local.messages)

    def shown(self) -> Counter[bytes]:
        return Counter(self.local.messages[one.digest] for one in self.local.placements.values() if not one.gone)

    def here(self) -> Counter[bytes]:
        return Counter(
            self.local.messages[one.digest]
            for (_, validity, _), one in self.local.placements.items()
            if validity == DROP and not one.gone and not one.left
        )

    def fetched(self) -> int:
        """Messages asked for since the last time."""
        count = sum(line.upper().startswith(b"RETR") for line in self.server.said)
        self.server.said = [line for line in self.server.said if not line.upper().startswith(b"RETR")]
        return count


@contextmanager
def play(seed: int) -> Iterator[Play]:
    with Erring() as server:
        made = Play(server, seed)
        yield made
        verbs = {line.split()[0].upper() for line in server.said if line.split()}
        assert not verbs & FORBIDDEN
        assert server.said
