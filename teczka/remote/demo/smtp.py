"""The demo's submission server: signed-in senders, delivery into the demo's own mailboxes. Mail to people outside whom it knows is taken
and goes nowhere; to everybody else 550."""

import logging
import ssl
import warnings
from asyncio import AbstractEventLoop
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from teczka.remote.demo.mailbox import DemoMailbox

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's: a line for everything that is said
HOSTNAME = "poczta.kancelaria-lipowa.example"


class Deliveries:
    """aiosmtpd's handler and authenticator. Addresses are compared without case."""

    def __init__(
        self, mailboxes: Mapping[str, DemoMailbox], clock: Callable[[], datetime], outside: Collection[str]
    ) -> None:
        self._mailboxes = mailboxes
        self._clock = clock
        self._outside = frozenset(address.lower() for address in outside)

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        mailbox = self._mailboxes.get(given.login.decode("utf-8", "replace").lower())
        return AuthResult(success=mailbox is not None and mailbox.password.encode() == given.password, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower() not in self._mailboxes and address.lower() not in self._outside:
            return "550 5.1.1 no such mailbox in this demo"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        moment = self._clock()
        content = envelope.original_content or b""
        trace = (
            f"Return-Path: <{envelope.mail_from}>\r\n"
            f"Received: from {session.host_name} by {HOSTNAME} with ESMTPA; {format_datetime(moment)}\r\n"
        )
        for address in dict.fromkeys(address.lower() for address in envelope.rcpt_tos):
            if address in self._mailboxes:
                self._mailboxes[address].inbox.add(trace.encode("utf-8") + content, moment)
        return "250 2.0.0 delivered"


def protocol(deliveries: Deliveries, loop: AbstractEventLoop, starttls: ssl.SSLContext | None, encrypted: bool) -> SMTP:
    """`encrypted`: the connection is TLS from its first byte, so that AUTH is offered at once."""
    with warnings.catch_warnings():  # aiosmtpd warns of AUTH without TLS: the demo never leaves loopback
        warnings.simplefilter("ignore", UserWarning)
        return SMTP(
            deliveries,
            hostname=HOSTNAME,
            ident="Teczka demo",
            enable_SMTPUTF8=True,
            loop=loop,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=True,
            auth_require_tls=starttls is not None and not encrypted,
            auth_exclude_mechanism=["LOGIN"],
            authenticator=deliveries.authenticate,
        )


def now_utc() -> datetime:
    return datetime.now(UTC)
