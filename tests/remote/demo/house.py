"""The demo's servers with two people and no office: small enough to say in each test what is there."""

import imaplib
import ssl
from datetime import UTC, datetime

import trustme

from teczka.remote.demo.mailbox import DemoMailbox
from teczka.remote.demo.servers import DemoServers
from teczka.remote.types import Security

ANNA, OLA = "anna@kancelaria.example", "ola@kancelaria.example"
_HEADER = b"From: Jan <jan@klient.example>\r\nTo: anna@kancelaria.example\r\nSubject: Pozew\r\nMessage-ID: <1@klient.example>\r\n"
LETTER = _HEADER + b"\r\nDzie\xc5\x84 dobry\r\n"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class House:
    """Running servers, with what a test needs of them."""

    def __init__(self, security: Security = Security.PLAIN) -> None:
        self.mailboxes = {ANNA: DemoMailbox("sekret"), OLA: DemoMailbox("tajne", uidvalidity=50)}
        self.authority = trustme.CA()
        context = None
        if security is not Security.PLAIN:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.authority.issue_cert("127.0.0.1").configure_cert(context)
        self.servers = DemoServers(self.mailboxes, security=security, context=context)
        self.imap, self.smtp = self.servers.start()
        self._open: list[imaplib.IMAP4] = []

    def client_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def connect(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self.imap.host, self.imap.port, timeout=10)
        self._open.append(client)
        return client

    def signed_in(self, folder: str = "INBOX", user: str = ANNA, readonly: bool = False) -> imaplib.IMAP4:
        client = self.connect()
        client.login(user, self.mailboxes[user].password)
        client.select(folder, readonly)
        return client

    def deliver(self, raw: bytes = LETTER, folder: str = "INBOX", flags: tuple[str, ...] = (), user: str = ANNA) -> int:
        target = self.mailboxes[user].folder(folder)
        assert target is not None
        return self.servers.do(lambda: target.add(raw, NOON, flags)).uid

    def stop(self) -> None:
        for client in self._open:
            client.shutdown()
        self.servers.stop()
