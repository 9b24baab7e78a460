"""What the mailbox contract needs to change behind the client's back: one world for Dovecot, one for the demo's server."""

import ssl
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from teczka.remote.demo.answers import date_time
from teczka.remote.demo.mailbox import DemoFolder, DemoMailbox
from teczka.remote.demo.names import from_wire, to_wire
from teczka.remote.demo.servers import HOST, DemoServers
from teczka.remote.types import Credential, Security, Server
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.sync.server import PlayFolder, PlayMailbox, PlayServer


class World(Protocol):
    """One user's mailbox on a running server. Folders by wire name; a new message gets the next UID."""

    server: Server
    credential: Credential
    delimiter: str

    def create(self, folder: str) -> None: ...
    def deliver(self, raw: bytes, date: datetime, folder: str = "INBOX", flags: str = "") -> None: ...
    def set_flags(self, uid: int, flags: str) -> None: ...
    def expunge(self, uid: int) -> None: ...
    def renumber(self) -> None: ...


class DovecotWorld:
    delimiter = "/"

    def __init__(self, dovecot: Dovecot, security: Security) -> None:
        self._mailbox: Mailbox = dovecot.add_user()
        port = dovecot.tls_port if security is Security.TLS else dovecot.plain_port
        self.server = Server(dovecot.host, port, security, "" if security is Security.PLAIN else dovecot.ca_pem)
        self.credential = Credential(self._mailbox.username, self._mailbox.password)

    def create(self, folder: str) -> None:
        self._mailbox.create(folder)

    def deliver(self, raw: bytes, date: datetime, folder: str = "INBOX", flags: str = "") -> None:
        self._mailbox.append(raw, folder, flags, date_time(date).decode("ascii"))

    def set_flags(self, uid: int, flags: str) -> None:
        self._mailbox.set_flags([uid], flags)

    def expunge(self, uid: int) -> None:
        self._mailbox.expunge([uid])

    def renumber(self) -> None:
        self._mailbox.change_uidvalidity()


class DemoWorld:
    delimiter = "."

    def __init__(self, servers: DemoServers, server: Server, username: str) -> None:
        self._servers = servers
        self._mailbox: DemoMailbox = servers.mailboxes[username]
        self.server = server
        self.credential = Credential(username, self._mailbox.password)

    def create(self, folder: str) -> None:
        name = from_wire(folder.encode("ascii"))
        self._do(lambda: self._mailbox.create(name))

    def deliver(self, raw: bytes, date: datetime, folder: str = "INBOX", flags: str = "") -> None:
        self._do(lambda: self._folder(folder).add(raw, date, flags.split()))

    def set_flags(self, uid: int, flags: str) -> None:
        self._do(lambda: self._folder().set_flags(uid, flags.split()))

    def expunge(self, uid: int) -> None:
        self._do(lambda: self._folder().expunge([uid]))

    def renumber(self) -> None:
        self._do(lambda: self._folder().renumber(self._folder().uidvalidity + 1000))

    def _folder(self, wire: str = "INBOX") -> DemoFolder:
        folder = self._mailbox.folder(from_wire(wire.encode("ascii")))
        assert folder is not None, wire
        return folder

    def _do(self, act: Callable[[], object]) -> None:
        self._servers.do(act)


class PlayWorld:
    """The server in memory; `connect` takes the place of a wire."""

    delimiter = "/"
    server = Server(HOST, 0, Security.PLAIN)
    credential = Credential("anna", "sekret")

    def __init__(self) -> None:
        self.play = PlayServer()

    def connect(self) -> PlayMailbox:
        return PlayMailbox(self.play)

    def create(self, folder: str) -> None:
        self.connect().create(folder.encode())

    def deliver(self, raw: bytes, date: datetime, folder: str = "INBOX", flags: str = "") -> None:
        self.play.folders[folder.encode()].put(raw, frozenset(flags.split()), date)

    def set_flags(self, uid: int, flags: str) -> None:
        self._inbox.flag(self._inbox.held(uid), frozenset(flags.split()))

    def expunge(self, uid: int) -> None:
        self._inbox.expunge(self._inbox.held(uid))

    def renumber(self) -> None:
        self._inbox.number_anew()

    @property
    def _inbox(self) -> PlayFolder:
        return self.play.folders[b"INBOX"]


def demo_servers(security: Security, context: ssl.SSLContext | None, ca_pem: str) -> tuple[DemoServers, Server]:
    mailbox = DemoMailbox("sekret", uidvalidity=700)
    mailbox.create("Wysłane", "\\Sent")
    servers = DemoServers({"anna@kancelaria.example": mailbox}, security=security, context=context, ca_pem=ca_pem)
    return servers, servers.start()[0]


def wire(*parts: str, delimiter: str) -> str:
    return to_wire(delimiter.join(parts)).decode("ascii")
